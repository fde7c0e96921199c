"""Plans in any format, told in their own words, whichever format they are said to be in."""

import json
from pathlib import Path

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.checker.foreign import FORMATS, OWN, check_as, format_of
from rewoo_dsl.lowering.dialects import read

SAMPLE = Path(__file__).parents[1] / "data" / "corpus"
ROWS = [
    (path.stem, row)
    for path in sorted(SAMPLE.glob("*.jsonl"))
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
]
SOUND = [pytest.param(name, row, id=row["id"]) for name, row in ROWS if "expected" in row]

OURS = 'Plan: look\n#E1: list[str] = search(query="a") retry 3\n#E2 = LLM[Sum up #E1[0]]\n#E3 = len(#E1)\n'


@pytest.mark.parametrize(("name", "row"), SOUND)
def test_a_format_is_recognised_and_read_exactly(name: str, row: dict) -> None:
    judged = check_as(row["plan"])
    assert judged.dialect == name or (name, judged.dialect) == ("rewoo", OWN)
    assert judged.report.ok
    expected = row["expected"]
    assert len(judged.steps) == expected["steps"]
    assert sorted(judged.edges) == sorted(map(tuple, expected["edges"]))
    assert list(judged.tools) == expected["tools"]


def test_what_our_grammar_takes_is_ours() -> None:
    judged = check_as(OURS)
    assert (judged.dialect, judged.report.ok) == (OWN, True)
    assert judged.steps == ("#E1", "#E2", "#E3")
    assert judged.tools == ("search", "LLM")
    assert judged.edges == (("#E1", "#E2"), ("#E1", "#E3"))


def test_the_paper_form_that_our_grammar_does_not_take_is_the_papers() -> None:
    assert format_of("Plan: a\n#E1 = Google[a]\nPlan: b\n#E2 = Google(a b)\n") == "rewoo"


def test_a_plan_as_json_is_ours() -> None:
    report = check(OURS)
    assert report.plan is not None
    judged = check_as(report.plan.model_dump_json())
    assert (judged.dialect, judged.report.ok) == (OWN, True)
    assert judged.edges == (("#E1", "#E2"), ("#E1", "#E3"))
    assert not check_as('{"steps": [').report.ok


@pytest.mark.parametrize("text", ["", "hello", "[]", "{", "\x00", "#E1 = ", "\ud800"])
@pytest.mark.parametrize("dialect", FORMATS)
def test_no_text_is_too_odd(text: str, dialect: str) -> None:
    assert not check_as(text, dialect).report.ok


def test_a_format_that_is_none() -> None:
    with pytest.raises(ValueError, match="expected one of auto, rewoo"):
        check_as("", "latin")


def test_a_step_that_could_not_be_read_is_no_unknown_name() -> None:
    text = '[{"name": "a", "arguments": {}, "label": "v1"}, {"label": "v2"}, {"name": "b", "arguments": {"x": "$v2$"}}]'
    found = check(read(text, "nestful")).errors
    assert [one.code for one in found] == ["RW085"]
    assert found[0].span is not None


def test_findings_in_another_format_have_places_and_no_fixes_of_ours() -> None:
    text = '1. search(query="a")\n2. math("$1 and $9")\n3. join()<END_OF_PLAN>'
    (error,) = check_as(text, "llmcompiler").report.errors
    assert error.code == "RW101"
    assert error.span is not None
    assert text[error.span.start : error.span.end] == '"$1 and $9"'
    assert error.fixes == ()
