"""How near a plan comes to a reference, as F1: twice what both have over what each has."""

from collections import Counter
from collections.abc import Sequence

from .._record import record
from ..checker.foreign import Judged
from .matching import match, shared
from .outline import Outline
from .report import Scores


@record
class Expected:
    """What a reader made of a plan: how many steps, who feeds whom by the plan's own names, and the tools in order."""

    steps: int
    edges: tuple[tuple[str, str], ...]
    tools: tuple[str, ...]


@record
class _Count:
    """How much of something is in both, in the one, and in the other."""

    both: int
    found: int
    gold: int

    @property
    def f1(self) -> float:
        return 1.0 if not self.found + self.gold else round(2 * self.both / (self.found + self.gold), 4)

    def plus(self, other: "_Count") -> "_Count":
        return _Count(self.both + other.both, self.found + other.found, self.gold + other.gold)


def compare(found: Outline, gold: Outline) -> Scores:
    """The scores of a plan against a reference plan, under the pairing of their steps in which they share the most."""
    pairs = match(found, gold)
    common = shared(found, gold, pairs)
    nodes = _Count(len(pairs), len(found.nodes), len(gold.nodes))
    edges = _Count(common.edges, len(found.edges), len(gold.edges))
    arguments = _Count(common.arguments, _arguments(found), _arguments(gold))
    total = nodes.plus(edges).plus(arguments)
    return Scores(nodes=nodes.f1, edges=edges.f1, arguments=arguments.f1, total=total.f1)


def compare_expected(judged: Judged, expected: Expected) -> Scores:
    """The scores of a reading against another reading of the same text, in which steps have the same names."""
    here, there = _tools(len(judged.steps), judged.tools), _tools(expected.steps, expected.tools)
    nodes = _Count((here & there).total(), here.total(), there.total())
    found, gold = set(judged.edges), set(expected.edges)
    edges = _Count(len(found & gold), len(found), len(gold))
    return Scores(nodes=nodes.f1, edges=edges.f1, arguments=None, total=nodes.plus(edges).f1)


def _tools(steps: int, tools: Sequence[str]) -> Counter[str]:
    """How often each tool is called; steps without one count under no name."""
    return Counter(tools) + Counter({"": steps - len(tools)})


def _arguments(outline: Outline) -> int:
    return sum(len(node.arguments) for node in outline.nodes)
