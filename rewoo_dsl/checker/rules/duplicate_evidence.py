from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Scope


def duplicate_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW104: two steps, or two inputs, of one name."""
    for kind, group in (("input", scope.plan.inputs), ("step", scope.plan.steps)):
        for index, one in enumerate(group):
            first = scope.names[one.name]
            if first.kind == kind and first.index != index:
                yield Diagnostic(
                    code="RW104",
                    message=f"#{one.name} is defined twice",
                    at=f"/{kind}s/{index}/name",
                    hint=f"a name is bound once; call this one #{_free(scope, one.name)}",
                    related=(Related(message="first defined here", at=f"{first.at}/name"),),
                )


def _free(scope: Scope, name: str) -> str:
    """A name that is still free: the next number where the name ends in one, else the name with a 2."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :][-9:] or 1)
    while (candidate := f"{stem}{number}") in scope.names:
        number += 1
    return candidate
