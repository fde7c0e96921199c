"""What a docstring says of a tool."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.rag import chunks
from rewoo_dsl.tools import docstring, registry
from rewoo_dsl.tools.builtin import calculator
from rewoo_dsl.tools.docstring import Described, read_docstring


@pytest.mark.parametrize("module", [docstring, registry, calculator, chunks])
def test_the_examples_in_the_modules_run(module):
    assert doctest.testmod(module).failed == 0


def test_prose_and_parameters_are_parted():
    text = """Find pages.

    Second paragraph: with a colon.

    Args:
        query: what to look for:
            in words
        k (int, optional): how many

        **extra: passed on
    Returns:
        a list
    Raises:
        KeyError: never
    """
    assert read_docstring(text) == Described(
        "Find pages.\n\nSecond paragraph: with a colon.",
        {"query": "what to look for: in words", "k": "how many", "extra": "passed on"},
    )


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_gives_nothing(text: str | None):
    assert read_docstring(text) == Described()


@given(st.text("Args: \n\tRetuns:(x)*,", max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(text: str):
    assert isinstance(read_docstring(text), Described)
