"""A run whose process is told to go (Ctrl-C) is left as it is: writes under way end, and all of them are kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import rewoo_dsl as rw
from rewoo_dsl.interpreter.asyncio_driver import LEAVE
from rewoo_dsl.trace.events import RunLeft
from rewoo_dsl.trace.journal import Journal

PLAN = """
#E1 = put(n=1)
#E2 = put(n=2)
#E3 = look(n=3)
#E4 = put(n=4) after #E1
#E5 = look(n=5) after #E4, #E3
return [#E1, #E2, #E3, #E4, #E5]
"""


def _tools(made: list[str], seconds: float) -> rw.Registry:
    registry = rw.Registry()

    @registry.tool()
    async def put(n: int) -> int:
        made.append(f"put {n}")
        await asyncio.sleep(seconds * n)
        return n

    @registry.tool(effect="read")
    async def look(n: int) -> int:
        made.append(f"look {n}")
        await asyncio.sleep(seconds * 100)
        return n

    return registry


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what a tool has begun is known by nothing else
        await asyncio.sleep(0.005)


def test_all_writes_under_way_end_and_none_is_asked_about(tmp_path: Path) -> None:
    made: list[str] = []

    async def leave() -> None:
        whole = asyncio.ensure_future(rw.run(PLAN, _tools(made, 0.05), journal=tmp_path / "runs.db", run_id="r"))
        await _until(lambda: len(made) == 3)
        whole.cancel(LEAVE)
        with pytest.raises(asyncio.CancelledError):
            await whole

    asyncio.run(leave())
    assert sorted(made) == ["look 3", "put 1", "put 2"], "nothing began after it was told to go"
    with Journal(tmp_path / "runs.db") as journal:
        assert [type(event) for event in journal.events("r")].count(RunLeft) == 1
    made.clear()
    result = asyncio.run(rw.resume("r", _tools(made, 0.0), journal=tmp_path / "runs.db"))
    assert (result.status, result.value) == ("succeeded", [1, 2, 3, 4, 5])
    assert sorted(made) == ["look 3", "look 5", "put 4"], "no write that ended is made again"


def test_a_run_whose_last_step_ends_while_it_is_left_is_over(tmp_path: Path) -> None:
    made: list[str] = []

    async def leave() -> None:
        whole = asyncio.ensure_future(
            rw.run("#E1 = put(n=1)\n", _tools(made, 0.05), journal=tmp_path / "r.db", run_id="r")
        )
        await _until(lambda: bool(made))
        whole.cancel(LEAVE)
        with pytest.raises(asyncio.CancelledError):
            await whole

    asyncio.run(leave())
    result = asyncio.run(rw.resume("r", _tools([], 0.0), journal=tmp_path / "r.db"))
    assert result.evidence == {"E1": 1}
