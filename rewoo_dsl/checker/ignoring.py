"""Findings that the plan's author has seen and accepts: `// rewoo: ignore RW302 -- kept for the log`.

Behind a statement the comment is about that statement, on a line of its own about the next one and the `Plan:` lines
above it, and as `ignore-file` above the first statement about the whole plan. It names codes, by number or slug.

What it cannot do: an error stays, whatever its family, because a plan that has one does not run; so does what the
host's policy or ceilings found, because they are not the author's to waive; and a plan that a model wrote silences
nothing. An ignore that does nothing is told, as long as everything was checked that could have needed it.
"""

import re
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


@dataclass(slots=True)
class _Ignore:
    """One code that a comment names at `at`, and the statements that it is about. `stays`: an error that it met."""

    code: str
    at: Span
    comment: ast.Comment
    covers: Span
    is_alone: bool
    is_used: bool = False
    stays: Diagnostic | None = None

    def meets(self, one: Diagnostic) -> bool:
        return one.code == self.code and one.span is not None and self.covers.start <= one.span.start <= self.covers.end


def without_ignored(
    diagnostics: Sequence[Diagnostic], text: str, document: ast.Document, outlook: Outlook
) -> list[Diagnostic]:
    """The findings that nobody has accepted, and those about the comments themselves. Places must be known."""
    told: list[Diagnostic] = []
    ignores = [one for place in range(len(document.items)) for one in _ignores(document, place, told)]
    left = [one for one in diagnostics if not _is_ignored(one, ignores, outlook)]
    return [*left, *told, *_idle(ignores, text, outlook)]


# --- the comments --------------------------------------------------------------------------------------------------


def _ignores(document: ast.Document, place: int, told: list[Diagnostic]) -> Iterator[_Ignore]:
    """What the item at `place` ignores, if it is such a comment; what cannot be understood of it is told."""
    comment = document.items[place]
    said = _DIRECTIVE.match(comment.text) if isinstance(comment, ast.Comment) and MARK in comment.text else None
    if said is None:
        return
    assert isinstance(comment, ast.Comment)  # nothing else has been matched
    covers = _covered(document, place, comment, said["word"])
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
            close = near(name[0])
            hint = f"did you mean {' or '.join(f'`{one}`' for one in close)}?" if close else None
            told.append(_unknown(f"there is no code `{name[0]}`", at, hint=hint, allowed=tuple(close)))
        else:
            yield _Ignore(code.number, at, comment, covers, is_alone=len(names) == 1)


def _covered(document: ast.Document, place: int, comment: ast.Comment, word: str) -> Span | None:
    """Where the comment holds; None when it says something else, or stands where it cannot say it."""
    if word == "ignore-file":
        above = document.items[:place]
        return document.span if all(isinstance(one, ast.Comment | ast.Blank) for one in above) else None
    if word != "ignore":
        return None
    return _statement_before(document, place) if comment.trailing else _statements_behind(document, place)


def _statement_before(document: ast.Document, place: int) -> Span | None:
    above = (one for one in reversed(document.items[:place]) if not isinstance(one, ast.Comment | ast.Blank))
    return next((one.span for one in above), None)


def _statements_behind(document: ast.Document, place: int) -> Span | None:
    """From the next statement on, to its end: that of the step which its `Plan:` lines announce."""
    start = None
    for item in document.items[place + 1 :]:
        if isinstance(item, ast.Comment | ast.Blank):
            continue
        start = item.span.start if start is None else start
        if not isinstance(item, ast.Plan):
            return Span(start, item.span.end)
    return None


# --- the findings --------------------------------------------------------------------------------------------------


def _is_ignored(one: Diagnostic, ignores: Sequence[_Ignore], outlook: Outlook) -> bool:
    met = [ignore for ignore in ignores if ignore.meets(one)]
    if not met or outlook.from_model:
        return False
    if one.is_error or _is_the_hosts(one.code):
        for ignore in met:
            ignore.stays = one
        return False
    for ignore in met:
        ignore.is_used = True
    return True


def _is_the_hosts(code: str) -> bool:
    return code.startswith("RW4") or code == MAY_EXCEED_CEILING.number


def _idle(ignores: Sequence[_Ignore], text: str, outlook: Outlook) -> Iterator[Diagnostic]:
    for one in ignores:
        message = None if one.is_used else _why_idle(one, outlook)
        if message is not None:
            fix = _removal(one, text)
            yield Diagnostic(
                code=IDLE_IGNORE.number, severity=IDLE_IGNORE.severity, message=message, span=one.at, fixes=(fix,)
            )


def _why_idle(one: _Ignore, outlook: Outlook) -> str | None:
    """Why the ignore does nothing; None where nobody can be sure."""
    if outlook.from_model:
        return f"a plan that a model wrote cannot ignore {one.code}"
    if one.stays is not None:
        return f"{one.code} stays: {'an error' if one.stays.is_error else 'what the host asks for'} cannot be ignored"
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
