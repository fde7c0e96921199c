"""Many runs in one process: each makes progress, whatever the others do, and together they keep a tool's limits."""

import asyncio
import math
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.interpreter.gate import Gate
from rewoo_dsl.interpreter.pool import Pool
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.tools.rate import Rate

EACH = "#E1 = read(#n) for #n in [1, 2, 3, 4] parallel 4\n"


def _tools(**options: Any) -> ScriptedTools:
    return ScriptedTools({"read": {"parameters": {"n": "integer"}, **options}})


def _together(tools: ScriptedTools, count: int, plan: str = EACH, **options: Any) -> list[rw.Result]:
    linked = check(plan, tools.signatures).require()

    async def main() -> list[rw.Result]:
        return await asyncio.gather(*(run(linked, tools, seed=1, **options) for _ in range(count)))

    return run_virtual(main())


# --- gates ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    slots=st.integers(1, 4),
    rate=st.sampled_from([None, Rate(2, 10.0), Rate(5, 3.0)]),
    seconds=st.sampled_from([0.0, 1.0, 4.0]),
)
def test_a_gate_keeps_its_slots_and_its_rate_and_serves_runs_in_turn(
    calls: list[int], slots: int, rate: Rate | None, seconds: float
) -> None:
    starts: list[tuple[float, int]] = []
    most = 0

    async def call(gate: Gate, which: int) -> None:
        nonlocal most
        await gate.enter(which)
        starts.append((asyncio.get_running_loop().time(), which))
        most = max(most, gate.inside)
        await asyncio.sleep(seconds)
        gate.leave(which)

    async def main() -> int:
        gate = Gate(slots, rate)
        await asyncio.gather(*(call(gate, which) for which, count in enumerate(calls) for _ in range(count)))
        return gate.inside

    assert run_virtual(main()) == 0
    assert len(starts) == sum(calls)
    assert most <= slots
    if rate is not None:
        times = [at for at, _ in starts]
        pairs = zip(times, times[rate.calls :], strict=False)
        assert all(later - earlier >= rate.seconds - 1e-6 for earlier, later in pairs)
    _assert_served_in_turn([which for _, which in starts][slots:], calls, starts[:slots])


def _assert_served_in_turn(order: list[int], calls: list[int], first: list[tuple[float, int]]) -> None:
    """Of two runs that both wait, neither is served twice before the other."""
    left = dict(enumerate(calls))
    for _, which in first:
        left[which] -= 1
    for place, which in enumerate(order):
        left[which] -= 1
        if not left[which]:
            continue
        until = order.index(which, place + 1)
        between = set(order[place + 1 : until])
        assert {other for other, count in left.items() if count and other != which} <= between


def test_a_spare_slot_is_for_who_has_none() -> None:
    async def main() -> list[str]:
        gate, order = Gate(2, spare=1), []
        for _ in range(2):
            await gate.enter("greedy")
        waits = asyncio.ensure_future(gate.enter("greedy"))
        await asyncio.sleep(0)
        await gate.enter("other")
        order.append("other")
        waits.add_done_callback(lambda _: order.append("greedy"))
        gate.leave("other")
        await asyncio.sleep(0)
        assert not waits.done(), "a spare slot is not for it"
        gate.leave("greedy")
        await waits
        await asyncio.sleep(0)
        return order

    assert asyncio.run(main()) == ["other", "greedy"]


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    async def main() -> int:
        gate = Gate(1)
        await gate.enter("a")
        waiting = [asyncio.ensure_future(gate.enter(name)) for name in ("b", "b", "c")]
        await asyncio.sleep(0)
        waiting[0].cancel()
        gate.leave("a")  # b's first turn comes while it is being cancelled
        waiting[1].cancel()
        await asyncio.wait(waiting)
        assert waiting[2].exception() is None
        gate.leave("c")
        return gate.inside

    assert asyncio.run(main()) == 0


# --- a tool's limits, across runs -----------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(runs=st.integers(1, 6), calls=st.integers(1, 5), seconds=st.sampled_from([0.0, 0.3, 15.0]))
def test_all_runs_together_keep_a_tools_rate(runs: int, calls: int, seconds: float) -> None:
    tools = _tools(rate=f"{calls}/10s", script=[{"seconds": seconds, "value": 1}])
    results = _together(tools, runs, limits=Limits(run_seconds=None))
    assert {result.status for result in results} == {"succeeded"}
    starts = sorted(call.at for call in tools.calls)
    assert len(starts) == 4 * runs
    assert all(later - earlier >= 10.0 - 1e-6 for earlier, later in zip(starts, starts[calls:], strict=False))


def test_all_runs_together_keep_a_tools_slots_and_no_time_out_runs_while_they_wait() -> None:
    tools = _tools(max_parallel=2, script=[{"seconds": 5, "value": 1}])
    results = _together(tools, 3, EACH.replace("\n", " timeout 6s\n"))
    assert [result.status for result in results] == ["succeeded"] * 3
    assert (tools.most_at_once, max(result.trace[-1].at for result in results)) == (2, 30.0)


def test_the_host_says_what_holds_for_all() -> None:
    tools = _tools(script=[{"seconds": 5, "value": 1}])
    _together(tools, 3, pool=Pool(concurrency=3))
    assert tools.most_at_once == 3
    tools = _tools(script=[{"seconds": 5, "value": 1}])
    _together(tools, 3, pool=Pool(tool_concurrency={"read": 4}))
    assert tools.most_at_once == 4
    tools = _tools(rate="1/h")
    results = _together(tools, 2, pool=Pool(tool_rates={"read": "8/s"}), limits=Limits(tool_rates={"read": "9/s"}))
    assert [result.trace[-1].at for result in results] == [0.0, 0.0]


def test_a_limit_of_one_run_is_no_limit_of_all() -> None:
    tools = _tools(script=[{"seconds": 5, "value": 1}])
    _together(tools, 3, limits=Limits(tool_concurrency={"read": 1}))
    assert tools.most_at_once == 3


@pytest.mark.parametrize("effect", ["read", "write"])
def test_what_is_cancelled_while_it_waits_has_not_begun(effect: str) -> None:
    tools = ScriptedTools(
        {"work": {"effect": effect, "parameters": {}, "max_parallel": 1, "script": [{"seconds": 5, "value": 1}]}}
    )
    linked = check("#E1 = work()\n", tools.signatures).require()

    async def main() -> tuple[rw.Result, list[Any]]:
        events: list[Any] = []
        first = asyncio.ensure_future(run(linked, tools))
        await asyncio.sleep(1)
        second = asyncio.ensure_future(run(linked, tools, on_event=events.append))
        third = asyncio.ensure_future(run(linked, tools))
        await asyncio.sleep(1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        await first
        return await third, events

    third, events = run_virtual(main())
    assert third["E1"].value == 1
    assert len(tools.calls) == 2
    ends = [event for event in events if event.type == "attempt_finished"]
    assert [(end.reason, end.lost) for end in ends] == [("cancelled", False)]


# --- threads --------------------------------------------------------------------------------------------------------


def _linked(plan: str, registry: rw.Registry) -> LinkedPlan:
    return check(plan, registry).require()


def test_a_run_with_many_blocking_calls_does_not_starve_another() -> None:
    registry = rw.Registry()
    made, begun = {"big": 0, "small": 0}, threading.Event()

    @registry.tool(effect="read")
    def work(whose: str, n: int) -> int:
        time.sleep(0.002)
        made[whose] += 1
        begun.set()
        return n

    big = _linked(f'#E1 = work(whose="big", n=#n) for #n in {list(range(400))} max 400 parallel 400\n', registry)
    small = _linked("".join(f'#E{n} = work(whose="small", n={n})\n' for n in range(1, 6)), registry)

    async def main() -> int:
        pool = Pool(threads=4, spare_threads=1)
        first = asyncio.ensure_future(run(big, registry, limits=Limits(concurrency=400), pool=pool))
        await asyncio.to_thread(begun.wait, 5)
        result = await run(small, registry, pool=pool)
        assert result.status == "succeeded"
        meanwhile = made["big"]
        assert (await first).status == "succeeded"
        return meanwhile

    assert asyncio.run(main()) < 200
    assert made == {"big": 400, "small": 5}


def test_what_hangs_in_one_run_does_not_stop_another_and_is_counted() -> None:
    registry, release = rw.Registry(), threading.Event()

    hung: set[threading.Thread] = set()

    @registry.tool(effect="read", timeout=0.05)
    def hang(n: int) -> int:
        hung.add(threading.current_thread())
        release.wait(30)
        return n

    @registry.tool(effect="read")
    def work(n: int) -> int:
        return n

    hanging = _linked("#E1 = hang(#n) for #n in [1, 2, 3] parallel 3\n", registry)
    working = _linked("#E1 = work(1)\n#E2 = work(#E1)\n", registry)

    async def main() -> None:
        pool = Pool(threads=2, spare_threads=1)
        first = asyncio.ensure_future(run(hanging, registry, pool=pool, limits=Limits(grace_seconds=0.01)))
        await asyncio.sleep(0.02)
        assert (await run(working, registry, pool=pool))["E2"].value == 1
        assert (await first)["E1"].reason == "timeout"
        assert pool.abandoned == 3
        release.set()
        for one in hung:
            one.join(5)
        assert pool.abandoned == 0

    asyncio.run(main())


def test_beyond_so_many_abandoned_threads_a_plain_function_fails_at_once() -> None:
    registry, release = rw.Registry(), threading.Event()

    @registry.tool(effect="read", timeout=0.02)
    def hang(n: int) -> int:
        release.wait(30)
        return n

    linked = _linked("#E1 = hang(#n) for #n in [1, 2, 3, 4] parallel 1\n", registry)

    async def main() -> rw.Result:
        pool = Pool(threads=1, spare_threads=0, abandoned_threads=2)
        return await run(linked, registry, pool=pool, limits=Limits(grace_seconds=0.0))

    try:
        result = asyncio.run(main())
    finally:
        release.set()
    messages = [event.message for event in result.trace if event.type == "attempt_finished"]
    assert [message.split(" ")[0] for message in messages] == ["no", "no", "no", "all"]
    assert "all 3 threads for plain functions are taken" in messages[-1]


def test_threads_end_with_the_last_run() -> None:
    registry = rw.Registry()
    names: set[threading.Thread] = set()

    @registry.tool(effect="read")
    def work(n: int) -> int:
        names.add(threading.current_thread())
        return n

    rw.run_sync("#E1 = work(1)\n#E2 = work(2)\n", registry)
    for one in names:
        one.join(5)
    assert names
    assert not any(one.is_alive() for one in names)


# --- many runs ------------------------------------------------------------------------------------------------------


def test_small_runs_end_early_beside_a_large_one() -> None:
    tools = _tools()
    large = check("".join(f"#E{n} = read({n})\n" for n in range(1, 10_001)), tools.signatures).require()
    small = check("".join(f"#E{n} = read({n})\n" for n in range(1, 21)), tools.signatures).require()
    done = 0

    def count(event: Any) -> None:
        nonlocal done
        done += event.type == "step_finished"

    async def main() -> int:
        first = asyncio.ensure_future(run(large, tools, limits=Limits(tool_calls=None), on_event=count))
        await asyncio.sleep(0)
        results = await asyncio.gather(*(run(small, tools) for _ in range(100)))
        assert {result.status for result in results} == {"succeeded"}
        meanwhile = done
        assert (await first).status == "succeeded"
        return meanwhile

    assert run_virtual(main()) < 5_000


def test_a_thousand_runs_of_which_some_hang() -> None:
    script = [{"arguments": {"n": 10}, "step": "E10", "hang": True}, {"arguments": {"n": 20}, "stubborn": math.inf}]
    tools = ScriptedTools({
        "read": {"parameters": {"n": "integer"}},
        "odd": {"parameters": {"n": "integer"}, "script": [script[0], {"arguments": {"n": 20}, "stubborn": 1e6}]},
    })  # fmt: skip
    good = check("".join(f"#E{n} = read({n})\n" for n in range(1, 21)), tools.signatures).require()
    steps = [f"#E{n} = odd({n}) timeout 10s\n" if n % 10 == 0 else f"#E{n} = read({n})\n" for n in range(1, 21)]
    bad = check("".join(steps), tools.signatures).require()

    async def main() -> list[rw.Result]:
        return await asyncio.gather(*(run(bad if n % 10 == 0 else good, tools, seed=n) for n in range(1000)))

    results = run_virtual(main())
    for n, result in enumerate(results):
        if n % 10:
            assert (result.status, result.trace[-1].at, len(result.evidence)) == ("succeeded", 0.0, 20)
        else:
            assert result.missing == {"E10": "timeout", "E20": "timeout"}
            assert (len(result.evidence), result.trace[-1].at) == (18, 15.0)


# --- the door -------------------------------------------------------------------------------------------------------


def test_a_pool_serves_one_loop_at_a_time() -> None:
    pool, tools = Pool(), _tools(script=[{"seconds": 5, "value": 1}])
    linked = check(EACH, tools.signatures).require()

    async def main() -> rw.Result:
        return await run(linked, tools, pool=pool)

    assert [run_virtual(main()).status for _ in range(2)] == ["succeeded", "succeeded"]

    async def both() -> None:
        first = asyncio.ensure_future(main())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="a pool is for the runs of one event loop at a time"):
            await asyncio.to_thread(run_virtual, main())
        first.cancel()

    asyncio.run(both())


@pytest.mark.parametrize("options", [{"threads": 0}, {"concurrency": 0}, {"tool_concurrency": {"a": 0}}])
def test_a_pool_that_lets_nothing_run_is_refused(options: Any) -> None:
    with pytest.raises(ValueError, match="a pool lets at least 1 call run"):
        Pool(**options)


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no rate"):
        Pool(tool_rates={"a": "fast"})
