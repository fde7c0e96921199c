"""A diagram as SVG, drawn by our own layout: no binary, no script, no font to load; light or dark as the reader is.

All text passes `_text`; nothing else of a plan reaches the file.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ...diag.snippet import cells
from .diagram import Diagram, Node
from .layout import Cell, Layout, Link, arrange

_MARGIN, _GAP, _CHANNEL, _BEND = 24, 36, 56, 8
_PAD, _ROW, _PILL, _PILL_GAP = 14, 20, 20, 6
_LABEL_CHAR, _PILL_CHAR = 8.45, 6.65
"""Advance of one character in pixels: 0.602 em, that of the common monospace fonts, and a little air."""
_WIDEST = 360
_HEAD_ROW, _HEAD_CHARS_A_PIXEL = 22, 1 / 8.8

_COLOURS = (
    (".paper", "fill", "#ffffff", "#0f172a"),
    ("text", "fill", "#0f172a", "#e2e8f0"),
    (".inputs", "fill", "#64748b", "#94a3b8"),
    (".box", "fill", "#f8fafc", "#1e293b"),
    (".box", "stroke", "#94a3b8", "#64748b"),
    (".pure .box", "fill", "#f0fdf4", "#14291f"),
    (".writes .box", "stroke", "#c2410c", "#fb923c"),
    (".result .box", "stroke", "#15803d", "#4ade80"),
    (".name", "fill", "#0369a1", "#38bdf8"),
    (".writes .name", "fill", "#c2410c", "#fb923c"),
    (".result .name", "fill", "#15803d", "#4ade80"),
    (".pill", "fill", "#e2e8f0", "#334155"),
    (".hot", "fill", "#ffedd5", "#431407"),
    (".hot-text", "fill", "#c2410c", "#fb923c"),
    (".edge", "stroke", "#94a3b8", "#64748b"),
    (".head", "fill", "#94a3b8", "#64748b"),
)
"""Selector, property, its value in light and in dark. Plain rules: many renderers know no CSS variables."""

_SHAPES = """
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
  .goal { font: 600 15px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
  .inputs { font-size: 12px }
  .box { stroke-width: 1.25 }
  .writes .box { stroke-width: 2.5 }
  .result .box { stroke-width: 1.5 }
  .name { font-size: 12px; font-weight: 700 }
  .label { font-size: 14px }
  .pill-text { font-size: 11px }
  .hot-text { font-size: 11px; font-weight: 700 }
  .edge { fill: none; stroke-width: 1.5; stroke-linecap: round }
  .order { stroke-dasharray: 5 4 }
"""


def _style() -> str:
    light = "".join(f"  {selector} {{ {name}: {value} }}\n" for selector, name, value, _ in _COLOURS)
    dark = "".join(f"    {selector} {{ {name}: {value} }}\n" for selector, name, _, value in _COLOURS)
    return f"{_SHAPES}{light}  @media (prefers-color-scheme: dark) {{\n{dark}  }}\n"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a page that shows a picture adds to a box: a class for its style, and where a click leads."""

    kind: str
    target: str


def svg(diagram: Diagram, *, marks: Mapping[str, Mark] | None = None, most: int | None = None) -> str:
    """A whole SVG document.

    Args:
        marks: by the id of the node.
        most: a layer whose boxes would be wider together, in pixels, is split.
    """
    boxes = {node.id: _box(node) for node in diagram.nodes}
    layout = arrange(diagram, {id_: box.width for id_, box in boxes.items()}, gap=_GAP, bend=_BEND, most=most)
    marks = {} if marks is None else marks
    width = max(layout.width, 320)
    shift = (width - layout.width) // 2
    head, top = _head(diagram, width)
    tops = _tops(layout, boxes, top)
    height = tops[-1] - _CHANNEL + _MARGIN if layout.layers else top
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plan" role="img" width="{width + 2 * _MARGIN}"'
            f' height="{height}" viewBox="0 0 {width + 2 * _MARGIN} {height}">',
            f"<title>{_text(diagram.goal or 'plan')}</title>",
            f"<style>{_style()}</style>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>',
            f'<rect class="paper" width="{width + 2 * _MARGIN}" height="{height}" rx="8"/>',
            *head,
            f'<g transform="translate({_MARGIN + shift} 0)">',
            *_edges(layout, boxes, tops),
            *(
                _drawn(node, boxes[node.id], layout.boxes[node.id].x, tops, marks.get(node.id))
                for node in diagram.nodes
            ),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _text(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _head(diagram: Diagram, width: int) -> tuple[list[str], int]:
    """The goal and the inputs above the picture, and where the picture begins."""
    lines, y = [], _MARGIN
    for row in textwrap.wrap(diagram.goal, max(20, int(width * _HEAD_CHARS_A_PIXEL))):
        y += _HEAD_ROW
        lines.append(f'<text class="goal" x="{_MARGIN}" y="{y - 6}">{_text(row)}</text>')
    if diagram.inputs:
        y += _HEAD_ROW
        names = "  ".join(f"#{name}" for name in diagram.inputs)
        lines.append(f'<text class="inputs" x="{_MARGIN}" y="{y - 6}">inputs: {_text(names)}</text>')
    return lines, y + (16 if lines else 0)


# --- boxes ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Box:
    label: str
    pills: list[list[str]]
    width: int
    height: int
    layer: int = 0


def _box(node: Node) -> _Box:
    label = node.label if cells(node.label) <= 40 else node.label[:39] + "…"
    pills = _rows_of_pills([*node.badges, *(["writes"] if node.writes else [])])
    widths = [cells(label) * _LABEL_CHAR, cells(node.name) * 7.4, *(_row_width(row) for row in pills)]
    width = max(72, int(max(widths)) + 2 * _PAD)
    height = 2 * _ROW + 14 + len(pills) * (_PILL + _PILL_GAP) + (4 if pills else 0)
    return _Box(label, pills, width, height)


def _rows_of_pills(badges: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for badge in badges:
        if rows and _row_width([*rows[-1], badge]) <= max(_WIDEST, _pill_width(badge)):
            rows[-1].append(badge)
        else:
            rows.append([badge])
    return rows


def _row_width(row: Sequence[str]) -> float:
    return sum(map(_pill_width, row)) + _PILL_GAP * (len(row) - 1)


def _pill_width(badge: str) -> float:
    return cells(badge) * _PILL_CHAR + 14


def _drawn(node: Node, box: _Box, x: int, tops: Sequence[int], mark: Mark | None) -> str:
    y = tops[box.layer]
    kind: str = "writes" if node.writes else node.shape
    radius = 18 if node.shape == "pure" else 5
    before, after = "", "</g>"
    if mark is not None:
        kind = f"{kind} {_text(mark.kind)}"
        before, after = f'<a href="{_text(mark.target)}">', "</g></a>"
    lines = [f'{before}<g class="{kind}" transform="translate({x} {y})">']
    if node.about:
        lines.append(f"<title>{_text(node.about)}</title>")
    lines.append(f'<rect class="box" width="{box.width}" height="{box.height}" rx="{radius}"/>')
    if node.shape == "result":
        inner = f'x="4" y="4" width="{box.width - 8}" height="{box.height - 8}" rx="2"'
        lines.append(f'<rect class="box" {inner}/>')
    lines.append(f'<text class="name" x="{_PAD}" y="{_ROW + 2}">{_text(node.name)}</text>')
    lines.append(f'<text class="label" x="{_PAD}" y="{2 * _ROW + 2}">{_text(box.label)}</text>')
    lines += _drawn_pills(box.pills)
    return "\n".join([*lines, after])


def _drawn_pills(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    y = 2 * _ROW + 12
    for row in rows:
        x = float(_PAD)
        for badge in row:
            kind, wide = "hot" if badge == "writes" else "pill", _pill_width(badge)
            yield f'<rect class="{kind}" x="{x:g}" y="{y}" width="{wide:g}" height="{_PILL}" rx="10"/>'
            yield f'<text class="{kind}-text" x="{x + 7:g}" y="{y + 14}">{_text(badge)}</text>'
            x += wide + _PILL_GAP
        y += _PILL + _PILL_GAP


# --- edges ---------------------------------------------------------------------------------------------------------


def _tops(layout: Layout, boxes: Mapping[str, _Box], top: int) -> list[int]:
    """The y where each layer begins, and where a further one would."""
    found = [top]
    for number, layer in enumerate(layout.layers):
        inside = [boxes[cell.node] for cell in layer if cell.node is not None]
        for box in inside:
            box.layer = number
        found.append(found[-1] + max((box.height for box in inside), default=_ROW) + _CHANNEL)
    return found


def _edges(layout: Layout, boxes: Mapping[str, _Box], tops: Sequence[int]) -> Iterator[str]:
    """One curve a link; through its layer a bend is a straight line."""
    ends = _entries(layout.links)
    for link in layout.links:
        upper, lower = link.upper, link.lower
        start = tops[upper.layer] + boxes[upper.node].height if upper.node else tops[upper.layer + 1] - _CHANNEL
        end = tops[lower.layer]
        middle, x, to = (start + end) // 2, upper.centre, ends[link]
        path = f"M{x} {start}C{x} {middle} {to} {middle} {to} {end - (1 if lower.node else 0)}"
        if lower.node is None:
            path += f"V{tops[lower.layer + 1] - _CHANNEL}"
        kind = "edge order" if link.net.kind == "order" else "edge"
        marker = ' marker-end="url(#head)"' if lower.node else ""
        yield f'<path class="{kind}" d="{path}"{marker}/>'


def _entries(links: Sequence[Link]) -> dict[Link, int]:
    """The x at which each link ends: around the middle of a box in the order they come, so none hides another."""
    into: dict[Cell, list[Link]] = defaultdict(list)
    for link in links:
        into[link.lower].append(link)
    found = {}
    for cell, coming in into.items():
        coming.sort(key=lambda link: link.upper.centre)
        space = min(28.0, (cell.width - 2 * _PAD) / len(coming))
        for number, link in enumerate(coming):
            found[link] = round(cell.centre + space * (number - (len(coming) - 1) / 2))
    return found
