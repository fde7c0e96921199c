"""What a run came to, held against what the reference says: laws A, B and C of `docs/semantics.md`."""

import json
from collections.abc import Mapping

from ...interpreter.result import Result
from ...ir.linked import LinkedPlan
from ...trace.events import AttemptStarted, Event, ItemFinished, StepFinished, StepStarted
from .steps import needs_of
from .world import Ended, Outcome

STOPPED = frozenset({"budget", "deadline"})


def differences(outcome: Outcome, result: Result) -> list[str]:
    """How a run differs from what the reference says, a sentence each: laws A and C say that there is nothing.

    Compared are states, values, reasons, branches and items of all steps, those of sub-plans included, the value of
    `return`, status, what is missing, and usage but for sums of money, which depend on the order of additions.
    """
    found = ends_of(result.trace)
    told = [
        f"{name}: {_shown(found.get(name))} instead of {_shown(end)}"
        for name, end in outcome.steps.items()
        if not _alike(found.get(name), end)
    ]
    told += [
        f"{name}: {_shown(found[name])}, and nothing of it is known" for name in found.keys() - outcome.steps.keys()
    ]
    for what, real, expected in (
        ("status", result.status, outcome.status),
        ("missing", result.missing, dict(outcome.missing)),
        ("usage", _counted(result.usage), _counted(outcome.usage)),
    ):
        if real != expected:
            told.append(f"{what}: {real} instead of {expected}")
    return told


def breaches(linked: LinkedPlan, outcome: Outcome, result: Result) -> list[str]:
    """How a run that was cancelled, or met a ceiling, breaks law B, a sentence each.

    Each step of the plan itself ended as the reference says, or failed with `budget` or `deadline`, or was cancelled,
    or failed because nobody knows what the write came to that was running, or is blocked by such a step.
    """
    found = ends_of(result.trace)
    stopped: set[str] = set()
    told = []
    for step in linked.steps:
        real, expected = found.get(step.name), outcome.steps[step.name]
        if _is_stopped(real) or (real is not None and real.state == "blocked" and stopped & needs_of(step.step)):
            stopped.add(step.name)
        elif not _same_end(real, expected):
            told.append(f"{step.name}: {_shown(real)}, neither {_shown(expected)} nor stopped")
    return told


def writes_after(trace: tuple[Event, ...], place: int, writing: frozenset[str]) -> list[str]:
    """The steps in which a call of one of the `writing` tools began behind that place of a trace: there is none."""
    return [one.step for one in trace[place:] if isinstance(one, AttemptStarted) and one.tool in writing]


def ends_of(trace: tuple[Event, ...]) -> dict[str, Ended]:
    """How every step ended, by its whole way; of a step that ran several times, in a sub-plan, the last time."""
    ends: dict[str, Ended] = {}
    items: dict[str, dict[int, Ended]] = {}
    loops: set[str] = set()
    for event in trace:
        match event:
            case StepStarted():
                items[event.step] = {}
                loops = loops | {event.step} if event.items is not None else loops - {event.step}
            case ItemFinished():
                items[event.step][event.item] = Ended(event.state, event.value, event.reason, event.branch)
            case StepFinished():
                of_loop = items.get(event.step, {}) if event.step in loops else None
                listed = None if of_loop is None else tuple(of_loop[place] for place in sorted(of_loop))
                ends[event.step] = Ended(event.state, event.value, event.reason, event.branch, listed)
            case _:
                pass
    return ends


def _alike(real: Ended | None, expected: Ended) -> bool:
    if real is None:
        return False
    if expected.items is None:
        return _same_end(real, expected) and (real.reason, real.branch) == (expected.reason, expected.branch)
    items = real.items or ()
    return (
        _same_end(real, expected)
        and real.reason == expected.reason
        and len(items) == len(expected.items)
        and all(map(_alike, items, expected.items))
    )


def _same_end(real: Ended | None, expected: Ended) -> bool:
    """The same state and, to the last digit, the same value."""
    return real is not None and real.state == expected.state and json.dumps(real.value) == json.dumps(expected.value)


def _is_stopped(real: Ended | None) -> bool:
    if real is None:
        return False
    return real.state == "cancelled" or (real.state == "failed" and real.reason in (*STOPPED, "unknown_outcome"))


def _counted(usage: Mapping[str, float]) -> dict[str, float]:
    return {name: count for name, count in usage.items() if name != "cost"}


def _shown(end: Ended | None) -> str:
    if end is None:
        return "no end"
    value = json.dumps(end.value) if end.has_value else end.reason
    items = "" if end.items is None else f", items [{'; '.join(map(_shown, end.items))}]"
    return f"{end.state} ({value}, {end.branch}{items})"
