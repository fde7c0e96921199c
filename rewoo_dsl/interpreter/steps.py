"""The life of a step: its needs are final, it starts, its items come to their ends, others may go on."""

from typing import Any

from ..ir.fuel import EvaluationError, Fuel
from ..trace.events import Branch, Reason, State, StepFinished, StepStarted
from . import approvals
from .core import Core, Job
from .items import enqueue, holds, prepare, reason_of
from .program import RETURN, Action, EachCode, PureValue
from .state import Item, Phase, StepRun

HAS_VALUE: frozenset[State] = frozenset({"succeeded", "skipped"})
FINAL: frozenset[State] = frozenset({"succeeded", "skipped", "failed", "blocked", "cancelled"})


def start(core: Core, step: StepRun) -> None:
    """All needs are final: decides the step's own condition, reads the list of its `for`, and begins its items."""
    if step.state != "waiting":
        return
    step.state = "ready"
    code = step.code
    action: Action | None = code.do
    branch: Branch = "do"
    elements: list[Any] | None = None
    try:
        if code.condition is not None and not code.item_condition and not holds(code, step.scope.values, Fuel()):
            action, branch = code.otherwise, "otherwise"
        elif code.each is not None:
            elements = _elements(core, step, code.each)
    except EvaluationError as error:
        core.record(StepStarted(step.path, core.at))
        finish(core, step, "failed", reason=_list_reason(error), message=error.message)
        return
    core.record(StepStarted(step.path, core.at, None if elements is None else len(elements)))
    if action is None:
        finish(core, step, "skipped", reason="condition", branch="otherwise")
    elif elements is None:
        _begin(core, step, [Item(step, None, step.scope.values, action, branch)])
    else:
        _begin(core, step, _items(step, elements, action))


class _TooManyItems(EvaluationError):
    """The list of a `for` is longer than allowed."""


def _list_reason(error: EvaluationError) -> Reason:
    return "too_many_items" if isinstance(error, _TooManyItems) else reason_of(error)


def _elements(core: Core, step: StepRun, each: EachCode) -> list[Any]:
    found = each.source(step.scope.values, Fuel())
    if type(found) is not list:
        raise EvaluationError("type", "`for` goes over a list, and this is none")
    ceiling = each.max
    if ceiling is None:
        writes = type(step.code.do) is not PureValue and step.code.do.is_write
        ceiling = core.limits.write_items if writes else core.limits.items
    if len(found) > ceiling:
        raise _TooManyItems("value", f"the list has {len(found)} items, and at most {ceiling} are allowed")
    return found


def _items(step: StepRun, elements: list[Any], action: Action) -> list[Item]:
    each = step.code.each
    assert each is not None  # the caller looked
    values = step.scope.values
    names = {name: values[name] for name in each.names if name in values}
    return [Item(step, i, {**names, each.variable: element}, action) for i, element in enumerate(elements)]


def _begin(core: Core, step: StepRun, items: list[Item]) -> None:
    step.items = items
    step.open_items = len(items)
    if not items:
        finish(core, step, "succeeded", [])
    elif step.code.asks and approvals.ask(core, step, [item for item in items if prepare(core, item)]):
        return
    else:
        run_items(core, step)


def run_items(core: Core, step: StepRun) -> None:
    """Begins as many items as may run side by side."""
    each = step.code.each
    width = each.parallel if each is not None and each.parallel is not None else len(step.items)
    for _ in range(min(width, len(step.items))):
        _run_next(core, step)


def _run_next(core: Core, step: StepRun) -> None:
    """Begins the next item that has not ended already while it was prepared."""
    while step.next_item < len(step.items):
        item = step.items[step.next_item]
        step.next_item += 1
        if step.code.asks:
            if item.phase is not Phase.PREPARED:
                continue
        elif not prepare(core, item):
            return
        enqueue(core, item)
        return


def decline(core: Core, step: StepRun, reason: Reason) -> None:
    """The answer was no, or none came: the step is skipped, and neither `else` nor `fallback` stands in."""
    for item in step.items:
        item.phase = Phase.DONE
    finish(core, step, "skipped", reason=reason)


def item_done(core: Core, item: Item) -> None:
    """One item has come to its end; with the last one the step has."""
    step = item.step
    if step.state in FINAL:
        return
    step.open_items -= 1
    if step.open_items:
        if step.question is None and step.next_item < len(step.items):
            _run_next(core, step)
        return
    if item.index is None:
        finish(core, step, item.state, item.value, reason=item.reason, message=item.message, branch=item.branch)
    else:
        _finish_each(core, step)


def _finish_each(core: Core, step: StepRun) -> None:
    """A `for` has failed when one item has; the others' results stay in the trace."""
    lost = [item for item in step.items if item.state not in HAS_VALUE]
    if not lost:
        finish(core, step, "succeeded", [item.value for item in step.items])
        return
    worst = next((item for item in lost if item.state == "failed"), lost[0])
    count = "1 item" if len(lost) == 1 else f"{len(lost)} items"
    message = f"{count} of {len(step.items)} without a result; item {worst.index}: {worst.message or worst.reason}"
    finish(core, step, worst.state, reason=worst.reason, message=message)


def finish(
    core: Core,
    step: StepRun,
    state: State,
    value: Any = None,
    *,
    reason: Reason | None = None,
    message: str = "",
    branch: Branch = "do",
) -> None:
    """The step is final: tells those who wait for it, and the scope when it was the last one."""
    step.state, step.value, step.reason = state, value, reason
    step.items = []
    scope, code = step.scope, step.code
    core.out.append(StepFinished(scope.path + code.name, state, value, reason, message, branch, core.at))
    scope.unfinished -= 1
    if not scope.unfinished:
        core.agenda.append((Job.SCOPE_DONE, scope))
    if scope.stopped is not None:
        return
    if state in HAS_VALUE and code.name != RETURN:
        scope.values[code.name] = value
    elif code.dependents:
        for place in code.dependents:
            core.agenda.append((Job.BLOCK, (scope.steps[place], step)))
        return
    for place in code.dependents:
        other = scope.steps[place]
        other.open_needs -= 1
        if not other.open_needs and other.state == "waiting":
            core.agenda.append((Job.START, other))


def block(core: Core, step: StepRun, need: StepRun) -> None:
    """A need has no value, so this step never starts."""
    if step.state == "waiting":
        finish(core, step, "blocked", reason="needs", message=f"#{need.code.name} has no value: it is {need.state}")
