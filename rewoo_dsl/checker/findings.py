"""From what `infer` found to diagnostics: certain ones are errors, the others warnings."""

from collections.abc import Iterator

from ..diag.diagnostic import Diagnostic, Severity
from ..ir.findings import Finding, FindingKind
from .messages import alternatives, did_you_mean
from .scope import Scope

_MOST_NEAR = 3
_HINTS: dict[str, str] = {
    "null": "give a stand-in with default(…, value), or ask first: `… != null`",
    "condition": "compare it with something: there is no truthiness",
    "comparison": "the answer is always the same",
    "undeclared": "declare it in the step's type, or read it with get(…, key)",
}


def as_diagnostics(scope: Scope, code: str, *kinds: FindingKind, always_error: bool = False) -> Iterator[Diagnostic]:
    """The findings of these kinds under one code, each place once."""
    seen: set[tuple[str, str]] = set()
    for at, one in scope.types.found:
        if one.kind not in kinds or one.certainty == "unchecked" or (at, one.message) in seen:
            continue
        seen.add((at, one.message))
        yield Diagnostic(
            code=code,
            severity=Severity.ERROR if always_error or one.certainty == "certain" else Severity.WARNING,
            message=one.message,
            at=at,
            hint=_hint(one),
            allowed=alternatives(list(one.near), ()),
        )


def _hint(one: Finding) -> str | None:
    if 0 < len(one.near) <= _MOST_NEAR and one.kind != "argument":  # there it names all that can be given
        return did_you_mean(list(one.near))
    if one.kind == "field" and one.certainty == "maybe":
        return "where it is missing the step fails; get(…, key) gives null there"
    return _HINTS.get(one.kind)
