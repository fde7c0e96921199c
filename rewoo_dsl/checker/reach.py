"""Which steps lead where: what the answer needs, what comes from a write, whether one step surely follows another.

Everything is one pass over the steps in running order, but for `Order.follows`, which looks backwards from a step and
gives up when a hostile plan makes it look too often.
"""

from __future__ import annotations

from collections.abc import Callable

from ..ir.expr import Call
from .scope import Scope, Statement

MOST_LOOKS = 200_000


def picks_its_result(scope: Scope) -> bool:
    """Whether `return` and `Solve:` say which evidence counts."""
    if scope.plan.solve is None:
        return scope.plan.result is not None
    solve = scope.statements[-1]
    return any(name in scope.names for name in solve.names)


def needed(scope: Scope, roots: list[int]) -> set[int]:
    """The places of these steps and of all that they need, however far back."""
    found, stack = set(roots), list(roots)
    while stack:
        for place in scope.needs(stack.pop()):
            if place not in found:
                found.add(place)
                stack.append(place)
    return found


def for_the_answer(scope: Scope) -> set[int]:
    """The places of the steps that `return` and `Solve:` need; of all, where the plan picks no result."""
    if not picks_its_result(scope):
        return set(range(len(scope.plan.steps)))
    ends = scope.statements[len(scope.plan.steps) :]
    named = (scope.step_index(name) for statement in ends for name in statement.names)
    return needed(scope, [place for place in named if place is not None])


def behind(scope: Scope, starts: Callable[[Statement], bool]) -> set[int]:
    """The places of the steps for which `starts` holds and of all that need one of them."""
    found: set[int] = set()
    for place in scope.order.steps:
        if starts(scope.statements[place]) or any(need in found for need in scope.needs(place)):
            found.add(place)
    return found


def may_fail(statement: Statement) -> bool:
    """Whether the step can end without a value: it calls something, and nothing stands in."""
    step = statement.step
    return (
        step is not None and step.fallback is None and (isinstance(step.do, Call) or isinstance(step.otherwise, Call))
    )


def writes(statement: Statement) -> bool:
    """Whether the step surely calls something that writes, should it run."""
    return any(site.target is not None and site.target.writes for site in statement.calls)


def may_write(statement: Statement) -> bool:
    """Whether the step writes or calls what may, for all that is known."""
    return any(site.target is None or not site.target.is_certain or site.target.writes for site in statement.calls)


class Sequence:
    """Answers whether one step surely starts after another has ended."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.ranks = {place: rank for rank, place in enumerate(scope.order.steps)}
        self.looks_left = MOST_LOOKS

    def follows(self, later: int, earlier: int) -> bool:
        """Whether `later` needs `earlier`, directly or through others. True as well when it took too long to tell."""
        floor, seen, stack = self.ranks[earlier], {later}, [later]
        while stack:
            for place in self.scope.needs(stack.pop()):
                self.looks_left -= 1
                if place == earlier or self.looks_left < 0:
                    return True
                if place not in seen and self.ranks[place] > floor:
                    seen.add(place)
                    stack.append(place)
        return False
