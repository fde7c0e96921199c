"""A log is enough to bring a run back: to its end, and to every place where it may be cut off."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import PlanError
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.interpreter.replay import ReplayError, machine_of, replay
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.conformance import Case, load_cases
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.trace.events import AttemptAbandoned, AttemptFinished, RunFinished, RunStarted
from rewoo_dsl.trace.log import dump, load

CASES = [
    case
    for path in sorted(Path("specs/conformance").glob("*.json"))
    if path.name != "expressions.json"
    for case in load_cases(path)
]


def _linked(case: Case, tools: ScriptedTools):
    return check(
        case.plan, tools.signatures, load=case.files.__getitem__, library=case.library, from_model=case.from_model
    ).require()


def _events(case: Case):
    """What happened in the case's run; nothing when it is refused."""
    tools = ScriptedTools(case.tools)
    events = []
    try:
        linked = _linked(case, tools)
    except PlanError:
        return None, []

    async def approve(asked):
        answer = case.approvals[asked.step]
        if answer == "never":
            await asyncio.Event().wait()
        if isinstance(answer, int | float):
            await asyncio.sleep(answer)
        return answer != "no"

    async def whole():
        task = asyncio.ensure_future(
            run(
                linked,
                tools,
                inputs=case.inputs,
                approve=None if case.approvals is None else approve,
                on_event=events.append,
                limits=Limits(**case.limits),
                seed=7,
                run_id="r",
            )
        )
        if case.cancel_at is not None:
            asyncio.get_running_loop().call_later(case.cancel_at, task.cancel)
        with contextlib.suppress(PlanError, asyncio.CancelledError):
            await task

    run_virtual(whole())
    return linked, events


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_run_of_the_conformance_suite_is_replayed_from_its_log(case: Case) -> None:
    linked, events = _events(case)
    if not events:
        return
    read_back = list(load(dump(events)))
    assert read_back == events
    machine = machine_of(linked, read_back)
    replayed = replay(machine, read_back)
    assert machine.is_over
    assert (replayed.unrecorded, replayed.open_calls) == ((), {})


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.name)
def test_a_log_may_be_cut_off_after_every_event(case: Case) -> None:
    linked, events = _events(case)
    told = [event for event in events if not isinstance(event, AttemptAbandoned)]
    for length in range(1, len(told) + 1):
        machine = machine_of(linked, told)
        replayed = replay(machine, told[:length])
        rest = told[length:]
        assert list(replayed.unrecorded) == rest[: len(replayed.unrecorded)]


def test_the_first_event_that_differs_is_named() -> None:
    case = next(case for case in CASES if case.name == CASES[0].name)
    linked, events = _events(case)
    place, ended = next((i, event) for i, event in enumerate(events) if isinstance(event, AttemptFinished))
    events[place + 1].at += 1.0
    with pytest.raises(ReplayError, match="with at"):
        replay(machine_of(linked, events), events)
    assert ended.step


@pytest.mark.parametrize("events", [[], [RunFinished("succeeded", None, False, {}, {}, 0.0)]])
def test_a_log_without_a_beginning_is_refused(events) -> None:
    linked, _ = _events(CASES[0])
    with pytest.raises(ReplayError, match="run_started"):
        machine_of(linked, events)


def test_the_log_of_another_plan_is_refused() -> None:
    linked, events = _events(CASES[0])
    started = events[0]
    assert isinstance(started, RunStarted)
    started.plan_hash = "0" * 64
    with pytest.raises(ReplayError, match="plan_hash"):
        replay(machine_of(linked, events), events)
