"""Where the boxes of a diagram go: a layered layout, small enough to read in one sitting.

It is the method of Sugiyama with its four usual steps, each of them a function below:

1. `_layers`: every node stands one layer below the lowest node it needs, or further down when that layer is full.
2. `_cells`: an edge over several layers gets a *bend* in each layer between, so that it has a place of its own
   there. All edges of one kind that leave one node are one *net* and share their bends, as tracks share a trunk.
3. `_order`: sweeps down and up put every cell near the middle of its neighbours; the order with the fewest
   crossings wins.
4. `_columns`: sweeps again, now for the coordinates. Wanted is that each cell stands centred over its neighbours;
   given are the order and the gaps. Least squares under such an order is isotonic regression, which pooling
   neighbours solves exactly and in linear time (`pool`). At last, bends move under what they come from.

Units are the caller's: characters for a terminal, pixels for SVG. No random choice is made anywhere, so one plan
has one picture.
"""

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .diagram import Diagram, EdgeKind

_ORDER_SWEEPS, _COLUMN_SWEEPS = 12, 8
_STRAIGHTNESS = 4.0
"""How much more a bend insists on its place than a box does: long edges shall be straight."""


@dataclass(frozen=True, slots=True)
class Net:
    """All edges of one kind that leave one node."""

    source: str
    kind: EdgeKind


@dataclass(slots=True, eq=False)
class Cell:
    """Something with a place in a layer: a box (`node` is set), or a bend of `net`. `x` is its left end."""

    layer: int
    width: int
    node: str | None = None
    net: Net | None = None
    x: int = 0

    @property
    def centre(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Link:
    """The part of a net that runs from one layer to the next."""

    upper: Cell
    lower: Cell
    net: Net


@dataclass(frozen=True, slots=True)
class Layout:
    """`layers` from top to bottom, each from left to right; `width` is that of the widest layer."""

    layers: list[list[Cell]]
    links: list[Link]
    boxes: Mapping[str, Cell]
    width: int


def arrange(diagram: Diagram, widths: Mapping[str, int], *, gap: int, bend: int, most: int | None = None) -> Layout:
    """A layout of `diagram` whose boxes have the given widths.

    Args:
        gap: the least space between two cells of a layer.
        bend: the width of a bend.
        most: a layer whose boxes would be wider together is split; a single box may still be wider.
    """
    if not diagram.nodes:
        return Layout([], [], {}, 0)
    grid = _cells(diagram, widths, _layers(diagram, widths, gap, most), bend)
    _order(grid)
    _columns(grid, gap)
    _straighten(grid, gap)
    left = min(cell.x for layer in grid.layers for cell in layer)
    for layer in grid.layers:
        for cell in layer:
            cell.x -= left
    width = max(layer[-1].x + layer[-1].width for layer in grid.layers)
    return Layout(grid.layers, grid.links, grid.boxes, width)


def _layers(diagram: Diagram, widths: Mapping[str, int], gap: int, most: int | None) -> dict[str, int]:
    needs: dict[str, list[str]] = defaultdict(list)
    for edge in diagram.edges:
        needs[edge.target].append(edge.source)
    found: dict[str, int] = {}
    used: dict[int, int] = defaultdict(int)
    for node in diagram.nodes:
        layer = 1 + max((found[need] for need in needs[node.id]), default=-1)
        while most is not None and used[layer] and used[layer] + widths[node.id] > most:
            layer += 1
        found[node.id] = layer
        used[layer] += widths[node.id] + gap
    return found


@dataclass(slots=True)
class _Grid:
    layers: list[list[Cell]]
    links: list[Link]
    boxes: dict[str, Cell]
    above: dict[Cell, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    below: dict[Cell, list[Cell]] = field(default_factory=lambda: defaultdict(list))

    def link(self, upper: Cell, lower: Cell, net: Net) -> None:
        self.links.append(Link(upper, lower, net))
        self.above[lower].append(upper)
        self.below[upper].append(lower)


def _cells(diagram: Diagram, widths: Mapping[str, int], layer_of: Mapping[str, int], bend: int) -> _Grid:
    boxes = {node.id: Cell(layer_of[node.id], widths[node.id], node=node.id) for node in diagram.nodes}
    layers: list[list[Cell]] = [[] for _ in range(1 + max(layer_of.values()))]
    for box in boxes.values():
        layers[box.layer].append(box)
    grid = _Grid(layers, [], boxes)
    nets: dict[Net, list[str]] = defaultdict(list)
    for edge in diagram.edges:
        nets[Net(edge.source, edge.kind)].append(edge.target)
    for net, targets in nets.items():
        _lay_net(grid, net, sorted((boxes[target] for target in targets), key=lambda cell: cell.layer), bend)
    return grid


def _lay_net(grid: _Grid, net: Net, targets: Iterable[Cell], bend: int) -> None:
    end = grid.boxes[net.source]
    for target in targets:
        while end.layer < target.layer - 1:
            step = Cell(end.layer + 1, bend, net=net)
            grid.layers[step.layer].append(step)
            grid.link(end, step, net)
            end = step
        grid.link(end, target, net)


# --- the order within layers ---------------------------------------------------------------------------------------


def _order(grid: _Grid) -> None:
    """Reorder the layers of `grid` for few crossings."""
    best, fewest = [list(layer) for layer in grid.layers], _crossings(grid)
    for sweep in range(_ORDER_SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for layer in grid.layers if down else reversed(grid.layers):
            _sort_by_neighbours(grid, layer, grid.above if down else grid.below)
        now = _crossings(grid)
        if now < fewest:
            best, fewest = [list(layer) for layer in grid.layers], now
    grid.layers = best


def _sort_by_neighbours(grid: _Grid, layer: list[Cell], neighbours: Mapping[Cell, Sequence[Cell]]) -> None:
    if not any(neighbours.get(cell) for cell in layer):
        return
    other = grid.layers[_neighbours_layer(layer, neighbours)]
    place = {cell: i for i, cell in enumerate(other)}
    own = {cell: i * len(other) / len(layer) for i, cell in enumerate(layer)}

    def wanted(cell: Cell) -> float:
        near = neighbours.get(cell)
        return sum(place[n] for n in near) / len(near) if near else own[cell]

    layer.sort(key=wanted)


def _neighbours_layer(layer: Sequence[Cell], neighbours: Mapping[Cell, Sequence[Cell]]) -> int:
    """The layer that the neighbours of `layer` are in; at least one cell must have one."""
    return next(near[0].layer for cell in layer if (near := neighbours.get(cell)))


def _crossings(grid: _Grid) -> int:
    """How many pairs of links cross, by counting inversions between each two layers."""
    place = {cell: i for layer in grid.layers for i, cell in enumerate(layer)}
    total = 0
    for layer in grid.layers:
        seen: list[int] = []
        for upper in layer:
            ends = sorted(place[lower] for lower in grid.below.get(upper, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


# --- coordinates ---------------------------------------------------------------------------------------------------


def _columns(grid: _Grid, gap: int) -> None:
    """Give every cell its `x`."""
    for layer in grid.layers:
        x = 0
        for cell in layer:
            cell.x = x
            x += cell.width + gap
    widest = max(layer[-1].x + layer[-1].width for layer in grid.layers)
    for layer in grid.layers:
        shift = (widest - layer[-1].x - layer[-1].width) // 2
        for cell in layer:
            cell.x += shift
    for sweep in range(_COLUMN_SWEEPS):
        down = sweep % 2 == 0
        for layer in grid.layers if down else reversed(grid.layers):
            _place(layer, grid.above if down else grid.below, gap)


def _place(layer: Sequence[Cell], neighbours: Mapping[Cell, Sequence[Cell]], gap: int) -> None:
    offsets, wanted, weights, offset = [], [], [], 0
    for cell in layer:
        near = neighbours.get(cell, ())
        centre = sum(n.centre for n in near) / len(near) if near else cell.centre
        wanted.append(centre - cell.width // 2 - offset)
        weights.append((_STRAIGHTNESS if cell.node is None else 1.0) if near else 0.1)
        offsets.append(offset)
        offset += cell.width + gap
    for cell, x, shift in zip(layer, pool(wanted, weights), offsets, strict=True):
        cell.x = round(x) + shift


def _straighten(grid: _Grid, gap: int) -> None:
    """Move each bend under the cell it comes from, as far as its neighbours in the layer leave room."""
    for layer in grid.layers:
        for i, cell in enumerate(layer):
            if cell.node is None:
                least = layer[i - 1].x + layer[i - 1].width + gap if i else -math.inf
                most = layer[i + 1].x - gap - cell.width if i + 1 < len(layer) else math.inf
                wanted = grid.above[cell][0].centre - cell.width // 2
                cell.x = int(max(least, min(wanted, most)))


def pool(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing numbers nearest to `wanted` in weighted least squares.

    >>> pool([3.0, 1.0, 5.0], [1.0, 1.0, 1.0])
    [2.0, 2.0, 5.0]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        count = 1
        while pools and pools[-1][0] > value:
            mean, heavy, many = pools.pop()
            value = (value * weight + mean * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + many
        pools.append((value, weight, count))
    return [value for value, _, count in pools for _ in range(count)]
