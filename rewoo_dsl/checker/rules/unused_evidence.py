from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ..reach import may_write, needed, picks_its_result
from ..scope import Scope, Statement
from .text_mention import mentions


def unused_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW302: a step without effect that no answer needs: nobody reads it, or only steps that nobody reads.

    A `Solve:` that names nothing sees all evidence, and a plan without `return` and `Solve:` gives all of it. A tool of
    which nothing is known counts as one with an effect, and a `#word` in text (RW113) as a reader.
    """
    if not scope.is_whole or not picks_its_result(scope):
        return
    used = {name for statement in scope.statements for name in statement.names}
    used.update(_mentioned(scope))
    live = needed(scope, list(_roots(scope)))
    for statement in scope.statements[: len(scope.plan.steps)]:
        step = statement.step
        if step is None or statement.index in live:
            continue
        if step.name in used and scope.step_index(step.name) != statement.index:
            continue  # the name is taken, and whom its readers mean is another finding
        why = f"only steps that nobody reads read #{step.name}" if step.name in used else f"nobody reads #{step.name}"
        yield Diagnostic(
            code="RW302",
            severity=Severity.WARNING,
            message=why,
            at=f"{statement.at}/name",
            hint="name it in a later step, in `return` or in `Solve:`, or take the step out",
        )


def _roots(scope: Scope) -> Iterator[int]:
    """What a plan is run for: its ends, its writes, and what is mentioned as plain text and was perhaps meant."""
    for name in _mentioned(scope):
        place = scope.step_index(name)
        if place is not None:
            yield place
    for statement in scope.statements:
        if statement.step is None:
            yield from _steps_named(scope, statement)
        elif may_write(statement):
            yield statement.index


def _steps_named(scope: Scope, statement: Statement) -> Iterator[int]:
    found = (scope.step_index(name) for name in statement.names)
    return (place for place in found if place is not None)


def _mentioned(scope: Scope) -> set[str]:
    return {name for statement in scope.statements for _, names in mentions(scope, statement) for name in names}
