"""A `Tool`: what a plan sees of it, and how it is called."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack, overload

from pydantic import ValidationError

from ..diag.errors import ToolError
from ..ir.signature import CallCost, Effect, Signature, canonical_name
from .function import Call, call_of, innermost, inspect_function, is_plain
from .names import name_problem
from .rate import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something a step may call.

    Attributes:
        signature: what plans are checked against.
        call: one attempt, `await tool.call(arguments, context)`, plain JSON data in and out. Raises `ArgumentError`
            before the tool's own code runs, `ResultError` after it, and whatever that code raises. A native async
            function costs next to nothing on top of itself; a plain one runs in a thread.
        check: raises `ArgumentError` when arguments do not fit, without calling anything.
        timeout: seconds for one attempt where the step says nothing; None leaves it to the run.
        max_parallel: how many calls of this tool may run at once; None leaves it to the run.
        rate: how often calls of it may start, such as `10/s`; None leaves it to the run.
        cache: for how many seconds a run with a cache may give a result again; None and 0 for never.
        in_thread: it is a plain function, which needs a thread to run in.
    """

    signature: Signature
    call: Call
    check: Callable[[Mapping[str, Any]], object]
    timeout: float | None = None
    max_parallel: int | None = None
    rate: str | None = None
    cache: float | None = None
    in_thread: bool = False

    @property
    def name(self) -> str:
        return self.signature.name


class ToolOptions(TypedDict, total=False):
    """What may be said of a function that becomes a tool.

    Attributes:
        name: what plans call it; the function's own name unless said.
        description: for planners and people; the docstring unless said.
        effect: `read` or `write`. Unsaid means `write`, which is never repeated by itself.
        idempotent: a write that may be repeated under the same idempotency key without doing its work twice.
        version: change it when the same arguments come to mean another result; cached results are then forgotten.
        timeout: seconds for one attempt where the step says nothing.
        max_parallel: how many calls may run at once.
        rate: how often calls may start: `10/s`, `100/min`, `3/10s`.
        cache: for how many seconds a result may be given again, where a run has a cache; `math.inf` for ever.
        calls_model: it asks a model, and so counts against a run's model calls.
        result_is_declared: its output follows the step's declared type, found in `CallContext.declared`.
        cost: what one call takes at most of model tokens, seconds, US dollars: `{"tokens": 800, "usd": 0.01}`. It is
            what the bounds of a plan are made of before it runs; nothing holds the function to it.
    """

    name: str
    description: str
    effect: Effect | str
    idempotent: bool
    version: str
    timeout: float
    max_parallel: int
    rate: str
    cache: float
    calls_model: bool
    result_is_declared: bool
    cost: CallCost | Mapping[str, Any] | None


@overload
def tool(function: Callable[..., Any], /, **options: Unpack[ToolOptions]) -> Tool: ...
@overload
def tool(**options: Unpack[ToolOptions]) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None, /, **options: Unpack[ToolOptions]
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """A `Tool` from a plain or async Python function: `@tool`, `@tool(effect="read")` or `tool(function)`.

    Parameters and result must be annotated with what JSON has a form for; a parameter without annotation takes
    anything. Raises `ToolError` with a sentence about what cannot be a tool and why.
    """
    if function is None:
        return functools.partial(_make, **options)
    return _make(function, **options)


def _make(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    effect: Effect | str = Effect.WRITE,
    idempotent: bool = False,
    version: str = "1",
    timeout: float | None = None,
    max_parallel: int | None = None,
    rate: str | None = None,
    cache: float | None = None,
    calls_model: bool = False,
    result_is_declared: bool = False,
    cost: CallCost | Mapping[str, Any] | None = None,
) -> Tool:
    name = checked_name(name or _own_name(function))
    for word, flag in (
        ("idempotent", idempotent),
        ("calls_model", calls_model),
        ("result_is_declared", result_is_declared),
    ):
        if not isinstance(flag, bool):
            raise ToolError(f"tool `{name}`: {word} is True or False, not {flag!r}", retryable=False)
    if timeout is not None and not (_is_number(timeout) and timeout > 0):
        raise ToolError(f"tool `{name}`: timeout is seconds above 0, not {timeout!r}", retryable=False)
    if max_parallel is not None and not (_is_number(max_parallel) and max_parallel >= 1):
        raise ToolError(f"tool `{name}`: max_parallel is at least 1, not {max_parallel!r}", retryable=False)
    if cache is not None and not (_is_number(cache) and cache >= 0):
        raise ToolError(f"tool `{name}`: cache is seconds from 0, or math.inf, not {cache!r}", retryable=False)
    if cache and _effect(name, effect) is not Effect.READ:
        raise ToolError(
            f"tool `{name}` writes, and what it gave before cannot stand for doing it: `cache` is for reads",
            retryable=False,
        )
    try:
        if rate is not None:
            Rate.parse(rate)
    except ValueError as error:
        raise ToolError(f"tool `{name}`: {error}", retryable=False) from None
    try:
        parts = inspect_function(name, function)
        parameters, returns = parts.reader.schema(), parts.writer.schema()
    except ToolError as error:
        raise ToolError(f"tool `{name}`: {error}", retryable=False) from error.__cause__
    signature = Signature(
        name=name,
        description=parts.description if description is None else description,
        parameters=parameters,
        returns={} if result_is_declared else returns,
        effect=_effect(name, effect),
        idempotent=idempotent,
        result_is_declared=result_is_declared,
        calls_model=calls_model,
        version=version,
        cost=None if cost is None else _cost(name, cost),
    )
    return Tool(
        signature=signature,
        call=call_of(parts),
        check=parts.reader.read,
        timeout=timeout,
        max_parallel=max_parallel,
        rate=rate,
        cache=cache,
        in_thread=is_plain(parts),
    )


def _is_number(value: object) -> bool:
    """What annotations say is not held at run time, and `"10s"` or True is soon written here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def checked_name(name: str) -> str:
    """The name under which plans know the tool. Raises `ToolError` when no plan could write it."""
    problem = name_problem(name)
    if problem is not None:
        raise ToolError(f"`{name[:80]}` cannot name a tool: {problem}", retryable=False)
    return canonical_name(name)


def _own_name(function: Callable[..., Any]) -> str:
    if not callable(function):
        raise ToolError(f"a tool is made from a function, not from {type(function).__name__}", retryable=False)
    own = getattr(function, "__name__", None) or getattr(innermost(function), "__name__", "")
    return type(function).__name__ if own == "__call__" else str(own)


def _effect(name: str, effect: Effect | str) -> Effect:
    try:
        return Effect(effect)
    except ValueError:
        raise ToolError(f"tool `{name}`: effect is `read` or `write`, not {effect!r}", retryable=False) from None


def _cost(name: str, cost: CallCost | Mapping[str, Any]) -> CallCost:
    try:
        return CallCost.model_validate(cost)
    except ValidationError as error:
        first = error.errors()[0]
        told = ".".join(["cost", *map(str, first["loc"])]) + f": {first['msg']}"
        wanted = "cost is what a call takes at most, as in {'tokens': 800, 'seconds': 2, 'usd': 0.01}"
        raise ToolError(f"tool `{name}`: {wanted} ({told})", retryable=False) from None
