"""What may stand at the cursor, told from the text before it alone: the statement there is seldom whole.

The cutter finds where the statement begins; one walk over its tokens up to the cursor says which brackets and quotes
are open, whose arguments they hold, and which word is being written.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..._record import record
from ...diag.diagnostic import Span
from ...syntax.cutter import Cut, Cutter, Piece
from ...syntax.limits import FILE

Place: TypeAlias = Literal[
    "nowhere", "statement", "action", "value", "argument", "reference", "text-reference", "field", "type", "clause",
    "after",
]  # fmt: skip
"""What is being written: a whole statement; what a step does; a value; a value or the name of an argument; a `#name`
as a value or in text; a field behind a path; a type; a clause behind what the step does; a name behind `after`."""


@record
class Call:
    """The call whose brackets are open: what it already names, and the argument whose value is being written."""

    name: str
    given: frozenset[str] = frozenset()
    argument: str | None = None
    position: int = 0


@record
class Cursor:
    """Where the cursor is. `span` is what has been written of the word, `start` where its statement begins.

    For a field, `name` and `path` are what stands before the last dot, and `span` begins at that dot. `clauses` are
    those that the step has already. `call` is that of the innermost brackets, `around` the innermost call.
    """

    place: Place
    span: Span
    start: int
    call: Call | None = None
    around: Call | None = None
    name: str = ""
    path: str = ""
    in_text: bool = False
    is_braced: bool = False
    clauses: frozenset[str] = frozenset()


_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SEGMENT = rf"""(?:\.{_NAME}|\[[ \t]*(?:-?[0-9]+|\*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')[ \t]*\])"""
_REFERENCE = re.compile(rf"\#(?P<brace>\{{?)(?P<name>{_NAME})?(?P<path>{_SEGMENT}*?)(?P<field>\.(?:{_NAME})?)?\Z")
_IN_TEXT = re.compile(rf"\#(?:\{{(?:{_NAME})?|E[0-9]*)?{_SEGMENT}*\.?\Z")
_WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
_TOKEN = re.compile(
    rf"""(?P<block>\"""(?:[^"\\]|\\.|""?(?!"))*+(?:\"""|(?P<open_block>\Z)))"""
    rf"""|(?P<string>"(?:[^"\\\n]|\\[^\n])*+(?:"|(?P<open_double>\\?\Z))|'(?:[^'\\\n]|\\[^\n])*+(?:'|(?P<open_single>\\?\Z)))"""
    rf"""|(?P<unclosed>["'][^\n]*)"""
    rf"""|(?P<remark>(?://|\#[ \t!])[^\n]*(?P<open_remark>\Z)?)"""
    rf"""|(?P<ref>\#{_NAME}{_SEGMENT}*)"""
    rf"""|(?P<word>{_NAME}(?:\.{_NAME})*)"""
    rf"""|(?P<assign>=(?!=))|(?P<operator>==|!=|<=|>=|[-+*/%<>|?])"""
    rf"""|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<comma>,)|(?P<colon>:)|(?P<number>[0-9][0-9a-zA-Z.]*)"""
    rf"""|(?P<selector>\.{_NAME})|(?P<other>\S)""",
    re.DOTALL,
)
_PROSE = re.compile(r"(?:Plan|Goal):")
_SOLVE = re.compile(r'Solve:(?![ \t]*""")')
_OPERATORS = frozenset(("and", "or", "not", "in", "if", "else", "for", "return", "fallback"))
CLAUSES = ("if", "else", "for", "max", "parallel", "retry", "timeout", "fallback", "after", "approve", "within")


def cursor_at(text: str, offset: int) -> Cursor:
    """What may stand at `offset`. Linear in the text before it."""
    before = text[:offset]
    start, is_comment = _statement_start(before)
    if is_comment or _PROSE.match(before, start):
        return Cursor("nowhere", Span(offset, offset), start)
    if _SOLVE.match(before, start):
        return _in_text(before, start, start, None, None)
    return _Walk(before, start).cursor()


def _statement_start(before: str) -> tuple[int, bool]:
    """Where the statement that the text ends in begins; and whether it ends in a comment on a line of its own."""
    last = deque[Cut](Cutter(before, FILE), maxlen=1)
    line = before.rfind("\n") + 1
    if last and isinstance(last[0], Piece) and not last[0].closed:
        return last[0].start, False
    indent = len(before) - line - len(before[line:].lstrip(" \t"))
    return line + indent, before.startswith(("//", "# ", "#!", "#\t"), line + indent)


@dataclass(slots=True)
class _Open:
    """An open bracket, and what has been seen in it so far."""

    bracket: str
    name: str | None = None
    given: set[str] = field(default_factory=set)
    argument: str | None = None
    position: int = 0
    is_fresh: bool = True

    @property
    def call(self) -> Call | None:
        if self.name is None:
            return None
        return Call(self.name, frozenset(self.given), self.argument, self.position)


class _Walk:
    """One walk from the start of a statement to the cursor."""

    def __init__(self, before: str, start: int) -> None:
        self.before, self.start, self.end = before, start, len(before)
        self.stack = [_Open("")]
        self.head: str | None = None  # the first word or reference of the statement
        self.assigned = False
        self.in_type = False
        self.last = ""  # kind of the token before
        self.last_text = self.last_but_one = ""
        self.clauses: list[str] = []  # the keywords behind what the step does

    def cursor(self) -> Cursor:
        position = self.start
        while (match := _TOKEN.search(self.before, position)) is not None:
            kind = match.lastgroup or ""
            if any(match[name] is not None for name in ("open_block", "open_double", "open_single")):
                return _in_text(self.before, self.start, match.start(), self.stack[-1].call, self.around)
            if match["open_remark"] is not None:
                return self.at("nowhere", "")
            if match.end() == self.end and kind in ("ref", "word", "selector", "other") and match[0] != ")":
                break
            if match[0] == "[" and self.is_called:
                raw = _closing(self.before, match.start())
                if raw is None:
                    call = Call(self.last_text)
                    return _in_text(self.before, self.start, match.start(), call, call)
                position = raw
                self.last, self.last_text = "close", "]"
                continue
            self.take(kind, match[0])
            position = match.end()
        return self.settle()

    @property
    def is_called(self) -> bool:
        """Whether a `[` here is that of `Tool[raw text]`."""
        return len(self.stack) == 1 and self.last == "word" and self.last_but_one in ("=", "fallback", "else")

    def take(self, kind: str, text: str) -> None:
        top = self.stack[-1]
        if self.head is None:
            self.head = text
        match kind:
            case "open":
                is_call = text == "(" and self.last == "word" and self.last_text not in _OPERATORS
                self.stack.append(_Open(text, self.last_text if is_call else None))
            case "close" if len(self.stack) > 1:
                self.stack.pop()
            case "comma":
                top.position, top.argument, top.is_fresh = top.position + 1, None, True
            case "assign" | "colon" if top.name is not None and self.last in ("word", "string", "block"):
                top.argument = self.last_text.strip("\"'")
                top.given.add(top.argument)
            case "assign" if len(self.stack) == 1:
                self.assigned, self.in_type = True, False
            case "colon" if len(self.stack) == 1 and not self.assigned:
                self.in_type = True
            case "word" if len(self.stack) == 1 and self.assigned and text in CLAUSES:
                self.clauses.append(text)
        if kind not in ("open", "comma"):
            self.stack[-1].is_fresh = False
        self.last, self.last_but_one, self.last_text = kind, self.last_text, text

    def at(self, place: Place, word: str, *, name: str = "", path: str = "") -> Cursor:
        span = Span(self.end - len(word), self.end)
        clauses = frozenset(self.clauses)
        return Cursor(place, span, self.start, self.stack[-1].call, self.around, name, path, clauses=clauses)

    @property
    def around(self) -> Call | None:
        return next((call for one in reversed(self.stack) if (call := one.call) is not None), None)

    def settle(self) -> Cursor:
        """What the walk has come to, with the word at the cursor."""
        reference = _REFERENCE.search(self.before, self.start)
        if reference is not None and not reference["brace"]:
            return self.reference(reference)
        if self.last in ("ref", "close") and self.before.endswith("."):
            return self.at("nowhere", "")
        word = self.before[max(self.start, len(self.before.rstrip(_WORD_CHARACTERS))) :]
        if word.startswith("."):  # a selector: whose fields they are, only the call knows
            return self.at("nowhere", "")
        if self.head is None:
            return self.at("statement", word)
        if self.in_type:
            return self.at("type", word)
        top = self.stack[-1]
        if len(self.stack) > 1:
            is_argument = top.name is not None and top.argument is None and top.is_fresh
            return self.at("argument" if is_argument else "value", word)
        return self.at(self.outside(word), word)

    def reference(self, found: re.Match[str]) -> Cursor:
        if self.head is None and not found["path"] and found["field"] is None:
            return self.at("statement", found[0])
        if found["field"] is None:
            is_after = len(self.stack) == 1 and self.clauses[-1:] == ["after"]
            return self.at("after" if is_after else "reference", found[0])
        return self.at("field", found["field"], name=found["name"] or "", path=found["path"])

    def outside(self, word: str) -> Place:
        """Outside brackets: what the step does, a condition, or a clause behind something whole."""
        blank = self.end == self.start or self.before[self.end - len(word) - 1] in " \t"
        if self.head == "return":
            return "value" if self.last in ("word", "operator") else "nowhere"
        if not self.assigned or not (self.head or "").startswith("#"):
            return "nowhere"
        if self.last == "assign" or self.last_text in ("fallback", "else"):
            return "action"
        if self.last == "operator" or self.last_text in _OPERATORS:
            return "value"
        if self.last_text in CLAUSES:
            return "nowhere"
        return "clause" if blank else "nowhere"


def _in_text(before: str, start: int, opened: int, call: Call | None, around: Call | None) -> Cursor:
    """Inside a text that began at `opened`: only references have a meaning there."""
    offset = len(before)
    found = _IN_TEXT.search(before, opened)
    if found is None or _is_escaped(before, found.start()):
        return Cursor("nowhere", Span(offset, offset), start, call, around, in_text=True)
    reference = _REFERENCE.search(before, found.start())
    is_braced = before.startswith("#{", found.start())
    if reference is None or reference["field"] is None:
        span = Span(found.start(), offset)
        return Cursor("text-reference", span, start, call, around, in_text=True, is_braced=is_braced)
    span = Span(offset - len(reference["field"]), offset)
    name, path = reference["name"] or "", reference["path"]
    return Cursor("field", span, start, call, around, name, path, in_text=True, is_braced=is_braced)


def _is_escaped(text: str, position: int) -> bool:
    backslashes = position - len(text[:position].rstrip("\\"))
    return backslashes % 2 == 1


def _closing(text: str, position: int) -> int | None:
    """Behind the bracket that closes the raw text opened at `position`; None when nothing does."""
    depth = 0
    while position < len(text):
        match text[position]:
            case "\\":
                position += 1
            case "[":
                depth += 1
            case "]":
                depth -= 1
                if depth == 0:
                    return position + 1
            case "\n":
                return None
        position += 1
    return None
