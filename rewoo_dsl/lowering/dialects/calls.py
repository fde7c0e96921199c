"""Reads one call as Python writes it, `tool("text", k=3)`, and whatever models write instead of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Span
from .excerpt import Excerpt
from .findings import Findings
from .literals import Literals
from .nodes import Node

HEAD = re.compile(r"\s*([A-Za-z_][\w.\-]*)\s*\(")
_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*")


@dataclass(slots=True)
class Call:
    """One call. `end` is the offset behind its closing parenthesis in the text it was read from."""

    tool: str
    tool_span: Span
    span: Span
    end: int = 0
    positional: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)


def pieces(heads: Sequence[re.Match[str]], end: int) -> Iterator[tuple[re.Match[str], int]]:
    """Every head of a step with the offset where the next one begins: no call reaches beyond it."""
    limits = [head.start() for head in heads] + [end]
    return zip(heads, limits[1:], strict=True)


def read_call(source: Excerpt, found: Findings, at: int = 0) -> Call | None:
    """The call that begins at `at`, or None when none does. One that is never closed ends with the text."""
    head = HEAD.match(source.text, at)
    if head is None:
        return None
    reader = Literals(source, found, python=True, at=head.end())
    call = Call(head[1], source.span(*head.span(1)), source.span(head.start(1), head.end()))
    while _goes_on(reader, head.end() - 1):
        name = _NAME.match(reader.text, reader.at)
        if name is None:
            call.positional.append(reader.value())
            continue
        reader.at = name.end()
        if name[1] in call.named:
            message = f"the argument {name[1]} is given twice"
            found.add(codes.AT_ODDS, message, source.span(*name.span(1)))
        call.named[name[1]] = reader.value()
    call.end, call.span = reader.at, source.span(head.start(1), reader.at)
    return call


def _goes_on(reader: Literals, opening: int) -> bool:
    """Whether another argument follows. Steps over what separates arguments, or over the closing parenthesis."""
    while (char := reader.blank()) and char in ",]}":
        if char != ",":
            reader.found.add(codes.NEVER_CLOSED, f"this `{char}` closes nothing", reader.span(reader.at, reader.at + 1))
        reader.at += 1
    if char == ")":
        reader.at += 1
        return False
    if not char:
        span = reader.span(opening, opening + 1)
        reader.found.add(codes.NEVER_CLOSED, "this parenthesis is never closed", span)
    return bool(char)
