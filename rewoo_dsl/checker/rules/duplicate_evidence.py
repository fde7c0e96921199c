from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Definition, Scope


def duplicate_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW104: two steps, or two inputs, of one name."""
    for index, one in enumerate(scope.plan.inputs):
        yield from _duplicate(scope, one.name, Definition("input", index))
    for index, step in enumerate(scope.plan.steps):
        yield from _duplicate(scope, step.name, Definition("step", index))


def _duplicate(scope: Scope, name: str, here: Definition) -> Iterator[Diagnostic]:
    first = scope.names[name]
    if first.kind == here.kind and first.index != here.index:
        yield Diagnostic(
            code="RW104",
            message=f"#{name} is defined twice",
            at=f"{here.at}/name",
            hint=f"a name is bound once; call this one #{_free(scope, name)}",
            related=(Related(message="first defined here", at=f"{first.at}/name"),),
        )


def _free(scope: Scope, name: str) -> str:
    """A name that is still free: the next number where the name ends in one, else the name with a 2."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :][-9:] or 1)
    while (candidate := f"{stem}{number}") in scope.names:
        number += 1
    return candidate
