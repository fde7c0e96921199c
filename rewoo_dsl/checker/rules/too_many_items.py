from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ..bounds import length, lengths
from ..scope import Scope


def too_many_items(scope: Scope) -> Iterator[Diagnostic]:
    """RW504: a `for` over a list that surely is longer than its `max`."""
    known = lengths(scope)
    for statement in scope.statements:
        each = statement.step.each if statement.step is not None else None
        if each is None or each.max is None:
            continue
        least = length(each.source, known).least
        if least > each.max:
            yield Diagnostic(
                code="RW504",
                message=f"the list has {least} items, and `max {each.max}` fails the step",
                at=f"{statement.at}/each/max",
                hint=f"write `max {least}`, or run over take(…, {each.max})",
            )
