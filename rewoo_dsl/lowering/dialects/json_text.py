"""The JSON in a text: alone, in a markdown fence, or with a model's words around it."""

import re
from collections.abc import Iterator

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Span
from .excerpt import Excerpt
from .findings import Findings
from .literals import Literals
from .nodes import Fields, Items, Node, Scalar

_FENCE = re.compile(r"(?:`{3,}|~{3,})[^\n]*")
_AT_ONCE = re.compile(r"\s*(?P<open>[\[{])")
_START = re.compile(r"(?P<open>[\[{])\s*[\[{\"'\]}]")
_OBJECT = re.compile(r",\s*\{")
_ANY_START = re.compile(r"(?P<open>[\[{])")


def read_json(source: Excerpt, found: Findings) -> Node | None:
    """The JSON value in a text, or None when there is none. Several in a row are read as a list of them."""
    text = source.text
    start = _AT_ONCE.match(text) or _START.search(text) or _ANY_START.search(text)
    if start is None:
        message = "this is no JSON: there is no `[` and no `{` in it"
        found.add(codes.NOT_THIS_FORMAT, message, _shown(source, 0))
        return None
    _around(source, 0, start.start("open"), found)
    reader = Literals(source, found, at=start.start("open"))
    values = [reader.value()]
    while _another(reader, found, values):
        values.append(reader.value())
    _around(source, reader.at, len(text), found)
    return values[0] if len(values) == 1 else Items(Span(values[0].span.start, values[-1].span.end), tuple(values))


def _another(reader: Literals, found: Findings, values: list[Node]) -> bool:
    """Whether another object follows the first: JSON lines, or a list whose opening bracket is missing."""
    start = reader.at
    char = reader.blank()
    if not isinstance(values[0], Fields) or (char == "," and not _object_follows(reader)):
        return False
    if char == "," and len(values) == 1:
        message = "objects follow each other, and no `[` stands in front of them"
        found.add(codes.NEVER_CLOSED, message, values[0].span)
    if char == "]":
        found.add(codes.NEVER_CLOSED, "this `]` closes nothing", reader.span(reader.at, reader.at + 1))
    if char == "{":
        found.add(codes.LOOSE_JSON, "objects that follow each other are read as a list", reader.span(start))
    reader.at += char in ("]", ",")
    return char in (",", "{")


def _object_follows(reader: Literals) -> bool:
    return _OBJECT.match(reader.text, reader.at) is not None


def _around(source: Excerpt, start: int, end: int, found: Findings) -> None:
    """What stands before or behind the JSON. Something that could be more of the plan is more than words."""
    words = source.text[start:end]
    if not words.strip():
        return
    start += len(words) - len(words.lstrip())
    span = source.span(start, start + len(words.strip()))
    if _START.search(words):
        found.add(codes.UNREAD_TEXT, "more JSON stands here; only the first is read as the plan", span)
    elif not _FENCE.sub("", words).strip():
        found.add(codes.WRAPPED, "a markdown fence stands around the plan", span)
    else:
        found.add(codes.WRAPPED, "words stand around the plan", span)


def _shown(source: Excerpt, start: int) -> Span:
    return source.span(start, min(len(source.text), start + 80))


def entries(root: Node | None, *keys: str) -> Iterator[Node]:
    """The items of the list that the root is, or that stands under one of the keys; a lone object is a list of one."""
    if isinstance(root, Fields):
        inner = next((value for key in keys if isinstance(value := root.fields.get(key), Items)), None)
        root = inner if inner is not None else Items(root.span, (root,))
    if isinstance(root, Items):
        yield from root.items
    elif isinstance(root, Scalar):
        yield root
