from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ..scope import Scope, Statement
from .text_mention import mentions


def unused_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW302: a step without effect whose evidence nobody reads: no step, not `return`, not `Solve:`.

    A `Solve:` that names nothing sees all evidence, and a plan without `return` and `Solve:` gives all of it. A tool of
    which nothing is known counts as one with an effect, and a `#word` in text (RW113) as a reader.
    """
    if not scope.is_whole or not _picks_its_result(scope):
        return
    used = {name for statement in scope.statements for name in statement.names}
    used.update(name for statement in scope.statements for _, names in mentions(scope, statement) for name in names)
    for statement in scope.statements:
        step = statement.step
        if step is not None and step.name not in used and not _may_write(statement):
            yield Diagnostic(
                code="RW302",
                severity=Severity.WARNING,
                message=f"nobody reads #{step.name}",
                at=f"{statement.at}/name",
                hint="name it in a later step, in `return` or in `Solve:`, or take the step out",
            )


def _picks_its_result(scope: Scope) -> bool:
    """Whether `return` and `Solve:` say which evidence counts."""
    if scope.plan.solve is None:
        return scope.plan.result is not None
    solve = scope.statements[-1]
    return any(name in scope.names for name in solve.names)


def _may_write(statement: Statement) -> bool:
    return any(site.target is None or not site.target.is_certain or site.target.writes for site in statement.calls)
