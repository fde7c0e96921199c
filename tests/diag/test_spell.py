"""Near names: what is suggested, what is not, and what it costs."""

import time

import pytest

from rewoo_dsl.diag.spell import nearest


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("serach", ["search", "save", "send_email"], ["search"]),
        ("webSearch", ["web_search", "weather"], ["web_search"]),
        ("wikipedia", ["Wikipedia", "Location"], ["Wikipedia"]),
        ("E9", ["E1", "E2", "region"], ["E1", "E2"]),
        ("email", ["send_email", "search"], ["send_email"]),
        ("search", ["sorted", "unique", "values"], []),
        ("len", ["abs", "max"], []),
        ("foo", ["bool", "float"], []),
        ("x", ["y", "z"], []),
        ("", ["a"], []),
        ("query", ["query"], []),
    ],
)
def test_what_is_near(name: str, candidates: list[str], expected: list[str]) -> None:
    assert nearest(name, candidates) == expected


def test_the_nearest_comes_first_and_no_more_than_asked() -> None:
    assert nearest("prot", ["port", "pro", "prod", "protein"], limit=2) == ["port", "pro"]


def test_huge_inputs_cost_little() -> None:
    begin = time.process_time()
    assert nearest("a" * 1_000_000, ["a"]) == []
    assert nearest("search", (f"serch{i:07}" * 1_000 for i in range(100_000))) == []
    nearest("a" * 64, (f"{'a' * 50}{i}" for i in range(100_000)))
    assert time.process_time() - begin < 20


def test_the_one_slip_is_found_among_many() -> None:
    names = [f"field_number_{i}" for i in range(2_000)]
    assert nearest("feild_number_1377", names)[0] == "field_number_1377"
    assert nearest("serach", [*names[:1_500], "search"]) == ["search"]


def test_many_faults_over_many_names_cost_little() -> None:
    names = [f"field_number_{i}" for i in range(1_000)]
    begin = time.process_time()
    for i in range(300):
        nearest(f"feild_numbr_{i}", names)
    assert time.process_time() - begin < 3
