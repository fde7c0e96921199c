from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.costs import NONE, amount
from ...ir.policy import fits_name
from ..policy import counted
from ..scope import CallSite, Scope


def too_many_calls(scope: Scope) -> Iterator[Diagnostic]:
    """RW405, RW406: how often a tool may be called, against the least and the most that a run calls it.

    A sub-plan's calls count where it is called.
    """
    if scope.is_subplan or scope.policy is None:
        return
    for name, found in counted(scope).items():
        ceiling = scope.policy.tools[name].at_most
        assert ceiling is not None, "only limited lines are counted"
        at = next((site.at for site in scope.calls if _calls(site, name)), "")
        if found.least > ceiling:
            yield Diagnostic(
                code="RW405",
                message=f"`{name}` is called at least {amount(found.least)} times, and the policy allows {ceiling}",
                at=at,
                hint="call it less often",
            )
        elif found.most is None or found.most > ceiling:
            often = "nobody knows how often" if found.most is None else f"up to {amount(found.most)} times"
            yield Diagnostic(
                code="RW406",
                severity=Severity.WARNING,
                message=f"`{name}` may be called {often}, and the policy allows {ceiling}",
                at=at,
                hint="lower `max`, or retry less often",
            )


def _calls(site: CallSite, name: str) -> bool:
    if site.target is not None and site.target.is_subplan:
        return site.target.counted.get(name, NONE) != NONE
    return fits_name(name, site.call.tool)
