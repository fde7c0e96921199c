"""The reference on the conformance cases: it meets every case that says what a run comes to whatever its schedule.

Which cases these are is told by rules: the checker does not refuse the plan, the run is not cancelled, and the
reference says itself that no ceiling, deadline or clock may be met (`Outcome.may_meet`).
"""

from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import PlanError
from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.conformance import Case, load_cases
from rewoo_dsl.testing.interleavings import Schedule
from rewoo_dsl.testing.reference import Outcome, differences, reference, scripted, timeouts_of
from rewoo_dsl.testing.scripted_tools import ScriptedTools

FOLDER = Path(__file__).parents[2] / "specs" / "conformance"
FILES = [path for path in sorted(FOLDER.glob("*.json")) if path.name != "expressions.json"]
CASES = [case for path in FILES for case in load_cases(path)]
OF_A_SCHEDULE = ("seconds", "at_once", "events")
"""What a case may expect that is no part of what a run comes to."""


def linked_of(case: Case) -> LinkedPlan | None:
    """The plan of a case; None when it does not start, or when the case is about cancelling it."""
    if case.cancel_at is not None or case.expect.get("refused"):
        return None
    signatures = ScriptedTools(case.tools).signatures
    options: Any = {"load": case.files.__getitem__, "library": case.library, "from_model": case.from_model}
    try:
        return check(case.plan, signatures, **options).require()
    except PlanError:
        return None


def outcome_of(case: Case, linked: LinkedPlan) -> Outcome:
    oracle, timeouts = scripted(case.tools, case.approvals), timeouts_of(case.tools)
    return reference(linked, oracle, case.inputs, limits=Limits(**case.limits), timeouts=timeouts, policy=case.held_to)


def found(outcome: Outcome) -> dict[str, Any]:
    """An outcome in the words of a case."""
    ends = outcome.steps
    return {
        "status": outcome.status,
        "states": {name: end.state for name, end in ends.items()},
        "reasons": {name: end.reason for name, end in ends.items()},
        "branches": {name: end.branch for name, end in ends.items()},
        "evidence": outcome.evidence,
        "value": None if outcome.returned is None else outcome.returned.value,
        "missing": dict(outcome.missing),
        "usage": dict(outcome.usage),
        "calls": sorted([[one.tool, one.arguments] for one in outcome.attempts], key=str),
        "keys": len({(one.step, one.item, one.branch) for one in outcome.attempts}),
        "items": {
            name: [[item.state, item.value if item.reason is None else item.reason] for item in end.items]
            for name, end in ends.items()
            if end.items is not None
        },
        "asked": sorted([[one.step, one.text, one.calls] for one in outcome.asked], key=str),
    }


def unmet(case: Case, outcome: Outcome) -> list[str]:
    """What a case expects and the reference does not say."""
    known = found(outcome)
    told = []
    for what, expected in case.expect.items():
        if what in OF_A_SCHEDULE:
            continue
        real = known[what]
        if what == "calls" and isinstance(expected, int):
            real = len(real)
        elif what in ("calls", "asked"):
            expected = sorted(expected, key=str)
        elif what in ("states", "reasons", "branches", "evidence", "usage", "items"):
            real = {name: real.get(name) for name in expected}
        if real != (pytest.approx(expected) if what == "usage" else expected):
            told.append(f"{what}: {real}, expected {expected}")
    return told


STARTED = [(case, linked) for case in CASES if (linked := linked_of(case)) is not None]
SAID = [(case, linked, outcome) for case, linked in STARTED if not (outcome := outcome_of(case, linked)).may_meet]


@pytest.mark.parametrize(("case", "outcome"), [pytest.param(c, o, id=c.name) for c, _, o in SAID])
def test_the_reference_meets_the_case(case: Case, outcome: Outcome) -> None:
    assert unmet(case, outcome) == []


@pytest.mark.parametrize(("case", "linked", "outcome"), [pytest.param(*one, id=one[0].name) for one in SAID])
def test_the_machine_comes_to_the_same_in_opposite_orders(case: Case, linked: LinkedPlan, outcome: Outcome) -> None:
    """More than what the case expects: all states, values, reasons, branches and items, of every step."""
    oracle, timeouts = scripted(case.tools, case.approvals), timeouts_of(case.tools)
    for choose in (lambda _: 0, lambda count: count - 1):
        limits = Limits(**case.limits)
        schedule = Schedule(linked, oracle, case.inputs, limits=limits, timeouts=timeouts, policy=case.held_to)
        assert differences(outcome, schedule.to_the_end(choose)) == []


def test_most_cases_that_start_say_what_a_run_comes_to_whatever_its_schedule() -> None:
    """The rules leave out what is about ceilings and clocks, and little else."""
    assert len(SAID) > 300
    about_ceilings = {case.name for path in FILES if path.stem in ("limits",) for case in load_cases(path)}
    left_out = {case.name for case, _ in STARTED} - {case.name for case, _, _ in SAID}
    assert len(left_out - about_ceilings) < 40


def test_a_case_that_expects_otherwise_is_not_met() -> None:
    case, _, outcome = SAID[0]
    wrong = Case(case.name, case.sentence, case.plan, {"states": {"E1": "blocked"}, "calls": 99}, case.tools)
    assert len(unmet(wrong, outcome)) == 2
