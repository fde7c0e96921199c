from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.expr import Constant
from ..bounds import length, lengths
from ..scope import Scope


def never_run(scope: Scope) -> Iterator[Diagnostic]:
    """RW317: a step that never does its work: its condition is `false`, or its list is empty."""
    known = lengths(scope)
    for statement in scope.statements:
        step = statement.step
        if step is None:
            continue
        if isinstance(step.condition, Constant) and step.condition.value is False:
            yield _diagnostic("the condition is `false`, so this never runs", f"{statement.at}/condition")
        elif step.each is not None and length(step.each.source, known).most == 0:
            yield _diagnostic("the list is empty, so nothing is ever done here", f"{statement.at}/each")


def _diagnostic(message: str, at: str) -> Diagnostic:
    return Diagnostic(
        code="RW317",
        severity=Severity.WARNING,
        message=message,
        at=at,
        hint="take the step out, or ask a question that has two answers",
    )
