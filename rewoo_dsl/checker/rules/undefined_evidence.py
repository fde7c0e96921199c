from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..messages import MAX_EXPLAINED, alternatives, did_you_mean, near_names, rename, usable_names
from ..scope import CLOCK, Scope, Statement


def undefined_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW101: a `#name` that no step, input or loop binds."""
    near: dict[str, list[str]] = {}
    for statement in scope.statements:
        missing = {name for name in statement.names if not _is_known(scope, name)}
        for at, name in statement.places(missing) if missing else ():
            if name not in near and len(near) < MAX_EXPLAINED:
                near[name] = near_names(scope, name, statement.index)
            yield _undefined(scope, statement, at, name, near.get(name, []))


def _is_known(scope: Scope, name: str) -> bool:
    return name in scope.names or name == CLOCK or name in scope.unknown or name in scope.variables


def _undefined(scope: Scope, statement: Statement, at: str, name: str, near: list[str]) -> Diagnostic:
    return Diagnostic(
        code="RW101",
        message=f"nothing before this is called #{name}",
        at=at,
        hint=did_you_mean(near, "#"),
        allowed=alternatives([f"#{one}" for one in near], usable_names(scope, statement.index)),
        fixes=rename(scope.source, at, name, near[0], mark="#") if len(near) == 1 else (),
    )
