"""Text that is cut says how much is missing, wherever it was cut."""

import doctest
import re

from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.diag import abridge as module
from rewoo_dsl.diag.abridge import abridge


def test_the_examples() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.integers(0, 5_000), st.integers(1, 400), st.data())
def test_what_is_shown_and_what_is_missing_are_the_whole(length: int, most: int, data: st.DataObject) -> None:
    tail = data.draw(st.integers(0, most))
    text = "".join(chr(0x4E00 + place % 5_000) for place in range(length))
    cut = abridge(text, most, tail=tail)
    assert len(cut) <= length
    if cut == text:
        assert length <= most + 40
        return
    found = re.fullmatch(r"(.*)… \(([\d,]+) more characters\)(?: …(.*))?", cut)
    assert found is not None
    head, missing, end = found[1], int(found[2].replace(",", "")), found[3] or ""
    assert len(head) + missing + len(end) == length
    assert text.startswith(head)
    assert text.endswith(end)
    assert len(end) == tail
