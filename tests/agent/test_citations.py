"""Citations are found, verified against what was shown, and marked when they name nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.agent.citations import citations, marked, unknown
from rewoo_dsl.agent.evidence import Evidence, exhibit

SHOWN = exhibit(
    [
        Evidence("E1", "a text"),
        Evidence("E2", [{"name": "ACME"}, {"name": "Umbra"}]),
        Evidence("E3", 7, place=("sum",)),
        Evidence("E4", missing="timeout"),
        Evidence("papers", ["p0", "p1", "p2"]),
    ],
    limit=10_000,
)
NAMES = {one.evidence.step for one in SHOWN}


def cited(text):
    return [str(one) for one in citations(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So it is [E1].", ["E1"]),
        ("Two [E2.1] and [#E2.0], in one [E1, E2; papers.2].", ["E2.1", "E2.0", "E1", "E2", "papers.2"]),
        ("Brackets as in plans: [E2[1]] and [E2[1].name].", ["E2.1", "E2.1.name"]),
        ("A [sic], a [link](https://x.org), a list [1, 2], x[0] and [E1?].", []),
        ("A name of nothing: [E99].", ["E99"]),
        ("A step that has another name [papers], a word that has not [paper].", ["papers"]),
        ("[E1.99999999999999999999999]", ["E1.99999999999999999999999"]),
    ],
)
def test_what_is_a_citation(text, found):
    assert cited(text) == found


@pytest.mark.parametrize(
    "good", ["[E1]", "[E2]", "[E2.0]", "[E2.1.name]", "[E3]", "[E3.sum]", "[papers.2]", "[E1, E2.1]"]
)
def test_citations_of_what_was_shown(good):
    assert unknown(citations(good, NAMES), SHOWN) == []


@pytest.mark.parametrize(
    "bad", ["[E5]", "[E1.0]", "[E2.2]", "[E2.0.owner]", "[E2.name]", "[E3.max]", "[E4]", "[papers.3]", "[E3.sum.0]"]
)
def test_citations_of_what_was_not(bad):
    assert len(unknown(citations(bad, NAMES), SHOWN)) == 1


def test_wrong_ones_are_marked_where_they_stand():
    text = "It is so [E1, E9] and so [E2.7]."
    wrong = unknown(citations(text, NAMES), SHOWN)
    assert marked(text, wrong) == "It is so [E1, E9?] and so [E2.7?]."
    assert cited(marked(text, wrong)) == ["E1"]


@given(st.text("[]E12.#,;? x", max_size=60))
def test_spans_say_where(text):
    for one in citations(text, NAMES):
        assert text[one.start : one.end].lstrip("#").replace("[", ".").replace("]", "") == str(one)
    wrong = unknown(citations(text, NAMES), SHOWN)
    assert unknown(citations(marked(text, wrong), NAMES), SHOWN) == []
