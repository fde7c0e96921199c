from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ..scope import Scope


def write_in_loop(scope: Scope) -> Iterator[Diagnostic]:
    """RW306: a write once per item, with no person who sees the items first."""
    for site in scope.calls:
        step = site.statement.step
        if step is None or step.each is None or step.approve is not None or site.target is None:
            continue
        if site.target.writes and (site.role == "do" or site.statement.item_condition or site.role == "fallback"):
            yield Diagnostic(
                code="RW306",
                severity=Severity.WARNING,
                message=f"`{site.call.tool}` writes once for every item",
                at=f"{site.statement.at}/each",
                hint='add `approve "…"`: a person sees all items at once before the first is written',
            )
