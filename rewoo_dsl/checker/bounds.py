"""How often things happen: lengths of lists and calls of tools, from the fewest to the most.

The fewest is what a run makes in which everything goes well and every condition saves work; the most counts every
retry, every fallback and `max` items. Both are added up in the order of the steps, never by recursion over the graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.expr import Action, Apply, Call, Comprehension, Conditional, Constant, Expr, ListOf, Ref
from ..ir.plan import Step
from .callables import Bounds
from .scope import Scope, Statement

NONE = Bounds(0, 0)
ONE = Bounds(1, 1)
UNKNOWN = Bounds(0, None)


def plus(one: Bounds, other: Bounds) -> Bounds:
    most = None if one.most is None or other.most is None else one.most + other.most
    return Bounds(one.least + other.least, most)


def times(one: Bounds, other: Bounds) -> Bounds:
    if one.most == 0 or other.most == 0:
        return NONE
    most = None if one.most is None or other.most is None else one.most * other.most
    return Bounds(one.least * other.least, most)


def either(one: Bounds, other: Bounds) -> Bounds:
    most = None if one.most is None or other.most is None else max(one.most, other.most)
    return Bounds(min(one.least, other.least), most)


# --- lengths -------------------------------------------------------------------------------------------------------


def length(node: Expr | Call, known: Mapping[str, Bounds]) -> Bounds:
    """How many items the list has that `node` gives; `known` are the lengths of earlier steps."""
    match node:
        case ListOf():
            return Bounds(len(node.items), len(node.items))
        case Ref() if all(item is None for item in node.path[:1]):
            return known.get(node.name, UNKNOWN)
        case Comprehension():
            found = length(node.source, known)
            return found if node.condition is None else Bounds(0, found.most)
        case Conditional():
            return either(length(node.then, known), length(node.otherwise, known))
        case Apply(function="sorted", args=(of, *_)):
            return length(of, known)
        case Apply(function="unique", args=(of, *_)):
            found = length(of, known)
            return Bounds(min(found.least, 1), found.most)
        case Apply(function="take", args=(of, Constant(value=int() as count))):
            found = length(of, known)
            return Bounds(min(found.least, abs(count)), _smaller(found.most, abs(count)))
    return UNKNOWN


def _smaller(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


def lengths(scope: Scope) -> dict[str, Bounds]:
    """The length of every step's value that surely is a list of known length, where the plan loops at all."""
    known: dict[str, Bounds] = {}
    if all(step.each is None for step in scope.plan.steps):
        return known
    for place in scope.order.steps:
        step = scope.plan.steps[place]
        if step.condition is not None and not scope.statements[place].item_condition:
            continue
        if step.each is not None:
            known[step.name] = items(step, known)
        elif step.fallback is None and not isinstance(step.do, Call):
            found = length(step.do, known)
            if found != UNKNOWN:
                known[step.name] = found
    return known


def items(step: Step, known: Mapping[str, Bounds]) -> Bounds:
    """How many items a step with `for` runs over."""
    if step.each is None:
        return ONE
    found = length(step.each.source, known)
    if step.each.max is None:
        return found
    return Bounds(min(found.least, step.each.max), _smaller(found.most, step.each.max))


# --- calls ---------------------------------------------------------------------------------------------------------


def calls(scope: Scope) -> Bounds:
    """How many tool calls one run of the plan starts when no ceiling stops it."""
    known = lengths(scope)
    total = NONE
    for statement in scope.statements:
        if statement.calls and statement.step is not None:
            total = plus(total, _calls_of_step(scope, statement, statement.step, known))
    return total


def _calls_of_step(scope: Scope, statement: Statement, step: Step, known: Mapping[str, Bounds]) -> Bounds:
    one, otherwise = _calls_when_run(scope, step, step.do), _calls_when_run(scope, step, step.otherwise)
    if statement.item_condition:
        found = times(items(step, known), either(one, otherwise))
    elif step.condition is not None:
        found = either(times(items(step, known), one), otherwise)
    else:
        found = times(items(step, known), one)
    return Bounds(0, found.most) if step.approve is not None else found


def _calls_when_run(scope: Scope, step: Step, action: Action | None) -> Bounds:
    """The attempts of a branch and, when they all fail, the fallback; nothing for a branch that is not there."""
    if action is None:
        return NONE
    attempts = times(_calls_of(scope, action), Bounds(1, 1 + step.retry))
    fallback = _calls_of(scope, step.fallback)
    return plus(attempts, Bounds(0, fallback.most))


def _calls_of(scope: Scope, action: Action | None) -> Bounds:
    if not isinstance(action, Call):
        return NONE
    target = scope.target(action.tool)
    return ONE if target is None else target.calls


# --- seconds -------------------------------------------------------------------------------------------------------


def slowest(scope: Scope) -> float:
    """The seconds that the time-outs written in the plan add up to on the longest way through it."""
    ends: dict[str, float] = {}
    for place in scope.order.steps:
        step = scope.plan.steps[place]
        start = max((ends.get(name, 0.0) for name in scope.statements[place].names), default=0.0)
        ends[step.name] = start + _seconds(step)
    return max(ends.values(), default=0.0)


def _seconds(step: Step) -> float:
    if step.timeout is None:
        return 0.0
    attempts = int(isinstance(step.do, Call)) * (1 + step.retry) + int(isinstance(step.fallback, Call))
    return attempts * step.timeout * _rounds(step)


def _rounds(step: Step) -> int:
    """How often a `for` with `parallel` starts anew when every item takes its time."""
    if step.each is None or step.each.max is None or step.each.parallel is None:
        return 1
    return -(-step.each.max // step.each.parallel)
