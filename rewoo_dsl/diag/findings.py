"""Findings as JSON, for editors and programs: what a `Diagnostic` says, with lines and columns filled in.

The form is public and versioned: `schemas/diagnostics.schema.json`.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .codes import slug
from .diagnostic import Diagnostic, Fix, Severity, Span
from .lines import Lines

VERSION: Literal[1] = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Place(_Frozen):
    """A span: half-open offsets in code points; lines and columns from 1, `end_column` behind the last character."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    line: int = Field(ge=1)
    column: int = Field(ge=1)
    end_line: int = Field(ge=1)
    end_column: int = Field(ge=1)


class FoundEdit(_Frozen):
    """Replace what stands at `place` by `text`."""

    place: Place | None
    text: str


class FoundFix(_Frozen):
    """Edits that belong together; `safe` ones can be applied without looking."""

    message: str
    safe: bool
    edits: tuple[FoundEdit, ...]


class FoundRelated(_Frozen):
    """Another place that belongs to the finding."""

    message: str
    at: str | None
    place: Place | None


class Finding(_Frozen):
    """One finding. `at` is a JSON pointer into the plan, `place` where that is in the text, if there is one."""

    code: str
    slug: str
    severity: Severity
    message: str
    file: str | None
    at: str | None
    place: Place | None
    hint: str | None
    allowed: tuple[str, ...]
    related: tuple[FoundRelated, ...]
    fixes: tuple[FoundFix, ...]


class Findings(_Frozen):
    """All findings of one check, in order of place."""

    version: Literal[1] = VERSION
    diagnostics: tuple[Finding, ...]


def findings(
    diagnostics: Iterable[Diagnostic],
    text: str | None = None,
    *,
    file: str | None = None,
    sources: Mapping[str, str] | None = None,
) -> Findings:
    """The JSON form of the findings. `text`, `file` and `sources` are as in `render_text`."""
    indexes: dict[str | None, Lines | None] = {None: None if text is None else Lines(text)}
    for name, source in (sources or {}).items():
        indexes[name] = Lines(source)
    return Findings(diagnostics=tuple(_finding(d, indexes.get(d.file), d.file or file) for d in diagnostics))


def render_json(
    diagnostics: Iterable[Diagnostic],
    text: str | None = None,
    *,
    file: str | None = None,
    sources: Mapping[str, str] | None = None,
) -> str:
    """`findings` as JSON text."""
    return findings(diagnostics, text, file=file, sources=sources).model_dump_json(indent=2) + "\n"


def _finding(one: Diagnostic, lines: Lines | None, file: str | None) -> Finding:
    related = (FoundRelated(message=r.message, at=r.at, place=_place(r.span, lines)) for r in one.related)
    return Finding(
        code=one.code,
        slug=slug(one.code),
        severity=one.severity,
        message=one.message,
        file=file,
        at=one.at,
        place=_place(one.span, lines),
        hint=one.hint,
        allowed=one.allowed,
        related=tuple(related),
        fixes=tuple(_fix(fix, lines) for fix in one.fixes),
    )


def _fix(fix: Fix, lines: Lines | None) -> FoundFix:
    edits = tuple(FoundEdit(place=_place(edit.span, lines), text=edit.text) for edit in fix.edits)
    return FoundFix(message=fix.message, safe=fix.safe, edits=edits)


def _place(span: Span | None, lines: Lines | None) -> Place | None:
    if span is None or lines is None:
        return None
    start, end = lines.position(span.start), lines.position(span.end)
    return Place(
        start=span.start, end=span.end, line=start.line, column=start.column, end_line=end.line, end_column=end.column
    )
