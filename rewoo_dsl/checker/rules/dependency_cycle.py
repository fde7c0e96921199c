from collections.abc import Iterator
from itertools import pairwise

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Scope


def dependency_cycle(scope: Scope) -> Iterator[Diagnostic]:
    """RW301: steps that wait for each other, shown as the path that closes."""
    steps = scope.plan.steps
    for cycle in scope.order.cycles:
        first, second = cycle[0], cycle[1]
        path = " -> ".join(f"#{steps[place].name}" for place in cycle)
        at = next(scope.statements[first].places(steps[second].name))
        yield Diagnostic(
            code="RW301",
            message=f"these steps wait for each other: {path}",
            at=at,
            hint="an arrow reads: needs. Take one of these references out",
            related=tuple(
                Related(message=f"#{steps[place].name} needs #{steps[needed].name}", at=f"/steps/{place}")
                for place, needed in pairwise(cycle[1:])
            ),
        )
