"""`rewoo why` for a person: what a value rests on, as a tree in which each thing is told once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...diag.snippet import printable
from ...trace.why import CallMade, Need, Node, Provenance
from .progress import cut, preview, reason_of, took_text
from .results import count

_DEEPEST = 40
"""Levels of the tree, after which it goes on in a line of its own, further left."""


@dataclass(frozen=True, slots=True)
class _Glyphs:
    branch: str
    last: str
    through: str
    chain: str


_LINES = _Glyphs("├─ ", "└─ ", "│  ", "← ")
_ASCII = _Glyphs("|- ", "`- ", "|  ", "<- ")


def tree(found: Provenance, *, columns: int, ascii_only: bool = False) -> str:
    """The lines. What rests on one thing alone stands above it (`←`), so a chain does not run off to the right."""
    lines = _Tree(found, _ASCII if ascii_only else _LINES).lines()
    return "".join(f"{cut(printable(line), columns)}\n" for line in lines)


class _Tree:
    def __init__(self, found: Provenance, glyphs: _Glyphs) -> None:
        self._nodes = found.nodes
        self._start = found.start
        self._glyphs = glyphs
        self._told: set[str] = set()

    def lines(self) -> Iterator[str]:
        stack: list[tuple[Need, str, str]] = [(Need(self._start, ("",)), "", "")]
        while stack:
            need, before, below = stack.pop()
            node = self._nodes[need.name]
            if node.name in self._told:
                yield f"{before}{_head(need, node)} (above){_places(need, '  of it: ')}"
                continue
            first = True
            while True:
                self._told.add(node.name)
                yield from _told(need, node, before if first else below + self._glyphs.chain, below)
                first = False
                if len(node.needs) != 1 or node.needs[0].name in self._told:
                    break
                need = node.needs[0]
                node = self._nodes[need.name]
            stack.extend(reversed(list(self._branches(node.needs, below))))

    def _branches(self, needs: Sequence[Need], below: str) -> Iterator[tuple[Need, str, str]]:
        if len(below) > 3 * _DEEPEST:
            below = "… "
        for need in needs:
            is_last = need is needs[-1]
            yield (
                need,
                below + (self._glyphs.last if is_last else self._glyphs.branch),
                below + ("   " if is_last else self._glyphs.through),
            )


def _told(need: Need, node: Node, before: str, below: str) -> Iterator[str]:
    """A node on its line; what was called, if anything, on the lines below it."""
    lack = f"{node.state}: {reason_of(node.reason, node.message)}".rstrip(": ")
    value = preview(node.value) if node.has_value else lack
    joint = " = " if node.has_value else "  "
    yield f"{before}{_head(need, node)}{joint}{value}"
    for line in filter(None, (_places(need, "of it: "), *_who(node))):
        yield f"{below}     {line}"


def _head(need: Need, node: Node) -> str:
    role = {"condition": "if ", "missing": "without "}.get(need.role, "")
    name = node.name if node.kind in ("return", "answer") or node.name.endswith("/return") else f"#{node.name}"
    return role + name


def _places(need: Need, before: str) -> str:
    places = [place for place in need.places if place]
    return before + ", ".join(places) if places else ""


def _who(node: Node) -> Iterator[str]:
    if node.kind == "input":
        yield "an input"
    if node.given:
        yield "set by a person, with --with"
    if node.answer is not None:
        yield f"a person was asked: {node.answer}"
    for call in node.calls[:_CALLS]:
        yield _call(call)
    if len(node.calls) > _CALLS:
        yield f"… and {count(len(node.calls) - _CALLS, 'more call')}"


_CALLS = 4


def _call(call: CallMade) -> str:
    item = "" if call.item is None else f"[{call.item}] "
    version = "" if call.version in (None, "1") else f" {call.version}"
    arguments = ", ".join(f"{name}={preview(value, 48)}" for name, value in call.arguments.items())
    notes = [
        "" if call.branch == "do" else {"fallback": "stood in", "otherwise": "else"}[call.branch],
        "" if call.origin == "tool" else f"from {'the ' if call.origin != 'person' else 'a '}{call.origin}",
        "" if not call.failures else f"after {len(call.failures)} failed: {call.failures[-1].replace('_', ' ')}",
        "" if call.reason is None else f"failed: {call.reason.replace('_', ' ')}",
        "" if call.seconds is None else took_text(call.seconds),
    ]
    return f"{item}{call.tool}{version}({arguments})  {', '.join(filter(None, notes))}".rstrip()
