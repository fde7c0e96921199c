from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..scope import Scope


def loop_variable_outside(scope: Scope) -> Iterator[Diagnostic]:
    """RW106: a loop variable read where its loop does not reach."""
    only_loops = scope.variables - scope.names.keys() - scope.unknown
    for statement in scope.statements:
        strayed = only_loops & statement.names.keys() if only_loops else None
        for at, name in statement.places(strayed) if strayed else ():
            yield Diagnostic(
                code="RW106",
                message=f"#{name} is a loop variable and has no value here",
                at=at,
                hint="it lives in what its own `for` does for each item, and nowhere else",
            )
