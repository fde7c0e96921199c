from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..scope import Scope


def loop_variable_outside(scope: Scope) -> Iterator[Diagnostic]:
    """RW106: a loop variable read where its loop does not reach."""
    for statement in scope.statements:
        for name in statement.names:
            if name not in scope.variables or name in scope.names or name in scope.unknown:
                continue
            for at in statement.places(name):
                yield Diagnostic(
                    code="RW106",
                    message=f"#{name} is a loop variable and has no value here",
                    at=at,
                    hint="it lives in what its own `for` does for each item, and nowhere else",
                )
