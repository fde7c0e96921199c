from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..scope import Scope

MOST = 2


def nested_comprehension(scope: Scope) -> Iterator[Diagnostic]:
    """RW507: comprehensions inside each other, deeper than a reader can follow and a bound can promise."""
    for statement in scope.statements:
        each = statement.step.each if statement.step is not None else None
        outer = frozenset((each.variable,)) if each is not None else frozenset()
        deep = [loop for loop, bound in statement.loops if len(bound - outer) == MOST]
        pointers = statement.loop_pointers() if deep else {}
        for loop in deep:
            yield Diagnostic(
                code="RW507",
                message=f"comprehensions are nested more than {MOST} deep",
                at=pointers[id(loop)],
                hint="compute the inner list in a step of its own",
            )
