"""The life of an item: condition, arguments, attempts, result check, fallback.

    prepare -> enqueue -> launch -> finished -> (retry: enqueue again) -> (fall back: enqueue again) -> settle

Each clause of the language that speaks of one call is one function here.
"""

import random
from collections.abc import Mapping
from typing import Any

from ..ir.evaluate import Compiled
from ..ir.expr import Constant, Ref
from ..ir.fuel import EvaluationError, Fuel
from ..ir.values import measure
from ..tools.errors import ResultError
from ..tools.results import weigh
from ..trace.events import AttemptFinished, AttemptStarted, ItemFinished, Reason, RetryScheduled, State
from . import turns
from .core import Core
from .endings import finish
from .messages import Call, Finished
from .program import Clauses, PlanCall, PureValue, ToolCall, ToolCode
from .state import Ending, Item

NO_SECOND_TRY: frozenset[Reason] = frozenset(
    {"bad_argument", "policy", "budget", "deadline", "unknown_outcome", "cancelled"}
)
"""After these neither `retry` nor `fallback` helps: nothing was tried, or trying on is what must not happen.

When they are about a step of a sub-plan, its call has been tried and has failed: then a fallback may stand in for it.
"""


_SHORT = 256
"""Most values are text below this, and need no closer look."""

_FEW = 32 << 10
"""A few short arguments are never as many bytes."""


class _BadArgument(Exception):
    """The arguments do not fit the tool's schema."""


class _TooLarge(Exception):
    """The arguments weigh more than those of one call may."""


class _Forbidden(Exception):
    """The host's policy does not allow this call."""


# --- before the first attempt ---------------------------------------------------------------------------------------


def prepare(core: Core, item: Item) -> bool:
    """Decides the item's condition and evaluates its arguments. False when the item is settled by that."""
    clauses = item.step.code.clauses
    fuel = Fuel()
    try:
        if clauses.item_condition and not holds(clauses, item.names, fuel):
            if clauses.otherwise is None:
                settle(core, item, "skipped", reason="condition")
                return False
            item.action, item.branch = clauses.otherwise, "otherwise"
        if type(item.action) is not PureValue:
            item.arguments = _arguments(core, item.action, item.names, fuel)
        if clauses.fallback is not None and type(clauses.fallback) is not PureValue:
            item.fallback_arguments = _arguments(core, clauses.fallback, item.names, fuel)
    except EvaluationError as error:
        settle(core, item, "failed", reason=reason_of(error), message=error.message)
        return False
    except _BadArgument as error:
        settle(core, item, "failed", reason="bad_argument", message=str(error))
        return False
    except _TooLarge as error:
        settle(core, item, "failed", reason="too_large", message=str(error))
        return False
    except _Forbidden as error:
        settle(core, item, "failed", reason="policy", message=str(error))
        return False
    return True


def holds(clauses: Clauses, names: Mapping[str, Any], fuel: Fuel) -> bool:
    """Whether the step's condition is true. Raises `EvaluationError` also for what is no `bool`."""
    assert clauses.condition is not None  # the caller looked
    value = clauses.condition(names, fuel)
    if type(value) is not bool:
        raise EvaluationError("type", "the condition is no bool: a comparison or `not` makes one")
    return value


def _arguments(core: Core, action: ToolCall | PlanCall, names: Mapping[str, Any], fuel: Fuel) -> dict[str, Any]:
    arguments = {}
    are_small = True
    for name, argument in action.arguments.items():
        if type(argument) is Ref:
            value = names[argument.name]
        elif type(argument) is Constant:
            value = argument.value
        else:
            value = argument(names, fuel)  # type: ignore[operator]  # neither of the two: it is compiled
        arguments[name] = value
        kind = type(value)
        if kind is list or kind is dict or (kind is str and len(value) >= _SHORT):
            are_small = False
    ceiling = core.limits.argument_bytes
    needs_no_look = are_small and ceiling >= _FEW and len(arguments) < 16
    if not needs_no_look and measure(arguments) > ceiling:
        raise _TooLarge(f"{action.name}: the arguments are larger than {ceiling} bytes")
    if type(action) is ToolCall:
        lines, check = action.tool.lines, action.tool.check
        problem = None if check is None else check(arguments)
    else:
        lines = action.lines
        problem = action.program.problem_of_inputs(arguments)
    if problem is not None:
        raise _BadArgument(f"{action.name}: {problem}")
    if lines is not None and (refusal := lines.problem(arguments)) is not None:
        raise _Forbidden(refusal)
    return arguments


def reason_of(error: EvaluationError) -> Reason:
    return "fuel" if error.kind == "fuel" else "expression"


# --- attempts -------------------------------------------------------------------------------------------------------


def enqueue(core: Core, item: Item) -> None:
    """The item's action may happen now: a value at once, a tool call as soon as there is a slot."""
    action = item.action
    if type(action) is ToolCall:
        item.phase = "queued"
        core.ready.append(item)
    elif type(action) is PureValue:
        _evaluate(core, item, action.evaluate)
    else:
        core.later("enter", item)


def _evaluate(core: Core, item: Item, evaluate: Compiled) -> None:
    try:
        value = evaluate(item.names, Fuel())
    except EvaluationError as error:
        failed(core, item, reason_of(error), error.message)
        return
    problem = result_problem(core, item, value)
    if problem is None:
        settle(core, item, "succeeded", value)
    else:
        failed(core, item, *problem)


def launch(core: Core, item: Item) -> bool:
    """Starts the item's next attempt, unless a ceiling forbids it. There is a free slot."""
    action = item.action
    assert type(action) is ToolCall  # nothing else waits for a slot
    tool = action.tool
    if tool.lines is not None and (one_too_many := tool.lines.admit(core.policy_calls)) is not None:
        settle(core, item, "failed", reason="policy", message=one_too_many)
        return False
    for meter in item.step.scope.meters:
        refusal = meter.admit(tool.calls_model)
        if refusal is not None:
            core.later("ceiling", (meter, "budget", refusal))
            return False
        if meter.sleeps:
            core.wake(meter)
    core.free -= 1
    if core.tool_slots or core.tool_rates:
        turns.take_turn(core, tool.name)
    started = attempt_started(core, item, tool.name)
    core.flying[item.attempt_number] = item
    core.out.append(_call(core, item, tool, started))
    return True


def _call(core: Core, item: Item, tool: ToolCode, started: AttemptStarted) -> Call:
    clauses = item.step.code.clauses
    timeout = clauses.timeout
    if timeout is None:
        timeout = core.tool_timeouts.get(tool.name, core.limits.step_seconds)
    return Call(item.attempt_number, started, tool.signature, clauses.declared, timeout)


def call_again(core: Core, item: Item) -> None:
    """A new driver is told of the attempt that flies: the same attempt, under the same key."""
    action = item.action
    assert type(action) is ToolCall  # nothing else flies
    core.out.append(_call(core, item, action.tool, _attempt_of(core, item, action.name)))


def attempt_started(core: Core, item: Item, tool: str) -> AttemptStarted:
    """Counts and records a new attempt."""
    step = item.step
    step.scope.states[step.place] = "running"
    item.phase = "running"
    item.attempt += 1
    core.numbers += 1
    item.attempt_number = core.numbers
    started = _attempt_of(core, item, tool)
    core.out.append(started)
    return started


def _attempt_of(core: Core, item: Item, tool: str) -> AttemptStarted:
    step = item.step
    return AttemptStarted(
        step.scope.path + step.code.name,
        item.index,
        item.branch,
        item.attempt,
        tool,
        item.arguments or {},
        key_of(item),
        core.at,
        type(item.action) is PlanCall,
    )


def key_of(item: Item) -> str:
    """The idempotency key: the same for all attempts of this item and branch, in this run and after a resume."""
    key = item.step.scope.keys.copy()
    key.update(f"{item.step.code.name}\n{item.index}\n{item.branch}".encode())
    return key.hexdigest()[:32]


def finished(core: Core, event: Finished) -> None:
    """An attempt of a tool is over. An end that is told again, or of no attempt, says nothing."""
    item = core.flying.pop(event.attempt, None)
    if item is None:
        return
    action = item.action
    assert type(action) is ToolCall  # nothing else flies
    core.free += 1
    if core.tool_slots:
        turns.give_back(core, action.tool.name)
    if event.usage:
        for meter in item.step.scope.meters:
            excess = meter.add(event.usage, calls_model=action.tool.calls_model)
            if excess is not None:
                core.later("ceiling", (meter, "budget", excess))
    if item.phase == "done":
        _record_end(core, item, event, None, "cancelled", "nobody waits for it any more")
        return
    if event.reason is None:
        problem = result_problem(core, item, event.value)
        if problem is None:
            _record_end(core, item, event, event.value, None, "")
            settle(core, item, "succeeded", event.value)
            return
        _record_end(core, item, event, None, *problem)
        failed(core, item, *problem)
        return
    _record_end(core, item, event, None, event.reason, event.message)
    failed(core, item, event.reason, event.message, lost=event.lost, retryable=event.retryable)


def _record_end(core: Core, item: Item, event: Finished, value: Any, reason: Reason | None, message: str) -> None:
    step = item.step
    core.out.append(
        AttemptFinished(
            step.scope.path + step.code.name,
            item.index,
            item.branch,
            item.attempt,
            value,
            reason,
            message,
            {} if event.usage is None else dict(event.usage),
            core.at,
            event.lost,
            event.retryable,
            event.origin,
        )
    )


def result_problem(core: Core, item: Item, value: Any) -> tuple[Reason, str] | None:
    """Why a value cannot be the item's: its size, or what the tool or the step declares."""
    action = item.action
    if type(action) is ToolCall and action.tool.returns is not None:
        problem = action.tool.returns(value)
        if problem is not None:
            return "wrong_type", f"{action.name} did not give what it declares: {problem}"
    check = item.step.code.clauses.result
    if check is not None:
        problem = check(value)
        if problem is not None:
            return "wrong_type", f"the result is not of the declared type: {problem}"
    return None if type(action) is PlanCall else _too_large(core, value)


def _too_large(core: Core, value: Any) -> tuple[Reason, str] | None:
    """Counts the value as evidence. What a sub-plan returns has been counted there."""
    size = len(value) + 2 if type(value) is str and value.isascii() else _SHORT
    if size >= _SHORT or size > core.result_limits.bytes:
        try:
            size = weigh(value, core.result_limits)
        except ResultError as error:
            return "too_large" if error.reason == "size" else "wrong_type", str(error)
    ceiling = core.limits.evidence_bytes
    if ceiling is not None and core.evidence_bytes + size > ceiling:
        return "too_large", f"the evidence of the run would be larger than {ceiling} bytes"
    core.evidence_bytes += size
    return None


# --- after a failed attempt -----------------------------------------------------------------------------------------


def failed(core: Core, item: Item, reason: Reason, message: str, *, lost: bool = False, retryable: bool = True) -> None:
    """An attempt has failed: try again, fall back, or fail."""
    action = item.action
    may_repeat = type(action) is PureValue or action.may_repeat
    if lost and not may_repeat:
        reason = "unknown_outcome"
    is_last = item.branch == "fallback"
    retries = not is_last and reason not in NO_SECOND_TRY and _may_retry(item, retryable)
    falls_back = not is_last and item.step.code.clauses.fallback is not None and _may_fall_back(item, reason)
    stopped = item.step.scope.stopped
    if stopped is not None and (retries or falls_back):
        settle_as(core, item, stopped)  # an awaited write: what would come next may not start
    elif retries:
        _schedule_retry(core, item)
    elif falls_back:
        _fall_back(core, item)
    else:
        settle(core, item, "failed", reason=reason, message=message)


def _may_retry(item: Item, retryable: bool) -> bool:
    action = item.action
    return (
        retryable
        and type(action) is not PureValue
        and action.may_repeat
        and item.attempt <= item.step.code.clauses.retry
    )


def _may_fall_back(item: Item, reason: Reason) -> bool:
    if type(item.action) is PlanCall:
        return reason != "unknown_outcome"
    return reason not in NO_SECOND_TRY


def _schedule_retry(core: Core, item: Item) -> None:
    """Exponential back-off, of which between half and all is waited; drawn from the item's own randomness, so the
    pauses do not depend on who else is running."""
    limits = core.limits
    full = min(limits.backoff_max_seconds, limits.backoff_seconds * 2 ** (item.attempt - 1))
    drawn = random.Random(f"{core.seed} {item.step.path} {item.index} {item.attempt}").random()
    delay = full * (0.5 + drawn / 2)
    item.phase = "pausing"
    core.pausing.add(item)
    core.record(RetryScheduled(item.step.path, item.index, item.attempt + 1, delay, core.at))
    core.set_timer(delay, "retry", item, f"retry {_place(item)}")


def _place(item: Item) -> str:
    return item.step.path if item.index is None else f"{item.step.path}[{item.index}]"


def retry(core: Core, item: Item) -> None:
    """The pause before the item's next attempt is over."""
    if item.phase == "pausing":
        core.pausing.discard(item)
        enqueue(core, item)


def _fall_back(core: Core, item: Item) -> None:
    fallback = item.step.code.clauses.fallback
    assert fallback is not None  # the caller looked
    item.action, item.branch = fallback, "fallback"
    item.arguments, item.attempt = item.fallback_arguments, 0
    enqueue(core, item)


# --- the end --------------------------------------------------------------------------------------------------------


def settle(
    core: Core, item: Item, state: State, value: Any = None, *, reason: Reason | None = None, message: str = ""
) -> None:
    """The item has come to its end."""
    item.phase = "done"
    step = item.step
    if item.index is None:
        finish(core, step.scope, step.place, state, value, reason=reason, message=message, branch=item.branch)
        return
    item.state, item.value, item.reason, item.message = state, value, reason, message
    core.record(ItemFinished(step.path, item.index, state, value, reason, message, item.branch, core.at))
    core.later("item_done", item)


def settle_as(core: Core, item: Item, ending: Ending) -> None:
    """Settles an item that did not come to its end by itself."""
    core.pausing.discard(item)
    settle(core, item, ending.state, reason=ending.reason, message=ending.message)
