"""Law C: a run that is cut off after any event, and gone on with, keeps every recorded step, runs none of them again,
and comes to the evidence of the run that nothing happened to."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import PlanError
from rewoo_dsl.interpreter import Limits, Result, UndecidedWrites, resume, run
from rewoo_dsl.interpreter.replay import AttemptName as Name
from rewoo_dsl.interpreter.replay import name_of
from rewoo_dsl.interpreter.resume import Decisions, label
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.conformance import Case, load_cases
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.trace.events import AttemptFinished, AttemptStarted, Event, StepFinished
from rewoo_dsl.trace.log import dump, load

SPECS = Path(__file__).parents[2] / "specs" / "conformance"
CASES = [
    case
    for path in sorted(SPECS.glob("*.json"))
    if path.name != "expressions.json"
    for case in load_cases(path)
    if "refused" not in case.expect and case.cancel_at is None
]


def linked_of(case: Case, tools: ScriptedTools) -> LinkedPlan:
    return check(
        case.plan, tools.signatures, load=case.files.__getitem__, library=case.library, from_model=case.from_model
    ).require()


def approver(case: Case):
    async def approve(asked) -> bool:
        answer = case.approvals[asked.step]
        if answer == "never":
            await asyncio.Event().wait()
        if isinstance(answer, int | float):
            await asyncio.sleep(answer)
        return answer != "no"

    return None if case.approvals is None else approve


def uncrashed(case: Case) -> tuple[LinkedPlan, Result]:
    tools = ScriptedTools(case.tools)
    linked = linked_of(case, tools)
    limits = Limits(**case.limits)
    whole = run(linked, tools, inputs=case.inputs, approve=approver(case), limits=limits, seed=7, run_id="r")
    return linked, run_virtual(whole)


def resumed(case: Case, linked: LinkedPlan, events: list[Event]) -> tuple[ScriptedTools, Result]:
    """Gone on with by somebody who has every write in doubt made again."""
    again: list[str] = []
    while True:
        tools = ScriptedTools(case.tools)
        going = resume(linked, tools, events, approve=approver(case), decisions=Decisions(again=again))
        try:
            return tools, run_virtual(going)
        except UndecidedWrites as error:
            assert not tools.calls
            again = [label(one) for one in error.writes]


def ended(events: Sequence[Event], keys: Mapping[Name, str]) -> Counter[tuple[str, int]]:
    """How often attempts of tools ended, by key and number; a sub-plan that is tried again has some of the same."""
    return Counter(
        (keys[name_of(e)], e.attempt) for e in events if isinstance(e, AttemptFinished) and name_of(e) in keys
    )


def keys_of(events: Sequence[Event]) -> dict[Name, str]:
    return {name_of(e): e.key for e in events if isinstance(e, AttemptStarted) and not e.subplan}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_cut_comes_to_the_same_end(case: Case) -> None:
    try:
        linked, whole = uncrashed(case)
    except PlanError:
        return
    events = list(load(dump(whole.trace)))
    for length in range(1, len(events)):
        recorded = events[:length]
        tools, result = resumed(case, linked, recorded)
        assert list(result.trace[:length]) == recorded
        keys = keys_of(result.trace)
        calls = Counter((call.key, call.attempt) for call in tools.calls)
        assert calls + ended(recorded, keys) <= ended(result.trace, keys)
        assert_same_end(result, whole)


def assert_same_end(result: Result, whole: Result) -> None:
    assert result.status == whole.status
    assert result.missing == whole.missing
    assert result.evidence == whole.evidence
    assert {name: (one.state, one.reason) for name, one in result.items()} == {
        name: (one.state, one.reason) for name, one in whole.items()
    }
    assert ends_of_steps(result) == ends_of_steps(whole)


def ends_of_steps(result: Result) -> set[str]:
    """Also those of sub-plans."""
    return {event.step for event in result.trace if isinstance(event, StepFinished)}
