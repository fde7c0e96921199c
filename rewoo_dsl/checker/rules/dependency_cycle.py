from collections.abc import Iterator
from itertools import pairwise

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Scope

MOST_SHOWN = 20


def dependency_cycle(scope: Scope) -> Iterator[Diagnostic]:
    """RW301: steps that wait for each other, shown as the path that closes."""
    steps = scope.plan.steps
    for cycle in scope.order.cycles:
        first, second = cycle[0], cycle[1]
        at, _ = next(scope.statements[first].places({steps[second].name}))
        yield Diagnostic(
            code="RW301",
            message=f"these steps wait for each other: {_path(scope, cycle)}",
            at=at,
            hint="an arrow reads: needs. Take one of these references out",
            related=tuple(
                Related(message=f"#{steps[place].name} needs #{steps[needed].name}", at=f"/steps/{place}")
                for place, needed in pairwise(cycle[1:MOST_SHOWN])
            ),
        )


def _path(scope: Scope, cycle: tuple[int, ...]) -> str:
    names = [f"#{scope.plan.steps[place].name}" for place in cycle]
    if len(names) > MOST_SHOWN:
        names = [*names[: MOST_SHOWN - 1], f"… {len(names) - MOST_SHOWN} more …", names[-1]]
    return " -> ".join(names)
