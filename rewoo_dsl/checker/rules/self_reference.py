from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..messages import usable_names
from ..scope import Scope


def self_reference(scope: Scope) -> Iterator[Diagnostic]:
    """RW102: a step that needs its own result."""
    for statement in scope.statements:
        step = statement.step
        if step is None or step.name not in statement.names or scope.step_index(step.name) != statement.index:
            continue
        above = scope.plan.steps[statement.index - 1].name if statement.index else None
        for at, _ in statement.places({step.name}):
            yield Diagnostic(
                code="RW102",
                message=f"#{step.name} needs its own result",
                at=at,
                hint=f"did you mean #{above}, the step before?" if above else None,
                allowed=tuple(usable_names(scope, statement.index)),
            )
