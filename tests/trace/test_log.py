"""Events as JSON lines and back, and what they come to."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.trace import Trace
from rewoo_dsl.trace.events import (
    ApprovalAnswered,
    ApprovalAsked,
    AttemptAbandoned,
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    ItemFinished,
    RetryScheduled,
    RunFinished,
    RunLeft,
    RunResumed,
    RunStarted,
    StepFinished,
    StepStarted,
    TimerRang,
)
from rewoo_dsl.trace.log import BadTrace, dump, load, schema

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
AT = st.floats(0, 1e6)
ITEM = st.none() | st.integers(0, 99)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        RunStarted,
        run=st.text(max_size=5),
        inputs=st.dictionaries(st.text(max_size=3), VALUES, max_size=2),
        version=st.just(1),
        type=st.just("run_started"),
        at=AT,
    ),
    st.builds(StepStarted, step=st.text(max_size=5), at=AT, items=ITEM, type=st.just("step_started")),
    st.builds(
        AttemptStarted,
        item=ITEM,
        arguments=st.dictionaries(st.text(max_size=3), VALUES, max_size=2),
        at=AT,
        type=st.just("attempt_started"),
    ),
    st.builds(
        AttemptFinished, item=ITEM, value=VALUES, usage=st.just({"calls": 1.0}), at=AT, type=st.just("attempt_finished")
    ),
    st.builds(AttemptAbandoned, item=ITEM, at=AT, type=st.just("attempt_abandoned")),
    st.builds(RetryScheduled, item=ITEM, delay=AT, at=AT, type=st.just("retry_scheduled")),
    st.builds(ApprovalAsked, calls=st.just([{"tool": "send"}]), at=AT, within=AT, type=st.just("approval_asked")),
    st.builds(ApprovalAnswered, at=AT, type=st.just("approval_answered")),
    st.builds(ItemFinished, value=VALUES, at=AT, type=st.just("item_finished")),
    st.builds(StepFinished, value=VALUES, at=AT, type=st.just("step_finished")),
    st.builds(
        RunFinished,
        value=VALUES,
        missing=st.just({"E1": "needs"}),
        usage=st.just({}),
        at=AT,
        type=st.just("run_finished"),
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=4))
def test_what_is_dumped_is_loaded_again(events: list[Event]) -> None:
    assert list(load(dump(events))) == events


def _line(**change: object) -> str:
    return json.dumps({"type": "step_started", "step": "E1", "at": 0.0, "items": None} | change)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: Invalid JSON"),
        ("[]", "line 2"),
        (_line(type="nonsense"), "line 2"),
        (_line(at="soon"), "line 2: step_started.at"),
        (_line(more=1), "line 2: step_started.more"),
        ('{"type": "step_started"}', "line 2: step_started.step"),
    ],
)
def test_a_line_that_is_no_event_is_named(line: str, message: str) -> None:
    with pytest.raises(BadTrace, match=message):
        list(load([_line(), line]))


def test_a_later_version_is_not_read() -> None:
    line = json.loads(next(iter(dump([RunStarted("r", "h", {}, "now", ())]))))
    with pytest.raises(BadTrace, match="version 99"):
        list(load([json.dumps(line | {"version": 99})]))


def test_empty_lines_are_passed_over() -> None:
    assert len(list(load(["", _line(), "\n"]))) == 1


def test_the_schema_has_every_event() -> None:
    names = {one["properties"]["type"]["const"] for one in schema()["$defs"].values()}
    assert names == {event.type for event in _one_of_each()}


def _one_of_each() -> list[Event]:
    return [
        RunStarted("r", "h", {}, "now", ("E1",)),
        StepStarted("E1", 1.0),
        ApprovalAsked("E1", "Send?", [], "b", None, 1.0),
        ApprovalAnswered("E1", "b", "yes", 2.0),
        AttemptStarted("E1", None, "do", 1, "send", {}, "k", 2.0),
        AttemptFinished("E1", None, "do", 1, None, "tool_error", "down", {}, 3.0),
        RetryScheduled("E1", None, 2, 0.5, 3.0),
        RunLeft(3.1),
        RunResumed(3.2),
        TimerRang("retry E1", 3.5),
        AttemptStarted("E1", None, "do", 2, "send", {}, "k", 3.5),
        CancelAsked(4.0),
        AttemptAbandoned("E1", None, "do", 2, 5.0),
        ItemFinished("E1", 0, "succeeded", 1, None, "", "do", 5.0),
        StepFinished("E1", "failed", None, "timeout", "late", "do", 6.0),
        RunFinished("failed", None, False, {"E1": "timeout"}, {}, 6.0),
    ]


def test_a_trace_tells_what_is_going_on_event_by_event() -> None:
    trace = Trace()
    states = []
    for event in _one_of_each():
        trace.add(event)
        one = trace.steps["E1"]
        states.append((one.state, one.is_asking, len(one.running)))
    assert states == [
        ("waiting", False, 0),
        ("ready", False, 0),
        ("ready", True, 0),
        ("ready", False, 0),
        ("running", False, 1),
        ("running", False, 0),
        ("running", False, 0),
        ("running", False, 0),
        ("running", False, 0),
        ("running", False, 0),
        ("running", False, 1),
        ("running", False, 1),
        ("running", False, 0),
        ("running", False, 0),
        ("failed", False, 0),
        ("failed", False, 0),
    ]
    assert (one.seconds(), one.retries, one.attempts[0].seconds, one.attempts[0].reason) == (5.0, 1, 1.0, "tool_error")
    assert (trace.count("failed"), trace.at, trace.finished is not None) == (1, 6.0, True)


def test_steps_of_sub_plans_are_no_steps_of_the_plan() -> None:
    trace = Trace([RunStarted("r", "h", {}, "now", ("E1",)), StepStarted("E1", 0.0), StepStarted("E1[0]/E1", 0.5)])
    assert [one.name for one in trace.top_level] == ["E1"]
    assert trace.steps["E1[0]/E1"].seconds(at=2.0) == 1.5
