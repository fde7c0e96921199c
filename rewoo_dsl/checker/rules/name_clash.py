from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Scope, Statement


def name_clash(scope: Scope) -> Iterator[Diagnostic]:
    """RW105: one `#name` for two kinds of things, or a loop variable that hides another name."""
    for index, step in enumerate(scope.plan.steps):
        if scope.names[step.name].kind == "input":
            yield _clash(step.name, f"/steps/{index}/name", "an input", scope.names[step.name].at)
    for statement in scope.statements:
        if statement.loops or (statement.step is not None and statement.step.each is not None):
            yield from _hiding(scope, statement)
    yield from _callables(scope)


def _hiding(scope: Scope, statement: Statement) -> Iterator[Diagnostic]:
    each = statement.step.each if statement.step is not None else None
    if each is not None and (hidden := scope.names.get(each.variable)) is not None:
        yield _clash(each.variable, f"{statement.at}/each/variable", f"this {hidden.kind}", hidden.at)
    hiding = [loop for loop, bound in statement.loops if loop.variable in scope.names or loop.variable in bound]
    pointers = statement.loop_pointers() if hiding else {}
    for loop in hiding:
        hidden = scope.names.get(loop.variable)
        other = f"this {hidden.kind}" if hidden is not None else "the loop around this one"
        yield _clash(loop.variable, pointers[id(loop)] + "/variable", other, hidden.at if hidden is not None else None)


def _callables(scope: Scope) -> Iterator[Diagnostic]:
    """A sub-plan that takes the name of a tool, or two sub-plans of one name."""
    first: dict[str, int] = {}
    for index, use in enumerate(scope.plan.uses):
        if use.name in first:
            yield _clash(use.name, f"/uses/{index}/name", "this sub-plan", f"/uses/{first[use.name]}", mark="")
        elif scope.tools is not None and use.name in scope.tools:
            yield _clash(use.name, f"/uses/{index}/name", "a tool", None, mark="")
        first.setdefault(use.name, index)


def _clash(name: str, at: str, other: str, other_at: str | None, *, mark: str = "#") -> Diagnostic:
    return Diagnostic(
        code="RW105",
        message=f"{mark}{name} already names {other}",
        at=at,
        hint="every name is bound once; choose another one here",
        related=(Related(message=f"{mark}{name} is bound here", at=other_at),) if other_at else (),
    )
