from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic
from ...ir.builtins import BUILTINS
from ..scope import CLOCK, Scope

_WORDS = frozenset({"true", "false", "null", "not"})


def taken_name(scope: Scope) -> Iterator[Diagnostic]:
    """RW107: a name that the language keeps for itself. In text the parser has reported its words."""
    taken = {CLOCK} if scope.in_text_order else {CLOCK, *_WORDS}
    for at, name in _bound_names(scope, taken):
        meaning = "the start of the run" if name == CLOCK else "a word of the language"
        yield _taken(f"#{name} is {meaning}", at)
    for index, use in enumerate(scope.plan.uses):
        if use.name in BUILTINS:
            yield _taken(f"`{use.name}` is a built-in function", f"/uses/{index}/name")


def _bound_names(scope: Scope, taken: set[str]) -> Iterator[tuple[str, str]]:
    """The places that bind one of these names."""
    if taken.isdisjoint(scope.names) and taken.isdisjoint(scope.variables):
        return
    for index, one in enumerate(scope.plan.inputs):
        if one.name in taken:
            yield f"/inputs/{index}/name", one.name
    for statement in scope.statements:
        step = statement.step
        if step is not None and step.name in taken:
            yield f"{statement.at}/name", step.name
        if step is not None and step.each is not None and step.each.variable in taken:
            yield f"{statement.at}/each/variable", step.each.variable
        loops = [loop for loop, _ in statement.loops if loop.variable in taken]
        pointers = statement.loop_pointers() if loops else {}
        yield from ((pointers[id(loop)] + "/variable", loop.variable) for loop in loops)


def _taken(message: str, at: str) -> Diagnostic:
    return Diagnostic(code="RW107", message=message + " and cannot be bound", at=at, hint="choose another name")
