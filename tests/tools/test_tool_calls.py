"""Calling a tool: arguments in, plain data out, and every way in which either can be wrong."""

import asyncio
import contextvars
import enum
import math
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.ir.values import measure
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ArgumentError, ResultError
from rewoo_dsl.tools.results import ResultLimits
from rewoo_dsl.tools.threads import Threads
from rewoo_dsl.tools.tool import Tool, tool

SMALL = ResultLimits(bytes=1_000)


def call(one: Tool, arguments: dict[str, Any] | None = None, **context: Any) -> Any:
    return asyncio.run(one.call(arguments or {}, CallContext(**context)))


def giving(value: Any, annotation: Any = Any) -> tuple[Tool, Tool]:
    """A plain and an async tool that both return `value`."""

    def plain():
        return value() if callable(value) else value

    async def native():
        return value() if callable(value) else value

    plain.__annotations__["return"] = native.__annotations__["return"] = annotation
    return tool(plain), tool(native)


# --- arguments ---


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


@dataclass
class Order:
    id: int
    due: date
    tags: tuple[str, ...] = ()


@tool
def typed(
    n: int = 0, x: float = 0.0, on: bool = False, level: Level = Level.LOW, order: Order | None = None, some: Any = None
) -> dict[str, str]:
    return {k: repr(v) for k, v in locals().items()}


@pytest.mark.parametrize(
    ("arguments", "name", "seen"),
    [
        ({"n": 3}, "n", "3"),
        ({"n": 3.0}, "n", "3"),
        ({"x": 3}, "x", "3.0"),
        ({"level": "high"}, "level", "<Level.HIGH: 'high'>"),
        (
            {"order": {"id": 1, "due": "2024-02-29", "tags": ["a"]}},
            "order",
            "Order(id=1, due=datetime.date(2024, 2, 29), tags=('a',))",
        ),
        ({"order": {"id": 1.0, "due": "2024-02-29"}}, "order", "Order(id=1, due=datetime.date(2024, 2, 29), tags=())"),
        ({"order": None}, "order", "None"),
        ({"some": [1, 2.0, None, {"a": True}]}, "some", "[1, 2.0, None, {'a': True}]"),
    ],
)
def test_arguments_are_read_as_the_annotation_says(arguments: dict[str, Any], name: str, seen: str):
    assert call(typed, arguments)[name] == seen


@pytest.mark.parametrize(
    ("arguments", "argument", "sentence"),
    [
        ({"n": "3"}, "n", "typed: `n`: input should be a valid integer, not text"),
        ({"n": 3.5}, "n", "not a number"),
        ({"n": True}, "n", "not a bool"),
        ({"n": None}, "n", "not null"),
        ({"on": 1}, "on", "not a whole number"),
        ({"x": "1.5"}, "x", "not text"),
        ({"level": "medium"}, "level", "input should be 'low' or 'high'"),
        ({"order": {"id": "1", "due": "2024-01-01"}}, "order", r"`order\.id`"),
        ({"order": {"id": 1, "due": "soon"}}, "order", r"`order\.due`"),
        ({"N": 1}, "N", "typed takes no `N`; its parameters: n, x, on, level, order, some"),
        ({"some": [math.nan]}, "some", "no JSON data"),
        ({"some": {1, 2}}, "some", "no JSON data"),
        ({"some": ["\ud800"]}, "some", "`some`"),
    ],
)
def test_nothing_is_converted_silently(arguments: dict[str, Any], argument: str, sentence: str):
    with pytest.raises(ArgumentError, match=sentence) as wrong:
        call(typed, arguments)
    assert wrong.value.argument == argument
    assert not wrong.value.retryable
    with pytest.raises(ArgumentError):
        typed.check(arguments)


def test_a_missing_argument_is_named_and_the_tool_is_not_called():
    called: list[str] = []

    @tool
    def send(to: str, text: str) -> None:
        called.append(to)

    with pytest.raises(ArgumentError, match="send needs `to`") as wrong:
        call(send, {"text": "x"})
    assert (wrong.value.argument, called) == ("to", [])


def test_a_refused_value_is_not_repeated_in_the_message():
    with pytest.raises(ArgumentError) as wrong:
        call(typed, {"n": "hunter2"})
    assert "hunter2" not in str(wrong.value)


def test_a_tool_cannot_change_the_evidence_it_was_given():
    @tool
    async def spoil(rows: list[dict[str, Any]], anything: Any) -> int:
        rows[0]["a"] = 99
        rows.clear()
        anything["b"].append(1)
        return len(rows)

    evidence = {"rows": [{"a": 1}], "anything": {"b": []}}
    call(spoil, evidence)
    assert evidence == {"rows": [{"a": 1}], "anything": {"b": []}}


NEW_LIST = Field(default_factory=list)


def test_a_factory_makes_its_default_at_each_call():
    @tool
    def collect(item: int, into: list[int] = NEW_LIST) -> list[int]:
        into.append(item)
        return into

    assert (call(collect, {"item": 1}), call(collect, {"item": 2})) == ([1], [2])
    assert "default" not in collect.signature.properties["into"]


# --- results ---


class Model(BaseModel):
    name: str
    when: date | None = None
    hidden: Any = Field(default=None, exclude=True)


@dataclass
class Tree:
    name: str
    below: "list[Tree]" = field(default_factory=list)


@pytest.mark.parametrize(
    ("value", "annotation", "data"),
    [
        ("text", str, "text"),
        (3, float, 3.0),
        (None, str | None, None),
        (Model(name="a", when=date(2024, 1, 2), hidden=object()), Model, {"name": "a", "when": "2024-01-02"}),
        ([Tree("a", [Tree("b")])], list[Tree], [{"name": "a", "below": [{"name": "b", "below": []}]}]),
        ({"a": (1, 2)}, dict[str, tuple[int, int]], {"a": [1, 2]}),
        (Decimal("1.10"), Decimal, "1.10"),
        (UUID(int=1), UUID, "00000000-0000-0000-0000-000000000001"),
        (Level.HIGH, Level, "high"),
        (
            [Model(name="a"), Tree("b"), (1, None)],
            Any,
            [{"name": "a", "when": None}, {"name": "b", "below": []}, [1, None]],
        ),
    ],
)
def test_results_become_plain_data(value: Any, annotation: Any, data: Any):
    for one in giving(value, annotation):
        assert call(one) == data


@pytest.mark.parametrize(
    ("value", "annotation", "sentence"),
    [
        (3, str, "not what the tool declares: input should be a valid string, not a whole number"),
        (None, str, "not null"),
        (True, int, "not a bool"),
        ([1, "2"], list[int], r"the result\[1\] is not what the tool declares"),
        ({"name": "a"}, Tree, "not what the tool declares"),
        ((1, 2), list[int], "not what the tool declares"),
        (object(), Any, "no JSON form"),
        (b"\xff", bytes, "no JSON form"),
        (lambda: len, Any, "no JSON form"),
        (math.nan, float, "not finite"),
        ([math.inf], Any, "not finite"),
        (2**63, int, "beyond 64 bits"),
        ({1: "a"}, Any, r"key that is no text \(int\)"),
        ({1: "a"}, dict[int, str], r"key that is no text \(int\)"),
        ("\udcff", str, "half of a surrogate pair"),
        ({"\udcff": 1}, Any, "surrogate"),
        ({"a": iter([1])}, Any, "holds an iterator"),
        (Model(name="a", when=None), Tree, "not what the tool declares"),
    ],
)
def test_a_wrong_result_fails_with_a_reason(value: Any, annotation: Any, sentence: str):
    for one in giving(value, annotation):
        with pytest.raises(ResultError, match=sentence) as wrong:
            call(one)
        assert wrong.value.reason == "type"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_nesting_is_limited_at_the_edge():
    for one in giving(nested(63)):
        assert measure(call(one)) > 0
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    for value in (nested(70), nested(100_000), cyclic):
        for one in giving(value):
            with pytest.raises(ResultError, match="nested deeper than 64"):
                call(one)


def test_size_is_limited_at_the_edge():
    for one in giving("x" * 998, str):
        assert len(call(one, limits=SMALL)) == 998
    for one in giving("x" * 999, str):
        with pytest.raises(ResultError, match="larger than 1000 bytes") as wrong:
            call(one, limits=SMALL)
        assert wrong.value.reason == "size"


@dataclass
class Heavy:
    rows: list[int]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 50_000_000,
        lambda: b"x" * 50_000_000,
        lambda: [0] * 3_000_000,
        lambda: {"rows": [None] * 3_000_000},
        lambda: Heavy([0] * 3_000_000),
        lambda: [["x" * 1_000_000] * 1_000_000],
    ],
    ids=["text", "bytes", "list", "object", "dataclass", "a terabyte that is one text"],
)
def test_a_huge_result_is_refused_before_it_is_copied(make: Callable[[], Any]):
    for one in giving(make()):
        with pytest.raises(ResultError, match="larger than") as wrong:
            call(one)
        assert wrong.value.reason == "size"


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_plain_data_goes_through_unchanged(value: Any):
    @tool
    async def echo(value: Any) -> Any:
        return value

    assert call(echo, {"value": value}) == value


# --- iterators ---


def test_a_generator_gives_a_list():
    @tool
    def squares(n: int) -> Iterator[int]:
        for i in range(n):
            yield i * i

    @tool
    async def later(n: int) -> AsyncIterator[Tree]:
        for i in range(n):
            yield Tree(str(i))

    @tool
    async def handed(n: int) -> Iterator[int]:
        return iter(range(n))

    assert call(squares, {"n": 4}) == [0, 1, 4, 9]
    assert call(later, {"n": 2}) == [{"name": "0", "below": []}, {"name": "1", "below": []}]
    assert call(handed, {"n": 2}) == [0, 1]


def test_an_item_of_the_wrong_type_fails():
    @tool
    def mixed() -> Iterator[int]:
        yield 1
        yield "2"

    with pytest.raises(ResultError, match="not what the tool declares"):
        call(mixed)


def test_an_iterator_without_end_fails_and_is_closed():
    closed: list[str] = []

    @tool
    def endless():
        try:
            while True:
                yield 1
        finally:
            closed.append("plain")

    @tool
    async def endless_later() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append("async")

    @tool
    def stubborn() -> Iterator[int]:
        while True:
            try:
                yield 1
            except GeneratorExit:
                yield 2

    for one in (endless, endless_later, stubborn):
        with pytest.raises(ResultError, match="it may have no end") as wrong:
            call(one, limits=SMALL)
        assert wrong.value.reason == "size"
    assert closed == ["plain", "async"]


def test_an_endless_asynchronous_generator_lets_others_run_meanwhile():
    @tool
    async def endless() -> AsyncIterator[int]:
        while True:
            yield 1

    async def main() -> int:
        turns = 0
        running = asyncio.create_task(endless.call({}, CallContext(limits=ResultLimits(bytes=100_000))))
        while not running.done():
            turns += 1
            await asyncio.sleep(0)
        with pytest.raises(ResultError):
            running.result()
        return turns

    assert asyncio.run(main()) > 100


# --- threads, cancellation, and what a tool raises ---


def test_plain_functions_run_in_a_thread_with_the_callers_context_variables():
    where = contextvars.ContextVar("where", default="nowhere")

    @tool
    def look() -> list[str]:
        return [threading.current_thread().name, where.get()]

    async def main() -> list[str]:
        where.set("here")
        return await look.call({}, CallContext(executor=threads))

    threads = Threads()
    name, seen = asyncio.run(main())
    threads.shutdown()
    assert (name, seen) == ("rewoo-tool", "here")


def test_a_plain_function_may_hand_back_what_the_loop_must_finish():
    async def work(n: int) -> int:
        await asyncio.sleep(0)
        return n + 1

    async def stream(n: int) -> AsyncIterator[int]:
        yield n

    assert call(tool(lambda n: work(n), name="work"), {"n": 1}) == 2
    assert call(tool(lambda n: stream(n), name="stream"), {"n": 1}) == [1]


class OwnError(Exception):
    pass


def test_what_the_tool_raises_passes_through():
    @tool
    def plain() -> str:
        raise OwnError("no luck")

    @tool
    async def native() -> str:
        raise OwnError("no luck")

    for one in (plain, native):
        with pytest.raises(OwnError, match="no luck"):
            call(one)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, asyncio.CancelledError])
def test_a_plain_tool_cannot_end_the_run(error: type[BaseException]):
    @tool
    def leave() -> str:
        raise error

    with pytest.raises(ToolError, match=f"raised {error.__name__}"):
        call(leave)


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError])
def test_a_native_tool_cannot_end_the_run(error: type[BaseException]):
    @tool
    async def leave() -> str:
        raise error

    with pytest.raises(ToolError, match=f"raised {error.__name__}"):
        call(leave)


def test_cancellation_passes_through_and_the_thread_is_told():
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    @tool
    def wait(context: CallContext) -> str:
        started.set()
        may_end.wait(5)
        if context.cancelled:
            ended.set()
        return "late"

    async def main() -> None:
        threads = Threads()
        context = CallContext(executor=threads)
        task = asyncio.create_task(wait.call({}, context))
        await asyncio.to_thread(started.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert context.cancelled
        may_end.set()
        threads.shutdown()

    asyncio.run(main())
    assert ended.wait(5)


def test_cancelling_closes_an_asynchronous_generator():
    closed: list[bool] = []

    @tool
    async def slow() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def main() -> None:
        task = asyncio.create_task(slow.call({}, CallContext()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert closed == [True]


# --- the context ---


def test_a_tool_reports_usage_and_reads_its_call():
    @tool
    async def ask(context: CallContext) -> dict[str, Any]:
        context.usage.add(calls=1, input_tokens=10, output_tokens=5, cost=0.01)
        context.usage.add(input_tokens=1)
        return {"step": context.step, "item": context.item, "key": context.idempotency_key, "left": context.remaining()}

    now = 7.0
    context = CallContext(step="E1", item=2, idempotency_key="k", deadline=10.0, clock=lambda: now)
    assert not context.has_usage
    assert asyncio.run(ask.call({}, context)) == {"step": "E1", "item": 2, "key": "k", "left": 3.0}
    assert context.has_usage
    assert (context.usage.calls, context.usage.input_tokens, context.usage.output_tokens) == (1, 11, 5)
    assert CallContext(deadline=1.0, clock=lambda: 9.0).remaining() == 0
    assert CallContext().remaining() is None
    with pytest.raises(ValueError, match="only ever added"):
        context.usage.add(cost=-1)


def test_a_declared_result_is_left_to_the_caller():
    @tool(effect="read", result_is_declared=True, calls_model=True)
    async def answer(prompt: str, context: CallContext) -> Any:
        return context.declared

    assert (answer.signature.result_is_declared, answer.signature.calls_model) == (True, True)
    assert answer.signature.returns == {}
    assert call(answer, {"prompt": "p"}, declared={"type": "integer"}) == {"type": "integer"}


def test_this_process_knows_no_tool_threads_that_keep_it_alive():
    """A hanging tool must not hold up the end of the process."""
    code = (
        "import asyncio, threading\n"
        "from rewoo_dsl.tools.context import CallContext\n"
        "from rewoo_dsl.tools.threads import Threads\n"
        "from rewoo_dsl.tools.tool import tool\n"
        "@tool\n"
        "def hang() -> str:\n"
        "    threading.Event().wait()\n"
        "async def main():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.01):\n"
        "            await hang.call({}, CallContext(executor=Threads()))\n"
        "    except TimeoutError:\n"
        "        print('given up')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "given up\n"
