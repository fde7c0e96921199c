from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Severity
from ...ir.types import Answer
from ..policy import Guarded, Verdict, guarded, verdict
from ..scope import Scope


def forbidden_argument(scope: Scope) -> Iterator[Diagnostic]:
    """RW403, RW404: an argument against the ranges, patterns and lists of the policy."""
    for one in guarded(scope):
        if one.rule.says_what:
            found = verdict(one.rule.problem, one.value, one.type)
            if found.answer is Answer.NO:
                yield _forbidden(one, found)
            elif found.answer is Answer.MAYBE:
                yield unproven(one, found.why)


def _forbidden(one: Guarded, found: Verdict) -> Diagnostic:
    return Diagnostic(
        code="RW403",
        message=f"the policy does not allow this `{one.name}` of `{one.site.call.tool}`: {found.why}",
        at=one.at,
        hint=_legal(one),
        allowed=tuple(str(value) for value in one.rule.enum or ())[:20],
    )


def unproven(one: Guarded, why: str) -> Diagnostic:
    """What a run would have to look at."""
    return Diagnostic(
        code="RW404",
        severity=Severity.WARNING,
        message=f"the policy may not allow this `{one.name}` of `{one.site.call.tool}`: {why}",
        at=one.at,
        hint=_legal(one),
    )


def _legal(one: Guarded) -> str:
    rule = one.rule
    said = [
        None if rule.enum is None else f"one of {len(rule.enum)} values",
        None if rule.minimum is None else f"at least {rule.minimum:g}",
        None if rule.maximum is None else f"at most {rule.maximum:g}",
        None if rule.pattern is None else f"text like `{rule.pattern}`",
        "words of the request" if rule.from_request else None,
    ]
    return "it must be " + " and ".join(one for one in said if one)
