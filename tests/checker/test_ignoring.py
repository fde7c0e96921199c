"""`// rewoo: ignore`: what it silences, what it cannot, and what is said of one that does nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.checker.rules import STRICT
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS
from rewoo_dsl.diag.fixes import settle
from rewoo_dsl.ir.costs import Ceilings
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}
UNREAD = '#E2 = search(query="b")'


def plan(unread: str, top: str = "") -> str:
    return f'{top}#E1 = search(query="a")\n{unread}\nreturn #E1\n'


def codes(text: str, **options: object) -> list[str]:
    return [one.code for one in check(text, TOOLS, **options).diagnostics]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        plan(f"{UNREAD} // rewoo: ignore RW302"),
        plan(f"{UNREAD} # rewoo: ignore rw302"),
        plan(f"{UNREAD} //rewoo:ignore unused-evidence -- kept: RW999 for the log"),
        plan(f"// rewoo: ignore RW302\n{UNREAD}"),
        plan(f"// rewoo: ignore RW302\n\n// Why not.\nPlan: One.\nPlan: Two.\n{UNREAD}"),
        plan("#E2 = search( // rewoo: ignore RW302\n  query=\"b\")"),
        plan(UNREAD, top="// A plan.\n\n// rewoo: ignore-file RW302\n"),
        plan(f"{UNREAD}\n#E3 = #E2", top="// rewoo: ignore-file RW302\n"),
        plan('#E2 = save(key=#s, text="a") for #s in ["a", "b"] // rewoo: ignore RW306'),
    ],
)  # fmt: skip
def test_what_is_accepted_is_silent(text: str) -> None:
    report = check(text, TOOLS)
    assert report.diagnostics == ()
    assert report.linked is not None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (plan(f"// rewoo: ignore RW302\n#E3 = #E1\n{UNREAD}"), ["RW302"]),
        (plan(f"{UNREAD}\n// rewoo: ignore RW302"), ["RW302", "RW065"]),
        (plan(f"{UNREAD} // rewoo: ignore RW303"), ["RW302", "RW065"]),
        (plan(f"{UNREAD} // rewoo: ignore RW302, RW306"), ["RW065"]),
        (plan(f"{UNREAD} // rewoo: ignore RW302 RW999"), ["RW064"]),
        (plan(f"{UNREAD} // rewoo: ignore"), ["RW302", "RW064"]),
        (plan(f"{UNREAD} // rewoo: ignore -- RW302"), ["RW302", "RW064"]),
        (plan(f"{UNREAD} // rewoo: ignored RW302"), ["RW302", "RW064"]),
        (plan(f"// rewoo: ignore-file RW302\n{UNREAD}"), ["RW064", "RW302"]),
        (plan(UNREAD) + "// rewoo: ignore RW302\n", ["RW302", "RW064"]),
        (plan(f"{UNREAD} // rewoo is a word"), ["RW302"]),
        (plan(f"{UNREAD} // see rewoo: ignore RW302"), ["RW302"]),
    ],
)
def test_what_is_not_is_told(text: str, left: list[str]) -> None:
    assert codes(text) == left


@pytest.mark.parametrize("code", [one for one in CODES.values() if one.wrong and one.severity == "error"])
def test_no_error_can_be_ignored(code: object) -> None:
    number, wrong = code.number, code.wrong  # type: ignore[attr-defined]
    found = [one for one in check(f"// rewoo: ignore-file {number}\n{wrong}", TOOLS).diagnostics if one.is_error]
    assert {one.code for one in found} == {one.code for one in check(wrong, TOOLS).errors}


def test_an_ignored_error_says_that_it_stays() -> None:
    found = check('#E1 = serach(query="a") // rewoo: ignore RW108\nreturn #E1\n', TOOLS).diagnostics
    assert [one.code for one in found] == ["RW108", "RW065"]
    assert found[1].message == "RW108 stays: an error cannot be ignored"


def test_what_the_host_asks_for_cannot_be_ignored() -> None:
    text = '#E1 = search(query="a") retry 2 // rewoo: ignore RW510\nreturn #E1 // rewoo: ignore RW510\n'
    found = check("// rewoo: ignore-file RW510\n" + text, TOOLS, ceilings=Ceilings(tool_calls=2)).diagnostics
    assert "RW510" in [one.code for one in found]


def test_a_plan_of_a_model_ignores_nothing() -> None:
    assert codes(plan(f"{UNREAD} // rewoo: ignore RW302"), from_model=True) == ["RW302", "RW065"]


def test_nothing_is_said_of_an_ignore_where_not_everything_was_checked() -> None:
    idle = plan("#E2 = #E1 // rewoo: ignore RW306").replace("return #E1", "return #E2")
    assert codes(idle) == ["RW065"]
    assert [one.code for one in check(idle).diagnostics] == []
    assert codes(idle.replace("#E1 = search(", "#E1 = search((")) == ["RW002"]
    only_strict = plan("#E2 = #E1 // rewoo: ignore RW212").replace("return #E1", "return #E2")
    assert codes(only_strict) == []
    assert "RW065" in codes(only_strict, strict=True)


def test_a_sub_plan_has_its_own() -> None:
    part = plan(f"{UNREAD} // rewoo: ignore RW302, RW306")
    report = check('use "part.rewoo" as part\n#E1 = part()\nreturn #E1\n', TOOLS, load=lambda _: part)
    assert [(one.code, one.file) for one in report.diagnostics] == [("RW065", "part.rewoo")]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("#E1 = 1 // rewoo: ignore RW302\nreturn #E1\n", "#E1 = 1\nreturn #E1\n"),
        (
            "#E1 = 1 // rewoo: ignore RW303,RW302 , RW306 -- a\n#E2 = 2\nreturn #E2\n",
            "#E1 = 1 // rewoo: ignore RW302 -- a\n#E2 = 2\nreturn #E2\n",
        ),
        (plan(f"// rewoo: ignore RW306\r\n{UNREAD} // rewoo: ignore RW302"), plan(f"{UNREAD} // rewoo: ignore RW302")),
        ("// rewoo: ignore RW306\nreturn 1\n", "return 1\n"),
    ],
)
def test_an_idle_ignore_can_be_taken_out(text: str, fixed: str) -> None:
    assert settle(text, lambda one: check(one, TOOLS).diagnostics, unsafe=True).text == fixed


PIECES = st.sampled_from(
    [
        "// rewoo: ignore",
        "-file",
        " RW302",
        ", ",
        " RW999",
        "\n",
        "Plan: x\n",
        UNREAD,
        "\nreturn 1",
        " -- a",
        "# rewoo:",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_comments_give_findings_with_places_and_never_lose_an_error(text: str) -> None:
    found = check(text, TOOLS).diagnostics
    assert all(one.span is not None and one.span.end <= len(text) for one in found)
    without = check(text.replace("rewoo:", "rewoo "), TOOLS)
    assert {(one.code, one.span) for one in found if one.is_error} == {(one.code, one.span) for one in without.errors}


def test_codes_that_only_a_strict_check_gives_are_known() -> None:
    """A rule that only `--strict` asks for must be known here: else its ignores seem idle without it."""
    given = {number for rule in STRICT for number in re.findall(r"RW[0-9]{3}", rule.__doc__ or "")}
    for number in given:
        assert codes(f"// rewoo: ignore-file {number}\nreturn 1\n") == []
        assert codes(f"// rewoo: ignore-file {number}\nreturn 1\n", strict=True) == ["RW065"]
