from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.types import Answer, fits, of_value
from ..messages import at_path
from ..scope import Scope


def default_type(scope: Scope) -> Iterator[Diagnostic]:
    """RW205: the default of an input against its type."""
    for index, one in enumerate(scope.plan.inputs):
        if not one.has_default or one.type is None:
            continue
        found = fits(of_value(one.default), one.type)
        if found.answer is not Answer.YES:
            place = at_path(found)
            yield Diagnostic(
                code="RW205",
                message=f"the default of #{one.name} is not of its type: {found.why}{place}",
                at=f"/inputs/{index}/default",
            )
