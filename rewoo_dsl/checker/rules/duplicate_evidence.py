from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Related
from ..scope import Definition, Scope


def duplicate_evidence(scope: Scope) -> Iterator[Diagnostic]:
    """RW104: two steps, or two inputs, of one name."""
    everything = [
        *((one.name, Definition("input", index)) for index, one in enumerate(scope.plan.inputs)),
        *((step.name, Definition("step", index)) for index, step in enumerate(scope.plan.steps)),
    ]
    if len(everything) == len(scope.names):
        return
    numbers = _highest_numbers(scope)
    for name, here in everything:
        first = scope.names[name]
        if first.kind == here.kind and first.index != here.index:
            stem = _stem(name)
            numbers[stem] += 1
            yield Diagnostic(
                code="RW104",
                message=f"#{name} is defined twice",
                at=f"{here.at}/name",
                hint=f"a name is bound once; call this one #{stem}{numbers[stem]}",
                related=(Related(message="first defined here", at=f"{first.at}/name"),),
            )


def _stem(name: str) -> str:
    return name.rstrip("0123456789") or name


def _highest_numbers(scope: Scope) -> dict[str, int]:
    """The highest number behind each stem, 1 where there is none: `E7` and `E9` give `E` 9."""
    found: dict[str, int] = {}
    for name in scope.names:
        stem = _stem(name)
        found[stem] = max(found.get(stem, 1), int(name[len(stem) :][:9] or 1))
    return found
