"""From a Python function to what a plan sees of it and the coroutine function that calls it.

Everything that can be known once is settled here, at registration: how each argument is read, where the context
goes, whether the function runs in the event loop or in a thread, how its result becomes JSON data. What is left for
a call is a loop over the arguments, the function itself, and a look at the result.
"""

import asyncio
import functools
import inspect
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from ..diag.errors import ToolError
from .arguments import ArgumentReader, Parameter
from .context import CallContext
from .docstring import Described, read_docstring
from .writer import ResultWriter

Call = Callable[[Mapping[str, Any], CallContext], Coroutine[Any, Any, Any]]
"""Calls a tool: plain JSON arguments and a context in, plain JSON data out."""


_DATA = (str, int, float, dict, list, type(None))
"""What most tools give. None of it is an iterator, and Python takes ten times as long to find that out."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A function taken apart."""

    function: Callable[..., Any]
    description: str
    reader: ArgumentReader
    writer: ResultWriter
    context_parameter: str | None


def inspect_function(name: str, function: Callable[..., Any]) -> Inspected:
    """What the function's signature and docstring say of the tool `name`. Raises `ToolError` when it cannot be one."""
    described = _described(function)
    signature, hints = _signature(function)
    context_parameter: str | None = None
    parameters: list[Parameter] = []
    extra: Parameter | None = None
    for one in signature.parameters.values():
        annotation = hints.get(one.name, Any)
        if _is_context(annotation):
            if context_parameter is not None:
                raise ToolError(
                    f"`{context_parameter}` and `{one.name}` both ask for the call's context; one is enough"
                )
            context_parameter = one.name
            continue
        if one.name in _bound_names(function):
            continue
        _refuse_unnameable(one)
        parameter = Parameter(one.name, annotation, one.default, described.parameters.get(one.name, ""))
        if one.kind is one.VAR_KEYWORD:
            extra = parameter
        else:
            parameters.append(parameter)
    reader = ArgumentReader(name, parameters, extra)
    return Inspected(function, described.description, reader, ResultWriter(hints.get("return", Any)), context_parameter)


def call_of(parts: Inspected) -> Call:
    """The coroutine function that calls it, made for its kind so that a call decides nothing twice."""
    function = innermost(parts.function)
    if inspect.isasyncgenfunction(function):
        return _stream_call(parts)
    return _thread_call(parts) if is_plain(parts) else _async_call(parts)


def is_plain(parts: Inspected) -> bool:
    """Whether the function is neither async nor streaming, and so runs in a thread."""
    function = innermost(parts.function)
    return not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function))


def _async_call(parts: Inspected) -> Call:
    function, read, write = parts.function, parts.reader.read, parts.writer.write
    context_parameter = parts.context_parameter

    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        keywords = read(arguments)
        if context_parameter is not None:
            keywords[context_parameter] = context
        try:
            value = await function(**keywords)
            if not isinstance(value, _DATA) and isinstance(value, Iterator):
                return await _in_thread(context, write, value, context)
        except asyncio.CancelledError:
            _require_cancelled(context)
            raise
        except SystemExit as error:
            raise _forbidden(error) from None
        return write(value, context)

    return call


def _stream_call(parts: Inspected) -> Call:
    function, read, writer = parts.function, parts.reader.read, parts.writer
    context_parameter = parts.context_parameter

    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        keywords = read(arguments)
        if context_parameter is not None:
            keywords[context_parameter] = context
        try:
            return await writer.write_stream(function(**keywords), context)
        except asyncio.CancelledError:
            _require_cancelled(context)
            raise
        except SystemExit as error:
            raise _forbidden(error) from None

    return call


def _thread_call(parts: Inspected) -> Call:
    function, read, writer = parts.function, parts.reader.read, parts.writer
    context_parameter = parts.context_parameter

    def run(keywords: dict[str, Any], context: CallContext) -> Any:
        """Runs in the thread. What only the event loop can finish is given back as it is, to be finished there."""
        value = function(**keywords)
        if isinstance(value, Awaitable | AsyncIterator):
            return _Unfinished(value)
        return writer.write(value, context)

    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        keywords = read(arguments)
        if context_parameter is not None:
            keywords[context_parameter] = context
        try:
            value = await _in_thread(context, run, keywords, context)
            return await _finish(value.value, writer, context) if type(value) is _Unfinished else value
        except asyncio.CancelledError:
            _require_cancelled(context)
            raise
        except SystemExit as error:
            raise _forbidden(error) from None

    return call


@dataclass(frozen=True, slots=True)
class _Unfinished:
    value: Awaitable[Any] | AsyncIterator[Any]


async def _finish(value: Awaitable[Any] | AsyncIterator[Any], writer: ResultWriter, context: CallContext) -> Any:
    if isinstance(value, Awaitable):
        value = await value
    if isinstance(value, AsyncIterator):
        return await writer.write_stream(value, context)
    return writer.write(value, context)


async def _in_thread(context: CallContext, function: Callable[..., Any], *arguments: Any) -> Any:
    loop = asyncio.get_running_loop()
    inside = functools.partial(copy_context().run, _contained, function, *arguments)
    return await loop.run_in_executor(context.executor, inside)


def _contained(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it; what a future cannot carry, or what would end the process, becomes a `ToolError`."""
    try:
        return function(*arguments)
    except (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration) as error:
        raise _forbidden(error) from None


def _forbidden(error: BaseException) -> ToolError:
    return ToolError(f"the tool raised {type(error).__name__}, which no tool may", retryable=False)


def _require_cancelled(context: CallContext) -> None:
    """Tell the tool's thread that nobody waits any more; a tool that cancels itself unasked has failed."""
    task = asyncio.current_task()
    if task is not None and task.cancelling() == 0:
        raise ToolError("the tool raised CancelledError though nobody cancelled it") from None
    context.cancelled = True


def _signature(function: Callable[..., Any]) -> tuple[inspect.Signature, dict[str, Any]]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise ToolError(f"{function!r} has no signature that Python can tell") from error
    try:
        return signature, typing.get_type_hints(innermost(function), include_extras=True)
    except NameError as error:
        raise ToolError(f"an annotation names `{error.name}`, which is not defined where the function is") from error
    except TypeError as error:
        raise ToolError(f"the annotations cannot be read: {error}") from error


def innermost(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that holds annotations and kind: behind partials and `__wrapped__`, or an object's `__call__`."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if inspect.isroutine(function):
        return function
    return type(function).__call__


def _bound_names(function: Callable[..., Any]) -> frozenset[str]:
    """Names that a `functools.partial` has bound: no business of a plan, and perhaps a secret."""
    bound: set[str] = set()
    while isinstance(function, functools.partial):
        bound |= function.keywords.keys()
        function = function.func
    return frozenset(bound)


def _described(function: Callable[..., Any]) -> Described:
    while isinstance(function, functools.partial):
        function = function.func
    return read_docstring(inspect.getdoc(function))


def _is_context(annotation: Any) -> bool:
    return annotation is CallContext or CallContext in typing.get_args(annotation)


def _refuse_unnameable(parameter: inspect.Parameter) -> None:
    """Plans name their arguments, so every parameter must have a name that a plan can write."""
    if parameter.kind is parameter.VAR_POSITIONAL:
        raise ToolError(f"`*{parameter.name}` cannot be a parameter: plans name their arguments; take a list")
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise ToolError(f"`{parameter.name}` is positional-only, but plans name their arguments")
    if parameter.name in ("self", "cls") and parameter.annotation is parameter.empty:
        raise ToolError(f"`{parameter.name}` is not bound: add the method of an object, as in add(thing.method)")
