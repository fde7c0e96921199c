"""`docs/semantics.md`: every numbered sentence is held by cases, and what carries it out cites it by its number."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "semantics.md").read_text("utf-8")
REFERENCE = ROOT / "rewoo_dsl" / "testing" / "reference"
SENTENCES = re.findall(r"^- \*\*([A-Z]\d+)\*\* ", PAGE, re.MULTILINE)
ROWS = {
    row[0].removeprefix("| "): re.findall(r"`(\w+)`", row[2])
    for line in (ROOT / "specs" / "conformance" / "README.md").read_text("utf-8").splitlines()
    if len(row := line.split(" | ")) == 3
}
SOURCE = {path.name: path.read_text("utf-8") for path in REFERENCE.glob("*.py")}


def cited() -> set[str]:
    """The numbers in docstrings of the reference, ranges included."""
    found: set[str] = set()
    for text in SOURCE.values():
        for head in re.findall(r'"""((?:[A-Z]\d+(?:, | to )?)+)[:.]', text):
            found |= set(re.findall(r"[A-Z]\d+", head))
            for letter, first, last in re.findall(r"([A-Z])(\d+) to [A-Z](\d+)", head):
                found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_the_page_has_the_sentences_of_the_conformance_table_in_its_order() -> None:
    assert [name for name in ROWS if re.fullmatch(r"[A-Z]\d+", name)] == SENTENCES


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_held_by_a_case(sentence: str) -> None:
    assert ROWS[sentence]


def test_the_reference_cites_sentences_that_there_are() -> None:
    assert cited() - set(SENTENCES) == set()


def test_the_reference_cites_most_of_what_happens_in_a_run() -> None:
    """All but what the checker, the driver and ceilings see to."""
    of_a_run = {one for one in SENTENCES if one[0] in "NOCFAER" and one not in ELSEWHERE}
    assert of_a_run - cited() == set()


ELSEWHERE = {
    *("N2", "N3", "N5", "N7", "N8", "N9", "N10"),  # told by N1, N4 and N6, or by the schedule
    *("O7", "O8", "O9", "C2", "C3", "C6", "C10", "C12"),  # the grammar, the checker, the driver
    *("F3", "A5", "A6", "A7", "E2", "E5", "E6", "E7", "R1", "R7", "R8", "R9"),
}


@pytest.mark.parametrize(("names", "path"), re.findall(r"\[(`[^]]+)\]\(\.\./([^)#]+)\)", PAGE))
def test_links_lead_to_what_they_name(names: str, path: str) -> None:
    target = ROOT / path
    assert target.exists()
    if target.suffix == ".py" and "/" not in names:
        text = target.read_text("utf-8")
        assert [name for name in re.findall(r"`(\w+)`", names) if f"def {name}(" not in text] == []


def test_the_tests_that_hold_the_laws_are_there() -> None:
    named = re.findall(r"`(?:tests/laws/)?(test_\w+\.py)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / "tests" / "laws" / name).exists()] == []
