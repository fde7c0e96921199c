"""Steps in an order in which every need comes first, for plans that did not come as text.

In text a reference points backwards, and one that does not is an error that the author can see. A plan that came as
data has no lines: there the order of the list is no statement, and is put right without a word.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import heapify, heappop, heappush

from ..ir.expr import Call, Expr, references
from ..ir.plan import Plan, Step


def order_steps(plan: Plan) -> Plan:
    """The same plan with its steps in topological order, as near to the given order as can be.

    The plan is returned as it is when it is in order already, and when its references form a cycle: the checker
    reports that one by its path.
    """
    needs = [set(_needs(step)) for step in plan.steps]
    place = {step.name: index for index, step in reversed(list(enumerate(plan.steps)))}
    before = [{place[name] for name in names if name in place} for names in needs]
    if all(max(found, default=-1) < index for index, found in enumerate(before)):
        return plan
    order = running_order(before)
    if len(order) < len(before):
        return plan
    return plan.model_copy(update={"steps": tuple(plan.steps[i] for i in order)})


def running_order(before: Sequence[Collection[int]]) -> list[int]:
    """Kahn's way, always taking the earliest of those that are ready. Leaves out what is in or behind a cycle.

    `before` holds for each step the places of those it needs.
    """
    waiting = [len(found) for found in before]
    behind: list[list[int]] = [[] for _ in before]
    for index, found in enumerate(before):
        for need in found:
            behind[need].append(index)
    ready = [index for index, count in enumerate(waiting) if not count]
    heapify(ready)
    order = []
    while ready:
        index = heappop(ready)
        order.append(index)
        for other in behind[index]:
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, other)
    return order


def _needs(step: Step) -> Iterator[str]:
    """Every name that the step mentions, those of its own loop aside."""
    yield from step.after
    bound = frozenset() if step.each is None else frozenset((step.each.variable,))
    for node in _parts(step):
        yield from (ref.name for _, ref in references(node, bound=bound))
    if step.each is not None:
        yield from (ref.name for _, ref in references(step.each.source))


def _parts(step: Step) -> Iterator[Expr | Call]:
    approval = None if step.approve is None else step.approve.text
    for node in (step.do, step.condition, step.otherwise, step.fallback, approval):
        if node is not None:
            yield node
