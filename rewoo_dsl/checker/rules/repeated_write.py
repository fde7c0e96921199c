from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Scope


def repeated_write(scope: Scope) -> Iterator[Diagnostic]:
    """RW305: a fallback call that writes after a write that is not idempotent: both may happen."""
    for statement in scope.statements:
        by_role = {site.role: site.target for site in statement.calls}
        first, second = by_role.get("do"), by_role.get("fallback")
        if first is None or second is None or first.may_retry or not second.writes:
            continue
        yield Diagnostic(
            code="RW305",
            message=f"`{second.signature.name}` would write after `{first.signature.name}`, which may have written too",
            at=f"{statement.at}/fallback",
            hint="a failed write may still have happened; fall back to a value, or to a tool that only reads",
            related=(Related(message="this write is not idempotent", at=f"{statement.at}/do"),),
        )
