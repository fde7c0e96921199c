from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related, Severity
from ..reach import may_fail
from ..scope import Scope, Statement
from ..walk import NOTHING, Found, pieces


def fragile_fallback(scope: Scope) -> Iterator[Diagnostic]:
    """RW314: a fallback that reads a step which may fail itself, and blocks this one, though its call was fine."""
    for statement in scope.statements:
        step = statement.step
        if step is None or step.fallback is None:
            continue
        for name in _named_by_fallback_alone(statement):
            place = scope.step_index(name)
            if place is not None and place != statement.index and may_fail(scope.statements[place]):
                yield Diagnostic(
                    code="RW314",
                    severity=Severity.WARNING,
                    message=f"when #{name} fails, this step is blocked, even if its own call would succeed",
                    at=f"{statement.at}/fallback",
                    hint=f"make the call of #{name} here, as `fallback …`, or give #{name} a `fallback` of its own",
                    related=(Related(message="this step may fail", at=scope.statements[place].at),),
                )


def _named_by_fallback_alone(statement: Statement) -> list[str]:
    """The names that only the fallback reads."""
    step = statement.step
    assert step is not None, "asked of steps only"
    inside, outside = Found(), Found()
    for at, node, bound in pieces(step, item_condition=statement.item_condition):
        (inside if at == "/fallback" else outside).walk(node, bound)
    outside.names.update(dict.fromkeys(step.after))
    bound_here = {step.each.variable} if step.each is not None else NOTHING
    return [name for name in inside.names if name not in outside.names and name not in bound_here]
