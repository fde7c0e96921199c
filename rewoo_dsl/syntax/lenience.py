"""What a reader forgives: slips whose meaning is plain, each an edit with a span and a diagnostic.

None of this is in the grammar. A statement that does not parse is repaired where the engine got stuck and read again,
so that one slip does not hide the rest of the plan. How a slip is told depends on who wrote the plan: an error with
a safe fix for a person's file, a note for a plan taken out of a model's reply (`lenient`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from .._record import record
from ..diag.codes import syntax as codes
from ..diag.diagnostic import Diagnostic, Edit, Fix, Span
from . import ast
from .failure import KEYWORDS, Failure, found, replacing

FORGIVEN = frozenset(
    code.number for code in (codes.PROSE, codes.FENCE, codes.FOREIGN_WORD, codes.MISSING_BLANK, codes.ONE_LINE_FORM)
)
"""The codes that are notes when reading is lenient."""

FENCE = re.compile(r"(?:`{3,}|~{3,})[^\n]*")
NAMELESS = re.compile(r"(?:E[0-9]+[ \t]*(?:=(?!=)|:)|[A-Za-z_][A-Za-z0-9_]*[ \t]*=(?!=))")
"""A step's beginning without its `#`."""

_FOREIGN = {"True": "true", "False": "false", "None": "null"}
_MOST_REPAIRS = 32


@record
class Repair:
    """One edit of a piece, in offsets of the plan, and what to say of it."""

    edit: Edit
    diagnostic: Diagnostic


Repairer: TypeAlias = Callable[[Failure], Repair | None]


def _foreign_word(at: Failure) -> Repair | None:
    if at.last != "NAME":
        return None
    word = at.word_before()
    if word is None or word[0] not in _FOREIGN:
        return None
    ours, span = _FOREIGN[word[0]], at.span(*word.span())
    fix = replacing(f"write `{ours}`", span, ours, safe=True)
    return Repair(fix.edits[0], found(codes.FOREIGN_WORD, f"`{word[0]}` is written `{ours}`", span, fixes=[fix]))


def _missing_blank(at: Failure) -> Repair | None:
    word = at.word()
    text, position = at.text, at.position
    for name, keyword in KEYWORDS.items():
        if name not in at.expected or not text.startswith(keyword, position):
            continue
        end = position + len(keyword)
        follows = text[end : end + 1]
        glued_before = position > 0 and text[position - 1] not in " \t"
        sticks_behind = follows not in (" ", "\t", "")
        if not (glued_before or sticks_behind) or (sticks_behind and (follows.isalpha() or follows == "_")):
            continue
        gap = position if glued_before else end
        span = at.span(position, end)
        fix = replacing("put a blank there", at.span(gap, gap), " ", safe=True)
        message = f"`{keyword}` wants a blank on each side"
        return Repair(fix.edits[0], found(codes.MISSING_BLANK, message, span, fixes=[fix]))
    head = re.match(r"(?:return|input|use|limit)(?=[\[({\"'#])", text)
    if position == 0 and head and not word.isspace():
        return glued_behind_word(head[0], at.span(0, head.end()))
    return None


def glued_behind_word(word: str, span: Span) -> Repair:
    """A blank behind the word at `span`: `not(…)`, `return{…}`."""
    fix = replacing("put a blank there", Span(span.end, span.end), " ", safe=True)
    message = f"`{word}` wants a blank behind it"
    return Repair(fix.edits[0], found(codes.MISSING_BLANK, message, span, fixes=[fix]))


def _missing_sigil(at: Failure) -> Repair | None:
    if at.position != 0 or not NAMELESS.match(at.text):
        return None
    name = at.word()
    fix = replacing(f"write `#{name}`", at.span(0, 0), "#", safe=True)
    message = f"a step's name begins with `#`: `#{name}`"
    return Repair(fix.edits[0], found(codes.MISSING_SIGIL, message, at.span(0, len(name)), fixes=[fix]))


REPAIRERS: tuple[Repairer, ...] = (_foreign_word, _missing_blank, _missing_sigil)


def repair(at: Failure) -> Repair | None:
    """What would let the statement go on, if its meaning is plain."""
    return next((repaired for one in REPAIRERS if (repaired := one(at))), None)


@dataclass(slots=True)
class Repaired:
    """A piece's text with edits in it, and the way back to the plan's offsets."""

    text: str
    shift: int
    repairs: list[Repair]

    @property
    def may_go_on(self) -> bool:
        return len(self.repairs) < _MOST_REPAIRS

    def add(self, repair: Repair) -> None:
        """Edit the text. The edit's span is in the offsets of the text as it is now, plus `shift`."""
        start, end = (offset - self.shift for offset in repair.edit.span)
        self.text = self.text[:start] + repair.edit.text + self.text[end:]
        self.repairs.append(repair)

    def original(self, offset: int) -> int:
        """Where in the plan something stands that stands at `offset` now. Edits only insert, or keep the length."""
        for one in reversed(self.repairs):
            start, end = one.edit.span
            if offset > start:
                offset -= min(len(one.edit.text) - (end - start), offset - start)
        return offset

    def moved(self, node: Any) -> Any:
        """The same node with all spans in the plan's offsets."""
        if isinstance(node, Span):
            return Span(self.original(node.start), self.original(node.end))
        if isinstance(node, tuple):
            return tuple(self.moved(one) for one in node)
        if not hasattr(node, "__dataclass_fields__"):
            return node
        return replace(node, **{one.name: self.moved(getattr(node, one.name)) for one in fields(node)})

    def moved_diagnostic(self, diagnostic: Diagnostic) -> Diagnostic:
        """The same finding in the plan's offsets."""
        fixes = tuple(
            Fix(
                message=fix.message,
                safe=fix.safe,
                edits=tuple(Edit(span=self.moved(edit.span), text=edit.text) for edit in fix.edits),
            )
            for fix in diagnostic.fixes
        )
        related = tuple(one.model_copy(update={"span": self.moved(one.span)}) for one in diagnostic.related)
        span = self.moved(diagnostic.span)
        return diagnostic.model_copy(update={"span": span, "fixes": fixes, "related": related})


def broken(text: str, span: Span) -> ast.Broken:
    """The statement that could not be read, with the name that its head says it defines."""
    for kind, head in _NAMED_HEADS:
        match = head.match(text)
        if match:
            start, end = match.span("name")
            name = ast.Name(match["name"].lstrip("#")[:64], Span(span.start + start, span.start + end))
            return ast.Broken(text, kind, name, span)  # type: ignore[arg-type]  # the kinds are those of the table
    return ast.Broken(text, span=span)


_NAMED_HEADS = (
    ("input", re.compile(r"input[ \t]*(?P<name>#?[A-Za-z_][A-Za-z0-9_]*)")),
    ("use", re.compile(r"use\b[^\n]*[ \t]as[ \t]+(?P<name>[A-Za-z_][A-Za-z0-9_]*)")),
    ("step", re.compile(r"(?P<name>#[A-Za-z_][A-Za-z0-9_]*)")),
    ("step", re.compile(r"(?P<name>E[0-9]+|[A-Za-z_][A-Za-z0-9_]*(?=[ \t]*=))")),
)
