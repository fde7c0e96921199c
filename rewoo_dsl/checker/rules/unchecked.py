from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.types import ANY, Answer, fits, told
from ..scope import Scope


def unchecked(scope: Scope) -> Iterator[Diagnostic]:
    """RW212: a place where a value of type `any` stops the checking. Only with `--strict`."""
    for at, one in scope.types.found:
        if one.certainty == "unchecked":
            yield _diagnostic(at, one.message)
    for site, argument, source in scope.types.arguments:
        wanted = site.target.parameters.get(argument.name, ANY) if site.target is not None else ANY
        found = fits(source, wanted)
        if found.answer is Answer.YES and not found.checked:
            yield _diagnostic(site.at + argument.at, f"expected {told(wanted)}, found {told(source)}")
    for given in (*scope.types.loops, *scope.types.declared):
        found = fits(given.source, given.wanted)
        if found.answer is Answer.YES and not found.checked and not given.from_call:
            yield _diagnostic(given.at, f"expected {told(given.wanted)}, found {told(given.source)}")


def _diagnostic(at: str, why: str) -> Diagnostic:
    return Diagnostic(
        code="RW212",
        severity=Severity.WARNING,
        message=f"this is not checked: {why}",
        at=at,
        hint="declare the type of the step or input that it comes from",
    )
