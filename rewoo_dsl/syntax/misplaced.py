"""What is wrong with the clauses of a step: one in a wrong place, one that does not exist, one without its value.

Each function explains a `Failure` or leaves it to the next, as those in `complaints` do.
"""

import re

from .._record import record
from ..diag.codes import syntax as codes
from ..diag.diagnostic import Diagnostic, Edit, Fix
from ..diag.spell import is_slip, nearest
from .failure import BOUNDS, CLAUSES, KEYWORDS, Failure, found, outside, replacing

_CLAUSE = r"if|for|retry|timeout|fallback|after|approve"


@record
class _Place:
    """Where a word belongs: right behind what begins with `head` and goes on until one of the words `until`."""

    head: str
    behind: str
    until: str = _CLAUSE


_PLACES = {
    "max": _Place("for", "`for … in …`", rf"{_CLAUSE}|parallel"),
    "parallel": _Place("for", "`for … in …` and its `max`"),
    "else": _Place("if", "the condition of `if`"),
    "within": _Place("approve", "`approve` and its text"),
}
_PART_END = re.compile(rf"[ \t]+(?:{_CLAUSE}|max|else|within)\b|[ \t]*\Z")  # `max 3 parallel 2` moves as one
_SAID_ELSEWHERE = {
    "otherwise": "else",
    "or_else": "else",
    "on_error": "fallback",
    "onerror": "fallback",
    "catch": "fallback",
    "except": "fallback",
    "when": "if",
    "where": "if",
    "foreach": "for",
    "depends_on": "after",
    "needs": "after",
    "requires": "after",
    "confirm": "approve",
}
"""What other languages call a clause."""


def misplaced(at: Failure) -> Diagnostic | None:
    """`max`, `parallel`, `else` or `within` away from the clause that it belongs to."""
    word = at.word()
    place = _PLACES.get(word)
    if place is None or not _is_behind_call(at):
        return None
    message = f"`{word}` belongs right behind {place.behind}"
    fix = _moved(at, word, place)
    hint = None
    if fix is None:
        hint = f"there is no `{place.head}` here" + ("; `fallback` stands in for a failure" if word == "else" else "")
    return found(codes.UNKNOWN_CLAUSE, message, at.here(), hint=hint, fixes=[fix] if fix else [])


def _moved(at: Failure, word: str, place: _Place) -> Fix | None:
    plain = outside(at.text)
    head = re.search(rf"[ \t]{place.head}\b", plain)
    end = _PART_END.search(plain, at.position + len(word))
    if head is None or end is None:
        return None
    until = re.compile(rf"[ \t]+(?:{place.until}|{word})\b|[ \t]*\Z").search(plain, head.end())
    if until is None or (until.start() == head.end() and place.head != "approve"):
        return None
    start = len(at.text[: at.position].rstrip(" \t"))
    part = Edit(span=at.span(start, end.start()), text="")
    there = Edit(span=at.span(until.start(), until.start()), text=" " + at.text[at.position : end.start()])
    edits = tuple(sorted((part, there), key=lambda one: one.span))
    return Fix(message="move it there", edits=edits, safe=True) if until.start() != start else None


def second_in_list(at: Failure) -> Diagnostic | None:
    """A second `if` or `for` inside `[… for … in …]`."""
    word = at.word()
    if word not in ("if", "for") or not {"OR", "RSQB"} <= at.expected or not re.search(r"\sfor\s", at.text):
        return None
    if word == "if":
        fix = replacing("join them with `and`", at.here(), "and")
        message = "a list has one `if`; `and` joins two conditions"
        return found(codes.UNEXPECTED, message, at.here(), fixes=[fix])
    hint = "write one list inside the other, and flatten(…) around both for a single one"
    return found(codes.UNEXPECTED, "a list has one `for`", at.here(), hint=hint)


def unknown_clause(at: Failure) -> Diagnostic | None:
    """A word where a clause could stand, that is none."""
    word = at.word()
    if not word or not _is_behind_call(at):
        return None
    if at.last == "APPROVE":
        fix = replacing("quote it", at.here(), f'"{word}"')
        message = f"`approve` takes a text in quotes, not `{word}`"
        return found(codes.UNKNOWN_CLAUSE, message, at.here(), fixes=[fix] if _is_alone(at, word) else [])
    if at.last == "COUNT" and word == "times":
        fix = replacing("remove it", at.span(at.position - 1, at.position + len(word)), "", safe=True)
        return found(codes.UNKNOWN_CLAUSE, "the number alone says how often", at.here(), fixes=[fix])
    return _no_clause(at, word)


def _no_clause(at: Failure, word: str) -> Diagnostic:
    known = [
        *CLAUSES.values(),
        *(KEYWORDS[name] for name in ("ELSE", "MAX", "PARALLEL", "WITHIN") if name in at.expected),
    ]
    behind = "; behind `Tool[…]` stand only clauses" if at.last == "RAW" else ""
    if word in KEYWORDS.values():
        message = f"`{word}` cannot stand here{behind}"
        return found(codes.UNKNOWN_CLAUSE, message, at.here(), allowed=CLAUSES.values())
    near = _near(word, known)
    hint = f"did you mean `{near}`?" if near else None
    safe = near is not None and (is_slip(word, near) or _is_form(word, near))
    fixes = [replacing(f"write `{near}`", at.here(), near, safe=safe)] if near else []
    message = f"`{word}` is no clause" + (behind if near is None else "")
    return found(codes.UNKNOWN_CLAUSE, message, at.here(), hint=hint, fixes=fixes, allowed=CLAUSES.values())


def _near(word: str, known: list[str]) -> str | None:
    meant = next((one for one in known if one == _SAID_ELSEWHERE.get(word.lower()) or _is_form(word, one)), None)
    near = nearest(word, known) if meant is None and (len(word) > 2 or word.lower() in known) else []
    return meant or next(iter(near), None)


def _is_form(word: str, clause: str) -> bool:
    """Whether the word is the clause with another ending: `retries`, `approval`, `timeouts`."""
    return len(clause) > 3 and word.startswith(clause[:-1])


def _is_alone(at: Failure, word: str) -> bool:
    return not at.rest[len(word) :].strip(" \t")


def keyword_alone(at: Failure) -> Diagnostic | None:
    """A keyword that nothing follows does not read as one, because it brings its blanks along."""
    word = at.rest.strip(" \t")
    if word not in ((KEYWORDS | BOUNDS).get(name) for name in at.expected):
        return None
    return found(codes.MISSING_VALUE, f"something is missing behind `{word}`", at.here())


def after_names(at: Failure) -> Diagnostic | None:
    """`after #E1.x` and `after #E1 #E2`."""
    if at.last != "EVID" or "COMMA" not in at.expected or not _is_behind_call(at):
        return None
    if at.rest[:1] in (".", "["):
        path = re.compile(r"[^\s,]+").match(at.text, at.position)
        span = at.span(at.position, path.end() if path else at.position)
        fix = replacing("name the step alone", span, "", safe=True)
        return found(codes.UNEXPECTED, "`after` names steps, not parts of them", span, fixes=[fix])
    if at.rest[:1] == "#":
        end = len(at.text[: at.position].rstrip(" \t"))
        fix = replacing("put a comma there", at.span(end, end), ",", safe=True)
        return found(codes.UNEXPECTED, "a comma is missing here", at.here(), fixes=[fix])
    return None


def _is_behind_call(at: Failure) -> bool:
    """Whether a clause could stand here."""
    return bool({"RETRY", "TIMEOUT", "FALLBACK"} & at.expected)
