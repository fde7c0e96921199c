"""Reads JSON, and what models write instead of it, into `nodes`; Python's literals too.

One pass from left to right that never goes back and never raises: where something is wrong, it is said, and reading
goes on behind it. What is plain enough is put right (single quotes, `True`, a comma too many), each time with a note.
Nesting is bounded, so the recursion is.

In `python` mode the same slips are the language itself, round brackets make lists, and whatever is no literal is
`Bare`, for the dialect to make sense of.
"""

import re
import sys
from json import JSONDecodeError, loads
from math import isfinite

from ...diag.codes import dialects as codes
from ...diag.codes import structure, syntax
from ...diag.diagnostic import Span
from ...ir.values import MAX_INT, MIN_INT
from .excerpt import Excerpt
from .findings import Findings
from .nodes import Bare, Fields, Items, Node, Scalar

MAX_DEPTH = 64
MAX_DIGITS = 400

_BLANK = re.compile(r"[\s\ufeff]*")
_NUMBER = re.compile(r"[-+]?(?:[0-9]++(?:\.[0-9]*)?|\.[0-9]++)(?:[eE][-+]?[0-9]++)?")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL),
    "'": re.compile(r"'(?:[^'\\]++|\\.)*+'", re.DOTALL),
}
_TRIPLE = {quote: re.compile(rf"{quote * 3}.*?{quote * 3}", re.DOTALL) for quote in ('"', "'")}
_LOOSE_END = {quote: re.compile(rf"{quote}(?=\s*(?:[,)\]}}:]|$))") for quote in ('"', "'")}
_FOLLOWS = re.compile(r"\s*(?:[,)\]}:+\-*/%<>=!\n]|$|(?:if|else|and|or|not|in|for)\b)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U00([01][0-9a-fA-F]{5})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_BRACKETS = re.compile(r"[\[({\])}]")
_PIECE = re.compile(r"""(?<!\w)(?:"[^"\n]*"|'[^'\n]*')|[^,\[({\])}"']++|.""", re.DOTALL)
_KEY = re.compile(r"[^\s:,\[\]{}\"']+")
_JSON_WORD = re.compile(r"[^,\]}\n]+")
_PYTHON_WORD = re.compile(r"[^\s,()\[\]{}\"']+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_PYTHON_WORDS: dict[str, bool | None] = {"True": True, "False": False, "None": None}
_SURROGATES = re.compile("[\ud800-\udfff]")


class Literals:
    """Reads one text. `at` is where reading goes on."""

    def __init__(self, source: Excerpt, found: Findings, *, python: bool = False, at: int = 0) -> None:
        self.source, self.found, self.python = source, found, python
        self.text, self.at = source.text, at
        self._depth = 0
        self._cut = False
        self._line_end = -1
        self._hopeless = -1
        self._closers = ")]}" if python else "]}"

    def blank(self) -> str:
        """Steps over blanks; the character that stands there then, or an empty text at the end."""
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # matches always
        return self.text[self.at : self.at + 1]

    def value(self) -> Node:
        """The value at this place, whatever stands there; takes at least one character unless the text ends."""
        self.blank()
        start = self.at
        node = self._primary()
        if not self.python or self.blank() in (",", "") or self.text[self.at] in self._closers:
            return node
        return self._bare(start)

    def _primary(self) -> Node:
        match self.blank():
            case "":
                self.cut_short(self.at)
                return Bare(self.span(self.at), "")
            case ('"' | "'") as quote:
                return self.string(quote)
            case "[":
                return self._items("]")
            case "(" if self.python:
                return self._items(")")
            case "{":
                return self._fields()
        return self._word()

    def _bare(self, start: int) -> Node:
        """Whatever stands from `start` to the next comma or closing bracket that is not inside other brackets."""
        depth, end = 0, len(self.text)
        for piece in _PIECE.finditer(self.text, start):
            if piece[0] in "[({":
                depth += 1
            elif piece[0] in ")]}" or (piece[0] == "," and not depth):
                depth -= 1
                if depth < 0:
                    end = piece.start()
                    break
        said = self.text[start:end].rstrip()
        self.at = max(start + len(said), self.at if end == len(self.text) else start + 1)
        return Bare(self.span(start, start + len(said)), clean(said))

    def span(self, start: int, end: int | None = None) -> Span:
        return self.source.span(start, self.at if end is None else end)

    # --- containers ---

    def _items(self, close: str) -> Node:
        start = self.at
        if self._depth >= MAX_DEPTH:
            return self._too_deep()
        self.at += 1
        self._depth += 1
        items: list[Node] = []
        while self._goes_on(close, start, first=not items):
            items.append(self.value())
        self._depth -= 1
        return Items(self.span(start), tuple(items))

    def _fields(self) -> Node:
        start = self.at
        if self._depth >= MAX_DEPTH:
            return self._too_deep()
        self.at += 1
        self._depth += 1
        fields: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        while self._goes_on("}", start, first=not fields):
            key, span = self._key()
            if self.blank() == ":":
                self.at += 1
                value = self.value()
            else:
                self.found.add(codes.NOT_THIS_FORMAT, f"{key!r} has no value: a `:` is missing", span)
                value = Bare(span, key)
            if key in fields:
                self.found.add(structure.DUPLICATE_ARGUMENT, f"the key {key!r} stands here twice", span)
            fields[key], keys[key] = value, span
        self._depth -= 1
        return Fields(self.span(start), fields, keys)

    def _goes_on(self, close: str, start: int, *, first: bool) -> bool:
        """Whether another item follows. Steps over the comma before it, or over the closing bracket."""
        char = self.blank()
        comma = self.at
        while char == "," and char:
            self.at += 1
            char = self.blank()
            if (char == "," or first) and not self.python:
                self._loose("a comma has nothing before it", comma, comma + 1)
            elif char == close and not self.python:
                self._loose("a comma stands behind the last item", comma, comma + 1)
        if char == close:
            self.at += 1
            return False
        if not char:
            self.cut_short(start)
            return False
        if char in self._closers:
            self.found.add(
                codes.NEVER_CLOSED, f"this bracket is never closed by `{close}`", self.span(start, start + 1)
            )
            return False
        if not first and comma == self.at:
            self._loose("a comma is missing here", self.at, self.at + 1)
        return True

    def _key(self) -> tuple[str, Span]:
        start = self.at
        char = self.text[start]
        if char in "\"'":
            node = self.string(char)
            return str(node.value), node.span
        word = _KEY.match(self.text, start)
        self.at = word.end() if word else start + 1
        key = self.text[start : self.at]
        if word and not self.python:
            self._loose(f"the key `{key[:40]}` has no quotes", start, self.at)
        elif not word:
            self.found.add(codes.NOT_THIS_FORMAT, f"`{key}` is no key of an object", self.span(start))
        return clean(key), self.span(start)

    def _too_deep(self) -> Node:
        """Steps over a bracket that is nested too deep, counting brackets only."""
        start, depth = self.at, 0
        for one in _BRACKETS.finditer(self.text, start):
            depth += 1 if one[0] in "[({" else -1
            if depth <= 0:
                self.at = one.end()
                break
        else:
            self.at = len(self.text)
        span = self.span(start)
        self.found.add(syntax.TOO_LARGE, f"this is nested deeper than {MAX_DEPTH} brackets and is left out", span)
        return Bare(span, "…")

    # --- scalars ---

    def string(self, quote: str) -> Scalar:
        """The quoted text at this place."""
        start, text = self.at, self.text
        if self.python and text.startswith(quote * 3, start) and (long := _TRIPLE[quote].match(text, start)):
            self.at = long.end()
            return Scalar(self.span(start), self._decoded(long[0][3:-3], start, is_json=False))
        closed = _CLOSED[quote].match(text, start)
        if closed and self.python and not _FOLLOWS.match(text, closed.end()):
            closed = self._with_quotes_inside(quote, closed) or closed
        if closed:
            self.at = closed.end()
        else:
            self._unclosed(quote)
        inner = text[start + 1 : self.at - 1 if closed else self.at]
        if not self.python:
            self._json_string(quote, inner, start)
        return Scalar(self.span(start), self._decoded(inner, start, is_json=quote == '"'))

    def _with_quotes_inside(self, quote: str, closed: re.Match[str]) -> re.Match[str] | None:
        """`'Disney's Frozen'`: up to the quote behind which a text can end, in the same line.

        Where none was found up to a line's end, none is looked for again: reading stays linear.
        """
        if closed.end() < self._hopeless:
            return None
        if closed.end() > self._line_end:
            line = self.text.find("\n", closed.end())
            self._line_end = len(self.text) if line < 0 else line
        end = _LOOSE_END[quote].search(self.text, closed.end(), self._line_end)
        if end is None:
            self._hopeless = self._line_end
            return None
        span = self.span(self.at, end.end())
        self.found.add(codes.LOOSE_QUOTE, "a quote inside this text is taken for part of it", span)
        return end

    def _unclosed(self, quote: str) -> None:
        start = self.at
        if not self.python:
            self.at = len(self.text)
            self.cut_short(start)
            return
        self.at = len(self.text)
        self.found.add(codes.NEVER_CLOSED, f"this text is never closed by {quote}", self.span(start, start + 1))

    def _json_string(self, quote: str, inner: str, start: int) -> None:
        if quote == "'":
            self._loose("a text stands in single quotes", start, self.at)
        elif "\n" in inner or "\t" in inner or "\r" in inner:
            self._loose("a text holds a line break or tab that is not escaped", start, self.at)

    def _decoded(self, inner: str, start: int, *, is_json: bool) -> str:
        if "\\" in inner:
            inner = self._unescaped(inner, start, is_json=is_json)
        if not inner.isascii() and _SURROGATES.search(inner):
            self.found.add(syntax.CONTROL_CHARACTER, "half of a surrogate pair is no Unicode", self.span(start))
        return clean(inner)

    def _unescaped(self, inner: str, start: int, *, is_json: bool) -> str:
        if is_json:
            try:
                return str(loads(f'"{inner}"', strict=False))
            except JSONDecodeError:
                pass
        if not self.python:
            self._loose("a text holds an escape that JSON does not know", start, self.at)
        return _ESCAPE.sub(_escape, inner)

    def _word(self) -> Node:
        start = self.at
        word = (_PYTHON_WORD if self.python else _JSON_WORD).match(self.text, start)
        self.at = word.end() if word else start + 1
        said = self.text[start : self.at].rstrip()
        self.at = start + max(len(said), 1)
        return self._scalar(said, start)

    def _scalar(self, said: str, start: int) -> Node:
        span = self.span(start)
        if said in _WORDS:
            return Scalar(span, _WORDS[said])
        if said in _PYTHON_WORDS:
            if not self.python:
                self._loose(f"`{said}` is Python's", start, self.at)
            return Scalar(span, _PYTHON_WORDS[said])
        if (_NUMBER if self.python else _JSON_NUMBER).fullmatch(said):
            return Scalar(span, self._number(said, span))
        if not self.python:
            self.found.add(codes.NOT_THIS_FORMAT, f"`{said[:40]}` is no JSON value", span)
        return Bare(span, clean(said))

    def _number(self, said: str, span: Span) -> int | float | str:
        if len(said) <= MAX_DIGITS:
            number = float(said) if set(said) & set(".eE") else int(said)
            if isfinite(number) if isinstance(number, float) else MIN_INT <= number <= MAX_INT:
                return number
        self.found.add(structure.NUMBER_OUT_OF_RANGE, "this number needs more than 64 bits", span)
        return said[:MAX_DIGITS]

    # --- findings ---

    def cut_short(self, start: int) -> None:
        """The text ends inside what began at `start`; said once."""
        if self._cut:
            return
        self._cut = True
        code = codes.NEVER_CLOSED if self.python else codes.CUT_SHORT
        message = "a bracket is never closed" if self.python else "the JSON ends before this is closed"
        end = min(start + 1, len(self.text))
        self.found.add(code, message, self.span(min(start, end), end))

    def _loose(self, message: str, start: int, end: int) -> None:
        self.found.add(codes.LOOSE_JSON, message, self.span(start, end))


def _escape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return clean(chr(min(int(code, 16), sys.maxunicode))) if code else _ESCAPES.get(found[4], found[4])


def clean(text: str) -> str:
    """The text with halves of surrogate pairs replaced: everything in a plan can be written as UTF-8."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
