from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.plan import Each
from ...ir.types import ANY, Answer, ListType, fits
from ..bounds import length, lengths
from ..scope import Scope, Statement

MOST_ITEMS = 100
MOST_WRITES = 10
_LIST = ListType(ANY)


def unbounded_loop(scope: Scope) -> Iterator[Diagnostic]:
    """RW503: a `for` that does not say how many items it takes at most."""
    known = lengths(scope)
    no_lists = {one.at for one in scope.types.loops if fits(one.source, _LIST).answer is Answer.NO}
    for statement in scope.statements:
        each = statement.step.each if statement.step is not None else None
        if each is None or each.max is not None or f"{statement.at}/each/source" in no_lists:
            continue
        most = length(each.source, known).most
        usual = _usual(statement)
        if most is None:
            yield _diagnostic(statement, each, "this list has no known length, so the step needs `max`", usual)
        elif most > usual:
            yield _diagnostic(
                statement, each, f"{most} items are more than {usual}, so the step needs `max`", int(most)
            )


def _usual(statement: Statement) -> int:
    """The items that a step takes without being told."""
    writes = any(site.target is not None and site.target.writes for site in statement.calls)
    return MOST_WRITES if writes else MOST_ITEMS


def _diagnostic(statement: Statement, each: Each, message: str, count: int) -> Diagnostic:
    return Diagnostic(
        code="RW503",
        message=message,
        at=f"{statement.at}/each",
        hint=f"write `for #{each.variable} in … max {count}`; more items than that fail the step",
        allowed=(f"max {count}",),
    )
