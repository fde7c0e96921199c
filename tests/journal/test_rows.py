"""What is written is read back: every event, every value, exactly; large values once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.diag.errors import JournalError
from rewoo_dsl.trace.events import AttemptFinished, AttemptStarted, Event, ItemFinished, StepFinished, StepStarted
from rewoo_dsl.trace.journal_rows import ASIDE_FROM, decode, encode

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def ends(value, item: int | None = None) -> list[Event]:
    attempt = AttemptFinished("E1", item, "do", 1, value, None, "", {"calls": 1.0}, 0.5)
    if item is None:
        return [attempt, StepFinished("E1", "succeeded", value, None, "", "do", 0.5)]
    return [attempt, ItemFinished("E1", item, "succeeded", value, None, "", "do", 0.5)]


def round_trip(events: list[Event]) -> list[Event]:
    text, blobs = encode(events)
    return list(decode(text, blobs.__getitem__))


@given(VALUES, st.sampled_from([None, 0, 7]))
def test_every_value_comes_back_exactly(value, item: int | None) -> None:
    back = round_trip(ends(value, item))
    assert back == ends(value, item)
    assert json.dumps(back[0].value) == json.dumps(value)  # -0.0, 1 and 1.0, and the order of keys


@given(st.lists(VALUES, max_size=80))
def test_many_events_in_a_row_keep_their_order(values) -> None:
    events = [event for value in values for event in ends(value)]
    assert round_trip(events) == events


def test_a_value_is_written_once() -> None:
    text, _ = encode(ends("seven seas"))
    assert text.count("seven seas") == 1
    long = "sea " * ASIDE_FROM
    text, blobs = encode([*ends(long), *ends(["more", long])])
    assert len(text) < 2000
    assert sorted(len(one) for one in blobs.values()) == [len(long) + 2, len(long) + 11]


def test_evidence_that_many_calls_are_given_is_written_once() -> None:
    long = "sea " * ASIDE_FROM

    def started(**arguments: object) -> AttemptStarted:
        return AttemptStarted("E1", None, "do", 1, "find", arguments, "key", 0.5)

    events = [
        *ends(long),
        started(n=1, text=long, last=True),
        started(n=2, text=long),
        started(**{"odd/key": long}),
        started(many=["x"] * ASIDE_FROM, few=1),
        started(**{f"n{number}": "sea " * 100 for number in range(100)}),
    ]
    text, blobs = encode(events)
    assert sum(long in one for one in blobs.values()) == 1
    assert len(blobs) == 3
    back = list(decode(text, blobs.__getitem__))
    assert back == events
    assert list(back[2].arguments) == ["n", "text", "last"]


def test_an_end_that_only_looks_alike_keeps_its_own_value() -> None:
    first, second = ends([1])
    second.value = [1.0]
    assert json.dumps([one.value for one in round_trip([first, second])]) == "[[1], [1.0]]"
    for other in (
        StepFinished("E2", "succeeded", first.value, None, "", "do", 0.5),
        StepFinished("E1", "succeeded", first.value, None, "", "fallback", 0.5),
        StepFinished("E1", "succeeded", first.value, None, "", "do", 0.75),
        ItemFinished("E1", 3, "succeeded", first.value, None, "", "do", 0.5),
    ):
        assert round_trip([first, other]) == [first, other]


def test_data_that_looks_like_a_mark_is_data() -> None:
    for value in ({"type": "alike"}, {"type": "aside", "event": {}, "fields": {"value": "0"}}):
        assert round_trip(ends(value)) == ends(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '[{"type":"alike"}]',
        '[{"type":"step_started"}]',
        '[{"type":"nothing"}]',
        "not JSON",
        '[{"type":"aside","event":{"type":"aside","event":{},"fields":{}},"fields":{}}]',
        '[{"type":"aside","event":{"type":"step_started","step":"E1"},"fields":{"at":"0"}}]',
    ],
)
def test_rows_that_hold_something_else_are_refused(text: str) -> None:
    if text in ("", "[]"):
        assert list(decode(text, {}.__getitem__)) == []
        return
    with pytest.raises(JournalError):
        list(decode(text, {"0": '"soon"'}.__getitem__))


def test_the_events_of_a_newer_version_are_refused() -> None:
    started = '{"type":"run_started","run":"r","plan_hash":"h","inputs":{},"now":"n","steps":[],"version":99}'
    with pytest.raises(JournalError, match="version 99"):
        list(decode(f"[{started}]", {}.__getitem__))


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(JournalError, match="cannot be written as JSON"):
        encode([StepStarted("\ud800", 0.0)])
