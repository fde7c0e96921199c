"""A tool is called no more often than its rate allows, however its calls lie; nobody else waits for that."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.interpreter.replay import machine_of, replay
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.tools.rate import Rate
from rewoo_dsl.trace.events import AttemptStarted, TimerRang


def _starts(plan: str, limits: Limits, seconds: float = 0.0, rate: str | None = None):
    registry = rw.Registry()

    @registry.tool(effect="read", **({} if rate is None else {"rate": rate}))
    async def search(n: int) -> int:
        await asyncio.sleep(seconds)
        return n

    @registry.tool(effect="read")
    async def other(n: int) -> int:
        return n

    linked = check(plan, registry).require()
    result = run_virtual(run(linked, registry, limits=limits, seed=1, run_id="r"))
    assert result.status == "succeeded"
    machine = machine_of(linked, result.trace)
    replay(machine, result.trace)
    assert machine.is_over
    found: dict[str, list[float]] = {"search": [], "other": []}
    for event in result.trace:
        if isinstance(event, AttemptStarted):
            found[event.tool].append(event.at)
    return found, result


@settings(max_examples=30, deadline=None)
@given(
    items=st.integers(0, 12),
    calls=st.integers(1, 4),
    per=st.sampled_from([("s", 1.0), ("10s", 10.0), ("min", 60.0)]),
    seconds=st.sampled_from([0.0, 0.3, 2.0, 15.0]),
    concurrency=st.integers(1, 8),
    parallel=st.integers(1, 12),
)
def test_no_time_window_holds_more_starts_than_the_rate(items, calls, per, seconds, concurrency, parallel) -> None:
    unit, window = per
    plan = f"#E1 = search(n=#n) for #n in {list(range(items))} max 12 parallel {parallel}\n"
    limits = Limits(tool_rates={"search": f"{calls}/{unit}"}, concurrency=concurrency, run_seconds=None)
    found, _ = _starts(plan, limits, seconds)
    starts = found["search"]
    assert len(starts) == items
    assert all(later - earlier >= window - 1e-6 for earlier, later in zip(starts, starts[calls:], strict=False))
    if not seconds and parallel >= items and concurrency >= calls:
        assert starts == pytest.approx([window * (n // calls) for n in range(items)])


def test_who_waits_for_a_rate_takes_no_slot_and_holds_up_nobody() -> None:
    plan = "#E1 = search(n=#n) for #n in [1, 2, 3] max 3\n#E2 = other(n=1)\n#E3 = other(n=#E2)\n"
    found, result = _starts(plan, Limits(concurrency=1), rate="1/min")
    assert found == {"search": [0.0, 60.0, 120.0], "other": [0.0, 0.0]}
    assert [event.timer for event in result.trace if isinstance(event, TimerRang)] == ["rate search"] * 2


def test_waiting_is_no_part_of_a_timeout_and_the_host_overrules_the_tool() -> None:
    found, _ = _starts("#E1 = search(n=#n) for #n in [1, 2] max 2 timeout 1s\n", Limits(), rate="1/min")
    assert found["search"] == [0.0, 60.0]
    found, _ = _starts(
        "#E1 = search(n=#n) for #n in [1, 2] max 2\n", Limits(tool_rates={"search": "1/s"}), rate="1/min"
    )
    assert found["search"] == [0.0, 1.0]


def test_a_deadline_ends_the_waiting() -> None:
    registry = rw.Registry()

    @registry.tool(effect="read", rate="1/h")
    async def search(n: int) -> int:
        return n

    linked = check("#E1 = search(n=#n) for #n in [1, 2] max 2\n", registry).require()
    result = run_virtual(run(linked, registry, limits=Limits(run_seconds=30)))
    assert (result["E1"].reason, result.trace[-1].at) == ("deadline", 30.0)


@pytest.mark.parametrize(
    ("text", "rate"), [("10/s", (10, 1)), ("100 / min", (100, 60)), ("3/10s", (3, 10)), ("1/d", (1, 86400))]
)
def test_rates_are_written_as_calls_in_a_time(text, rate) -> None:
    assert Rate.parse(text) == Rate(*rate)


@pytest.mark.parametrize("text", ["", "10", "10/", "/s", "0/s", "1/0s", "-1/s", "1.5/s", "10/week", "9" * 40 + "/s"])
def test_what_is_no_rate_is_refused_at_the_door(text) -> None:
    with pytest.raises(ValueError, match="rate"):
        Limits(tool_rates={"search": text})
    with pytest.raises(ToolError, match="tool `search`"):
        rw.tool(lambda: 1, name="search", rate=text)
