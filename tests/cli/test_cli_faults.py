"""`rewoo run --fault`: a real run in which something goes wrong by name."""

import json
from pathlib import Path

import pytest
from cli_process import Rewoo

TOOLS = ("--tools", "my_tools:registry")
PLAN = 'Plan: look\n#E1 = search(query="a", k=1) retry 1 fallback ["none"]\nreturn #E1\n'


@pytest.fixture
def plan(folder: Path) -> str:
    (folder / "plan.rewoo").write_text(PLAN)
    return "plan.rewoo"


def test_the_plan_shows_what_it_makes_of_a_fault(rewoo: Rewoo, plan: str) -> None:
    ended = rewoo("run", "-q", plan, *TOOLS, "--fault", "E1:refuse")
    assert (ended.code, json.loads(ended.out)) == (0, ["none"])
    assert ended.err == ""


def test_a_fault_that_was_never_hit_is_told(rewoo: Rewoo, plan: str) -> None:
    ended = rewoo("run", "-q", plan, *TOOLS, "--fault", "E1:raise@2")
    assert json.loads(ended.out) == ["a 0"]
    assert "--fault E1:raise@2: never hit" in ended.err


def test_a_fault_of_no_step_is_wrong_use(rewoo: Rewoo, plan: str) -> None:
    ended = rewoo("run", plan, *TOOLS, "--fault", "E2:raise")
    assert ended.code == 2
    assert "the plan has no step #E2; did you mean #E1?" in ended.err


def test_a_crash_ends_the_process(process: Rewoo, plan: str) -> None:
    assert process("run", plan, *TOOLS, "--fault", "E1:crash@1").code == 137
