"""Cutting a text: passages that are pieces of it, and together all of it."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.rag.chunks import chunks

texts = st.lists(
    st.text("ab.!? \n\t\r\u2028é", max_size=30) | st.sampled_from(["\n\n", "word " * 20, "x" * 90, "One. Two! Three? "])
).map("".join)


@given(texts, st.integers(1, 60), st.integers(0, 59))
@settings(max_examples=200, deadline=None)
def test_passages_are_pieces_in_order_that_cover_everything(text: str, size: int, overlap: int):
    found = chunks(text, size=size, overlap=min(overlap, size - 1))
    covered = [False] * len(text)
    for start, end in found:
        assert 0 < end - start <= size
        assert text[start:end].strip() == text[start:end]
        covered[start:end] = [True] * (end - start)
    assert all(covered[i] or one.isspace() for i, one in enumerate(text))
    assert [one.start for one in found] == sorted({one.start for one in found})
    assert [one.end for one in found] == sorted({one.end for one in found})


@given(texts, st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_without_overlap_no_character_is_in_two_passages(text: str, size: int):
    found = chunks(text, size=size, overlap=0)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_paragraphs_stay_together_and_neighbours_share_a_short_one():
    text = "A long first paragraph.\n\nShort.\n\nA long last paragraph."
    assert [text[a:b] for a, b in chunks(text, size=35, overlap=10)] == [
        "A long first paragraph.\n\nShort.",
        "Short.\n\nA long last paragraph.",
    ]


def test_a_long_paragraph_is_cut_between_sentences_then_words_then_anywhere():
    def cut(text: str) -> list[str]:
        return [text[a:b] for a, b in chunks(text, size=12, overlap=0)]

    assert cut("It is one. It is two.") == ["It is one.", "It is two."]
    assert cut("so many words in here") == ["so many", "words in", "here"]
    assert cut("x" * 30) == ["x" * 12, "x" * 12, "x" * 6]


def test_an_overlap_as_large_as_the_passage_is_refused():
    with pytest.raises(ValueError, match=re.escape("overlap is from 0 to below size (5), not 5")):
        chunks("text", size=5, overlap=5)


@pytest.mark.parametrize("text", ["x" * 2_000_000, "a " * 500_000, ". " * 300_000, "\n" * 2_000_000, "a\n" * 500_000])
def test_hostile_texts_are_cut_in_linear_time(text: str):
    assert len(chunks(text)) <= len(text) / 300
