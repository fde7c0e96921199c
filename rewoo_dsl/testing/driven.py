"""The asyncio driver under the laws, on virtual time: a whole run, and one whose process dies after any event.

    told = driven(linked, described, crash_after=7)

The machine alone is tried by `laws.py`, a hundred times as fast. Here what surrounds it is tried, too: workers, timers,
time-outs, and `resume`, which decides what becomes of calls that were under way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..interpreter import Limits, Result
from ..interpreter.resume import Decisions, UndecidedWrites, label, resume
from ..ir.linked import LinkedPlan
from ..trace.events import Event
from .clock import run_virtual
from .faults import Fault, all_tools, faulty, with_faults
from .invariants import invariants, replayed_alike
from .reference import differences, reference, scripted, timeouts_of
from .runs import answering, run_once
from .scripted_tools import ScriptedTools

Described = Mapping[str, Mapping[str, Any]]


def driven(
    linked: LinkedPlan,
    described: Described,
    inputs: Mapping[str, Any] | None = None,
    *,
    answers: Mapping[str, Any] | None = None,
    faults: Sequence[Fault] = (),
    limits: Limits | None = None,
    seed: int = 0,
    crash_after: int | None = None,
) -> list[str]:
    """How a run of the driver differs from what the reference says, a sentence each; laws A and C say: not at all.

    Args:
        linked: the plan.
        described: scripted tools.
        inputs: values for the plan's inputs.
        answers: what people say, by step.
        faults: what goes wrong besides.
        limits: the host's. A plan that may meet one of its ceilings is only held to what always holds.
        seed: what pauses are drawn from.
        crash_after: so many events are left of the run, and another driver goes on. Writes of which nobody knows
            whether they happened are called again.
    """
    limits = limits or Limits()
    world = faulty(scripted(described, answers), faults, all_tools(linked))
    outcome = reference(linked, world, inputs, limits=limits, timeouts=timeouts_of(described))
    tools = with_faults(ScriptedTools(described), faults)
    result = run_once(linked, tools, inputs, answers=answers, limits=limits, seed=seed)
    if crash_after is not None:
        result = _resumed(linked, tools, result.trace[:crash_after], answers or {})
    told = invariants(linked, result.trace, limits) + replayed_alike(linked, result.trace)
    return told if outcome.may_meet else told + differences(outcome, result)


def _resumed(
    linked: LinkedPlan, tools: Mapping[str, Any], recorded: Sequence[Event], answers: Mapping[str, Any]
) -> Result:
    async def going_on(decisions: Decisions) -> Result:
        return await resume(linked, tools, recorded, decisions=decisions, approve=answering(answers))

    try:
        return run_virtual(going_on(Decisions()))
    except UndecidedWrites as undecided:
        again = [label(one) for one in undecided.writes]
        return run_virtual(going_on(Decisions(again=again)))


__all__ = ["driven"]
