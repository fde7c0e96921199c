from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ..bounds import calls, slowest
from ..scope import Scope


def over_budget(scope: Scope) -> Iterator[Diagnostic]:
    """RW501, RW502: the plan's `limit` against the fewest and the most that a run can come to."""
    limit = scope.plan.limit
    if limit is None:
        return
    if limit.calls is not None:
        yield from _calls(scope, limit.calls)
    if limit.time is not None and (worst := slowest(scope)) > limit.time:
        message = f"the time-outs allow {worst:g} s in a row, more than the limit of {limit.time:g} s"
        yield _may_exceed(message, "/limit/time", "steps still running then fail with `budget`")


def _calls(scope: Scope, ceiling: int) -> Iterator[Diagnostic]:
    found = calls(scope)
    if found.least > ceiling:
        yield Diagnostic(
            code="RW501",
            message=f"the plan makes at least {found.least} calls, and its limit is {ceiling}",
            at="/limit/calls",
            hint=f"raise the limit to {found.most or found.least}, or take steps out",
        )
    elif found.most is not None and found.most > ceiling:
        message = f"the plan may make {found.most} calls, and its limit is {ceiling}"
        yield _may_exceed(message, "/limit/calls", "retries, fallbacks and `max` items count; what is over it fails")


def _may_exceed(message: str, at: str, hint: str) -> Diagnostic:
    return Diagnostic(code="RW502", severity=Severity.WARNING, message=message, at=at, hint=hint)
