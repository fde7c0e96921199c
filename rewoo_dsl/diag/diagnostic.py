"""What we say about a plan: one `Diagnostic` for people, editors and models alike.

A diagnostic points into the plan's IR by JSON pointer (`at`) and, where there is text, into the text by `span`.
Rules of the checker only know `at`; `located` fills in the span from a `SourceMap`. Renderers live beside this
module; the codes are declared in `codes/`.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Span(NamedTuple):
    """Half-open range of code point offsets into a text; lines and columns are computed at the edge."""

    start: int
    end: int


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Edit(_Frozen):
    """Replace the text of `span` (empty: insert) by `text`."""

    span: Span
    text: str


class Fix(_Frozen):
    """Edits that belong together. `safe` means: the plan's author surely meant this."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Related(_Frozen):
    """Another place that belongs to the finding, with a few words about it."""

    message: str
    at: str | None = None
    span: Span | None = None


class Diagnostic(_Frozen):
    """One finding. `allowed` lists the legal alternatives, nearest first; `file` is set for a sub-plan's text."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    at: str | None = None
    span: Span | None = None
    hint: str | None = None
    allowed: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    file: str | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def located(diagnostics: Iterable[Diagnostic], find: Callable[[str], Span | None]) -> list[Diagnostic]:
    """The same findings with every JSON pointer that `find` knows turned into a span, in order of place."""
    out = []
    for one in diagnostics:
        update: dict[str, object] = {}
        if one.span is None and one.at is not None:
            update["span"] = find(one.at)
        if any(r.span is None and r.at is not None for r in one.related):
            update["related"] = tuple(
                r.model_copy(update={"span": find(r.at)}) if r.span is None and r.at is not None else r
                for r in one.related
            )
        out.append(one.model_copy(update=update) if update else one)
    return sorted(out, key=_place)


def _place(one: Diagnostic) -> tuple[int, int, str, str]:
    start = one.span.start if one.span else 1 << 60
    return (start, one.span.end if one.span else 0, one.code, one.message)
