"""The life of a step: its needs are final, it starts, its items come to their ends, others may go on."""

from typing import Any

from ..ir.fuel import EvaluationError, Fuel
from ..trace.events import Branch, Reason, StepStarted
from . import approvals
from .core import Core
from .endings import FINAL, HAS_VALUE, TELLING, finish
from .items import enqueue, holds, prepare, reason_of
from .program import Action, EachCode, PureValue, StepCode
from .state import Item, Scope, StepRun


def start(core: Core, which: tuple[Scope, list[int]]) -> None:
    """All needs of these steps are final. Plain calls wait for a slot, all others begin at once."""
    scope, places = which
    program, states = scope.program, scope.states
    for place in places:
        if states[place] != "waiting":
            continue
        states[place] = "ready"
        if core.given and scope.caller is None and program.names[place] in core.given:
            core.out.append(StepStarted(program.names[place], core.at))
            finish(core, scope, place, "succeeded", core.given[program.names[place]])
        elif program.is_plain_call(place):
            core.out.append(StepStarted(scope.path + program.names[place], core.at))
            core.ready.append((scope, place))
        else:
            _start(core, scope, place)


def _start(core: Core, scope: Scope, place: int) -> None:
    """Decides the step's own condition, reads the list of its `for`, and begins its items."""
    code = scope.program.code(place)
    clauses = code.clauses
    step = scope.running[place] = StepRun(code, scope, place, [])
    action: Action | None = code.do
    branch: Branch = "do"
    elements: list[Any] | None = None
    try:
        if clauses.condition is not None and not clauses.item_condition and not holds(clauses, scope.values, Fuel()):
            action, branch = clauses.otherwise, "otherwise"
        elif clauses.each is not None:
            elements = _elements(core, step, clauses.each)
    except EvaluationError as error:
        core.out.append(StepStarted(step.path, core.at))
        finish(core, scope, place, "failed", reason=_list_reason(error), message=error.message)
        return
    core.out.append(StepStarted(step.path, core.at, None if elements is None else len(elements)))
    if action is None:
        finish(core, scope, place, "skipped", reason="condition", branch="otherwise")
    elif elements is None:
        _begin(core, step, [Item(step, None, scope.values, action, branch)])
    else:
        _begin(core, step, _items(step, elements, action))


def begin_plain(core: Core, scope: Scope, place: int) -> Item | None:
    """There is a slot for a plain call that has waited for one. Only now it takes memory: its code, its arguments.

    The item when it can be called, None when it has ended already.
    """
    if scope.states[place] != "ready":
        return None
    code = scope.program.code(place)
    step = scope.running[place] = StepRun(code, scope, place, [])
    item = Item(step, None, scope.values, code.do)
    step.items.append(item)
    if not prepare(core, item):
        return None
    item.phase = "queued"
    return item


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
        ceiling = core.limits.write_items if _may_write(step.code) else core.limits.items
    if len(found) > ceiling:
        raise _TooManyItems("value", f"the list has {len(found)} items, and at most {ceiling} are allowed")
    return found


def _may_write(code: StepCode) -> bool:
    actions = (code.do, code.clauses.otherwise, code.clauses.fallback)
    return any(type(one) is not PureValue and one is not None and one.is_write for one in actions)


def _items(step: StepRun, elements: list[Any], action: Action) -> list[Item]:
    each = step.code.clauses.each
    assert each is not None  # the caller looked
    values = step.scope.values
    names = {name: values[name] for name in each.names if name in values}
    return [Item(step, i, {**names, each.variable: element}, action) for i, element in enumerate(elements)]


def _begin(core: Core, step: StepRun, items: list[Item]) -> None:
    step.items = items
    step.open_items = len(items)
    if not items:
        finish(core, step.scope, step.place, "succeeded", [])
    elif step.code.clauses.asks and approvals.ask(core, step, [item for item in items if prepare(core, item)]):
        return
    else:
        run_items(core, step)


def run_items(core: Core, step: StepRun) -> None:
    """Begins as many items as may run side by side."""
    each = step.code.clauses.each
    width = each.parallel if each is not None and each.parallel is not None else len(step.items)
    for _ in range(min(width, len(step.items))):
        _run_next(core, step)


def _run_next(core: Core, step: StepRun) -> None:
    """Begins the next item that has not ended already while it was prepared."""
    while step.next_item < len(step.items):
        item = step.items[step.next_item]
        step.next_item += 1
        if step.code.clauses.asks:
            if item.phase != "prepared":
                continue
        elif not prepare(core, item):
            return
        enqueue(core, item)
        return


def decline(core: Core, step: StepRun, reason: Reason) -> None:
    """The answer was no, or none came: the step is skipped, and neither `else` nor `fallback` stands in."""
    for item in step.items:
        item.phase = "done"
    finish(core, step.scope, step.place, "skipped", reason=reason)


def item_done(core: Core, item: Item) -> None:
    """One item of a `for` has come to its end; with the last one the step has."""
    step = item.step
    if step.scope.states[step.place] in FINAL:
        return
    step.open_items -= 1
    if step.open_items:
        if step.question is None and step.next_item < len(step.items):
            _run_next(core, step)
        return
    _finish_each(core, step)


def _finish_each(core: Core, step: StepRun) -> None:
    """A `for` has failed when one item has; the others' results stay in the trace."""
    lost = [item for item in step.items if item.state not in HAS_VALUE]
    if not lost:
        finish(core, step.scope, step.place, "succeeded", [item.value for item in step.items])
        return
    worst = min(lost, key=_rank)
    count = "1 item" if len(lost) == 1 else f"{len(lost)} items"
    message = f"{count} of {len(step.items)} without a result; item {worst.index}: {worst.message or worst.reason}"
    finish(core, step.scope, step.place, worst.state, reason=worst.reason, message=message)


def _rank(item: Item) -> int:
    """How telling the reason of a lost item is for the whole step; 0 is the most."""
    if item.reason in TELLING:
        return TELLING.index(item.reason)
    return len(TELLING) + (item.state != "failed")
