from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related, Severity
from ..reach import may_fail, needed
from ..scope import Scope

MOST_NAMED = 5


def unguarded_answer(scope: Scope) -> Iterator[Diagnostic]:
    """RW315: the calls that leave `return` without a value when one of them fails. Only with `--strict`."""
    if scope.plan.result is None:
        return
    end = scope.statements[len(scope.plan.steps)]
    roots = [place for place in map(scope.step_index, end.names) if place is not None]
    weak = [one for one in map(scope.statements.__getitem__, sorted(needed(scope, roots))) if may_fail(one)]
    if not weak:
        return
    names = [f"#{one.step.name}" for one in weak if one.step is not None]
    shown = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    yield Diagnostic(
        code="RW315",
        severity=Severity.NOTE,
        message=f"there is no answer when one of these fails: {shown}",
        at="/result",
        hint="give them a `fallback`, or `return` only what is sure to be there",
        related=tuple(Related(message="this may fail", at=one.at) for one in weak[:MOST_NAMED]),
    )
