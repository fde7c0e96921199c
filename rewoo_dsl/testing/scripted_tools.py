"""Tools whose outcomes are written down: for each step, item and attempt a value, an error, a pause, or no end at all.

    tools = ScriptedTools({
        "search": {"effect": "read", "parameters": {"query": "string"}, "script": [
            {"attempt": 1, "raise": "down"},
            {"value": ["a", "b"]},
        ]},
    })
    result = run_virtual(run(linked, tools))
    tools.calls

A script is a list of outcomes; the first whose `step`, `item`, `branch`, `attempt` and `arguments` match the call is
taken, and a call that none matches gives its arguments back. Everything is plain data, so cases can be kept in files.
"""

import asyncio
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ..diag.errors import ToolError
from ..ir.signature import Effect, Schema, Signature
from ..ir.types import BOOL, FLOAT, INT, STR, DictType, ListType, ObjectType, Only, Type, Union, from_schema
from ..ir.values import canonical
from ..tools.context import CallContext
from ..tools.errors import ArgumentError
from ..tools.results import weigh
from ..tools.tool import Tool

Outcome: TypeAlias = Mapping[str, Any]
"""One line of a script. What it matches: `step`, `item`, `branch`, `attempt`, `arguments` (a part of them).

What it does, in this order: `usage` is reported, `seconds` pass, then `raise` (a message; with `error`, one of
`ERRORS`), `hang` (until cancelled), `stubborn` (until its seconds are over, whoever cancels), `value`, one `among`
several values (chosen by the arguments, always alike), a value of the step's `declared` type, or the arguments.
"""

ERRORS: dict[str, type[BaseException]] = {
    "error": RuntimeError,
    "connection": ConnectionResetError,
    "timeout": TimeoutError,
    "argument": ArgumentError,
    "tool": ToolError,
    "base": BaseException,
    "cancelled": asyncio.CancelledError,
}
"""Exceptions by the names that scripts use; `final` besides is a `ToolError` that says trying again is no use."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call that a tool got."""

    tool: str
    step: str
    item: int | None
    attempt: int
    arguments: dict[str, Any]
    key: str
    at: float


class ScriptedTools(Mapping[str, Tool]):
    """Tools by name, made from their descriptions. A description has `effect` (`read` unless said), `idempotent`,
    `parameters` (a schema or type name each), `optional` (names), `returns`, `calls_model`, `result_is_declared`,
    `max_parallel`, `timeout`, `rate`, and the `script`.

    Attributes:
        described: the descriptions.
        calls: what was called, in order of the calls' starts.
        most_at_once: the most calls that ran side by side.
    """

    def __init__(self, described: Mapping[str, Mapping[str, Any]]) -> None:
        self.described = {name: dict(one) for name, one in described.items()}
        self.calls: list[Recorded] = []
        self.most_at_once = 0
        self._running = 0
        self._tools = {name: self._tool(name, one) for name, one in described.items()}

    def _tool(self, name: str, described: Mapping[str, Any]) -> Tool:
        script: Sequence[Outcome] = described.get("script", ())

        async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
            self._record(name, arguments, context)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            try:
                value = await _happen(line_for(script, arguments, context), arguments, context)
            finally:
                self._running -= 1
            weigh(value, context.limits)
            return value

        return Tool(
            signature=_signature(name, described),
            call=call,
            check=lambda _: None,
            timeout=described.get("timeout"),
            max_parallel=described.get("max_parallel"),
            rate=described.get("rate"),
        )

    def _record(self, name: str, arguments: Mapping[str, Any], context: CallContext) -> None:
        at = context.clock()
        key = context.idempotency_key
        self.calls.append(Recorded(name, context.step, context.item, context.attempt, dict(arguments), key, at))

    @property
    def signatures(self) -> dict[str, Signature]:
        """What plans are checked against."""
        return {name: tool.signature for name, tool in self._tools.items()}

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)


def _signature(name: str, described: Mapping[str, Any]) -> Signature:
    parameters = {
        one: {"type": schema} if isinstance(schema, str) else dict(schema)
        for one, schema in described.get("parameters", {}).items()
    }
    optional = described.get("optional", ())
    return Signature(
        name=name,
        parameters={
            "type": "object",
            "properties": parameters,
            "required": [one for one in parameters if one not in optional],
            "additionalProperties": False,
        },
        returns=dict(described.get("returns", {})),
        effect=Effect(described.get("effect", "read")),
        idempotent=described.get("idempotent", False),
        calls_model=described.get("calls_model", False),
        result_is_declared=described.get("result_is_declared", False),
    )


class Asked(Protocol):
    """What a script is asked about: a call's context has it, and so has an attempt of the reference."""

    @property
    def step(self) -> str: ...
    @property
    def item(self) -> int | None: ...
    @property
    def attempt(self) -> int: ...
    @property
    def branch(self) -> str: ...
    @property
    def declared(self) -> Schema | None: ...


def line_for(script: Sequence[Outcome], arguments: Mapping[str, Any], asked: Asked) -> Outcome:
    """The first line of a script that matches; an empty one when none does."""
    for one in script:
        if one.get("step", asked.step) != asked.step or one.get("item", asked.item) != asked.item:
            continue
        if one.get("attempt", asked.attempt) != asked.attempt or one.get("branch", asked.branch) != asked.branch:
            continue
        if all(name in arguments and arguments[name] == value for name, value in one.get("arguments", {}).items()):
            return one
    return {}


async def _happen(outcome: Outcome, arguments: Mapping[str, Any], context: CallContext) -> Any:
    if "usage" in outcome:
        context.usage.add(**outcome["usage"])
    if "stubborn" in outcome:
        await _ignore_cancellation(outcome["stubborn"])
    if "seconds" in outcome:
        await asyncio.sleep(outcome["seconds"])
    if "raise" in outcome:
        raise _error(outcome.get("error", "error"), outcome["raise"])
    if outcome.get("hang"):
        await asyncio.Event().wait()
    # Evidence must not share what a script holds: a case runs more than once.
    return json.loads(json.dumps(answer_of(outcome, arguments, context)))


def answer_of(outcome: Outcome, arguments: Mapping[str, Any], asked: Asked) -> Any:
    """What a call gives that matched this line and does not fail."""
    if "among" in outcome:
        values: Sequence[Any] = outcome["among"]
        return values[zlib.crc32(canonical(dict(arguments)).encode()) % len(values)]
    if outcome.get("declared"):
        return _least(STR if asked.declared is None else from_schema(asked.declared))
    return outcome.get("value", dict(arguments))


def _least(one: Type) -> Any:
    """The plainest value of a type."""
    match one:
        case Only():
            return one.value
        case ListType():
            return [_least(one.item)]
        case ObjectType():
            return {member.name: _least(member.type) for member in one.members if not member.optional}
        case DictType():
            return {}
        case Union():
            return _least(one.members[0])
        case _:
            return next((value for kind, value in _LEAST if kind == one), None)


_LEAST: tuple[tuple[Type, Any], ...] = ((STR, ""), (INT, 0), (FLOAT, 0.5), (BOOL, False))


def _error(name: str, message: str) -> BaseException:
    return ToolError(message, retryable=False) if name == "final" else ERRORS[name](message)


async def _ignore_cancellation(seconds: float) -> None:
    """What a badly written tool does: it catches its cancellation and goes on."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue
