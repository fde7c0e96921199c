"""Registering: what becomes a tool, what a plan sees of it, and what is refused with which sentence."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NotRequired

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.ir.signature import Effect
from rewoo_dsl.ir.types import from_schema, show
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.registry import Registry
from rewoo_dsl.tools.tool import Tool, tool


@dataclass
class Hit:
    title: str
    score: float = 0.0


class Person(BaseModel):
    name: str
    born: date | None = None


class Row(TypedDict):
    id: int
    note: NotRequired[str]


def test_a_bare_decorator_leaves_the_function_as_it_is_and_the_tool_writes():
    registry = Registry()

    @registry.tool
    def note(text: str) -> None:
        """Keep a note."""

    assert note("x") is None
    signature = registry["note"].signature
    assert signature.description == "Keep a note."
    assert (signature.effect, signature.idempotent, signature.may_retry) == (Effect.WRITE, False, False)
    assert signature.returns == {"type": "null"}


def test_options_are_kept():
    registry = Registry()

    @registry.tool(
        name="find", effect="read", idempotent=True, version="2", timeout=1.5, max_parallel=3, description="Find it."
    )
    async def anything(query: str) -> str:
        return query

    found = registry["find"]
    assert found.signature.effect is Effect.READ
    assert (found.signature.version, found.signature.description) == ("2", "Find it.")
    assert (found.timeout, found.max_parallel) == (1.5, 3)
    assert list(registry) == ["find"]
    assert registry.signatures == {"find": found.signature}


def test_parameters_are_a_closed_schema_in_declared_order_with_descriptions_and_defaults():
    @tool
    def search(
        query: str, k: int = 5, *, mode: Literal["fast", "deep"] = "fast", since: date | None = None
    ) -> list[Hit]:
        """Find pages.

        More about it.

        Args:
            query: what to look for,
                in words
            k (int): how many
        Returns:
            the pages
        """
        return []

    assert search.signature.description == "Find pages.\n\nMore about it."
    assert search.signature.parameters == {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "what to look for, in words"},
            "k": {"type": "integer", "description": "how many", "default": 5},
            "mode": {"enum": ["fast", "deep"], "type": "string", "default": "fast"},
            "since": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
        },
        "required": ["query"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("annotation", "short"),
    [
        (str, "str"),
        (int | None, "int?"),
        (list[Hit], "list[{title: str, score: float}]"),
        (Person, "{name: str, born: str?}"),
        (Row, "{id: int, note?: str}"),
        (dict[str, float], "dict[float]"),
        (Iterator[int], "list[int]"),
        (AsyncIterator[Hit], "list[{title: str, score: float}]"),
        (Annotated[int, Field(ge=0)], "int"),
        (Any, "any"),
    ],
)
def test_the_result_has_the_type_that_the_function_returns(annotation: Any, short: str):
    def give():
        raise NotImplementedError

    give.__annotations__["return"] = annotation
    assert show(from_schema(tool(give).signature.returns)) == short


def test_what_is_not_annotated_is_anything():
    @tool
    def echo(value):
        return value

    assert echo.signature.parameters["properties"] == {"value": {}}
    assert echo.signature.returns == {}


def test_the_context_is_no_parameter_of_the_plan():
    @tool
    async def remember(text: str, context: CallContext | None = None) -> str:
        return f"{text} {context.step if context else ''}"

    assert list(remember.signature.properties) == ["text"]
    assert asyncio.run(remember.call({"text": "a"}, CallContext(step="E1"))) == "a E1"
    with pytest.raises(ToolError, match="takes no `context`"):
        asyncio.run(remember.call({"text": "a", "context": {}}, CallContext()))


def test_one_context_is_enough():
    def twice(one: CallContext, other: CallContext) -> str: ...

    with pytest.raises(ToolError, match="`one` and `other` both ask for the call's context"):
        tool(twice)


LAST = Field(7, le=9, description="second")


def test_field_defaults_and_annotated_fields_say_what_they_say():
    @tool
    def add(a: Annotated[int, Field(ge=0, description="first")], b: int = LAST) -> int:
        return a + b

    assert add.signature.parameters["properties"] == {
        "a": {"type": "integer", "minimum": 0, "description": "first"},
        "b": {"type": "integer", "maximum": 9, "description": "second", "default": 7},
    }
    assert add.signature.required == ("a",)
    assert asyncio.run(add.call({"a": 1}, CallContext())) == 8


def test_keyword_arguments_open_the_schema():
    @tool
    def post(url: str, **headers: str) -> dict[str, str]:
        return headers

    assert post.signature.parameters["additionalProperties"] == {"type": "string"}
    assert asyncio.run(post.call({"url": "u", "accept": "json"}, CallContext())) == {"accept": "json"}


def test_what_a_partial_has_bound_is_hidden_from_plans():
    def fetch(url: str, token: str = "none") -> str:
        """Fetch."""
        return f"{url} {token}"

    bound = tool(functools.partial(fetch, token="secret"))
    assert bound.name == "fetch"
    assert "secret" not in bound.signature.model_dump_json()
    assert list(bound.signature.properties) == ["url"]
    assert asyncio.run(bound.call({"url": "u"}, CallContext())) == "u secret"


def test_methods_and_callable_objects_are_tools():
    class Counter:
        def __init__(self) -> None:
            self.count = 0

        def add(self, by: int) -> int:
            self.count += by
            return self.count

        async def __call__(self, by: int) -> int:
            return self.add(by)

    counter = Counter()
    registry = Registry(counter.add)
    registry.add(counter, name="count")
    assert asyncio.run(registry["add"].call({"by": 2}, CallContext())) == 2
    assert asyncio.run(registry["count"].call({"by": 3}, CallContext())) == 5
    assert registry["count"].signature.required == ("by",)


def test_llm_has_two_spellings_and_is_one_tool():
    registry = Registry()
    registry.add(lambda prompt: prompt, name="LLM")
    assert list(registry) == ["llm"]
    assert registry["LLM"] is registry["llm"]
    assert "LLM" in registry
    with pytest.raises(ToolError, match="there is a tool `llm` already"):
        registry.add(lambda prompt: prompt, name="llm")


def star(*words: str) -> str: ...
def positional(word: str, /) -> str: ...
def unbound(self, word: str) -> str: ...
def unresolved(word: "Nowhere") -> str: ...  # noqa: F821
def opaque(word: object, thread: asyncio.Event) -> str: ...
def opaque_result() -> asyncio.Event: ...
def fine(word: str) -> str: ...


@pytest.mark.parametrize(
    ("function", "options", "sentence"),
    [
        (star, {}, r"tool `star`: `\*words` cannot be a parameter: plans name their arguments; take a list"),
        (positional, {}, "`word` is positional-only, but plans name their arguments"),
        (unbound, {}, "`self` is not bound"),
        (unresolved, {}, "an annotation names `Nowhere`, which is not defined"),
        (opaque, {}, "parameter `thread` has an annotation without a JSON form"),
        (opaque_result, {}, "the result has an annotation without a JSON form"),
        (fine, {"name": "len"}, "`len` cannot name a tool: that is a built-in of the language"),
        (fine, {"name": "not"}, "that is a word of the language"),
        (fine, {"name": "null"}, "that is a word of the language"),
        (fine, {"name": "two words"}, "letters, digits and `_`"),
        (fine, {"name": "größe"}, "letters, digits and `_`"),
        (fine, {"name": "a." * 3}, "letters, digits and `_`"),
        (fine, {"name": "x" * 65}, "at most 64 characters"),
        (fine, {"effect": "maybe"}, "effect is `read` or `write`, not 'maybe'"),
        (fine, {"timeout": 0}, "timeout is seconds above 0, not 0"),
        (fine, {"timeout": "10s"}, "timeout is seconds above 0, not '10s'"),
        (fine, {"max_parallel": 0}, "max_parallel is at least 1, not 0"),
        (fine, {"max_parallel": "2"}, "max_parallel is at least 1, not '2'"),
        (fine, {"cache": "1h"}, "cache is seconds from 0, or math.inf, not '1h'"),
        (fine, {"cache": True}, "cache is seconds from 0, or math.inf, not True"),
        (fine, {"rate": 5}, "'5' is no rate"),
        (lambda: 1, {}, "`<lambda>` cannot name a tool"),
        ("text", {}, "a tool is made from a function, not from str"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_with_a_sentence(function: Any, options: dict[str, Any], sentence: str):
    with pytest.raises(ToolError, match=sentence) as refused:
        Registry().add(function, **options)
    assert not refused.value.retryable


def test_a_name_is_given_once():
    registry = Registry(fine)
    with pytest.raises(ToolError, match="there is a tool `fine` already"):
        registry.add(fine)
    registry.add(fine, name="fine.again")
    assert list(registry) == ["fine", "fine.again"]


def test_a_finished_tool_takes_no_further_options():
    done = tool(fine, effect="read")
    assert isinstance(done, Tool)
    assert Registry(done)["fine"] is done
    with pytest.raises(ToolError, match="its options are settled"):
        Registry().add(done, effect="write")


def test_two_registries_know_nothing_of_each_other():
    first, second = Registry(fine), Registry()
    assert "fine" in first
    assert "fine" not in second
    assert len(second) == 0


def test_what_a_call_costs_is_declared_with_the_tool():
    @tool(effect="read", cost={"tokens": 800, "usd": {"least": 0.001, "most": 0.01}})
    def ask(text: str) -> str:
        return text

    cost = ask.signature.cost
    assert cost is not None
    assert cost.model_dump() == {
        "tokens": {"least": 0.0, "most": 800.0},
        "seconds": None,
        "usd": {"least": 0.001, "most": 0.01},
        "model_calls": None,
    }


@pytest.mark.parametrize(
    "cost", [{"tokens": -1}, {"dollars": 1}, {"usd": float("nan")}, 5, {"usd": {"least": 2, "most": 1}}]
)
def test_a_cost_that_is_none_is_refused_with_a_sentence(cost: Any):
    with pytest.raises(ToolError, match="cost is what a call takes at most"):
        tool(lambda text: text, name="ask", cost=cost)


@pytest.mark.parametrize("word", ["idempotent", "calls_model", "result_is_declared"])
def test_a_flag_is_true_or_false_and_not_a_word(word: str) -> None:
    with pytest.raises(ToolError, match=f"tool `f`: {word} is True or False, not 'no'"):
        tool(lambda: 1, name="f", **{word: "no"})
