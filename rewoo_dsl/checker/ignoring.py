"""Findings that the plan's author has seen and accepts: `// rewoo: ignore RW302 -- kept for the log`.

Behind a statement the comment is about that statement, on a line of its own about the next one and the `Plan:` lines
above it, and as `ignore-file` above the first statement about the whole plan. It names codes, by number or slug.

What it cannot do: an error stays, whatever its family, because a plan that has one does not run; so does what the
host's policy or ceilings found, because they are not the author's to waive; and a plan that a model wrote silences
nothing. An ignore that does nothing is told, as long as everything was checked that could have needed it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._record import record
from ..diag.codes.budget import MAY_EXCEED_CEILING
from ..diag.codes.graph import UNGUARDED_ANSWER
from ..diag.codes.structure import IDLE_IGNORE, UNKNOWN_IGNORE
from ..diag.codes.types import UNCHECKED
from ..diag.diagnostic import Diagnostic, Edit, Fix, Span
from ..diag.explain import find, near
from ..syntax import ast
from .messages import MAX_EXPLAINED

MARK = "rewoo:"
"""What a comment to the checker says. A text without it needs no look at its comments."""

_DIRECTIVE = re.compile(r"(?://+|\#!?)[ \t]*rewoo:[ \t]*(?P<word>[^\s,]*)(?P<codes>[^\n]*?)(?:[ \t]--.*)?\Z")
_NAMED = re.compile(r"(?!--)[^\s,]+")
_SEPARATOR = re.compile(r"[ \t]*,?[ \t]*")
_HINT = "write `// rewoo: ignore RW302` behind a statement or above it, or `// rewoo: ignore-file RW302` at the top"
_ONLY_STRICT = frozenset(code.number for code in (UNCHECKED, UNGUARDED_ANSWER))


@record
class Outlook:
    """What an ignore may do, and what may be said of one that does nothing.

    `is_whole`: everything that tools and text allow to check was checked.
    """

    is_whole: bool
    is_strict: bool
    from_model: bool


@record
class _Ignore:
    """One code that a comment names at `at`, and the statements that it is about."""

    code: str
    at: Span
    comment: ast.Comment
    covers: Span
    is_alone: bool


@dataclass(slots=True)
class _Extent:
    """All ignores of one code that hold up to the end of one statement, from the first of them on.

    `reached` is the last place where one of them silenced a finding, `stays` the last finding that cannot be silenced.
    """

    first: int
    reached: int = -1
    stays: Diagnostic | None = None


class _Extents:
    """Which ignores hold at a place, however many there are: statements do not overlap, so their ends tell."""

    def __init__(self, ignores: Sequence[_Ignore]) -> None:
        self._by_end: dict[str, dict[int, _Extent]] = {}
        for one in ignores:
            extent = self._by_end.setdefault(one.code, {}).setdefault(one.covers.end, _Extent(one.covers.start))
            extent.first = min(extent.first, one.covers.start)
        self._ends = {code: sorted(extents) for code, extents in self._by_end.items()}

    def of(self, one: _Ignore) -> _Extent:
        return self._by_end[one.code][one.covers.end]

    def around(self, one: Diagnostic) -> list[_Extent]:
        """Those that hold where the finding is: of its statement, and of the whole plan, which ends last."""
        ends = self._ends.get(one.code)
        if ends is None or one.span is None or (place := bisect_left(ends, one.span.start)) == len(ends):
            return []
        extents = (self._by_end[one.code][end] for end in {ends[place], ends[-1]})
        return [extent for extent in extents if extent.first <= one.span.start]


def without_ignored(
    diagnostics: Sequence[Diagnostic], text: str, document: ast.Document, outlook: Outlook
) -> list[Diagnostic]:
    """The findings that nobody has accepted, and those about the comments themselves. Places must be known."""
    told: list[Diagnostic] = []
    ignores = list(_ignores(document, told))
    extents = _Extents(ignores)
    left = [one for one in diagnostics if outlook.from_model or not _is_ignored(one, extents)]
    return [*left, *told, *_idle(ignores, extents, text, outlook)]


# --- the comments --------------------------------------------------------------------------------------------------


def _ignores(document: ast.Document, told: list[Diagnostic]) -> Iterator[_Ignore]:
    """What the comments ignore; what cannot be understood of them is told."""
    before: Span | None = None
    for item, behind in zip(document.items, _behind(document), strict=True):
        if not isinstance(item, ast.Comment):
            before = before if isinstance(item, ast.Blank) else item.span
            continue
        said = _DIRECTIVE.match(item.text) if MARK in item.text else None
        if said is None:
            continue
        covers = behind if said["word"] == "ignore" else None
        if said["word"] == "ignore" and item.trailing:
            covers = before
        if said["word"] == "ignore-file" and before is None:
            covers = document.span
        yield from _read(item, said, covers, told)


def _behind(document: ast.Document) -> list[Span | None]:
    """For each item, the statement behind it, from the first of its `Plan:` lines that is behind the item, too."""
    found: list[Span | None] = []
    behind: Span | None = None
    for item in reversed(document.items):
        found.append(behind)
        if isinstance(item, ast.Comment | ast.Blank):
            continue
        is_announced = behind is not None and isinstance(item, ast.Plan)
        behind = Span(item.span.start, behind.end if behind is not None and is_announced else item.span.end)
    return found[::-1]


def _read(comment: ast.Comment, said: re.Match[str], covers: Span | None, told: list[Diagnostic]) -> Iterator[_Ignore]:
    """The codes of one comment; `covers` is None when it says something else, or stands where it cannot say it."""
    if covers is None:
        told.append(_unknown(f"`rewoo: {said['word']}` says nothing here", comment.span, hint=_HINT))
        return
    names = list(_NAMED.finditer(comment.text, *said.span("codes")))
    if not names:
        told.append(_unknown("this names no code to ignore", comment.span, hint=_HINT))
    for name in names:
        at = Span(comment.span.start + name.start(), comment.span.start + name.end())
        code = find(name[0])
        if code is None:
            close = near(name[0]) if len(told) < MAX_EXPLAINED else []
            hint = f"did you mean {' or '.join(f'`{one}`' for one in close)}?" if close else None
            told.append(_unknown(f"there is no code `{name[0]}`", at, hint=hint, allowed=tuple(close)))
        else:
            yield _Ignore(code.number, at, comment, covers, is_alone=len(names) == 1)


# --- the findings --------------------------------------------------------------------------------------------------


def _is_ignored(one: Diagnostic, extents: _Extents) -> bool:
    around = extents.around(one)
    stays = one.is_error or _is_the_hosts(one.code)
    for extent in around:
        if stays:
            extent.stays = one
        elif one.span is not None:
            extent.reached = max(extent.reached, one.span.start)
    return bool(around) and not stays


def _is_the_hosts(code: str) -> bool:
    return code.startswith("RW4") or code == MAY_EXCEED_CEILING.number


def _idle(ignores: Sequence[_Ignore], extents: _Extents, text: str, outlook: Outlook) -> Iterator[Diagnostic]:
    for one in ignores:
        message = _why_idle(one, extents.of(one), outlook)
        if message is not None:
            yield Diagnostic(
                code=IDLE_IGNORE.number,
                severity=IDLE_IGNORE.severity,
                message=message,
                span=one.at,
                fixes=(_removal(one, text),),
            )


def _why_idle(one: _Ignore, extent: _Extent, outlook: Outlook) -> str | None:
    """Why the ignore does nothing; None where it does something, and where nobody can be sure."""
    if outlook.from_model:
        return f"a plan that a model wrote cannot ignore {one.code}"
    if extent.reached >= one.covers.start:
        return None
    if extent.stays is not None:
        return (
            f"{one.code} stays: {'an error' if extent.stays.is_error else 'what the host asks for'} cannot be ignored"
        )
    if not outlook.is_whole or (one.code in _ONLY_STRICT and not outlook.is_strict):
        return None
    return f"there is no {one.code} to ignore here"


def _removal(one: _Ignore, text: str) -> Fix:
    """Takes out the code, or the whole comment with its line when it names no other."""
    start, end = one.at
    if not one.is_alone:
        behind = _SEPARATOR.match(text, end)
        if behind is not None and _NAMED.match(text, behind.end()):
            end = behind.end()
        else:
            start = len(text[one.comment.span.start : start].rstrip(", \t")) + one.comment.span.start
        return Fix(message="remove the code", edits=(Edit(span=Span(start, end), text=""),))
    start, end = one.comment.span
    while text[start - 1 : start] in (" ", "\t"):
        start -= 1
    if not one.comment.trailing:
        end += next((len(newline) for newline in ("\r\n", "\n") if text.startswith(newline, end)), 0)
    return Fix(message="remove the comment", edits=(Edit(span=Span(start, end), text=""),))


def _unknown(message: str, span: Span, *, hint: str | None, allowed: tuple[str, ...] = ()) -> Diagnostic:
    code = UNKNOWN_IGNORE
    return Diagnostic(code=code.number, severity=code.severity, message=message, span=span, hint=hint, allowed=allowed)
