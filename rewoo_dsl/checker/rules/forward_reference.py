from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..moves import move_before
from ..scope import Scope, Statement


def forward_reference(scope: Scope) -> Iterator[Diagnostic]:
    """RW103: a step reads evidence of a later one. Only text has an order to keep; other plans are sorted."""
    if not scope.in_text_order:
        return
    knots = [frozenset(cycle) for cycle in scope.order.cycles]
    for statement in scope.statements:
        if statement.step is None:
            continue
        for name in statement.names:
            later = scope.step_index(name)
            if later is None or later <= statement.index or name in scope.unknown:
                continue
            if not any(statement.index in knot and later in knot for knot in knots):
                yield from _forward(scope, statement, name, later)


def _forward(scope: Scope, statement: Statement, name: str, later: int) -> Iterator[Diagnostic]:
    for at in statement.places(name):
        yield Diagnostic(
            code="RW103",
            message=f"#{name} is defined further down",
            at=at,
            hint="a step may only read what stands above it: move one of the two",
            related=(Related(message=f"#{name} is defined here", at=f"/steps/{later}"),),
            fixes=move_before(scope, later, statement.index),
        )
