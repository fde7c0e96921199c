"""A diagram drawn with characters: boxes in layers, joined by lines that never share a column by accident.

Between two layers lies a *channel*. Each net that enters it comes down from one column, turns into a row of its own
(its *track*) and goes down again wherever a target is. Since no two nets use the same column in a channel, a corner
or a branch always belongs to one net, and where two lines cross, the vertical one is drawn over the other. A plan
that is too wide even with narrow boxes is told as a list instead.
"""

import textwrap
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...diag.snippet import cells
from .diagram import Diagram, Node
from .layout import Cell, Layout, Link, Net, arrange, pool

MOST_BOXES = 150
"""Beyond this many boxes nobody follows lines; the list is drawn."""

_GAP, _BEND = 3, 1
_LABEL_WIDTHS = (44, 28, 18, 12)
_CROWDED = 4
"""How many columns further a line rather goes than to run along beside another one."""
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8

_STYLES = {"name": "1;36", "label": "", "badge": "33", "write": "1;31", "line": "90", "result": "1;32"}
"""What each kind of character looks like in colour, as an SGR sequence."""


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """One alphabet: borders per shape (corners and sides), lines by the directions they join, and the arrow head."""

    boxes: Mapping[str, Sequence[str]]
    lines: Mapping[int, str]
    dashed: Mapping[int, str]
    arrow: str
    exit: Mapping[str, str]
    dot: str
    cut: str
    ascii: bool = False


def _by_direction(glyphs: str) -> dict[int, str]:
    order = (3, 12, 10, 6, 9, 5, 11, 7, 14, 13, 15, 1, 2, 4, 8)
    return dict(zip(order, glyphs, strict=True))


_UNICODE = _Glyphs(
    boxes={"call": tuple("┌┐└┘─│"), "pure": tuple("╭╮╰╯─│"), "result": tuple("╔╗╚╝═║"), "write": tuple("┏┓┗┛━┃")},
    lines=_by_direction("│─╭╮╰╯├┤┬┴┼││──"),
    dashed=_by_direction("┆┄╭╮╰╯├┤┬┴┼┆┆┄┄"),
    arrow="▼",
    exit={"call": "┬", "pure": "┬", "result": "╤", "write": "┯"},
    dot=" · ",
    cut="…",
)
_ASCII = _Glyphs(
    boxes={"call": tuple("++++-|"), "pure": tuple("..''-|"), "result": tuple("####=#"), "write": tuple("****=|")},
    lines=_by_direction("|-+++++++++||--"),
    dashed=_by_direction(":.+++++++++::.."),
    arrow="v",
    exit=dict.fromkeys(("call", "pure", "result", "write"), "+"),
    dot=", ",
    cut="~",
    ascii=True,
)


def terminal(diagram: Diagram, *, columns: int, colour: bool = False, ascii_only: bool = False) -> str:
    """The picture of `diagram` in at most `columns` columns, with a line for the goal above it."""
    glyphs = _ASCII if ascii_only else _UNICODE
    head = _head(diagram, columns, glyphs)
    body = _picture(diagram, columns, glyphs, colour) or _list(diagram, columns, glyphs)
    return "\n".join([*head, *body]) + "\n"


def _head(diagram: Diagram, columns: int, glyphs: _Glyphs) -> list[str]:
    lines = []
    if diagram.goal:
        lines.append(_cut(f"Goal: {' '.join(diagram.goal.split())}", columns, glyphs))
    if diagram.inputs:
        lines.append(_cut("Inputs: " + ", ".join(f"#{name}" for name in diagram.inputs), columns, glyphs))
    return [*lines, ""] if lines else []


def _picture(diagram: Diagram, columns: int, glyphs: _Glyphs, colour: bool) -> list[str] | None:
    """The drawn picture, with boxes as wide as fits; None when it does not fit at all."""
    if len(diagram.nodes) > MOST_BOXES:
        return None
    for widest in _LABEL_WIDTHS:
        boxes = {node.id: _box(node, widest, glyphs) for node in diagram.nodes}
        _widen_for_entries(boxes, diagram)
        layout = arrange(
            diagram, {id_: box.width for id_, box in boxes.items()}, gap=_GAP, bend=_BEND, most=columns
        )  # fmt: skip
        if layout.width <= columns:
            return _draw(layout, boxes, glyphs).lines(colour)
    return None


# --- boxes ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Box:
    name: str
    rows: list[tuple[str, str]]
    look: str
    width: int

    @property
    def height(self) -> int:
        return len(self.rows) + 2


def _box(node: Node, widest: int, glyphs: _Glyphs) -> _Box:
    rows = [(_cut(node.label, widest, glyphs), "label")]
    rows += [(row, "badge") for row in _fill(node.badges, max(widest, 16), glyphs)]
    if node.writes:
        rows.append(("writes", "write"))
    name = _cut(node.name, widest, glyphs)
    width = max(cells(name) + 6, *(cells(row) + 4 for row, _ in rows))
    return _Box(name, rows, "write" if node.writes else node.shape, width)


def _fill(badges: Sequence[str], widest: int, glyphs: _Glyphs) -> list[str]:
    rows: list[str] = []
    for badge in badges:
        text = _cut(badge, widest, glyphs)
        if rows and cells(rows[-1] + glyphs.dot + text) <= widest:
            rows[-1] += glyphs.dot + text
        else:
            rows.append(text)
    return rows


def _widen_for_entries(boxes: Mapping[str, _Box], diagram: Diagram) -> None:
    """Every line that enters a box needs a column of its own, with air between."""
    entries: dict[str, int] = defaultdict(int)
    for edge in diagram.edges:
        entries[edge.target] += 1
    for id_, count in entries.items():
        boxes[id_].width = max(boxes[id_].width, 2 * count + 3)


def _spelled(text: str, glyphs: _Glyphs) -> str:
    """`text` in the alphabet of the picture."""
    if not glyphs.ascii:
        return text
    return text.replace("≤", "<=").replace("…", "...").encode("ascii", "backslashreplace").decode("ascii")


def _cut(text: str, most: int, glyphs: _Glyphs) -> str:
    text = _spelled(text, glyphs)
    if cells(text) <= most:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) >= most:
            break
        kept += character
    return kept + glyphs.cut


# --- drawing -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Canvas:
    glyphs: _Glyphs
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    joints: dict[tuple[int, int], tuple[Net, int]] = field(default_factory=dict)
    height: int = 0

    def text(self, row: int, column: int, text: str, style: str) -> None:
        for character in text:
            self.cells[row, column] = (character, style)
            # the second column of a wide character holds nothing, so that nothing else is drawn there
            for extra in range(1, cells(character)):
                self.cells[row, column + extra] = ("", style)
            column += cells(character)
        self.height = max(self.height, row + 1)

    def stroke(self, row: int, column: int, net: Net, directions: int) -> None:
        """A piece of a net's line. Lines of one net join; of two nets, the vertical one lies on top."""
        there = self.joints.get((row, column))
        if there is not None and there[0] is net:
            directions |= there[1]
        elif there is not None and directions & (_LEFT | _RIGHT):
            return
        self.joints[row, column] = (net, directions)
        lines = self.glyphs.dashed if net.kind == "order" else self.glyphs.lines
        self.cells[row, column] = (lines[directions], "line")
        self.height = max(self.height, row + 1)

    def lines(self, colour: bool) -> list[str]:
        rows: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
        for (row, column), cell in self.cells.items():
            rows[row][column] = cell
        return [_line(rows[row], colour) for row in range(self.height)]


def _line(row: Mapping[int, tuple[str, str]], colour: bool) -> str:
    out, now = [], ""
    for column in range(max(row, default=-1) + 1):
        character, style = row.get(column, (" ", "label"))
        wanted = _STYLES[style] if colour and character != " " else ""
        if wanted != now:
            out.append(f"\x1b[{wanted}m" if not now else f"\x1b[0;{wanted}m" if wanted else "\x1b[0m")
            now = wanted
        out.append(character)
    return "".join(out).rstrip() + ("\x1b[0m" if now else "")


def _draw(layout: Layout, boxes: Mapping[str, _Box], glyphs: _Glyphs) -> _Canvas:
    canvas = _Canvas(glyphs)
    exits: dict[tuple[Cell, Net], int] = {}
    links = _by_layer(layout.links)
    top = 0
    for number, layer in enumerate(layout.layers):
        height = max((boxes[cell.node].height for cell in layer if cell.node), default=1)
        for cell in layer:
            _draw_cell(canvas, cell, boxes, top, height, exits, links[number])
        top += height
        if number + 1 < len(layout.layers):
            top += _draw_channel(canvas, links[number], exits, top)
    return canvas


def _by_layer(links: Iterable[Link]) -> Mapping[int, list[Link]]:
    found: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        found[link.upper.layer].append(link)
    return found


def _draw_cell(
    canvas: _Canvas,
    cell: Cell,
    boxes: Mapping[str, _Box],
    top: int,
    height: int,
    exits: dict[tuple[Cell, Net], int],
    links: Sequence[Link],
) -> None:
    """Draw a box or the straight piece of a bend, and note the columns in which its nets leave the layer."""
    if cell.node is None:
        assert cell.net is not None
        exits[cell, cell.net] = cell.x
        for row in range(top, top + height):
            canvas.stroke(row, cell.x, cell.net, _UP | _DOWN)
        return
    box = boxes[cell.node]
    _draw_box(canvas, cell.x, top, box)
    taken = {link.lower.x for link in links if link.lower.node is None}
    for net in dict.fromkeys(link.net for link in links if link.upper is cell):
        own = {link.lower.x for link in links if link.net is net and link.lower.node is None}
        column = _free_column(cell.centre, cell, taken - own)
        taken.add(column)
        exits[cell, net] = column
        canvas.text(top + box.height - 1, column, canvas.glyphs.exit[box.look], _border_style(box.look))
        for row in range(top + box.height, top + height):
            canvas.stroke(row, column, net, _UP | _DOWN)


def _draw_box(canvas: _Canvas, x: int, top: int, box: _Box) -> None:
    top_left, top_right, bottom_left, bottom_right, across, down = canvas.glyphs.boxes[box.look]
    border = _border_style(box.look)
    canvas.text(top, x, top_left + across * (box.width - 2) + top_right, border)
    canvas.text(top, x + 2, f" {box.name} ", "result" if box.look == "result" else "name")
    for row, (text, style) in enumerate(box.rows, top + 1):
        canvas.text(row, x, down + " " * (box.width - 2) + down, border)
        canvas.text(row, x + 2, text, style)
    canvas.text(top + box.height - 1, x, bottom_left + across * (box.width - 2) + bottom_right, border)


def _border_style(look: str) -> str:
    return {"write": "write", "result": "result"}.get(look, "line")


def _draw_channel(
    canvas: _Canvas, links: Sequence[Link], exits: Mapping[tuple[Cell, Net], int], top: int
) -> int:  # fmt: skip
    """Draw the lines between two layers from row `top` on, and give the number of rows they take."""
    ways = _ways(links, exits)
    tracks = _tracks(ways)
    height = max([row for row in tracks.values() if row is not None], default=-1) + 2
    for way in ways:
        row, net = tracks[way.net], way.net
        for line in range(height if row is None else row):
            canvas.stroke(top + line, way.exit, net, _UP | _DOWN)
        if row is not None:
            _draw_track(canvas, way, top + row, top + height)
        for column, enters_box in way.entries:
            if enters_box:
                canvas.text(top + height - 1, column, canvas.glyphs.arrow, "line")
    return height


def _draw_track(canvas: _Canvas, way: "_Way", row: int, end: int) -> None:
    """The turn of a net: across in its track, and down to each of its targets."""
    columns = [column for column, _ in way.entries]
    first, last = min(way.exit, *columns), max(way.exit, *columns)
    for column in range(first, last + 1):
        directions = (_LEFT if column > first else 0) | (_RIGHT if column < last else 0)
        directions |= (_UP if column == way.exit else 0) | (_DOWN if column in columns else 0)
        canvas.stroke(row, column, way.net, directions)
    for column in columns:
        for line in range(row + 1, end):
            canvas.stroke(line, column, way.net, _UP | _DOWN)


@dataclass(frozen=True, slots=True)
class _Way:
    """One net in one channel: the column it comes from and those it goes to, each with whether it enters a box."""

    net: Net
    exit: int
    entries: tuple[tuple[int, bool], ...]

    @property
    def is_straight(self) -> bool:
        return all(column == self.exit for column, _ in self.entries)


def _ways(links: Sequence[Link], exits: Mapping[tuple[Cell, Net], int]) -> list[_Way]:
    taken = {exits[link.upper, link.net]: link.net for link in links}
    entries: dict[Net, list[tuple[int, bool]]] = defaultdict(list)
    for link in links:
        if link.lower.node is None:
            column = link.lower.x
            if taken.get(column, link.net) is not link.net:
                column = link.lower.x = _beside(column, taken)
            taken.setdefault(column, link.net)
            entries[link.net].append((column, False))
    for box, into in _into_boxes(links):
        into.sort(key=lambda link: exits[link.upper, link.net])
        starts = [exits[link.upper, link.net] for link in into]
        for link, wanted in zip(into, _entries(box, starts), strict=True):
            others = {column for column, owner in taken.items() if owner is not link.net}
            column = _free_column(wanted, box, others)
            taken[column] = link.net
            entries[link.net].append((column, True))
    exit_of = {link.net: exits[link.upper, link.net] for link in links}
    return [_Way(net, column, tuple(entries[net])) for net, column in exit_of.items()]


def _beside(column: int, taken: Collection[int]) -> int:
    """A free column next to `column`, for a bend: it has air on both sides, except at the picture's left edge."""
    return next((c for c in (column - 1, column + 1) if c >= 0 and c not in taken), column)


def _into_boxes(links: Iterable[Link]) -> Iterator[tuple[Cell, list[Link]]]:
    found: dict[Cell, list[Link]] = defaultdict(list)
    for link in links:
        if link.lower.node is not None:
            found[link.lower].append(link)
    yield from found.items()


def _entries(box: Cell, starts: Sequence[int]) -> list[int]:
    """The columns in which lines enter `box`: straight from above where that is inside, else spread over its top."""
    first, last = box.x + 1, box.x + box.width - 2
    shares = [box.x + number * (box.width - 1) // (len(starts) + 1) for number in range(1, len(starts) + 1)]
    wanted = [
        float(start if first <= start <= last else share) - 2 * i
        for i, (start, share) in enumerate(zip(starts, shares, strict=True))
    ]
    spread = [round(column) + 2 * i for i, column in enumerate(pool(wanted, [1.0] * len(wanted)))]
    return [min(max(column, first + 2 * i), last - 2 * (len(spread) - 1 - i)) for i, column in enumerate(spread)]


def _free_column(wanted: int, box: Cell, taken: Collection[int]) -> int:
    """A free column of `box` near `wanted`, rather not beside a taken one; `wanted` itself when none is free."""
    inside = range(box.x + 1, box.x + box.width - 1)

    def cost(column: int) -> tuple[int, int]:
        is_crowded = column - 1 in taken or column + 1 in taken
        return abs(column - wanted) + _CROWDED * is_crowded, column

    return min((column for column in inside if column not in taken), key=cost, default=wanted)


def _tracks(ways: Sequence[_Way]) -> dict[Net, int | None]:
    """A row for each net that has to turn, so that no two turns share a piece of a row."""
    found: dict[Net, int | None] = {way.net: None for way in ways}
    ends: list[int] = []
    for way in sorted((way for way in ways if not way.is_straight), key=_span):
        first, last = _span(way)
        row = next((i for i, end in enumerate(ends) if end < first - 1), len(ends))
        if row == len(ends):
            ends.append(last)
        ends[row] = last
        found[way.net] = row
    return found


def _span(way: _Way) -> tuple[int, int]:
    columns = [way.exit, *(column for column, _ in way.entries)]
    return min(columns), max(columns)


# --- the list ------------------------------------------------------------------------------------------------------


def _list(diagram: Diagram, columns: int, glyphs: _Glyphs) -> list[str]:
    """A line for each node: name, label, what it reads and waits for, and its badges; folded where it is too long."""
    reads: dict[str, list[str]] = defaultdict(list)
    waits: dict[str, list[str]] = defaultdict(list)
    for edge in diagram.edges:
        (reads if edge.kind == "data" else waits)[edge.target].append(edge.source.lstrip("#"))
    names = max((cells(node.name) for node in diagram.nodes), default=0)
    labels = min(max((cells(node.label) for node in diagram.nodes), default=0), 32)
    lines = []
    for node in diagram.nodes:
        parts = [_padded(node.name, names), _padded(_cut(node.label, labels, glyphs), labels)]
        if reads[node.id]:
            parts.append(f"{'<-' if glyphs.ascii else '←'} {' '.join(reads[node.id])}")
        if waits[node.id]:
            parts.append(f"after {' '.join(waits[node.id])}")
        if badges := [*_fill(node.badges, columns, glyphs), *(["writes"] if node.writes else [])]:
            parts.append(f"({glyphs.dot.join(badges)})")
        folded = textwrap.wrap("  ".join(parts), max(columns, 20), subsequent_indent=" " * (names + 4))
        lines += [line.rstrip() for line in folded]
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
