from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import CallSite, Scope


def repeated_write(scope: Scope) -> Iterator[Diagnostic]:
    """RW305: a fallback call that writes after a write that is not idempotent: both may happen."""
    for statement in scope.statements:
        second = next((site for site in statement.calls if site.role == "fallback"), None)
        if second is None or second.target is None or not second.target.writes:
            continue
        first = next((site for site in statement.calls if site is not second and _is_at_stake(site)), None)
        if first is not None:
            yield Diagnostic(
                code="RW305",
                message=f"`{second.call.tool}` would write after `{first.call.tool}`, which may have written too",
                at=second.at,
                hint="a failed write may still have happened; fall back to a value, or to a tool that only reads",
                related=(Related(message="this write is not idempotent", at=first.at),),
            )


def _is_at_stake(site: CallSite) -> bool:
    return site.target is not None and not site.target.may_retry
