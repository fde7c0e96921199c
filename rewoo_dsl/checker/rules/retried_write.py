from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..scope import Scope


def retried_write(scope: Scope) -> Iterator[Diagnostic]:
    """RW304: `retry` on a write that is not idempotent: an attempt that seemed to fail may have done its work.

    `retry` repeats the step's call and the one of its `else` alike; its fallback is one attempt.
    """
    for site in scope.calls:
        step = site.statement.step
        if site.role == "fallback" or site.target is None or step is None or step.retry == 0:
            continue
        if not site.target.may_retry:
            yield Diagnostic(
                code="RW304",
                message=f"`{site.call.tool}` writes and is not idempotent, so it must not be tried again",
                at=f"{site.statement.at}/retry",
                hint="take `retry` out; or, if repeating it changes nothing, declare the tool idempotent",
            )
