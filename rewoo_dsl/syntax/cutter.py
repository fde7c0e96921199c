"""Cuts text into statements in one linear pass, before anything is parsed.

A newline outside brackets ends a statement. Inside brackets newlines and comments become blanks of the same length (so
does `\\` at a line's end), a `\"""` string may hold anything, and a head (`#E1 =`, `Plan:`, …) ends a bracket that was
left open, so one broken statement never swallows the next. What cannot be a statement of its own is still cut, with a
`Trouble` that says which bracket or quote is to blame.

Law: for every text that the grammar accepts, the pieces are exactly its statements. The patterns here are looser than
the grammar's (any escape, any character), never stricter, and may look ahead, which the grammar must not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .._record import record
from ..diag.diagnostic import Span
from .limits import Limits

_EVIDENCE = r"\#[A-Za-z_][A-Za-z0-9_]*[ \t]*(?:=(?!=)|:)"
_HEAD = (
    rf"(?:{_EVIDENCE}|(?:Plan|Goal|Solve):|use[ \t]+[\"']|input[ \t]+[A-Za-z_\#]|return[ \t]"
    r"|limit[ \t]+(?:calls|tokens|time|cost)[ \t])"
)
HEAD = re.compile(_HEAD)
"""What begins a statement. At the start of a line it ends whatever was left open above."""

_LINE_HEAD = re.compile(rf"^(?P<indent>[ \t]*)(?:(?P<evidence>{_EVIDENCE})|{_HEAD})", re.MULTILINE)
_LINE = re.compile(
    r"""[ \t]*(?:(?P<gap>\r?\n(?:[ \t]*\r?\n)*+)|(?P<remark>(?://|\#[ \t!])[^\n]*)|(?P<line>(?:Plan|Goal):[^\n]*)"""
    r"""|(?P<solve>Solve:(?![ \t]*\"{3})[^\n]*))?"""
)
_DULL = re.compile(r"""[^"'/#()\[\]{}\n\\=]*+""")
_BLOCK = re.compile(r'"""(?:[^"\\]++|\\.|""?(?!"))*+"""', re.DOTALL)
_QUOTED = {
    '"': re.compile(r'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'),
    "'": re.compile(r"'[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+'"),
}
_NEWLINE_IN_RAW = rf"\r?\n(?![ \t]*(?:{_HEAD}|\r?\n))"
_RAW = re.compile(
    rf"\[(?:[^\[\]\\\n\r]++|\\[^\n]|\r(?!\n)|{_NEWLINE_IN_RAW}"
    rf"|\[(?:[^\[\]\\\n\r]++|\\[^\n]|\r(?!\n)|{_NEWLINE_IN_RAW})*+\])*+\]"
)
_CHAIN = r"(?!not[ \t])[A-Za-z_][A-Za-z0-9_]*(?:[ \t]*\.[A-Za-z_][A-Za-z0-9_]*)*"
_CALLED = re.compile(rf"[ \t]*{_CHAIN}[ \t]*")
_CALLED_LATER = re.compile(rf"[ \t](?:fallback|else)[ \t]+{_CHAIN}[ \t]*\Z")
_CONTINUED = re.compile(r"\\[ \t]*(?:\r?\n|\Z)")
_TO_LINE_END = re.compile(r"[^\n]*")
_NEWLINES = re.compile(r"\r?\n")
CLOSING = {"(": ")", "[": "]", "{": "}"}
_CLOSES = {closing: opening for opening, closing in CLOSING.items()}


@record
class Trouble:
    """Why a piece cannot be parsed: what was opened at `opened` is not closed, or not by what stands at `at`."""

    kind: Literal["bracket", "wrong-bracket", "string", "block", "raw", "deep", "long-string"]
    opened: int
    at: int


@dataclass(slots=True)
class Piece:
    """One statement: `text[start:end]`, without blanks around it.

    `blanks` are the ranges to read as blanks. `remarks` are comments inside, `trailing` is the one behind it. A piece
    that is not `closed` was ended by the end of the text: more text could still change it. `indent` is that of its
    line.
    """

    start: int
    end: int = 0
    indent: int = 0
    blanks: list[tuple[int, int]] = field(default_factory=list)
    remarks: list[Span] = field(default_factory=list)
    trailing: Span | None = None
    trouble: Trouble | None = None
    closed: bool = False
    holds_block: bool = False

    def flat(self, text: str) -> str:
        """The piece on one line, every offset kept (relative to `start`)."""
        parts: list[str] = []
        position = self.start
        for start, end in self.blanks:
            parts += (text[position:start], " " * (min(end, self.end) - start))
            position = end
        parts.append(text[position : self.end])
        return "".join(parts)


@record
class Remark:
    """A comment on a line of its own."""

    span: Span


@record
class Gap:
    """Blank lines."""

    span: Span


Cut: TypeAlias = Piece | Remark | Gap


class Cutter:
    """Iterates over the cuts of a text. `back_to` takes cuts back, when what looked like one statement was not."""

    def __init__(self, text: str, limits: Limits, start: int = 0) -> None:
        self._text, self._limits = text, limits
        self.position = start
        self._head = (0, -1, -1)  # the last answer of `head_after`, and to what
        self._fence = 0  # below it, no block string reaches over a head
        self._open_ended = len(text)  # from the first block string on that no quotes close, none is closed

    def __iter__(self) -> Iterator[Cut]:
        while self.position < len(self._text):
            yield self._next()

    def back_to(self, position: int, *, fence: int = 0) -> None:
        """Go on from `position`. Up to `fence`, heads end block strings too; that keeps the whole linear."""
        self.position = position
        self._fence = max(self._fence, fence)

    def _next(self) -> Cut:
        text, start = self._text, self.position
        line = _LINE.match(text, start)
        assert line is not None  # every part of the pattern is optional
        self.position = line.end()
        match line.lastgroup:
            case "gap":
                return Gap(Span(start, line.end()))
            case "remark":
                self._skip_newline()
                return Remark(_remark(text, *line.span("remark")))
            case "line" | "solve" as kind:
                span = _trimmed(text, *line.span(kind))
                return Piece(span.start, span.end, closed=self._skip_newline())
        if self.position == len(text):
            return Gap(Span(start, self.position))
        return self._statement(self.position, indent=self.position - start)

    def _skip_newline(self) -> bool:
        newline = _NEWLINES.match(self._text, self.position)
        if newline:
            self.position = newline.end()
        return newline is not None

    def _statement(self, start: int, indent: int) -> Piece:
        """One statement from `start` on, its line being indented by `indent`."""
        piece = Piece(start, indent=indent)
        scan = _Scan(self._text, piece, self._limits)
        while not scan.ended:
            if not scan.at_block():
                scan.step()
            elif not self._block(scan):
                break
        self.position = scan.position
        if not scan.depth_is_zero and piece.trouble is None:
            piece.trouble = Trouble("bracket", scan.opened, scan.position)
        span = _trimmed(
            self._text, start, min(scan.position, piece.trailing.start if piece.trailing else scan.position)
        )
        piece.end = max(span.end, start)
        piece.closed = self._skip_newline() or scan.ended_by_head
        return piece

    def _block(self, scan: "_Scan") -> bool:
        """Step over a block string; false when it is not closed and the piece ends before the next head."""
        start, text = scan.position, self._text
        head = len(text)
        if start < self._fence or start >= self._open_ended:
            head = self.head_after(start + 3, scan.piece.indent)
        match = _BLOCK.match(text, start, head) if start < self._open_ended else None
        if match:
            scan.over(match.end())
            scan.piece.holds_block = True
            if match.end() - start > self._limits.string:
                scan.trouble("long-string", start)
            return True
        if head == len(text):
            self._open_ended = min(self._open_ended, start)
            head = self.head_after(start + 3, scan.piece.indent)
        scan.trouble("block", start)
        scan.position = head
        scan.ended_by_head = head < len(text)
        return False

    def head_after(self, position: int, indent: int) -> int:
        """Where the next line begins that ends what a statement indented by `indent` left open; or the text's end."""
        since, known_indent, head = self._head
        if known_indent == indent and since <= position <= head:
            return head
        heads = (m.start() for m in _LINE_HEAD.finditer(self._text, position) if _ends_brackets(m, indent))
        self._head = (position, indent, next(heads, len(self._text)))
        return self._head[2]


class _Scan:
    """The walk over one statement's characters of interest."""

    def __init__(self, text: str, piece: Piece, limits: Limits) -> None:
        self.text, self.piece, self.limits = text, piece, limits
        self.position = piece.start
        self.ended = self.ended_by_head = False
        self._since = piece.start  # where the dull text before `position` began
        self._open: list[tuple[str, int]] = []
        self._after_assign = False

    @property
    def depth_is_zero(self) -> bool:
        return not self._open

    @property
    def opened(self) -> int:
        return self._open[-1][1]

    def at_block(self) -> bool:
        """Go on to the next character of interest; whether a block string begins there."""
        self._since = self.position
        match = _DULL.match(self.text, self.position)
        assert match is not None  # a run of any length matches
        self.position = match.end()
        return self.text.startswith('"""', self.position)

    def over(self, end: int) -> None:
        self.position = end
        self._after_assign = False

    def trouble(self, kind: str, opened: int) -> None:
        """The first trouble is the one to tell."""
        if self.piece.trouble is None:
            self.piece.trouble = Trouble(kind, opened, self.position)  # type: ignore[arg-type]

    def step(self) -> None:
        """Deal with the character at `position`, which is none of a block string."""
        position = self.position
        char = self.text[position : position + 1]
        match char:
            case "":
                self.ended = True
            case "=":
                self._assign(position)
            case "(" | "{" | "[":
                self._bracket(char, position)
            case ")" | "]" | "}":
                self._close(char, position)
            case '"' | "'":
                self._quoted(char, position)
            case "\n":
                self._newline(position)
            case "/" | "#":
                self._slash_or_hash(char, position)
            case _:
                self._backslash(position)

    def _assign(self, position: int) -> None:
        if self.text.startswith("==", position):
            self.over(position + 2)
            return
        self.over(position + 1)
        self._after_assign = not self._open and self.text[position - 1] not in "!<>"

    def _bracket(self, char: str, position: int) -> None:
        if char == "[" and not self._open and self._is_called(position):
            self._raw(position)
            return
        self.over(position + 1)
        self._open.append((char, position))
        if len(self._open) > self.limits.brackets:
            self.trouble("deep", position)

    def _is_called(self, position: int) -> bool:
        """Whether the `[` is that of `Tool[raw text]`: a name right of `=`, `fallback` or `else` stands before it."""
        if self._after_assign and _CALLED.fullmatch(self.text, self._since, position):
            return True
        before = self.text[self._since : position]
        return ("fallback" in before or "else" in before) and _CALLED_LATER.search(before) is not None

    def _raw(self, position: int) -> None:
        match = _RAW.match(self.text, position)
        if match is None:
            self.trouble("raw", position)
            self._to_line_end()
            return
        if match.end() - position > self.limits.string:
            self.trouble("long-string", position)
        self.piece.blanks += [m.span() for m in _NEWLINES.finditer(self.text, position, match.end())]
        self.over(match.end())

    def _close(self, char: str, position: int) -> None:
        self.over(position + 1)
        if self._open and self._open[-1][0] == _CLOSES[char]:
            self._open.pop()
            return
        if not self._open:
            return
        self.piece.trouble = self.piece.trouble or Trouble("wrong-bracket", self.opened, position)
        matching = [i for i, (opener, _) in enumerate(self._open[-8:]) if opener == _CLOSES[char]]
        if matching:
            del self._open[max(len(self._open) - 8, 0) + matching[-1] :]

    def _quoted(self, quote: str, position: int) -> None:
        match = _QUOTED[quote].match(self.text, position)
        if match is None:
            self.trouble("string", position)
            self._to_line_end()
            return
        if match.end() - position > self.limits.string:
            self.trouble("long-string", position)
        self.over(match.end())

    def _to_line_end(self) -> None:
        """After an unclosed quote nothing on the line can be trusted; `_newline` then looks for the next head."""
        match = _TO_LINE_END.match(self.text, self.position)
        assert match is not None  # a run of any length matches
        self.position = match.end()

    def _newline(self, position: int) -> None:
        if not self._open:
            self.ended = True
            return
        head = _LINE_HEAD.match(self.text, position + 1)
        if head and _ends_brackets(head, self.piece.indent):
            self.ended = self.ended_by_head = True
            return
        told = self.piece.blanks[-1][1] if self.piece.blanks else 0
        start = position - 1 if self.text[position - 1] == "\r" and told < position else position
        self.piece.blanks.append((start, position + 1))
        self.position = position + 1

    def _slash_or_hash(self, char: str, position: int) -> None:
        follows = self.text[position + 1 : position + 2]
        if not follows or follows not in ("/" if char == "/" else " \t!"):
            self.position = position + 1
            self._after_assign = False
            return
        self._to_line_end()
        remark = _remark(self.text, position, self.position)
        if self._open:
            self.piece.remarks.append(remark)
            self.piece.blanks.append((position, self.position))
        else:
            self.piece.trailing = remark

    def _backslash(self, position: int) -> None:
        match = _CONTINUED.match(self.text, position)
        if match is None:
            self.position = position + 1
            return
        self.piece.blanks.append(match.span())
        self.position = match.end()
        head = _LINE_HEAD.match(self.text, match.end())
        if head and _ends_brackets(head, self.piece.indent):
            self.ended = self.ended_by_head = True


def _ends_brackets(head: re.Match[str], indent: int) -> bool:
    """A head no deeper than the statement's own line ends its brackets; `#E1 =` stands in no bracket at any depth."""
    return head["evidence"] is not None or len(head["indent"]) <= indent


def _trimmed(text: str, start: int, end: int) -> Span:
    """The range without blanks and line ends at its end (an open bracket may have swallowed some)."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return Span(start, end)


def _remark(text: str, start: int, end: int) -> Span:
    """A comment without blanks at its end; the blank that makes `# ` a comment stays."""
    return Span(start, max(_trimmed(text, start, end).end, start + 2))


def cut(text: str, limits: Limits, start: int = 0) -> Iterator[Cut]:
    """The cuts of a text, from `start` on."""
    return iter(Cutter(text, limits, start))


def complete_pieces(text: str, limits: Limits, start: int = 0) -> tuple[list[Piece], int]:
    """What is complete in a text that still grows: the pieces no further text can change, and where to go on.

    A piece is complete when its line has ended outside brackets, and nothing in it is broken.
    """
    done: list[Piece] = []
    cutter = Cutter(text, limits, start)
    resume = start
    for one in cutter:
        if isinstance(one, Piece):
            if not one.closed or one.trouble:
                break
            done.append(one)
        if not text.endswith("\n", 0, cutter.position):
            break
        resume = cutter.position
    return done, resume
