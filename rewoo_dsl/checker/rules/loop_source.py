from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.types import Answer, fits, is_nullable, told, without_null
from ..scope import Scope


def loop_source(scope: Scope) -> Iterator[Diagnostic]:
    """RW203: `for` over something that is no list."""
    for one in scope.types.loops:
        found = fits(one.source, one.wanted)
        if found.answer is Answer.YES:
            continue
        if is_nullable(one.source) and fits(without_null(one.source), one.wanted).answer is Answer.YES:
            yield _diagnostic(one.at, f"`for` needs a list, and this may be null: {told(one.source)}", certain=False)
        else:
            certain = found.answer is Answer.NO
            yield _diagnostic(one.at, f"`for` needs a list, found {told(one.source)}", certain=certain)


def _diagnostic(at: str, message: str, *, certain: bool) -> Diagnostic:
    return Diagnostic(
        code="RW203",
        severity=Severity.ERROR if certain else Severity.WARNING,
        message=message,
        at=at,
        hint="name the list inside it, or give a stand-in with default(…, [])",
    )
