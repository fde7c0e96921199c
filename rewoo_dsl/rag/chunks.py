"""A text cut into passages that can be cited: pieces of the text itself, with their place in it.

Paragraphs are kept together as long as they fit; one that does not is cut between sentences, then between words, then
anywhere. Neighbouring passages share their last and first piece where that is short enough, so that a thought that
crosses the border is whole in one of them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

SIZE, OVERLAP = 800, 120
"""In characters; found by trying on questions about a long speech (`rag/README.md`)."""

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*[\"'”’)\]]*\s*|[.!?]+\s*")
_WORD = re.compile(r"\S+\s*")


class Chunk(NamedTuple):
    """The passage `text[start:end]`."""

    start: int
    end: int


def chunks(text: str, *, size: int = SIZE, overlap: int = OVERLAP) -> list[Chunk]:
    """Passages of at most `size` characters, in order, that together hold everything but blank space.

    >>> text = "One. Two.\\n\\nThree."
    >>> [text[a:b] for a, b in chunks(text, size=10, overlap=0)]
    ['One. Two.', 'Three.']
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap is from 0 to below size ({size}), not {overlap}")
    found: list[Chunk] = []
    held: list[Chunk] = []
    for piece in _pieces(text, size):
        if held and piece.end - held[0].start > size:
            found.append(Chunk(held[0].start, held[-1].end))
            held = _tail(held, piece, size, overlap)
        held.append(piece)
    if held:
        found.append(Chunk(held[0].start, held[-1].end))
    return found


def _tail(held: list[Chunk], piece: Chunk, size: int, overlap: int) -> list[Chunk]:
    """The pieces at the end that the next passage repeats: never all of them, and only what leaves room."""
    first = len(held)
    while first > 1 and held[-1].end - held[first - 1].start <= overlap and piece.end - held[first - 1].start <= size:
        first -= 1
    return held[first:]


def _pieces(text: str, size: int) -> Iterator[Chunk]:
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = _trimmed(text, *paragraph.span())
        yield from _cut(text, start, end, size, (_SENTENCE, _WORD))


def _cut(text: str, start: int, end: int, size: int, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Chunk]:
    if end - start <= size:
        if start < end:
            yield Chunk(start, end)
        return
    if not patterns:
        yield from (Chunk(at, min(at + size, end)) for at in range(start, end, size))
        return
    for part in patterns[0].finditer(text, start, end):
        yield from _cut(text, *_trimmed(text, *part.span()), size, patterns[1:])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
