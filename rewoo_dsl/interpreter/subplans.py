"""Scopes: the root plan's, and one for each call of a sub-plan, inside its caller's limits."""

import hashlib
from typing import Any

from ..trace.events import AttemptFinished, Reason, State
from .core import Core
from .endings import TELLING
from .items import attempt_started, failed, result_problem, settle
from .meters import Meter, Used
from .program import PlanCall, Program
from .state import Ending, Item, Scope
from .stopping import has_write_in_doubt, stop_scope


def open_scope(
    core: Core,
    program: Program,
    values: dict[str, Any],
    meters: tuple[Meter, ...],
    *,
    path: str = "",
    key_path: str = "",
    caller: Item | None = None,
) -> Scope:
    """A running plan. Steps without needs start as soon as the agenda comes to them."""
    count = len(program.names)
    keys = hashlib.sha256(f"{core.run}\n{key_path}".encode())
    states: list[State] = ["waiting"] * count
    scope = Scope(program, path, key_path, keys, values, meters, states, list(program.needs), count, caller)
    scope.meters = _own_meters(core, scope) + meters
    for meter in scope.meters:
        if meter.scope is None:
            meter.scope = scope
    if not count:
        core.later("scope_done", scope)
    core.later("start", (scope, [place for place, needs in enumerate(program.needs) if not needs]))
    return scope


def _own_meters(core: Core, scope: Scope) -> tuple[Meter, ...]:
    limit = scope.program.limit
    if limit is None:
        return ()
    meter = Meter(
        "the plan's limit",
        scope,
        limit.calls,
        None,
        limit.tokens,
        limit.cost,
        limit.time,
        timer=f"limit {scope.path}".rstrip(" /"),
        started=core.at,
        used=Used(),
    )
    start_clock(core, meter)
    return (meter,)


def start_clock(core: Core, meter: Meter) -> None:
    """Measures the meter's time from now on, when it has a ceiling on time."""
    if meter.seconds is not None:
        meter.started = core.at
        core.clocks.append(meter)
        core.set_timer(meter.seconds, "look_at_clock", meter, meter.timer)


def enter(core: Core, item: Item) -> None:
    """The item's sub-plan call begins: one attempt, in a scope of its own."""
    if item.phase == "done":
        return
    action, step = item.action, item.step
    assert type(action) is PlanCall  # nothing else is entered
    started = attempt_started(core, item, action.name)
    place = started.step if item.index is None else f"{started.step}[{item.index}]"
    if item.branch != "do":
        place = f"{place}.{item.branch}"
    meters = step.scope.meters
    timeout = step.code.clauses.timeout
    if timeout is not None:
        clock = Meter("the timeout", seconds=timeout, late="timeout", attempt_of=item, timer=f"timeout {place}")
        start_clock(core, clock)
        meters = (clock, *meters)
    values = action.program.values(item.arguments or {}, step.scope.values["now"])
    key_path = f"{step.scope.key_path}{step.code.name}/{item.index}/{item.branch}/"
    item.child = open_scope(core, action.program, values, meters, path=f"{place}/", key_path=key_path, caller=item)


def scope_done(core: Core, scope: Scope) -> None:
    """Every step of a sub-plan is final: its `return` is the value of the call."""
    item = scope.caller
    if item is None or item.child is not scope:
        return
    _leave(core, item)
    if not scope.has_returned:
        reason, message = _why(scope)
        _record_end(core, item, None, (reason, message))
        failed(core, item, reason, message)
        return
    problem = result_problem(core, item, scope.returned)
    _record_end(core, item, scope.returned if problem is None else None, problem)
    if problem is None:
        item.step.scope.lost |= scope.lost | {scope.path + scope.program.names[p]: r for p, r in scope.reasons.items()}
        settle(core, item, "succeeded", scope.returned)
    else:
        failed(core, item, *problem)


def _leave(core: Core, item: Item) -> None:
    """The attempt's scope is over, and so are the clocks that ran for it."""
    scope, item.child = item.child, None
    core.clocks = [meter for meter in core.clocks if meter.scope is not scope]


def _why(scope: Scope) -> tuple[Reason, str]:
    """The reason of a sub-plan without a value: the most telling one of its own steps, else the first."""
    lost = {place: reason for place, reason in sorted(scope.reasons.items()) if reason != "needs"}
    for telling in (*TELLING, *lost.values()):
        for place, reason in lost.items():
            if reason == telling:
                return reason, f"#{scope.program.names[place]} of the sub-plan: {reason}"
    return "needs", "the sub-plan has no value"


def _record_end(core: Core, item: Item, value: Any, problem: tuple[Reason, str] | None) -> None:
    reason, message = problem or (None, "")
    core.record(
        AttemptFinished(item.step.path, item.index, item.branch, item.attempt, value, reason, message, {}, core.at)
    )


def give_up(core: Core, item: Item) -> None:
    """The `timeout` of a sub-plan's attempt is over: what runs in it is cancelled."""
    scope = item.child
    if scope is None:
        return
    lost = has_write_in_doubt(scope)
    _leave(core, item)
    stop_scope(core, scope, Ending("cancelled", "cancelled", "the sub-plan's time is over"), spare_writes=False)
    reason: Reason = "unknown_outcome" if lost else "timeout"
    message = "the sub-plan did not finish in time"
    _record_end(core, item, None, (reason, message))
    failed(core, item, reason, message)
