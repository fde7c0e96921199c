"""What the formats for machines begin with: the findings of several files, each with its place in its file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from .._record import record
from .diagnostic import Diagnostic, Span
from .lines import Lines, Position


@record
class Page:
    """The findings about one file. `text` and `sources` are as in `render_text`."""

    file: str
    diagnostics: tuple[Diagnostic, ...]
    text: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


@record
class Region:
    """From a line and column to those behind the last character, counted from 1."""

    start: Position
    end: Position


@record
class Placed:
    """A finding with the file it is in, and the line index of that file where there is a text."""

    finding: Diagnostic
    file: str
    lines: Lines | None

    @property
    def region(self) -> Region | None:
        return self.region_of(self.finding.span)

    def region_of(self, span: Span | None) -> Region | None:
        """Where a span of the same text is; None without a text."""
        if span is None or self.lines is None:
            return None
        return Region(self.lines.position(span.start), self.lines.position(span.end))


def placed(pages: Iterable[Page]) -> Iterator[Placed]:
    """All findings in order, each with its place."""
    for page in pages:
        indexes: dict[str | None, Lines | None] = {None: None if page.text is None else Lines(page.text)}
        for one in page.diagnostics:
            if one.file not in indexes:
                source = page.sources.get(one.file or "")
                indexes[one.file] = None if source is None else Lines(source)
            yield Placed(one, one.file or page.file, indexes[one.file])
