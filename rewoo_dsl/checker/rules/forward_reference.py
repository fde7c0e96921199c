from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..moves import move_before
from ..scope import Scope


def forward_reference(scope: Scope) -> Iterator[Diagnostic]:
    """RW103: a step reads evidence of a later one. Only text has an order to keep; other plans are sorted."""
    if not scope.in_text_order:
        return
    circle = {place: number for number, cycle in enumerate(scope.order.cycles) for place in cycle}
    for statement in scope.statements[: len(scope.plan.steps)]:
        here = statement.index
        later: dict[str, int] = {}
        for name in statement.names:
            there = scope.step_index(name)
            if there is None or there <= here or name in scope.unknown:
                continue
            if here not in circle or circle[here] != circle.get(there):
                later[name] = there
        for at, name in statement.places(later) if later else ():
            yield Diagnostic(
                code="RW103",
                message=f"#{name} is defined further down",
                at=at,
                hint="a step may only read what stands above it: move one of the two",
                related=(Related(message=f"#{name} is defined here", at=f"/steps/{later[name]}"),),
                fixes=move_before(scope, later[name], here),
            )
