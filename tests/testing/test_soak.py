"""A modest soak, the matrix of what it has shown, and shrinking: what is found is made small and stays found."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.testing.coverage import CLAUSES, FAULTS, IMPOSSIBLE, STATES, Matrix, cells_of, why_impossible
from rewoo_dsl.testing.dense import DESCRIBED, SIGNATURES, World, library, linked_plan
from rewoo_dsl.testing.drawing import Seeded
from rewoo_dsl.testing.driven import driven
from rewoo_dsl.testing.fault_schedules import draw_faults
from rewoo_dsl.testing.faults import calls_of, read_faults
from rewoo_dsl.testing.laws import Trial
from rewoo_dsl.testing.reference import Ending, Oracle
from rewoo_dsl.testing.reproducer import Failure
from rewoo_dsl.testing.shrinking import shrink, shrink_trial
from rewoo_dsl.testing.soak import smallest, soak


@pytest.mark.parametrize("seed", [1, 2])
def test_a_modest_soak_finds_no_divergence(seed: int) -> None:
    report = soak(plans=300, seed=seed)
    assert [one.model_dump_json() for one in report.failures] == []
    assert report.matrix.wrongly_impossible == []
    assert report.plans == 300
    assert min(report.faults, report.crash_points, report.cancellations) > 200
    assert report.driven > 5
    assert len(report.matrix.never_hit) < len(CLAUSES) * len(STATES) * len(FAULTS) / 3


def test_the_driver_is_held_to_the_laws(tmp_path: Path) -> None:
    linked = check('#E1 = find(x="a") retry 1 timeout 5s\n#E2 = send(x=#E1)\n', SIGNATURES).require()
    world = World(1, calm=True)
    hold = Trial(linked, world.oracle, faults=read_faults(["E1:hang@1", "E2:slow=3s"]))
    length = len(hold.run().trace)
    for crash_after in (None, *range(1, length)):
        assert driven(linked, world.described(), faults=hold.faults, crash_after=crash_after) == []
    other = {**world.described(), "send": {**DESCRIBED["send"], "script": [{"among": [{"step": 1}], "usage": {}}]}}
    assert driven(linked, other) == []
    file = (
        Failure.of(replace(hold, crashes=(3,)), ["x"]).model_copy(update={"kind": "driver"}).write(tmp_path / "f.json")
    )
    assert Failure.read(file).replay() == []


def test_a_number_is_a_plan_whoever_tries_it() -> None:
    whole, again = soak(plans=40, seed=5), soak(plans=20, seed=5)
    again.join(soak(plans=20, first=20, seed=5))
    assert whole.matrix.hits == again.matrix.hits
    assert "seed 5: 40 plans" in whole.text()


# --- the matrix ----------------------------------------------------------------------------------------------------


def trial(text: str, oracle: Oracle) -> Trial:
    return Trial(check(text, SIGNATURES, library=library()).require(), oracle)


def test_cells_are_what_a_run_has_shown() -> None:
    failing = Oracle(lambda one: Ending(reason="tool_error") if one.attempt == 1 else Ending(value="done"))
    one = trial('#E1 = find(x="a") retry 1\n#E2 = "b"\n', failing)
    cells = set(cells_of(one.linked, one.run().trace))
    assert cells == {("call", "succeeded", "raise"), ("retry", "succeeded", "raise"), ("value", "succeeded", "none")}


def test_the_table_names_every_cell_that_was_never_hit() -> None:
    matrix = Matrix()
    one = trial('#E1 = "b"\n', Oracle(lambda _: Ending()))
    matrix.add(one.linked, one.run().trace)
    table = matrix.table()
    assert "never hit: value x failed x none" in table
    assert "never hit: value x succeeded x none" not in table
    assert f"1 of {len(matrix.never_hit) + 1} cells hit" in table
    for rule in IMPOSSIBLE:
        assert rule.why in table


def test_an_impossible_cell_that_was_hit_is_told() -> None:
    cell = ("return", "skipped", "none")
    assert why_impossible(cell) == "`return` has no `if` and asks nobody"
    matrix = Matrix()
    matrix.hits[cell] += 1
    assert matrix.wrongly_impossible == [cell]
    assert "held to be impossible: return x skipped x none" in matrix.table()


def test_faults_are_for_calls_of_the_plan() -> None:
    for seed in range(60):
        draw = Seeded(seed)
        linked = linked_plan(draw)
        faults = draw_faults(draw, linked, crashes=True)
        assert read_faults(map(str, faults), linked) == faults
        assert {one.step for one in faults} <= {way for way, *_ in calls_of(linked)}


# --- shrinking -----------------------------------------------------------------------------------------------------

LARGE = """\
Goal: Something large.
limit calls 40
#E1 = find(x=["a", "b"]) retry 2 timeout 5s
#E2 = "text"
#E3 = texts(x="of #E1") for #s in ["a", "b"] max 3 if #s != "c" else "none"
#E4 = save(x=[#E2, #E1]) fallback "none" after #E3 approve "Now?" within 1m
#E5 = [#E3, {a: #E4}]
return [#E5, #E1]
"""


def plan_of(text: str) -> Plan:
    plan = check(text, SIGNATURES).plan
    assert plan is not None
    return plan


def calls(tool: str) -> Callable[[Plan], bool]:
    return lambda plan: f"{tool}(" in to_text(plan)


@pytest.mark.parametrize(
    ("fails", "least"),
    [
        (calls("save"), "#E4 = save(x=null)\n"),
        (lambda plan: "retry" in to_text(plan), "#E1 = find(x=null) retry 1\n"),
        (lambda plan: any(one.each for one in plan.steps), "#E3 = null for #s in null max 3\n"),
        (lambda plan: plan.limit is not None and "text" in to_text(plan), 'limit calls 40\n#E2 = "text"\n'),
        (lambda plan: len(plan.steps) >= 3, "#E3 = null\n#E4 = null\n#E5 = null\n"),
    ],
)
def test_what_does_not_matter_goes(fails: Callable[[Plan], bool], least: str) -> None:
    small = shrink(plan_of(LARGE), fails, SIGNATURES)
    assert fails(small)
    assert check(small, SIGNATURES).ok
    assert to_text(small) == least
    assert shrink(small, fails, SIGNATURES) == small


def test_so_many_tries_and_no_more() -> None:
    asked = []

    def fails(plan: Plan) -> bool:
        asked.append(plan)
        return len(asked) % 7 == 0

    shrink(plan_of(LARGE), fails, SIGNATURES, tries=25)
    assert len(asked) <= 25


def test_a_trial_that_breaks_its_law_is_made_small() -> None:
    """A world that lies about `send`: what the reference hears is not what the machine hears."""
    heard: dict[object, int] = {}

    def ends(attempt: object) -> Ending:
        heard[attempt_name(attempt)] = heard.get(attempt_name(attempt), 0) + 1
        return Ending(value=heard[attempt_name(attempt)] if "send" in str(attempt) else "done")

    linked = check('#E1 = find(x="a")\n#E2 = find(x=#E1) retry 2\n#E3 = send(x="b") if true\n#E4 = [#E3]\n', SIGNATURES)
    broken = Trial(linked.require(), Oracle(ends), order=9, crashes=(7, 9), cancel_at=None)
    assert broken.breaks()
    small = shrink_trial(broken)
    assert (small.crashes, small.order) == ((), 0)
    assert to_text(small.linked.plan) == "#E3 = send(x=null)\n"
    failure = smallest(broken, broken.breaks())
    assert json.loads(failure.model_dump_json())["plan"]["plan"] == "#E3 = send(x=null)\n"


def attempt_name(attempt: object) -> object:
    return str(attempt)


def test_worlds_may_be_calm() -> None:
    linked: LinkedPlan = linked_plan(Seeded(3))
    assert not any(one.reason == "tool_error" for one in Trial(linked, World(1, calm=True).oracle).run().values())
