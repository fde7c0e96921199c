"""Source lines with marks under them, as a terminal shows them: the picture inside a rendered finding.

What a line looks like is not what it is: tabs are wide, East Asian letters take two cells, accents take none, and
control or direction characters would rearrange the picture, so they are shown as escapes. `visible` decides that for
one character, everything else counts cells. A line too long for the width is cut around the first mark on it.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from .._record import record
from .diagnostic import Span
from .lines import Lines

Style: TypeAlias = Literal["plain", "gutter", "primary", "secondary"]
TAB = "    "
SHOWN_LINES = 4
"""A mark over more lines than this is shown by its first and last one."""


@record
class Mark:
    """A span to point at, with a few words put behind its end."""

    span: Span
    label: str = ""
    primary: bool = True


@record
class Row:
    """One row of the picture: what stands left of the bar, and the text right of it in its style."""

    gutter: str
    text: str
    style: Style = "plain"
    bar: str = "|"


@record
class _Piece:
    """The part of a mark on one line."""

    line: int
    span: Span
    label: str
    primary: bool


def snippet(lines: Lines, marks: Iterable[Mark], width: int = 100) -> list[Row]:
    """The rows that show all marks in the order of the text; gutters are not yet aligned."""
    pieces = sorted((piece for mark in marks for piece in _pieces(lines, mark)), key=lambda p: (p.line, p.span))
    rows: list[Row] = []
    before = 0
    for number in sorted({piece.line for piece in pieces}):
        if before and number == before + 2:
            rows.extend(_line_rows(lines, number - 1, (), width))
        elif before and number > before + 1:
            rows.append(Row("...", "", bar=""))
        rows.extend(_line_rows(lines, number, [p for p in pieces if p.line == number], width))
        before = number
    return rows


def _pieces(lines: Lines, mark: Mark) -> Iterator[_Piece]:
    first = lines.position(mark.span.start).line
    last = lines.position(max(mark.span.start, mark.span.end - 1)).line
    numbers: Sequence[int] = range(first, last + 1)
    if len(numbers) > SHOWN_LINES:
        numbers = (first, last)
    for number in numbers:
        line = lines.span(number)
        indent = len(text := lines.text[line.start : line.end]) - len(text.lstrip()) if number > first else 0
        start = max(mark.span.start, line.start + indent)
        end = max(start, min(mark.span.end, line.end))
        if number in (first, last) or end > start:
            yield _Piece(number, Span(start, end), mark.label if number == last else "", mark.primary)


def _line_rows(lines: Lines, number: int, pieces: Sequence[_Piece], width: int) -> Iterator[Row]:
    view = _View(lines.text, lines.span(number), pieces[0].span.start if pieces else None, width)
    yield Row(str(number), view.shown)
    for piece in pieces:
        yield Row("", view.underline(piece), "primary" if piece.primary else "secondary")


class _View:
    """The part of one line that fits, and where its characters come to stand."""

    def __init__(self, text: str, line: Span, focus: int | None, width: int) -> None:
        self.start = self._first(text, line, line.start if focus is None else focus, width)
        self.columns: list[int] = []
        shown, column = ["…"] if self.start > line.start else [], 1 if self.start > line.start else 0
        for offset in range(self.start, line.end):
            piece = visible(text[offset])
            if column + cells(piece) > width - 1 and offset < line.end - 1:
                shown.append("…")
                break
            self.columns.append(column)
            shown.append(piece)
            column += cells(piece)
        self.columns.append(column)
        self.shown = "".join(shown).rstrip()

    @staticmethod
    def _first(text: str, line: Span, focus: int, width: int) -> int:
        """Where to begin: at the line's start when the focus is then in view, else a third of the width before it."""
        if line.end - line.start <= width and cells("".join(map(visible, text[line.start : line.end]))) <= width:
            return line.start
        if focus - line.start <= width // 2:
            return line.start
        return max(line.start, focus - width // 3)

    def underline(self, piece: _Piece) -> str:
        start, end = self._column(piece.span.start), self._column(piece.span.end)
        mark = ("^" if piece.primary else "-") * max(end - start, 1)
        return " " * start + mark + (f" {piece.label}" if piece.label else "")

    def _column(self, offset: int) -> int:
        return self.columns[min(max(offset - self.start, 0), len(self.columns) - 1)]


def visible(char: str) -> str:
    """A character as it can be shown without changing anything around it.

    >>> visible("\\u202e"), visible("ß")
    ('\\\\u202e', 'ß')
    """
    if char == "\t":
        return TAB
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def printable(text: str) -> str:
    """Text of a message made safe to print; line breaks stay."""
    return text if text.isprintable() else "".join(c if c == "\n" else visible(c) for c in text)


def cells(text: str) -> int:
    """How many cells of a terminal `text` takes.

    >>> cells("a語"), cells("e\\u0301")
    (3, 1)
    """
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
