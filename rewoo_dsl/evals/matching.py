"""Which step of a plan is which step of another one, whatever they are called and wherever they stand.

Only calls of the same tool can be the same step. Where there are few ways to pair them, all are tried and the best one
is taken. Where there are many, the most alike are paired first: steps that are made from the same things and used for
the same things (colours, as Weisfeiler and Lehman refine them, once up and once down the graph), then those made from
the same things, then those with the same arguments, then those with most arguments in common, then whatever is left.
That is linear but for small leftovers, and finds every renaming of a plan but for contrived twins.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import permutations, product
from math import perm
from typing import TypeAlias

from .._record import record
from .outline import Argument, Node, Outline

Pairs: TypeAlias = dict[int, int]
"""Places in one outline by places in the other."""

MOST_WAYS = 720
"""How many pairings are tried one by one."""

MOST_LEFTOVERS = 100
"""How many steps of one tool are still compared each with each."""

_MOST_IN_A_ROW = 6
"""More steps of one tool than this have more than `MOST_WAYS` orders."""


@record
class Shared:
    """What two outlines have in common under a pairing."""

    edges: int
    arguments: int

    @property
    def total(self) -> int:
        return self.edges + self.arguments


def match(found: Outline, gold: Outline) -> Pairs:
    """Pairs every step that can be paired, so that as much as possible is shared. The same for the same outlines."""
    here, there = _by_tool(found), _by_tool(gold)
    common = [(here[tool], there[tool]) for tool in here if tool in there]
    if _are_few(common):
        return max(_all_ways(common), key=lambda pairs: shared(found, gold, pairs).total)
    return _Pairing(found, gold).most_alike_first()


def shared(found: Outline, gold: Outline, pairs: Pairs) -> Shared:
    """How many edges and arguments the two have in common if `pairs` are the same steps."""
    return Shared(
        edges=sum((pairs.get(start), pairs.get(end)) in gold.edges for start, end in found.edges),
        arguments=sum(_common(found.nodes[one], gold.nodes[other], pairs) for one, other in pairs.items()),
    )


def _common(one: Node, other: Node, pairs: Pairs) -> int:
    there = {argument.name: argument for argument in other.arguments}
    return sum(_is_same(argument, there.get(argument.name), pairs) for argument in one.arguments)


def _is_same(one: Argument, other: Argument | None, pairs: Pairs) -> bool:
    if other is None or one.value != other.value:
        return False
    return all(pairs.get(here) == there for here, there in zip(one.needs, other.needs, strict=True))


def _by_tool(outline: Outline) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, node in enumerate(outline.nodes):
        groups.setdefault(node.tool, []).append(index)
    return groups


# --- few ways ------------------------------------------------------------------------------------------------------

Groups: TypeAlias = Sequence[tuple[list[int], list[int]]]
"""The steps of each tool that both plans call, here and there."""


def _are_few(groups: Groups) -> bool:
    ways = 1
    for here, there in groups:
        fewer, more = sorted((len(here), len(there)))
        if fewer > _MOST_IN_A_ROW or ways > MOST_WAYS:
            return False
        ways *= perm(more, fewer)
    return ways <= MOST_WAYS


def _all_ways(groups: Groups) -> Iterator[Pairs]:
    for ways in product(*(list(_ways(here, there)) for here, there in groups)):
        yield {one: other for way in ways for one, other in way}


def _ways(here: list[int], there: list[int]) -> Iterator[Sequence[tuple[int, int]]]:
    """Every way to pair all of the fewer with some of the more."""
    if len(here) <= len(there):
        yield from (tuple(zip(here, order, strict=True)) for order in permutations(there, len(here)))
    else:
        yield from (tuple(zip(order, there, strict=True)) for order in permutations(here, len(there)))


# --- many ways -----------------------------------------------------------------------------------------------------


class _Pairing:
    """Pairs that grow, each kind of likeness adding to what the ones before it left."""

    def __init__(self, found: Outline, gold: Outline) -> None:
        self._found, self._gold = found, gold
        seen: dict[Hashable, int] = {}
        self._here, self._there = _Colours(found, seen), _Colours(gold, seen)
        self._pairs: Pairs = {}
        self._taken: set[int] = set()

    def most_alike_first(self) -> Pairs:
        for look in (_Colours.whole, _Colours.made):
            self._pair_alike(look, placed=True)
            self._pair_alike(look)
        self._pair_alike(_Colours.own)
        self._pair_by_overlap()
        self._pair_alike(_Colours.tool)
        return self._pairs

    def _pair(self, one: int, other: int) -> None:
        self._pairs[one] = other
        self._taken.add(other)

    def _pair_alike(self, look: Callable[["_Colours", int], Hashable], *, placed: bool = False) -> None:
        """Pairs what is free and looks the same; `placed`: and needs the same steps, as far as those are paired."""
        free: dict[Hashable, deque[int]] = defaultdict(deque)
        for other, node in enumerate(self._gold.nodes):
            if other not in self._taken:
                free[look(self._there, other), tuple(_needs(node)) if placed else ()].append(other)
        for one, node in enumerate(self._found.nodes):
            if one not in self._pairs:
                needs = tuple(self._pairs.get(need) for need in _needs(node)) if placed else ()
                if alike := free.get((look(self._here, one), needs)):
                    self._pair(one, alike.popleft())

    def _pair_by_overlap(self) -> None:
        """Pairs free steps of one tool that have arguments in common, those with most of them first."""
        there = _by_tool(self._gold)
        for tool, here in _by_tool(self._found).items():
            free = [one for one in here if one not in self._pairs]
            others = [other for other in there.get(tool, ()) if other not in self._taken]
            if max(len(free), len(others)) > MOST_LEFTOVERS:
                continue
            for _, one, other in sorted(self._overlaps(free, others)):
                if one not in self._pairs and other not in self._taken:
                    self._pair(one, other)

    def _overlaps(self, free: Iterable[int], others: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        for one, other in product(free, others):
            common = _common(self._found.nodes[one], self._gold.nodes[other], self._pairs)
            if common:
                yield -common, one, other


def _needs(node: Node) -> Iterator[int]:
    return (need for argument in node.arguments for need in argument.needs)


class _Colours:
    """What steps look like: numbers that are equal for steps that nothing tells apart. `seen` numbers the looks."""

    def __init__(self, outline: Outline, seen: dict[Hashable, int]) -> None:
        self._nodes = outline.nodes
        self._up = _made(outline, seen)
        self._down = _used(outline, self._up, seen)

    def whole(self, index: int) -> Hashable:
        """What it is made from and used for."""
        return self._down[index]

    def made(self, index: int) -> Hashable:
        """What it is made from."""
        return self._up[index]

    def own(self, index: int) -> Hashable:
        """What it says itself."""
        node = self._nodes[index]
        return node.tool, tuple(sorted((one.name, one.value) for one in node.arguments))

    def tool(self, index: int) -> Hashable:
        return self._nodes[index].tool


def _made(outline: Outline, seen: dict[Hashable, int]) -> list[int]:
    """The colour of each step by what it is made from. What comes later, as in a circle, has none yet."""
    colours = [-1] * len(outline.nodes)
    before: list[list[int]] = [[] for _ in outline.nodes]
    for start, end in outline.edges:
        before[end].append(start)
    for index, node in enumerate(outline.nodes):
        given = sorted((one.name, one.value, tuple(colours[need] for need in one.needs)) for one in node.arguments)
        look = ("made", node.tool, tuple(given), tuple(sorted(colours[one] for one in before[index])))
        colours[index] = seen.setdefault(look, len(seen))
    return colours


def _used(outline: Outline, made: Sequence[int], seen: dict[Hashable, int]) -> list[int]:
    """The colour of each step by what it is made from and what is made from it, and in which place there."""
    colours = [-1] * len(outline.nodes)
    readers: list[list[tuple[int, str, int]]] = [[] for _ in outline.nodes]
    for index, node in enumerate(outline.nodes):
        for argument in node.arguments:
            for place, need in enumerate(argument.needs):
                readers[need].append((index, argument.name, place))
    for index in reversed(range(len(outline.nodes))):
        uses = tuple(sorted((colours[one], name, place) for one, name, place in readers[index]))
        colours[index] = seen.setdefault(("used", made[index], uses), len(seen))
    return colours
