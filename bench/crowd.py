"""Many runs in one process: what they cost together, and whether one holds up another.

`plain` functions run in threads; the hand-written counterpart hands them to one pool, as `asyncio` does by itself.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

from rewoo_dsl import Registry
from rewoo_dsl.interpreter import run

from .floor import schedule
from .measure import Row, compare, seconds
from .schedulers import by_hand, ours
from .shapes import Needs, chain, layered, pauses

Work = Callable[[], Coroutine[object, object, object]]

RUNS, STEPS = 1_000, 20
PLAIN = 1_000
LONG = 10_000

SMALL = layered(STEPS, width=4)


async def crowd(one: Work) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(RUNS):
            group.create_task(one())


def timed(one: Work) -> float:
    return seconds(lambda: asyncio.run(crowd(one)))[0]


def rows() -> list[Row]:
    return [_no_op_runs(), _waiting_runs(), _plain_run(), _plain_runs(), _beside_a_long_run(), _beside_slow_functions()]


def _no_op_runs() -> Row:
    tools = ours.registry()
    plan = ours.linked(SMALL, tools, {})
    functions = dict.fromkeys(SMALL, by_hand.no_op)
    return compare(
        f"{RUNS:,} runs of {STEPS} no-op steps at once",
        lambda: timed(lambda: run(plan, tools)),
        "hand-written asyncio",
        lambda: timed(lambda: schedule(SMALL, functions)),
        units=RUNS * STEPS,
        rounds=5,
    )


def _waiting_runs() -> Row:
    waiting = pauses(SMALL)
    tools = ours.registry()
    plan = ours.linked(SMALL, tools, waiting)
    functions = {name: by_hand.waiting(waiting[name]) for name in SMALL}
    return compare(
        f"{RUNS:,} runs of {STEPS} steps of 5 to 50 ms at once",
        lambda: timed(lambda: run(plan, tools)),
        "hand-written asyncio",
        lambda: timed(lambda: schedule(SMALL, functions)),
        rounds=5,
    )


# --- plain functions ------------------------------------------------------------------------------------------------


def plain(a: int = 0, b: int = 0) -> int:
    return 1


def plain_tools() -> Registry:
    tools = Registry()
    tools.add(plain, effect="read", name="echo")
    return tools


async def in_pool(needs: Needs, pool: ThreadPoolExecutor) -> object:
    loop = asyncio.get_running_loop()

    async def call(*values: int) -> int:
        return await loop.run_in_executor(pool, plain, *values)

    return await schedule(needs, dict.fromkeys(needs, call))


def _plain_run() -> Row:
    needs, tools = layered(PLAIN), plain_tools()
    plan = ours.linked(needs, tools, {})
    with ThreadPoolExecutor(8) as pool:
        return compare(
            f"plain functions in threads, {PLAIN:,} no-op steps",
            lambda: seconds(lambda: asyncio.run(run(plan, tools, limits=ours.WIDE_OPEN)))[0],
            "asyncio and a thread pool",
            lambda: seconds(lambda: asyncio.run(in_pool(needs, pool)))[0],
            units=PLAIN,
        )


def _plain_runs() -> Row:
    tools = plain_tools()
    plan = ours.linked(SMALL, tools, {})
    with ThreadPoolExecutor(8) as pool:
        return compare(
            f"plain functions, {RUNS:,} runs of {STEPS} at once",
            lambda: timed(lambda: run(plan, tools)),
            "asyncio and a thread pool",
            lambda: timed(lambda: in_pool(SMALL, pool)),
            units=RUNS * STEPS,
            rounds=3,
        )


# --- one beside another ---------------------------------------------------------------------------------------------


async def beside(measured: Work, other: Work | None, *, lead: float = 0.0) -> float:
    """Seconds of one run while another one goes on, which began `lead` seconds before."""
    task = None if other is None else asyncio.create_task(other())
    await asyncio.sleep(lead)
    start = time.perf_counter()
    await measured()
    spent = time.perf_counter() - start
    if task is not None:
        await task
    return spent


def _beside_a_long_run() -> Row:
    """20 steps of 5 ms, one after the other, while 10,000 no-op steps of another run want the same event loop."""
    tools = ours.registry()
    short = ours.linked(chain(STEPS), tools, dict.fromkeys(chain(STEPS), 0.005))
    long = ours.linked(chain(LONG), tools, {})
    return compare(
        f"{STEPS} steps of 5 ms beside {LONG:,} no-op steps",
        lambda: asyncio.run(beside(lambda: run(short, tools), lambda: run(long, tools, limits=ours.WIDE_OPEN))),
        "alone",
        lambda: asyncio.run(beside(lambda: run(short, tools), None)),
    )


def slow() -> int:
    time.sleep(0.3)
    return 1


def _beside_slow_functions() -> Row:
    """20 plain no-op steps while ten other runs block eight threads each."""
    tools = plain_tools()
    tools.add(slow, effect="read")
    short = ours.linked(chain(STEPS), tools, {})
    blocking = ours.checked("".join(f"#E{i} = slow()\n" for i in range(1, 9)), tools)

    async def ten() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(run(blocking, tools))

    return compare(
        f"{STEPS} plain no-op steps beside ten runs that block their threads",
        lambda: asyncio.run(beside(lambda: run(short, tools), ten, lead=0.15)),
        "alone",
        lambda: asyncio.run(beside(lambda: run(short, tools), None)),
    )
