"""A text, or a part of one, whose characters know where they stand in the original.

Dialects nest: an OpenAI tool call holds its arguments as JSON inside a JSON text, where one character may be written
as six. `Excerpt.inside` gives the inner text, and every span found there is a span of the original.
"""

import re

from ..._record import record
from ...diag.diagnostic import Span

_ESCAPED = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|.", re.DOTALL
)


@record
class Excerpt:
    """`text` begins at `base` of the original; `places` says where each character stands when that is no plain sum."""

    text: str
    base: int = 0
    places: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> Span:
        """The span in the original of a part of this text."""
        if self.places is None:
            return Span(self.base + start, self.base + end)
        return Span(self.places[start], self.places[end])

    @property
    def whole(self) -> Span:
        return self.span(0, len(self.text))

    def part(self, start: int, end: int) -> "Excerpt":
        """The text between two offsets."""
        if self.places is None:
            return Excerpt(self.text[start:end], self.base + start)
        return Excerpt(self.text[start:end], 0, self.places[start : end + 1])

    def inside(self, span: Span, value: str) -> "Excerpt":
        """What a quoted text at `span` of the original says: `value`, once its escapes are read.

        `self` must be the original itself. A text inside a text inside a text is placed as a whole.
        """
        written = self.text[span.start + 1 : span.start + 1 + len(value)]
        if written == value:
            return Excerpt(value, span.start + 1)
        places = [span.start + 1 + one.start() for one in _ESCAPED.finditer(self.text[span.start + 1 : span.end - 1])]
        if len(places) != len(value):
            places = [span.start + 1] * len(value)
        return Excerpt(value, 0, (*places, max(span.end - 1, span.start)))
