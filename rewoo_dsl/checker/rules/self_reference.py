from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..messages import alternatives
from ..scope import Scope


def self_reference(scope: Scope) -> Iterator[Diagnostic]:
    """RW102: a step that needs its own result."""
    for statement in scope.statements:
        step = statement.step
        if step is None or step.name not in statement.names or scope.step_index(step.name) != statement.index:
            continue
        earlier = [one.name for one in scope.plan.steps[: statement.index]]
        for at in statement.places(step.name):
            yield Diagnostic(
                code="RW102",
                message=f"#{step.name} needs its own result",
                at=at,
                hint=f"did you mean #{earlier[-1]}, the step before?" if earlier else None,
                allowed=alternatives([], reversed(earlier)),
            )
