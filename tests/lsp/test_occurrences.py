"""Laws of names and of what stands at the cursor, over the plans that people copy and over any text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker.survey import survey
from rewoo_dsl.diag.text import applied
from rewoo_dsl.interfaces.lsp.completion import completions
from rewoo_dsl.interfaces.lsp.cursor import cursor_at
from rewoo_dsl.interfaces.lsp.hover import hover
from rewoo_dsl.interfaces.lsp.mending import replacing
from rewoo_dsl.interfaces.lsp.occurrences import definition, occurrences, same
from rewoo_dsl.interfaces.lsp.outline import outline
from rewoo_dsl.interfaces.lsp.renaming import CannotRename, renamable, renamed
from rewoo_dsl.interfaces.lsp.view import View

EXAMPLES = sorted((Path(__file__).parents[2] / "specs" / "examples").rglob("*.rewoo"))
PIECES = st.sampled_from(
    ["#E1", "#E2", " = ", "search(", ")", "[", "]", '"', '"""', "#{", "}", ".", ",", "for #x in ", " if ", "\n", "a",
     "Plan: ", "Solve: ", "input ", "// ", "\\", "E1", "=", ":", " ", "fallback ", "after ", "return ", "\r", "\u2028",
     "😀"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_names_stand_where_they_are_said_to(path: Path) -> None:
    text = path.read_text()
    found = occurrences(survey(text).document)
    assert found
    assert all(text[one.span.start : one.span.end] == one.binding.name for one in found)
    assert all(definition(found, one) for one in found if not one.binding.is_callable and one.binding.name != "now")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_renamed_plan_is_the_same_plan(path: Path) -> None:
    """Renaming back gives the text again, but for the braces that another name in a text needed."""
    text = path.read_text()
    looked = survey(text)
    for one in occurrences(looked.document):
        if not one.is_definition or one.binding.is_callable:
            continue
        new = survey(applied(text, renamed(View(looked), one.span.start, "E987")))
        assert [one.code for one in new.report.diagnostics] == [one.code for one in looked.report.diagnostics]
        place = next(other for other in occurrences(new.document) if other.binding.name == "E987")
        back = survey(applied(new.text, renamed(View(new), place.span.start, one.binding.name)))
        assert back.report.plan == looked.report.plan


def test_a_name_in_text_gets_braces_when_it_needs_them() -> None:
    text = 'input x: str\n#E1 = 1\n#E2 = llm(prompt="\\#E1 #x #E1s #{x}")\n#E3 = LLM[see #E1[0].a and #{E1}]\n'
    looked = survey(text)
    edits = renamed(View(looked), text.index("E1 ="), "news")
    assert applied(text, edits) == (
        'input x: str\n#news = 1\n#E2 = llm(prompt="\\#E1 #x #{news}s #{x}")\n#E3 = LLM[see #{news[0].a} and #{news}]\n'
    )


def test_a_loop_variable_is_its_own_in_each_statement() -> None:
    text = "#E1 = [#x for #x in [1]]\n#E2 = [#x for #x in #E1 if #x > 0]\n#E3 = llm(prompt=#x) for #x in #E2\n"
    looked = survey(text)
    edits = renamed(View(looked), text.index("#x in #E1") + 1, "item")
    assert applied(text, edits) == text.replace("[#x for #x in #E1 if #x", "[#item for #item in #E1 if #item")
    edits = renamed(View(looked), text.index("#x in #E2") + 1, "item")
    assert applied(text, edits) == text.replace("#x) for #x in #E2", "#item) for #item in #E2")


@settings(max_examples=60)
@given(TEXTS)
def test_any_text_is_looked_at(text: str) -> None:
    view = View(survey(text))
    entries = outline(view)
    assert all(0 <= one.span.start <= one.name_span.start <= one.name_span.end <= one.span.end for one in entries)
    for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
        cursor = cursor_at(text, offset)
        assert 0 <= cursor.start <= cursor.span.start <= cursor.span.end == offset
        assert all(one.span == cursor.span for one in completions(view, offset).proposals)
        shown = hover(view, offset)
        assert shown is None or 0 <= shown.span.start <= shown.span.end <= len(text)
        try:
            places = renamable(view, offset).places
        except CannotRename:
            continue
        assert {text[one.span.start : one.span.end] for one in places} == {places[0].binding.name}


@settings(max_examples=60)
@given(TEXTS)
def test_every_name_belongs_to_its_own_places(text: str) -> None:
    found = occurrences(survey(text).document)
    assert all(one in same(found, one) for one in found)
    assert all(text[one.span.start : one.span.end] == one.binding.name for one in found)


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_edit_between_two_texts_makes_the_second(one: str, other: str) -> None:
    edits = replacing(one, other)
    assert applied(one, edits) == other
    assert len(edits) == (one != other)
