"""What people and models see. The pictures are golden files; run pytest with --update-golden and read the diff."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.diag.diagnostic import Diagnostic, Edit, Fix, Related, Severity, Span, located
from rewoo_dsl.diag.lines import Lines
from rewoo_dsl.diag.short import render_short
from rewoo_dsl.diag.snippet import Mark, cells, printable, snippet
from rewoo_dsl.diag.text import applied, render_text, summary

TEXT = """\
#E1 = search(query="port strike", k=3)
Plan: The place, in two scripts.
#E2 = llm(prompt="語 and e\u0301: #E9")
\t#E3 = search(query=#E1)
#E4 = llm(prompt=\"""
  one
  two
  three
  four
\""")
#E5 = search(query="{long}", k=#E77)
return #E5
""".replace("{long}", "a long question " * 20)


def span(piece: str) -> Span:
    start = TEXT.index(piece)
    return Span(start, start + len(piece))


FINDINGS = {
    "one_place": Diagnostic(
        code="RW101",
        message="no step produces #E9",
        span=span("#E9"),
        hint="did you mean #E1?",
        allowed=("#E1", "#E2"),
        fixes=(Fix(message="write #E1", edits=(Edit(span=span("#E9"), text="#E1"),), safe=True),),
    ),
    "two_places_apart": Diagnostic(
        code="RW056",
        message="the argument k is given twice",
        severity=Severity.WARNING,
        span=span("k=#E77"),
        related=(Related(message="it stands here first", span=span("k=3")),),
    ),
    "two_places_near": Diagnostic(
        code="RW101",
        message="two lines, one between",
        span=span("#E9"),
        related=(Related(message="the first step", span=span("#E1")), Related(message="seen in the plan", at="/goal")),
    ),
    "wide_characters": Diagnostic(code="RW101", message="wide letters take two cells", span=span("語 and e\u0301:")),
    "tab": Diagnostic(code="RW101", message="a tab is four cells", span=span("search(query=#E1)")),
    "many_lines": Diagnostic(
        code="RW201",
        message="the text is\nmore than one line",
        span=Span(span('llm(prompt="""').start, span('four\n""")').end),
    ),
    "far_to_the_right": Diagnostic(code="RW101", message="no step produces #E77", span=span("#E77")),
    "at_the_end": Diagnostic(code="RW001", message="the plan ends too early", span=Span(len(TEXT), len(TEXT))),
    "no_place": Diagnostic(code="RW060", message="name is missing here", at="/steps/2", severity=Severity.NOTE),
    "a_step_above": Diagnostic(
        code="RW058",
        message="a tool call stands alone",
        span=span("#E1)"),
        fixes=(
            Fix(
                message="make the call the step #E6",
                edits=(Edit(span=Span(0, 0), text="#E6 = f()\n"), Edit(span=span("#E1)"), text="#E6)")),
            ),
        ),
    ),
    "hostile_names": Diagnostic(
        code="RW105",
        message="there is no tool \u202eevil\x1b[31m\n  second line",
        span=span("search"),
        hint="\x07bell",
        allowed=tuple(f"tool{i}" for i in range(12)),
    ),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_pictures(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"diagnostics/{name}.txt", render_text([FINDINGS[name]], TEXT))


def test_picture_in_colour(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics/colour.txt", render_text([FINDINGS["one_place"]], TEXT, colour=True).replace("\x1b", "<esc>"))


def test_picture_on_a_narrow_terminal(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics/narrow.txt", render_text([FINDINGS["far_to_the_right"]], TEXT, width=48))


def test_lines_for_a_model(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics/short.txt", render_short(FINDINGS.values(), TEXT, steps=["E1", "E2", "E3"]))


def test_a_sub_plan_is_shown_from_its_own_text() -> None:
    one = Diagnostic(code="RW101", message="m", span=Span(7, 10), file="lib/sub.rewoo")
    shown = render_text([one], TEXT, sources={"lib/sub.rewoo": "return #E8\n"})
    assert "lib/sub.rewoo:1:8" in shown
    assert "1 | return #E8\n  |        ^^^" in shown
    assert " | " not in render_text([one], TEXT)


def test_a_fix_far_to_the_right_shows_what_it_changes() -> None:
    text = f'#E1 = f("{"a" * 300}", #e0)\n'
    place = Span(text.index("#e0") + 1, text.index("#e0") + 3)
    fix = Fix(message="write `#E0`", edits=(Edit(span=place, text="E0"),))
    shown = render_text([Diagnostic(code="RW101", message="m", span=place, fixes=(fix,))], text)
    assert "#e0)\n" in shown.split("- …")[1]
    assert "#E0)\n" in shown.split("+ …")[1]
    assert max(map(len, shown.splitlines())) <= 100


def test_a_line_that_a_fix_takes_out_leaves_none_in_its_place() -> None:
    fix = Fix(message="remove the line", edits=(Edit(span=Span(0, 2), text=""),))
    shown = render_text([Diagnostic(code="RW006", message="m", span=Span(0, 1), fixes=(fix,))], "a\n")
    assert "- a" in shown
    assert "+" not in shown


def test_nothing_to_say() -> None:
    assert render_text([], TEXT) == render_short([], TEXT) == ""
    assert summary([]) == "no findings"
    assert summary(FINDINGS.values()) == "9 errors, 1 warning, 1 note"


# --- laws ----------------------------------------------------------------------------------------------------------

SOURCES = st.text(st.sampled_from(list("ab #\n\t\r語e\u0301\u202e\x00😀")), max_size=120)


@st.composite
def _marked(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(SOURCES)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    return text, [Span(*pair) for pair in draw(st.lists(ends, min_size=1, max_size=3))]


@given(_marked(), st.sampled_from([40, 100]))
def test_every_row_fits_and_every_mark_is_drawn(marked: tuple[str, list[Span]], width: int) -> None:
    text, spans = marked
    rows = snippet(Lines(text), [Mark(one) for one in spans], width)
    assert all(cells(row.text) <= width + 1 for row in rows)
    assert all(row.text.isprintable() or not row.text for row in rows)
    drawn = [row for row in rows if row.style == "primary"]
    assert len(drawn) >= len(spans)
    assert all(set(row.text.strip()) == {"^"} for row in drawn)


@given(_marked())
def test_any_finding_can_be_shown(marked: tuple[str, list[Span]]) -> None:
    text, spans = marked
    first, *others = spans
    edits = tuple(Edit(span=one, text="x\n") for one in others)
    one = Diagnostic(code="RW001", message=text, span=first, hint=text, fixes=(Fix(message=text, edits=edits),))
    assert render_text([one], text, width=50).endswith("\n\n")
    assert render_short([one], text).count("\n") == 1


@given(SOURCES)
def test_what_is_printable_stays_so(text: str) -> None:
    shown = printable(text)
    assert shown.replace("\n", "").isprintable()
    assert printable(shown) == shown


def test_a_huge_line_is_cut_at_once() -> None:
    text = "#E1 = f(x=" + "9" * 5_000_000 + ")\n"
    shown = render_text([Diagnostic(code="RW001", message="m", span=Span(4_000_000, 4_000_010))], text)
    assert len(shown) < 500
    assert "^^^^^^^^^^" in shown


def test_edits_are_applied_left_to_right_and_overlaps_left_out() -> None:
    edits = [Edit(span=Span(4, 5), text="E"), Edit(span=Span(0, 2), text=""), Edit(span=Span(1, 3), text="no")]
    assert applied("abcdef", edits) == "cdEf"


def test_findings_come_in_order_of_place() -> None:
    later = Diagnostic(code="RW101", message="m", at="/steps/1", related=(Related(message="r", at="/steps/0"),))
    sooner = Diagnostic(code="RW101", message="m", at="/steps/0")
    nowhere = Diagnostic(code="RW101", message="m")
    spans = {"/steps/0": Span(0, 3), "/steps/1": Span(5, 8)}
    found = located([nowhere, later, sooner], spans.get)
    assert [one.span for one in found] == [Span(0, 3), Span(5, 8), None]
    assert found[1].related[0].span == Span(0, 3)
