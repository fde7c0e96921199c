from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.builtins import BUILTINS
from ..scope import Scope


def unused_subplan(scope: Scope) -> Iterator[Diagnostic]:
    """RW303: a `use` that no step calls."""
    if not scope.is_whole:
        return
    called = {site.call.tool for site in scope.calls}
    for index, use in enumerate(scope.plan.uses):
        if use.name not in called and use.name not in BUILTINS:
            yield Diagnostic(
                code="RW303",
                severity=Severity.WARNING,
                message=f"no step calls the sub-plan `{use.name}`",
                at=f"/uses/{index}",
                hint="call it, or take the line out",
            )
