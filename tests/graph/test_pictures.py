"""What a picture shows is the plan: edges can be followed in it, every text is escaped, and it fits."""

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.diag.snippet import cells
from rewoo_dsl.interfaces.graph import Diagram, diagram, dot, mermaid, svg, terminal
from rewoo_dsl.interfaces.graph.diagram import Edge, Node, duration
from rewoo_dsl.interfaces.graph.layout import arrange, pool
from rewoo_dsl.ir.expr import Apply, Binary, Call, Constant, ObjectOf, Ref, Text
from rewoo_dsl.ir.plan import Approval, Each, Input, Plan, Step
from rewoo_dsl.ir.signature import Effect


def step(name: str, *reads: str, **clauses: object) -> Step:
    args = {f"a{i}": Ref(name=read) for i, read in enumerate(reads)}
    return Step.model_validate({"name": name, "do": Call(tool="tool", args=args), **clauses})


@st.composite
def diagrams(draw: st.DrawFn, most: int = 12) -> Diagram:
    """Random acyclic diagrams with edges of both kinds and labels of many widths."""
    count = draw(st.integers(1, most))
    nodes, edges = [], []
    for i in range(count):
        label = draw(st.text("ab", min_size=1, max_size=14))
        shape = draw(st.sampled_from(["call", "pure", "result"]))
        nodes.append(Node(f"#E{i}", f"E{i}", label, shape, writes=draw(st.booleans())))
        sources = draw(st.sets(st.integers(0, i - 1), max_size=4)) if i else set()
        edges += [Edge(f"#E{s}", f"#E{i}", draw(st.sampled_from(["data", "order"]))) for s in sorted(sources)]
    return Diagram("", (), tuple(nodes), tuple(edges))


# --- what is in the diagram ----------------------------------------------------------------------------------------


def test_every_clause_that_reads_evidence_gives_an_edge() -> None:
    reads = Ref(name="E1")
    clauses: list[dict[str, object]] = [
        {"condition": Binary(op="==", left=reads, right=Constant(value=1))},
        {"condition": Constant(value=True), "otherwise": reads},
        {"fallback": Call(tool="other", first=Text(parts=("x ", reads)))},
        {"each": Each(variable="x", source=reads, max=3)},
        {"approve": Approval(text=Text(parts=("ok? ", reads)))},
    ]
    for clause in clauses:
        found = diagram(Plan(steps=(step("E1"), step("E2", **clause))), {})
        assert found.edges == (Edge("#E1", "#E2", "data"),), clause


def test_after_is_an_order_edge_unless_the_step_reads_the_value_too() -> None:
    plan = Plan(steps=(step("E1"), step("E2", after=("E1",)), step("E3", "E1", after=("E1",))))
    assert diagram(plan, {}).edges == (Edge("#E1", "#E2", "order"), Edge("#E1", "#E3", "data"))


def test_inputs_and_loop_variables_are_no_boxes() -> None:
    plan = Plan(inputs=(Input(name="q"),), steps=(step("E1", "q", "x", each=Each(variable="x", source=Ref(name="q"))),))
    found = diagram(plan, {})
    assert [node.id for node in found.nodes] == ["#E1"]
    assert (found.inputs, found.edges) == (("q",), ())


def test_badges_say_what_the_clauses_say() -> None:
    plan = Plan(
        steps=(
            step(
                "E1",
                condition=Constant(value=True),
                otherwise=Constant(value="none"),
                each=Each(variable="x", source=Apply(function="take"), max=20, parallel=4),
                retry=3,
                timeout=90.0,
                fallback=Call(tool="web_search"),
                approve=Approval(within=7200),
            ),
        )
    )
    assert diagram(plan, {}).nodes[0].badges == (
        "if, else none", "for ≤20, 4 at once", "retry 3", "timeout 90s", "or web_search", "approve within 2h",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.25, "250ms"), (1, "1s"), (1.5, "1.5s"), (90, "90s"), (120, "2m"), (3600, "1h"), (5400, "90m")],
)
def test_a_duration_is_written_as_in_a_plan(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_step_writes_when_any_branch_of_it_is_known_to_write() -> None:
    plan = Plan(steps=(step("E1"), step("E2", fallback=Call(tool="mail"))))
    assert [node.writes for node in diagram(plan, {"mail": Effect.WRITE, "tool": Effect.READ}).nodes] == [False, True]


def test_return_and_solve_are_boxes_and_a_solve_without_names_is_joined_to_what_nobody_read() -> None:
    plan = Plan(
        steps=(step("E1"), step("E2", "E1"), step("E3")),
        result=ObjectOf(fields={"a": Ref(name="E2")}),
        solve=Constant(value="Say it."),
    )
    found = diagram(plan, {})
    assert [node.id for node in found.nodes] == ["#E1", "#E2", "#E3", "return", "Solve"]
    assert {(e.source, e.target) for e in found.edges} == {
        ("#E1", "#E2"), ("#E2", "return"), ("#E2", "Solve"), ("#E3", "Solve"),
    }  # fmt: skip


# --- the layout ----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(diagrams(), st.none() | st.integers(10, 60))
def test_boxes_keep_their_distance_and_edges_point_down(shown: Diagram, most: int | None) -> None:
    widths = {node.id: len(node.label) + 4 for node in shown.nodes}
    found = arrange(shown, widths, gap=3, bend=1, most=most)
    for layer in found.layers:
        for left, right in itertools.pairwise(layer):
            assert left.x + left.width + 3 <= right.x
    assert all(found.boxes[e.source].layer < found.boxes[e.target].layer for e in shown.edges)
    assert all(link.lower.layer == link.upper.layer + 1 for link in found.links)
    assert min(cell.x for layer in found.layers for cell in layer) == 0
    if most is not None:
        for layer in found.layers:
            boxes = [cell for cell in layer if cell.node]
            assert len(boxes) < 2 or sum(box.width for box in boxes) + 3 * (len(boxes) - 1) <= most


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 4)), min_size=1, max_size=8))
def test_pooling_gives_the_nearest_rising_numbers(pairs: list[tuple[int, int]]) -> None:
    """Rising, the same weighted mean, and no rising neighbour of it is nearer (it is convex: that is enough)."""
    wanted, weights = [float(v) for v, _ in pairs], [float(w) for _, w in pairs]
    found = pool(wanted, weights)
    assert all(a <= b for a, b in itertools.pairwise(found))

    def cost(values: list[float]) -> float:
        return sum(w * (v - x) ** 2 for v, x, w in zip(wanted, values, weights, strict=True))

    for start in range(len(found)):
        for end in range(start + 1, len(found) + 1):
            for shift in (-0.01, 0.01):
                moved = [x + shift if start <= i < end else x for i, x in enumerate(found)]
                if all(a <= b for a, b in itertools.pairwise(moved)):
                    assert cost(found) <= cost(moved) + 1e-9


# --- the terminal --------------------------------------------------------------------------------------------------

_OPEN = {  # where each glyph of a line leads: up, down, left, right
    "│": "ud", "┆": "ud", "─": "lr", "┄": "lr", "╭": "dr", "╮": "dl", "╰": "ur", "╯": "ul",
    "├": "udr", "┤": "udl", "┬": "dlr", "┴": "ulr", "┼": "udlr",
}  # fmt: skip
_MOVES = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}
_BACK = {"u": "d", "d": "u", "l": "r", "r": "l"}


def edges_seen(picture: str) -> set[tuple[str, str]]:
    """Read the picture as a person does: leave each box where its lower border is open, and follow the lines."""
    rows = picture.splitlines()
    grid = {(r, c): glyph for r, row in enumerate(rows) for c, glyph in enumerate(row)}
    tops: dict[tuple[int, int], str] = {}
    bottoms: list[tuple[int, int, int, str]] = []
    for r, row in enumerate(rows):
        for found in re.finditer(r"[┌╭╔┏][─═━] (E\d+) [─═━]+[┐╮╗┓]", row):
            end = found.end() - 1
            tops.update({(r, c): found[1] for c in range(found.start(), end + 1)})
            bottom = next(b for b in range(r + 1, len(rows)) if grid[b, found.start()] in "└╰╚┗")
            bottoms.append((bottom, found.start(), end, found[1]))
    seen = set()
    for bottom, start, end, name in bottoms:
        for column in range(start + 1, end):
            if grid[bottom, column] in "┬╤┯":
                seen |= {(name, target) for target in _reached(grid, tops, (bottom + 1, column))}
    return seen


def _reached(grid: dict[tuple[int, int], str], tops: dict[tuple[int, int], str], start: tuple[int, int]) -> set[str]:
    found, stack, been = set(), [(start, "d")], set()
    while stack:
        place, heading = stack.pop()
        if (place, heading) in been:
            continue
        been.add((place, heading))
        glyph = grid[place]
        if glyph == "▼":
            found.add(tops[place[0] + 1, place[1]])
            continue
        crosses = heading in "lr" and glyph in "│┆"
        assert crosses or _BACK[heading] in _OPEN[glyph], (place, heading, glyph)
        for way in heading if crosses else _OPEN[glyph].replace(_BACK[heading], ""):
            move = _MOVES[way]
            stack.append(((place[0] + move[0], place[1] + move[1]), way))
    return found


@settings(max_examples=150, deadline=None)
@given(diagrams())
def test_exactly_the_edges_of_the_diagram_can_be_followed_in_the_picture(shown: Diagram) -> None:
    picture = terminal(shown, columns=5000)
    assert edges_seen(picture) == {(e.source[1:], e.target[1:]) for e in shown.edges}, picture


@settings(max_examples=40, deadline=None)
@given(diagrams(), st.integers(24, 90), st.booleans())
def test_no_line_is_wider_than_the_terminal_and_one_diagram_has_one_picture(
    shown: Diagram, columns: int, ascii_only: bool
) -> None:
    shown = replace(shown, goal="A goal 語語語 of some length " * 3, inputs=("a", "b"))
    picture = terminal(shown, columns=columns, ascii_only=ascii_only)
    assert all(cells(line) <= columns for line in picture.splitlines())
    assert picture.isascii() or not ascii_only
    assert picture == terminal(shown, columns=columns, ascii_only=ascii_only)


def test_colour_changes_nothing_but_colour() -> None:
    shown = diagram(Plan(steps=(step("E1"), step("E2", "E1", after=("E1",), retry=2))), {"tool": Effect.WRITE})
    coloured = terminal(shown, columns=80, colour=True)
    assert "\x1b[1;36mE1" in re.sub(r"\x1b\[0;", "\x1b[", coloured).replace("m E1", "mE1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal(shown, columns=80)


def test_a_plan_too_wide_for_boxes_is_told_as_a_list() -> None:
    steps = [step(f"E{i}") for i in range(40)]
    plan = Plan(steps=(*steps, step("E99", *(f"E{i}" for i in range(40)), retry=2)))
    lines = terminal(diagram(plan, {}), columns=60).splitlines()
    assert lines[0] == "E0   tool"
    told = " ".join(" ".join(lines[40:]).split())
    assert told == f"E99 tool ← {' '.join(f'E{i}' for i in range(40))} (retry 2)"


# --- escaping ------------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert('1')</script> \x1b[31m \u202eevil\u202c \"quoted\" `md` #quot; ]] --> \\N & ;\n%%{init}%%"


def hostile() -> Diagram:
    text = Call(tool="x", first=Constant(value=HOSTILE))
    plan = Plan(
        goal=HOSTILE,
        steps=(
            Step(name="E1", do=Constant(value=HOSTILE), rationale=HOSTILE, approve=Approval(text=Constant(value="x"))),
            Step(name="E2", do=text, condition=Ref(name="E1", path=(HOSTILE,)), otherwise=Constant(value=HOSTILE)),
        ),
        solve=Constant(value=HOSTILE),
    )
    return diagram(plan, {})


def test_svg_is_well_formed_whatever_the_texts_say() -> None:
    root = ET.fromstring(svg(hostile()))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "g"}
    assert HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e").replace("\u202c", "\\u202c") in [
        element.text for element in root.iter() if element.tag.endswith("title")
    ]


@given(st.text())
def test_any_text_at_all_gives_svg_that_can_be_read(text: str) -> None:
    plan = Plan(goal=text, steps=(Step(name="E1", do=Constant(value="x"), rationale=text),))
    ET.fromstring(svg(diagram(plan, {})).encode())


def test_the_terminal_gets_no_control_characters() -> None:
    picture = terminal(hostile(), columns=100)
    assert all(c.isprintable() or c == "\n" for c in picture)


def test_mermaid_texts_hold_nothing_that_mermaid_reads() -> None:
    for line in mermaid(hostile()).splitlines():
        if found := re.search(r'"(.*)"', line):
            bare = re.sub(r"</?[bi]>|<br/>|#\d+;", "", found[1])
            assert not set(bare) & set('"<>#`[]{}%&\\'), line


def test_dot_strings_end_where_they_should() -> None:
    for line in dot(hostile()).splitlines():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert '"' not in bare, line
        assert "script" not in bare, line


@settings(max_examples=40, deadline=None)
@given(diagrams())
def test_every_format_has_every_node_and_every_edge(shown: Diagram) -> None:
    drawn = ET.fromstring(svg(shown))
    names = [e.text for e in drawn.iter() if e.get("class") == "name"]
    heads = [e for e in drawn.iter() if e.get("marker-end")]
    assert sorted(map(str, names)) == sorted(node.name for node in shown.nodes)
    assert len(heads) == len(shown.edges)
    assert dot(shown).count(" -> ") == len(shown.edges)
    assert mermaid(shown).count(" --> ") + mermaid(shown).count(" -.-> ") == len(shown.edges)


def test_a_large_plan_is_drawn_in_reasonable_time() -> None:
    """2,000 steps, each reading two earlier ones: nothing in the layout may be quadratic in anger."""
    steps = [step(f"E{i}", *(f"E{i - k}" for k in (1, 7) if i >= k)) for i in range(2000)]
    shown = diagram(Plan(steps=tuple(steps)), {})
    assert svg(shown).count("marker-end") == len(shown.edges)
    assert len(terminal(shown, columns=80).splitlines()) == 2000
