from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.costs import Bounds, amount
from ..scope import Scope

_WORDS = {"calls": "calls", "tokens": "tokens", "cost": "US dollars"}


def over_budget(scope: Scope) -> Iterator[Diagnostic]:
    """RW501, RW502: the plan's `limit` against the least and the most that a run can come to."""
    limit = scope.plan.limit
    if limit is None:
        return
    ceilings = {"calls": limit.calls, "tokens": limit.tokens, "cost": limit.cost}
    if limit.time is None and all(one is None for one in ceilings.values()):
        return
    total = scope.bounds.total
    for name, found in (("calls", total.calls), ("tokens", total.tokens), ("cost", total.usd)):
        ceiling = ceilings[name]
        if ceiling is not None:
            yield from _spent(name, found, ceiling)
    if limit.time is not None:
        yield from _time(total.seconds.least, total.written, limit.time)


def _spent(name: str, found: Bounds, ceiling: float) -> Iterator[Diagnostic]:
    at, words = f"/limit/{name}", _WORDS[name]
    if found.least > ceiling:
        yield Diagnostic(
            code="RW501",
            message=f"the plan takes at least {amount(found.least)} {words}, and its limit is {amount(ceiling)}",
            at=at,
            hint=f"raise the limit to {amount(found.most or found.least)}, or take steps out",
        )
    elif found.most is not None and found.most > ceiling:
        message = f"the plan may take {amount(found.most)} {words}, and its limit is {amount(ceiling)}"
        yield _may_exceed(message, at, "retries, fallbacks and `max` items count; what is over it fails")


def _time(least: float, written: Bounds, ceiling: float) -> Iterator[Diagnostic]:
    """Only what is written counts as the worst case: who writes `limit time` need not write every `timeout` too."""
    if least > ceiling:
        yield Diagnostic(
            code="RW501",
            message=f"the tools take at least {amount(least)} s in a row, and the limit is {amount(ceiling)} s",
            at="/limit/time",
            hint="raise the limit, or let steps run side by side",
        )
    elif written.most is not None and written.most > ceiling:
        message = f"the time-outs allow {amount(written.most)} s in a row, more than the limit of {amount(ceiling)} s"
        yield _may_exceed(message, "/limit/time", "steps still running then fail with `budget`")


def _may_exceed(message: str, at: str, hint: str) -> Diagnostic:
    return Diagnostic(code="RW502", severity=Severity.WARNING, message=message, at=at, hint=hint)
