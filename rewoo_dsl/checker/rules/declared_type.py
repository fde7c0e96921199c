from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.types import NULL, Answer, fits, show, union
from ..messages import at_path
from ..scope import Scope


def declared_type(scope: Scope) -> Iterator[Diagnostic]:
    """RW204: what a step gives against the type it declares. What a call gives is looked at again at run time."""
    for one in scope.types.declared:
        found = fits(one.source, one.wanted)
        if found.answer is Answer.YES or (found.answer is Answer.MAYBE and one.from_call):
            continue
        certain = found.answer is Answer.NO
        place = at_path(found)
        yield Diagnostic(
            code="RW204",
            severity=Severity.ERROR if certain else Severity.WARNING,
            message=f"this {'is not' if certain else 'may not be'} of the declared type: {found.why}{place}",
            at=one.at,
            hint=f"declare `{show(union(one.wanted, NULL))}` if null is meant" if one.source == NULL else None,
        )
