from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..messages import alternatives
from ..scope import Scope


def forbidden_tool(scope: Scope) -> Iterator[Diagnostic]:
    """RW402: a call of a tool that the policy does not allow."""
    policy = scope.policy
    if policy is None:
        return
    for site in scope.calls:
        why = policy.refusal(site.call.tool, is_subplan=site.target is not None and site.target.is_subplan)
        if why is not None:
            allowed = (name for name in scope.tools or () if policy.refusal(name) is None)
            yield Diagnostic(
                code="RW402",
                message=f"`{site.call.tool}` must not be called: {why}",
                at=site.at,
                hint="use a tool that the policy allows",
                allowed=alternatives([], allowed),
            )
