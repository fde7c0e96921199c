"""Where the answer comes from, as a tree to open: each node once, and a link to it wherever else it is read."""

from collections.abc import Iterator

from ...diag.abridge import abridge
from ...ir.values import compact
from ...trace.why import Need, Node, Provenance, why
from .html import Html, tag
from .shown import Shown
from .words import SIGNS, reason_words

MOST_NODES = 2_000
_DEEP = 4
"""Down to this depth the tree is open."""
_PREVIEW = 90


def provenance(shown: Shown) -> Html:
    """The section."""
    found = why(shown.plan, shown.events)
    tree = _Tree(found)
    drawn = tag("ul", tree.node(Need(found.start, ("",)), 0), class_="tree")
    cut = None
    if tree.is_cut:
        cut = tag("p", f"only the first {MOST_NODES:,} of {len(found.nodes):,} are shown", class_="cut")
    return tag("section", tag("h2", "Why"), drawn, cut, id="why")


class _Tree:
    def __init__(self, found: Provenance) -> None:
        self._found = found
        self._told: set[str] = set()
        self.is_cut = False

    def node(self, need: Need, depth: int) -> Html | None:
        """A node and what it rests on. Chains are flat: a node with one need stands above it, not around it."""
        if len(self._told) >= MOST_NODES:
            self.is_cut = True
            return None
        one = self._found.nodes[need.name]
        if one.name in self._told:
            again = tag("a", _name(one), href=f"#why-{one.name}")
            return tag("li", tag("p", _role(need), again, _places(need), tag("small", " see above")))
        self._told.add(one.name)
        chain: list[Html] = []
        while True:
            chain.append(_line(need, one, is_first=not chain))
            needs = one.needs
            if len(needs) != 1 or needs[0].name in self._told or len(self._told) >= MOST_NODES:
                break
            need, one = needs[0], self._found.nodes[needs[0].name]
            self._told.add(one.name)
        if not needs:
            return tag("li", *chain)
        inner = tag("ul", *[self.node(each, depth + 1) for each in needs])
        if depth > 60:  # a tree that deep helps nobody, and no parser either
            self.is_cut = True
            inner = tag("p", "…")
        return tag("li", *chain[:-1], tag("details", tag("summary", chain[-1]), inner, open=depth < _DEEP))


def _line(need: Need, one: Node, *, is_first: bool) -> Html:
    return tag("p", None if is_first else "↳ ", *_parts(need, one), id=f"why-{one.name}")


def _places(need: Need) -> Html | None:
    places = [place for place in need.places if place]
    return tag("code", ", ".join(places), class_="places") if places else None


def _parts(need: Need, one: Node) -> Iterator[Html | str | None]:
    yield _role(need)
    yield tag("span", SIGNS[one.state], class_=f"sign {one.state}")
    link = (one.kind == "step" and "/" not in one.name) or one.name == "return"
    yield tag("a", _name(one), href=f"#step-{one.name}") if link else tag("b", _name(one))
    yield _places(need)
    if one.items is not None:
        yield tag("small", f" items {', '.join(map(str, one.items))}")
    yield " = " if one.has_value else " "
    yield tag("span", _said(one), class_="preview" if one.has_value else "reason")
    for text in _who(one):
        yield tag("small", f" {text}", class_="who")


def _role(need: Need) -> Html | str:
    words = {"condition": "if ", "missing": "lacks "}.get(need.role)
    return "" if words is None else tag("i", words)


def _name(one: Node) -> str:
    return one.name if one.kind in ("return", "answer") or one.name.endswith("/return") else f"#{one.name}"


def _said(one: Node) -> str:
    if not one.has_value:
        return " ".join(filter(None, (one.state, reason_words(one.reason), one.message)))
    return " ".join(abridge(compact(one.value), _PREVIEW).split())


def _who(one: Node) -> Iterator[str]:
    """Who gave it: tools, each once; a person; somebody who set it."""
    if one.kind == "input":
        yield "input"
    if one.given:
        yield "set with --with"
    if one.answer is not None:
        yield f"a person said {one.answer}"
    tools: dict[str, int] = {}
    for call in one.calls:
        version = "" if call.version in (None, "1") else f" {call.version}"
        origin = "" if call.origin == "tool" else f", from {call.origin}"
        before = f", after {len(call.failures)} failed" if call.failures else ""
        name = f"{call.tool}{version}{origin}{before}"
        tools[name] = tools.get(name, 0) + 1
    for name, times in tools.items():
        yield name if times == 1 else f"{name} ×{times}"
