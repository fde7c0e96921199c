"""Whatever a tool does gives a failed step with a clear reason, and the run goes on."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hand_linked import call, each, linked, step

from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.interpreter import Limits, Result, run
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.tools.registry import Registry
from rewoo_dsl.trace.events import AttemptAbandoned


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


class Odd(BaseException):
    """Neither an `Exception` nor one that ends the process."""


def registry() -> Registry:
    tools = Registry()

    @tools.tool(effect="read")
    async def good() -> str:
        return "fine"

    @tools.tool(effect="read")
    async def odd() -> str:
        raise Odd("surprise")

    @tools.tool(effect="read")
    async def unprintable() -> str:
        raise Unprintable

    @tools.tool(effect="read")
    async def leaves() -> str:
        raise SystemExit(3)

    @tools.tool(effect="read")
    def leaves_in_a_thread() -> str:
        raise SystemExit(3)

    @tools.tool(effect="read")
    async def cancels_itself() -> str:
        raise asyncio.CancelledError

    @tools.tool(effect="read")
    async def wrong_type() -> int:
        return "seven"  # type: ignore[return-value]  # the point of it

    @tools.tool(effect="read")
    def endless() -> Iterator[str]:
        while True:
            yield "x" * 1000

    @tools.tool(effect="read")
    async def huge() -> str:
        return "x" * (2 << 20)

    @tools.tool(effect="read")
    async def not_finite() -> float:
        return float("nan")

    @tools.tool(effect="read")
    async def deep() -> Any:
        value: Any = 0
        for _ in range(500):
            value = [value]
        return value

    @tools.tool(effect="read")
    async def an_object() -> Any:
        return object()

    @tools.tool(effect="read")
    async def recursion() -> str:
        return await recursion()

    return tools


TOOLS = registry()


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ("odd", "tool_error"),
        ("unprintable", "tool_error"),
        ("leaves", "tool_error"),
        ("leaves_in_a_thread", "tool_error"),
        ("cancels_itself", "tool_error"),
        ("wrong_type", "wrong_type"),
        ("endless", "too_large"),
        ("huge", "too_large"),
        ("not_finite", "wrong_type"),
        ("deep", "wrong_type"),
        ("an_object", "wrong_type"),
        ("recursion", "tool_error"),
    ],
)
def test_a_bad_tool_fails_its_step_and_no_other(tool: str, reason: str) -> None:
    plan = linked(
        step("E1", call(tool)),
        step("E2", call("good"), after=("E1",)),
        step("E3", call("good")),
        tools=TOOLS.signatures,
    )
    result = asyncio.run(run(plan, TOOLS))
    assert (result["E1"].state, result["E1"].reason) == ("failed", reason)
    assert result["E1"].message
    assert result["E2"].state == "blocked"
    assert result["E3"].value == "fine"
    assert result.status == "partial"


def test_a_tool_that_never_listens_does_not_keep_the_event_loop_from_ending(caplog: pytest.LogCaptureFixture) -> None:
    tools = Registry()

    @tools.tool(effect="read")
    async def deaf() -> str:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue

    plan = linked(step("E1", call("deaf"), timeout=0.01), tools=tools.signatures)
    result = asyncio.run(run(plan, tools, limits=Limits(grace_seconds=0.01)))
    gc.collect()
    assert result["E1"].reason == "timeout"
    assert not caplog.records


def test_a_tool_that_ignores_its_cancellation_is_abandoned_and_reported() -> None:
    tools = Registry()
    let_go = 0.0

    @tools.tool(effect="read")
    async def stubborn() -> str:
        nonlocal let_go
        for _ in range(10):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                continue
        let_go = asyncio.get_running_loop().time()
        return "late"

    async def both() -> Result:
        result = await run(linked(step("E1", call("stubborn"), timeout=3.0), tools=tools.signatures), tools)
        await asyncio.sleep(200)
        return result

    result = run_virtual(both())
    assert result["E1"].reason == "timeout"
    assert [event.at for event in result.trace if isinstance(event, AttemptAbandoned)] == [8.0]
    assert let_go > 50


def test_a_slot_taken_by_an_abandoned_tool_is_free_again() -> None:
    tools = Registry()

    @tools.tool(effect="read")
    async def stubborn() -> str:
        for _ in range(3):
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                continue
        return "late"

    @tools.tool(effect="read")
    async def good() -> str:
        return "fine"

    async def both() -> Result:
        plan = linked(step("E1", call("stubborn"), timeout=3.0), step("E2", call("good")), tools=tools.signatures)
        result = await run(plan, tools, limits=Limits(concurrency=1))
        await asyncio.sleep(400)
        return result

    assert run_virtual(both())["E2"].value == "fine"


def test_a_plain_function_that_hangs_does_not_hold_up_the_run() -> None:
    tools = Registry()
    release = threading.Event()

    @tools.tool(effect="read")
    def hangs() -> str:
        release.wait(30)
        return "late"

    began = time.monotonic()
    plan = linked(step("E1", call("hangs"), timeout=0.05), tools=tools.signatures)
    result = asyncio.run(run(plan, tools))
    release.set()
    assert result["E1"].reason == "timeout"
    assert time.monotonic() - began < 5


def test_errors_of_items_name_the_item() -> None:
    plan = linked(step("E1", call("odd"), each=each("x", ["a", "b"])), tools=TOOLS.signatures)
    result = asyncio.run(run(plan, TOOLS))
    assert result["E1"].message == "2 items of 2 without a result; item 0: test_hostile_tools.Odd: surprise"


def test_a_tool_cannot_change_the_evidence_it_was_given() -> None:
    tools = Registry()

    @tools.tool(effect="read")
    async def spoil(rows: list[Any]) -> str:
        rows.append("spoilt")
        rows[0]["a"] = "spoilt"
        return "done"

    plan: LinkedPlan = linked(
        step("E1", [{"a": 1}]), step("E2", call("spoil", rows="#E1")), step("E3", "#E1"), tools=tools.signatures
    )
    result = asyncio.run(run(plan, tools))
    assert result["E3"].value == [{"a": 1}]
    assert result.evidence["E1"] == [{"a": 1}]


@pytest.mark.parametrize(("kind", "calls"), [("refusal", 3), ("auth", 1)])
def test_a_model_that_gives_no_answer_is_told_in_its_own_words(kind: str, calls: int) -> None:
    tools = Registry()
    asked = 0

    @tools.tool(effect="read")
    async def ask() -> str:
        nonlocal asked
        asked += 1
        raise ModelError("the model declined", kind=kind)

    plan = linked(step("E1", call("ask"), retry=2), tools=tools.signatures)
    result = run_virtual(run(plan, tools))
    assert (result["E1"].reason, result["E1"].message, asked) == ("tool_error", "the model declined", calls)
