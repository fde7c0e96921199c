from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.costs import amount
from ..bounds import items, lengths
from ..reach import picks_its_result
from ..scope import Scope

MOST_STEPS = 12
MOST_ITEMS = 20


def broad_solve(scope: Scope) -> Iterator[Diagnostic]:
    """RW316: a `Solve:` that names no evidence, in a plan that has much of it: the Solver would be shown all."""
    plan = scope.plan
    if plan.solve is None or not scope.is_whole or picks_its_result(scope):
        return
    if len(plan.steps) > MOST_STEPS:
        yield _diagnostic(f"the evidence of all {len(plan.steps)} steps")
        return
    known = lengths(scope)
    for step in plan.steps:
        most = items(step, known).most
        if most is not None and most > MOST_ITEMS:
            yield _diagnostic(f"all evidence, up to {amount(most)} results of #{step.name} among it")
            return


def _diagnostic(what: str) -> Diagnostic:
    return Diagnostic(
        code="RW316",
        severity=Severity.WARNING,
        message=f"this names no evidence, so the Solver is shown {what}",
        at="/solve",
        hint="name what the answer rests on, such as #E3 or #E3.summary",
    )
