from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.builtins import BUILTINS
from ..scope import CLOCK, Scope

RESERVED = frozenset({"true", "false", "null", "not", CLOCK})


def reserved_name(scope: Scope) -> Iterator[Diagnostic]:
    """RW107: a name that the language keeps for itself."""
    for at, name in _bound_names(scope):
        if name in RESERVED:
            meaning = "the start of the run" if name == CLOCK else "a word of the language"
            yield _reserved(f"#{name} is {meaning}", at)
    for index, use in enumerate(scope.plan.uses):
        if use.name in BUILTINS:
            yield _reserved(f"`{use.name}` is a built-in function", f"/uses/{index}/name")


def _bound_names(scope: Scope) -> Iterator[tuple[str, str]]:
    if RESERVED & scope.names.keys():
        for index, one in enumerate(scope.plan.inputs):
            yield f"/inputs/{index}/name", one.name
        for index, step in enumerate(scope.plan.steps):
            yield f"/steps/{index}/name", step.name
    if RESERVED & scope.variables:
        for statement in scope.statements:
            if statement.step is not None and statement.step.each is not None:
                yield f"{statement.at}/each/variable", statement.step.each.variable
            for loop, _ in statement.loops:
                yield statement.pointer(loop) + "/variable", loop.variable


def _reserved(message: str, at: str) -> Diagnostic:
    return Diagnostic(code="RW107", message=message + " and cannot be bound", at=at, hint="choose another name")
