"""`verify_tool`: tools that do what they say pass; each way of not doing so is named with the smallest arguments."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.testing.contracts import ContractBroken, verify_tool
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ArgumentError
from rewoo_dsl.tools.tool import Tool, tool


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A world that can be looked at: a real file."""
    database = sqlite3.connect(tmp_path / "orders.db", check_same_thread=False)
    database.execute("CREATE TABLE orders (key TEXT PRIMARY KEY, item TEXT, count INTEGER)")
    yield database
    database.close()


def rows(database: sqlite3.Connection) -> Callable[[], list[Any]]:
    return lambda: database.execute("SELECT * FROM orders ORDER BY key").fetchall()


def test_a_tool_that_does_what_it_says(orders: sqlite3.Connection) -> None:
    @tool(effect="write", idempotent=True)
    def order(item: str, count: int, context: CallContext) -> dict[str, int]:
        with orders:
            orders.execute("INSERT OR IGNORE INTO orders VALUES (?, ?, ?)", (context.idempotency_key, item, count))
        return {"count": count}

    assert verify_tool(order, observe=rows(orders), examples=15) == (
        "result", "json", "arguments unchanged", "bad argument", "idempotent", "cancellation", "nothing left behind"
    )  # fmt: skip


ONE = st.just({"n": 1})


def broken(one: Tool, **options: Any) -> ContractBroken:
    with pytest.raises(ContractBroken) as caught:
        verify_tool(one, **options)
    return caught.value


def test_an_effect_that_happens_twice_is_found(orders: sqlite3.Connection) -> None:
    @tool(effect="write", idempotent=True)
    def order(item: str) -> None:
        with orders:
            orders.execute("INSERT INTO orders VALUES (?, ?, 1)", (str(time.perf_counter_ns()), item))

    found = broken(order, observe=rows(orders))
    assert (found.clause, found.arguments) == ("idempotent", {"item": ""})
    assert "the same key again had another effect" in str(found)


def test_another_answer_for_the_same_key_is_found() -> None:
    asked: list[int] = []

    @tool(effect="write", idempotent=True)
    async def numbered(of: int) -> int:
        asked.append(of)
        return len(asked)

    found = broken(numbered, observe=lambda: None)
    assert (found.clause, found.arguments) == ("idempotent", {"of": 0})


def test_a_read_that_writes_is_found() -> None:
    seen: list[int] = []

    @tool(effect="read")
    async def look(at: int) -> int:
        if at > 100:
            seen.append(at)
        return at

    found = broken(look, observe=lambda: seen, reset=seen.clear, examples=200)
    assert (found.clause, found.arguments) == ("read", {"at": 101})


def raw(call: Callable[..., Any], **said: Any) -> Tool:
    """A tool made by hand, which nobody keeps from breaking its word."""
    parameters = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"],
                  "additionalProperties": False}  # fmt: skip
    return Tool(signature=Signature(name="raw", parameters=parameters, effect="read", **said), call=call,
                check=lambda _: None)  # fmt: skip


def test_a_result_of_another_type_is_found() -> None:
    async def call(arguments: Any, context: CallContext) -> Any:
        return "many" if arguments["n"] > 9 else arguments["n"]

    found = broken(raw(call, returns={"type": "integer"}), examples=200)
    assert (found.clause, found.arguments) == ("result", {"n": 10})


def test_a_result_that_is_no_json_is_found() -> None:
    async def call(arguments: Any, context: CallContext) -> Any:
        return {1, 2}

    assert broken(raw(call)).clause == "json"


def test_changed_arguments_are_found() -> None:
    async def call(arguments: Any, context: CallContext) -> Any:
        arguments["n"] = 0
        return None

    found = broken(raw(call))
    assert found.clause == "arguments unchanged"
    assert abs(found.arguments["n"]) == 1


def test_bad_arguments_that_are_taken_are_found() -> None:
    async def call(arguments: Any, context: CallContext) -> Any:
        return None

    found = broken(raw(call))
    assert found.clause == "bad argument"
    assert "its schema does not admit these, and it took them" in str(found)


def test_code_that_runs_on_bad_arguments_is_found() -> None:
    async def call(arguments: Any, context: CallContext) -> Any:
        if arguments.keys() != {"n"}:
            raise ArgumentError("one `n`")
        return str(arguments["n"] + 1)

    found = broken(raw(call))
    assert "its code ran and raised" in str(found)


def test_a_tool_that_does_not_let_go_is_found() -> None:
    @tool(effect="read")
    async def deaf(n: int) -> int:
        for _ in range(40):
            try:
                await asyncio.sleep(0.05 if n > 0 else 0)
            except asyncio.CancelledError:
                continue
        return n

    found = broken(deaf, grace=0.1, arguments=ONE)
    assert (found.clause, found.arguments) == ("cancellation", {"n": 1})


def test_a_task_that_is_left_behind_is_found() -> None:
    kept: list[Any] = []

    @tool(effect="read")
    async def forgetful(n: int) -> int:
        kept.append(asyncio.get_running_loop().create_task(asyncio.sleep(5), name="forgotten"))
        return n

    found = broken(forgetful, grace=0.05, arguments=ONE)
    assert found.clause == "nothing left behind"
    assert "forgotten" in str(found)


def test_a_thread_that_works_on_is_found() -> None:
    stop = threading.Event()

    @tool(effect="read")
    async def busy(n: int) -> int:
        threading.Thread(target=stop.wait, args=(5,), name="busy bee", daemon=True).start()
        return n

    found = broken(busy, grace=0.05, arguments=ONE)
    stop.set()
    assert (found.clause, "busy bee" in str(found)) == ("nothing left behind", True)


def test_what_the_tool_itself_raises_is_its_good_right() -> None:
    @tool(effect="read")
    async def picky(n: int) -> int:
        if n < 0:
            raise ValueError("not below 0")
        return n

    verify_tool(picky, observe=lambda: 0, examples=20)


def test_a_result_that_a_step_declares() -> None:
    @tool(effect="read", result_is_declared=True)
    async def answer(prompt: str, context: CallContext) -> Any:
        return 7 if context.declared == {"type": "integer"} else "seven"

    verify_tool(answer, declared={"type": "integer"}, examples=5)
    assert broken(answer, declared={"type": "boolean"}).clause == "result"
