"""Real plans in the paper's form and in the one-line form are read natively: exactly their steps, edges and tools.

The plans live in tests/data/corpus (see its README for where they come from and their licences).
"""

import json
from pathlib import Path

import pytest

from rewoo_dsl import check
from rewoo_dsl.checker import edges
from rewoo_dsl.ir.expr import Call

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


PLANS = rows("corpus/rewoo.jsonl") + rows("corpus/rewoo_langgraph.jsonl")
SOUND = [row for row in PLANS if "expected" in row]
BROKEN = [row for row in PLANS if "broken" in row]


def test_the_sample_holds_what_it_should() -> None:
    assert (len(SOUND), len(BROKEN)) == (27, 3)


@pytest.mark.parametrize("row", SOUND, ids=lambda row: row["id"])
def test_a_sound_plan_gives_its_steps_edges_and_tools(row: dict) -> None:
    report = check(row["plan"])
    assert report.ok, report.diagnostics
    assert report.plan is not None
    expected = row["expected"]
    assert len(report.plan.steps) == expected["steps"]
    tools = [step.do.tool for step in report.plan.steps if isinstance(step.do, Call)]
    assert [tool.lower() for tool in tools] == [tool.lower() for tool in expected["tools"]]
    found = {(f"#{start}", f"#{end}") for start, end in edges(report.plan)}
    assert found == {tuple(edge) for edge in expected["edges"]}


@pytest.mark.parametrize("row", BROKEN, ids=lambda row: row["id"])
def test_a_broken_plan_has_an_error(row: dict) -> None:
    report = check(row["plan"])
    if row["broken"].startswith("#E1 uses parentheses"):
        assert report.ok  # in this language a call in parentheses is as good as one in brackets
        return
    assert not report.ok
    assert all(one.span is not None for one in report.diagnostics if one.is_error)
