"""The inside of text: from the source of a string or of `Tool[raw text]` to pieces of plain text and references.

The pieces are the grammar's own terminals (`ESCAPE`, `RAW_ESCAPE`, `TEXT_REF`). In strings every backslash is the
start of an escape; in raw text only `\\[ \\] \\\\ \\#` are, any other backslash is itself.
"""

import re
from functools import cache

from ..diag.diagnostic import Span
from .ast import Each, Field, Index, Ref, Segment
from .grammar import pattern

NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]|\r(?!\n)"
)
"""Characters that no plan's text may hold: they cannot be seen, or make a text look like another one."""

_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def string_parts(source: str, start: int) -> tuple[str | Ref, ...]:
    """The parts of a string whose inside is `source`, which begins at offset `start`."""
    if "\\" not in source and "#" not in source:
        return (_unix(source),) if source else ()
    return _parts(source, start, _tokens())


def raw_parts(source: str, start: int) -> tuple[str | Ref, ...]:
    """The parts of raw text (`Tool[..]` and the line after `Solve:`)."""
    if "\\" not in source and "#" not in source:
        return (source,) if source else ()
    return _parts(source, start, _raw_tokens())


def literal(source: str) -> str:
    """The plain text of a string in which nothing is a reference: a key, a file name, a literal type."""
    if "\\" not in source and "\r" not in source:
        return source
    return _joined([pattern("ESCAPE").sub(lambda match: _escaped(match[0]), _unix(source))])


def path_segments(source: str, start: int) -> tuple[Segment, ...]:
    """The segments of a path as written in text: `.a[0]["b"][*]`."""
    return tuple(segment(match[0], start + match.start()) for match in _segments().finditer(source))


def segment(source: str, start: int) -> Segment:
    """One segment of a path from its source."""
    span = Span(start, start + len(source))
    if source[0] == ".":
        return Field(source[1:], span)
    inner = source[1:-1].strip(" \t")
    if inner == "*":
        return Each(span)
    if inner[0] in "\"'":
        return Field(literal(inner[1:-1]), span)
    return Index(int(inner), span)


@cache
def _tokens() -> re.Pattern[str]:
    return pattern("TEXT_REF", "ESCAPE")


@cache
def _raw_tokens() -> re.Pattern[str]:
    return pattern("TEXT_REF", "RAW_ESCAPE")


@cache
def _segments() -> re.Pattern[str]:
    return pattern("FIELD", "AT", "EACH", "KEY")


_REF = re.compile(r"#\{?([A-Za-z_][A-Za-z0-9_]*)")
_E_REF = re.compile(r"#(E[0-9]+)")


def _parts(source: str, start: int, tokens: re.Pattern[str]) -> tuple[str | Ref, ...]:
    parts: list[str | Ref] = []
    plain: list[str] = []
    position = 0
    for match in tokens.finditer(source):
        if match.start() > position:
            plain.append(_unix(source[position : match.start()]))
        position = match.end()
        if match.lastgroup != "TEXT_REF":
            plain.append(_escaped(match[0]))
            continue
        if plain:
            parts.append(_joined(plain))
            plain = []
        parts.append(_reference(match[0], start + match.start()))
    plain.append(_unix(source[position:]))
    rest = _joined(plain)
    if rest:
        parts.append(rest)
    return tuple(parts)


def _reference(source: str, start: int) -> Ref:
    head = (_REF if source[1] == "{" else _E_REF).match(source)
    assert head is not None
    tail = source[head.end() :].removesuffix("}") if source[1] == "{" else source[head.end() :]
    return Ref(head[1], path_segments(tail, start + head.end()), Span(start, start + len(source)))


def _escaped(escape: str) -> str:
    if escape[1] == "u" and len(escape) == 6:
        return chr(int(escape[2:], 16))
    return _SIMPLE.get(escape[1], escape[1])


def _unix(text: str) -> str:
    """A line's end is one character, whatever the file's convention."""
    return text.replace("\r\n", "\n")


def _joined(pieces: list[str]) -> str:
    """The pieces as one text, two escapes that are one character outside the first plane as that character."""
    text = "".join(pieces)
    if not _SURROGATE_PAIR.search(text):
        return text
    return _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
