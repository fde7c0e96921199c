from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.costs import Bounds, amount, within
from ..bounds import most_asked
from ..scope import Scope


def over_ceiling(scope: Scope) -> Iterator[Diagnostic]:
    """RW509, RW510: the least and the most that a run can come to, under the plan's own `limit`, against the host's."""
    host = scope.ceilings
    if host is None or scope.is_subplan:
        return
    writes = any(site.target is None or site.target.writes for site in scope.calls)
    total = within(scope.bounds.total, scope.plan.limit, writes=writes, asked=most_asked(scope))
    for found, ceiling, words in (
        (total.calls, host.tool_calls, "calls"),
        (total.model_calls, host.model_calls, "calls of models"),
        (total.tokens, host.tokens, "tokens"),
        (total.usd, host.usd, "US dollars"),
        (_time(total.seconds, total.written), host.run_seconds, "seconds"),
    ):
        if ceiling is not None:
            yield from _held(found, ceiling, words)


def _time(seconds: Bounds, written: Bounds) -> Bounds:
    """What is assumed of steps without a time-out is the host's own business."""
    return Bounds(seconds.least, written.most)


def _held(found: Bounds, ceiling: float, words: str) -> Iterator[Diagnostic]:
    if found.least > ceiling:
        yield Diagnostic(
            code="RW509",
            message=f"the plan takes at least {amount(found.least)} {words}, and the host allows {amount(ceiling)}",
            at="",
            hint="take steps out, or run over fewer items",
        )
    elif found.most is not None and found.most > ceiling:
        yield Diagnostic(
            code="RW510",
            severity=Severity.WARNING,
            message=f"the plan may take {amount(found.most)} {words}, and the host allows {amount(ceiling)}",
            at="",
            hint="write a `limit` of your own, a smaller `max` or fewer retries",
        )
