"""Offsets, lines, columns and UTF-16 positions agree with each other on every text."""

from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.diag.diagnostic import Span
from rewoo_dsl.diag.lines import Lines, Position

TEXTS = st.text(st.sampled_from(list("ab\n\r\té語😀")), max_size=30)


@given(TEXTS, st.integers(-2, 40))
def test_line_and_column_lead_back_to_the_offset(text: str, offset: int) -> None:
    lines = Lines(text)
    inside = min(max(offset, 0), len(text))
    line, column = lines.position(offset)
    assert 1 <= line <= len(lines)
    assert lines.span(line).start + column - 1 == inside


@given(TEXTS)
def test_the_lines_are_the_text(text: str) -> None:
    lines = Lines(text)
    shown = [text[slice(*lines.span(number))] for number in range(1, len(lines) + 1)]
    assert "\n".join(shown) == text.replace("\r\n", "\n").replace("\r", "\n")


@given(TEXTS, st.data())
def test_utf16_positions_lead_back(text: str, data: st.DataObject) -> None:
    lines = Lines(text)
    offset = data.draw(st.integers(0, len(text)))
    line, character = lines.utf16(offset)
    before = text[lines.span(line + 1).start : offset]
    assert character == len(before.encode("utf-16-le")) // 2
    if not before.endswith("\r"):
        assert lines.offset(line, character) == offset


def test_beyond_the_end() -> None:
    lines = Lines("a\nb")
    assert lines.position(99) == Position(2, 2)
    assert lines.span(7) == Span(3, 3)
    assert lines.offset(9, 0) == 3
    assert lines.offset(0, 99) == 1
