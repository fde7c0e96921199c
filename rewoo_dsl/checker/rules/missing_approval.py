from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..scope import Scope


def missing_approval(scope: Scope) -> Iterator[Diagnostic]:
    """RW407: a call that a person must approve, in a step that asks nobody."""
    if scope.policy is None:
        return
    for site in scope.calls:
        step = site.statement.step
        wanted = any(rule.approval for _, rule in scope.policy.rules(site.call.tool))
        if wanted and step is not None and step.approve is None:
            yield Diagnostic(
                code="RW407",
                message=f"a person must approve `{site.call.tool}`, and this step asks nobody",
                at=site.at,
                hint='add `approve "…"` to the step',
            )
