"""Which step needs which, as pairs of names."""

from ..ir.plan import Plan
from .scope import Scope


def edges(plan: Plan) -> list[tuple[str, str]]:
    """`(from, to)` for every step `to` that names step `from` anywhere, in the order of the readers."""
    scope = Scope(plan=plan, tools=None, subplans={})
    return [
        (name, statement.step.name)
        for statement in scope.statements
        if statement.step is not None
        for name in statement.names
        if scope.step_index(name) is not None
    ]
