"""Whatever the text: lowering gives a plan or findings, and each finding has its place."""

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_strategies import PLANS

from rewoo_dsl.diag.text import render_text
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.parser import parse
from rewoo_dsl.syntax.printer import format_source

PIECES = st.sampled_from(
    [
        "#E1",
        " = ",
        "f(",
        ")",
        "[",
        "]",
        "Plan: ",
        "\n",
        "return ",
        "Solve: ",
        "limit ",
        "rewoo 2\n",
        "1e999",
        "retry 3 ",
        "f(g(1), 2)",
        " for #x in ",
        " timeout 0s",
        "input a = ",
        "Goal: b\n",
        "99999999999999999999",
        '"',
        "use ",
    ]
)


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The text of a plan with pieces cut out and put in."""
    text = to_text(draw(PLANS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(PIECES | st.just("")) + text[end:]
    return text


@settings(max_examples=50)
@given(mangled())
def test_any_text_gives_a_plan_that_is_one_or_reasons(text: str) -> None:
    parsed = parse(text)
    lowered = lower(parsed.document)
    assert Plan.model_validate_json(lowered.plan.model_dump_json()) == lowered.plan
    assert all(one.span is not None and 0 <= one.span.start <= one.span.end <= len(text) for one in lowered.diagnostics)
    assert lowered.is_whole or parsed.errors or any(one.is_error for one in lowered.diagnostics)
    assert render_text(lowered.diagnostics, text).count("-->") >= len(lowered.diagnostics)


@settings(max_examples=50)
@given(mangled())
def test_the_formatter_never_changes_the_plan(text: str) -> None:
    before, after = lower(parse(text).document), lower(parse(format_source(text)).document)
    assert after.plan.model_dump() == before.plan.model_dump()
    assert after.broken == before.broken
    assert [one.code for one in after.diagnostics] == [one.code for one in before.diagnostics]
