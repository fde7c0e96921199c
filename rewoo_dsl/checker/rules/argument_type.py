from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.expr import Ref, constant_value
from ...ir.types import ANY, NULL, Answer, Scalar, Type, fits, is_nullable, told, without_null
from ..callables import Argument
from ..constants import misfit
from ..messages import at_path
from ..scope import CallSite, Scope

_TEXT = Scalar("str")


def argument_type(scope: Scope) -> Iterator[Diagnostic]:
    """RW201: an argument against the JSON Schema of its parameter: literals exactly, what flows by its type."""
    for site, one, source in scope.types.arguments:
        assert site.target is not None, "arguments of unknown tools are not listed"
        wanted = site.target.parameters.get(one.name, ANY)
        if source is wanted or wanted is ANY:
            continue
        literal, value = constant_value(one.value)
        if literal:
            why = misfit(value, source, wanted, site.target, one.name)
            if why is not None:
                yield _diagnostic(site, one, why, Severity.ERROR, _hint(one, source, wanted, why))
        else:
            yield from _flow(site, one, source, wanted)


def _flow(site: CallSite, one: Argument, source: Type, wanted: Type) -> Iterator[Diagnostic]:
    found = fits(source, wanted)
    if found.answer is Answer.YES:
        return
    if found.answer is Answer.MAYBE and is_nullable(source) and fits(without_null(source), wanted).answer is Answer.YES:
        yield _may_be_null(site, one, wanted)
        return
    certain = found.answer is Answer.NO
    severity = Severity.ERROR if certain else Severity.WARNING
    yield _diagnostic(site, one, found.why + at_path(found), severity, _hint(one, source, wanted, found.why))


def _may_be_null(site: CallSite, one: Argument, wanted: Type) -> Diagnostic:
    return Diagnostic(
        code="RW206",
        severity=Severity.WARNING,
        message=f"`{one.name}` of `{site.call.tool}` may be null here, and {told(wanted)} is expected",
        at=site.at + one.at,
        hint="give a stand-in with default(…, value), or guard the step with `if … != null`",
    )


def _diagnostic(site: CallSite, one: Argument, why: str, severity: Severity, hint: str | None) -> Diagnostic:
    fit = "does not fit" if severity is Severity.ERROR else "may not fit"
    return Diagnostic(
        code="RW201",
        severity=severity,
        message=f"`{one.name}` of `{site.call.tool}` {fit}: {why}",
        at=site.at + one.at,
        hint=hint,
    )


def _hint(one: Argument, source: Type, wanted: Type, why: str) -> str | None:
    if isinstance(one.value, Ref) and fits(_TEXT, wanted).answer is Answer.YES and source != NULL:
        return "a reference that stands alone keeps its type; with words around it, it is written into text as JSON"
    expected = told(wanted)
    return None if f"expected {expected}," in why else f"{expected} is expected"
