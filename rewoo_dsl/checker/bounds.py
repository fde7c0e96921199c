"""What a plan may come to: lengths of lists, and the cost of every step and of the whole, from the least to the most.

The least is what a run takes in which everything goes well and every condition saves work; the most counts every
retry, every fallback and `max` items. Both are added up in the order of the steps, never by recursion over the graph.
The algebra is `ir.costs`; this module says what a step's clauses mean in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..ir.costs import (
    FREE,
    MANY,
    NONE,
    ONE,
    UNKNOWN,
    Bounds,
    Ceilings,
    Cost,
    StepCost,
    Table,
    amount,
    choice,
    either,
    optional,
    plus,
    repeated,
    then,
    unknown,
)
from ..ir.expr import Action, Apply, Call, Comprehension, Conditional, Constant, Expr, ListOf, Ref
from ..ir.part import made
from ..ir.plan import Step
from ..ir.signature import Amount, CallCost, Signature
from .callables import Target

if TYPE_CHECKING:
    from .scope import Scope, Statement

NOTHING_PROMISED = made(CallCost)

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


def _smaller(one: float | None, other: float) -> float:
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
        return found if found.most is not None else unknown("a list of unknown length", found.least)
    return Bounds(min(found.least, step.each.max), _smaller(found.most, step.each.max))


# --- cost ----------------------------------------------------------------------------------------------------------


def measure(scope: Scope) -> Table:
    """The cost of every step of a plan and of one run of it, when no ceiling stops it."""
    meter = Meter(scope)
    steps = [meter.of_step(statement) for statement in scope.statements[: len(scope.plan.steps)]]
    total, path = _whole(scope, steps)
    return Table(tuple(steps), total, path, tuple(meter.assumed))


class Meter:
    """Weighs the steps of one plan. `assumed` collects what had to be taken for granted, in order of appearance."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.known = lengths(scope)
        self.assumed: dict[str, None] = {}

    def of_step(self, statement: Statement) -> StepCost:
        """A step with its clauses. Waiting for a person takes no time of the run, and the answer may be no."""
        step = statement.step
        assert step is not None, "only steps are weighed"
        count = items(step, self.known)
        if not statement.calls:
            return StepCost(step.name, count, FREE)
        rounds = _rounds(step, count)
        one, other = self._branch(step, step.do), self._branch(step, step.otherwise)
        if statement.item_condition:
            cost = repeated(choice(one, other), count, rounds)
        elif step.condition is not None:
            cost = choice(repeated(one, count, rounds), other)
        else:
            cost = one if step.each is None else repeated(one, count, rounds)
        return StepCost(step.name, count, optional(cost) if step.approve is not None else cost)

    def _branch(self, step: Step, action: Action | None) -> Cost:
        """The attempts of a branch with the pauses between them and, when they all fail, the fallback."""
        if action is None:
            return FREE
        cost = self.of_call(step, action) if isinstance(action, Call) else FREE
        if step.retry and isinstance(action, Call):
            attempts = Bounds(1, 1 + step.retry)
            pauses = Bounds(0, self.scope.host.pauses(step.retry))
            cost = then(repeated(cost, attempts, attempts), Cost(seconds=pauses, work=pauses))
        if isinstance(step.fallback, Call):
            cost = then(cost, optional(self.of_call(step, step.fallback)))
        return cost

    def of_call(self, step: Step, call: Call) -> Cost:
        """One attempt."""
        target = self.scope.target(call.tool)
        if target is None:
            return self._stranger(step, call.tool)
        if target.is_subplan:
            return _timed(target.cost, step.timeout)
        return self._tool(step, target)

    def _tool(self, step: Step, target: Target) -> Cost:
        one = target.signature
        promised = one.cost or NOTHING_PROMISED
        seconds, written = self._seconds(step, one.name, promised.seconds)
        return Cost(
            calls=ONE,
            model_calls=_model_calls(one, promised.model_calls),
            tokens=_declared(one, promised.tokens, "tokens"),
            usd=_declared(one, promised.usd, "cost"),
            seconds=seconds,
            work=seconds,
            written=written,
        )

    def _stranger(self, step: Step, name: str) -> Cost:
        """A call of what nobody has described. It is one call, if it is no sub-plan."""
        seconds, written = self._seconds(step, name, None)
        nothing = unknown(f"nothing is known of `{name}`")
        return Cost(ONE, Bounds(0, 1), nothing, nothing, seconds, seconds, written)

    def _seconds(self, step: Step, tool: str, promised: Amount | None) -> tuple[Bounds, Bounds]:
        """How long an attempt may take, and as far as the plan and the tool say so themselves."""
        least, said = (0.0, None) if promised is None else (promised.least, promised.most)
        if step.timeout is not None:
            said = step.timeout if said is None else min(said, step.timeout)
        written = _to(least, said or 0)
        given = self.scope.host.tool_seconds.get(tool, self.scope.host.step_seconds)
        if step.timeout is None and given is not None and (said is None or given < said):
            self.assumed[f"an attempt without `timeout` takes at most the host's {amount(given)} s"] = None
            return _to(least, given), written
        return unknown(f"`{tool}` has no time-out", least) if said is None else written, written


def _to(least: float, most: float) -> Bounds:
    return Bounds(min(least, most), most)


def _timed(cost: Cost, timeout: float | None) -> Cost:
    """The cost of one attempt of a sub-plan under a `timeout`."""
    if timeout is None:
        return cost
    values = {name: getattr(cost, name) for name in ("calls", "model_calls", "tokens", "usd", "work")}
    most = cost.seconds.most
    seconds = _to(cost.seconds.least, timeout if most is None else min(most, timeout))
    written = _to(cost.written.least, min(timeout, timeout if cost.written.most is None else cost.written.most))
    return Cost(**values, seconds=seconds, written=written)


def most_asked(scope: Scope) -> float | None:
    """How often one call of the plan asks a model at most; None where nobody knows."""
    asked = [_asked(site.target) for site in scope.calls if site.target is not None]
    return None if None in asked else max((one for one in asked if one is not None), default=1)


def _asked(target: Target) -> float | None:
    if target.is_subplan:
        return target.cost.model_calls.most
    return _model_calls(target.signature, (target.signature.cost or NOTHING_PROMISED).model_calls).most


def _model_calls(one: Signature, promised: Amount | None) -> Bounds:
    """At least the one that a run counts when such a tool starts; it tells of further ones as it makes them."""
    if promised is None:
        return ONE if one.calls_model else NONE
    told, least = _declared(one, promised, "model calls"), int(one.calls_model)
    return Bounds(max(told.least, least), None if told.most is None else max(told.most, least), told.why)


def _declared(one: Signature, promised: Amount | None, what: str) -> Bounds:
    if promised is None:
        return unknown(f"`{one.name}` declares no {what} a call") if one.calls_model else NONE
    if promised.most is None:
        return unknown(f"`{one.name}` declares no most of {what} a call", promised.least)
    return Bounds(promised.least, promised.most)


def _rounds(step: Step, count: Bounds) -> Bounds:
    """How often a `for` starts anew when every item takes its time; without `parallel`, all items start at once."""
    if step.each is None or step.each.parallel is None:
        return Bounds(min(count.least, 1), 1 if count.most is None else min(count.most, 1))
    least, most = (None if one is None else -(-one // step.each.parallel) for one in (count.least, count.most))
    return Bounds(least or 0, most, count.why)


# --- the whole -----------------------------------------------------------------------------------------------------


def _whole(scope: Scope, steps: list[StepCost]) -> tuple[Cost, tuple[str, ...]]:
    """All steps together: sums add up, and what passes once is that of the longest way, with the steps on it."""
    sums = dict.fromkeys(("calls", "model_calls", "tokens", "usd", "work"), NONE)
    for one in steps:
        if one.cost is not FREE:
            sums = {name: plus(found, getattr(one.cost, name)) for name, found in sums.items()}
    seconds, path = _longest(scope, [one.cost.seconds for one in steps])
    written, _ = _longest(scope, [one.cost.written for one in steps])
    total = Cost(**sums, seconds=_crowded(seconds, sums["work"], sums["calls"], scope.host), written=written)
    return total, path


def _longest(scope: Scope, spans: list[Bounds]) -> tuple[Bounds, tuple[str, ...]]:
    """The longest way through the plan, and the steps on it that take any time."""
    ends: dict[int, Bounds] = {}
    before: dict[int, int] = {}
    for place in scope.order.steps:
        start = NONE
        for need in scope.needs(place):
            end = ends.get(need, NONE)
            if _rank(end) > _rank(start):
                before[place] = need
            start = Bounds(max(start.least, end.least), _later(start, end), start.why or end.why)
        ends[place] = plus(start, spans[place])
    if not ends:
        return NONE, ()
    last = max(ends, key=lambda place: _rank(ends[place]))
    way = [last]
    while way[-1] in before:
        way.append(before[way[-1]])
    total = Bounds(max(end.least for end in ends.values()), ends[last].most, ends[last].why)
    return total, tuple(scope.plan.steps[place].name for place in reversed(way) if spans[place] != NONE)


def _later(one: Bounds, other: Bounds) -> float | None:
    return None if one.most is None or other.most is None else max(one.most, other.most)


def _rank(one: Bounds) -> tuple[float, float]:
    return (float("inf") if one.most is None else one.most, one.least)


def _crowded(way: Bounds, work: Bounds, calls: Bounds, host: Ceilings) -> Bounds:
    """The seconds of a run on the host's slots: the longest way alone, where there are slots for all.

    Where there are not, no run that starts what it can as soon as it can takes longer than Graham's bound: whenever
    the longest way stands still, every slot is at work.
    """
    slots = host.slots
    if slots is None or way.most is None or (calls.most is not None and calls.most <= slots):
        return way
    if work.most is None:
        return Bounds(way.least, None, work.why)
    crowded = work.most / slots + way.most * (1 - 1 / slots)
    return Bounds(way.least, crowded if max(work.most, way.most) < MANY else MANY)
