"""From offsets to lines, columns and UTF-16 positions, and back: computed at the edge, never kept in a tree.

A line ends at `\\n`, `\\r\\n` or a lone `\\r`, as editors see it. Lines and columns count from 1 in what people read,
and from 0 in what editors speak (the Language Server Protocol counts UTF-16 units there).
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from .diagnostic import Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A place as people say it: line and column from 1, columns in code points."""

    line: int
    column: int


class Lines:
    """The line index of one text. Offsets beyond the text are taken for its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(text))]

    def __len__(self) -> int:
        return len(self._starts)

    def position(self, offset: int) -> Position:
        """
        >>> Lines("ab\\ncd").position(4)
        Position(line=2, column=2)
        """
        offset = self._inside(offset)
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def span(self, line: int) -> Span:
        """Where the content of `line` (from 1) stands, without its line end; empty beyond the last line."""
        if not 1 <= line <= len(self._starts):
            return Span(len(self.text), len(self.text))
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def utf16(self, offset: int) -> tuple[int, int]:
        """Line and character from 0, characters in UTF-16 units.

        >>> Lines("a\\n😀b").utf16(3)
        (1, 2)
        """
        line, column = self.position(offset)
        start = self._starts[line - 1]
        return line - 1, _units(self.text[start : start + column - 1])

    def offset(self, line: int, character: int) -> int:
        """The offset of a UTF-16 position: the inverse of `utf16`, clamped to the line and the text.

        >>> Lines("a\\n😀b").offset(1, 2)
        3
        """
        if line >= len(self._starts):
            return len(self.text)
        offset, end = self.span(max(line, 0) + 1)
        while offset < end and character > 0:
            character -= 2 if self.text[offset] > "\uffff" else 1
            offset += 1
        return offset

    def _inside(self, offset: int) -> int:
        return min(max(offset, 0), len(self.text))


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)
