from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..messages import alternatives, did_you_mean, near_names, rename
from ..scope import CLOCK, Scope, Statement


def undefined_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW101: a `#name` that no step, input or loop binds."""
    for statement in scope.statements:
        for name in statement.names:
            if name in scope.names or name == CLOCK or name in scope.unknown or name in scope.variables:
                continue
            yield from _undefined(scope, statement, name)


def _undefined(scope: Scope, statement: Statement, name: str) -> Iterator[Diagnostic]:
    near = near_names(scope, name, statement.index)
    usable = [known for known, one in scope.names.items() if one.kind == "input" or one.index < statement.index]
    for at in statement.places(name):
        yield Diagnostic(
            code="RW101",
            message=f"nothing before this is called #{name}",
            at=at,
            hint=did_you_mean(near, "#"),
            allowed=alternatives(near, reversed(usable)),
            fixes=rename(scope.source, at, name, near[0]) if len(near) == 1 else (),
        )
