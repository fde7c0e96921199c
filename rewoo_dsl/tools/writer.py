"""From what a Python function returned to plain JSON data, as its annotation says. Nothing is converted silently.

A result is taken as it is returned, dumped, and looked at once more as data. Iterators and generators become a list,
read only as far as the limit: one without end fails instead of filling the memory.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ..ir.signature import Schema
from .annotations import adapter_of, problem_of, scalar_types, schemas_of, stream_item
from .context import CallContext
from .errors import ResultError
from .results import ResultLimits, guard, weigh

_YIELD_TO_LOOP_EVERY = 256


class ResultWriter:
    """Writes the results of one tool. `annotation` is the function's return annotation, `Any` when it has none."""

    def __init__(self, annotation: Any) -> None:
        item = stream_item(annotation)
        self._is_stream = item is not None
        self._type = adapter_of(annotation if item is None else item[0], "the result")
        self._annotation = annotation
        self._scalars = frozenset() if self._is_stream else scalar_types(annotation)

    def schema(self) -> Schema:
        """The result as JSON Schema; `{}` when nothing is known."""
        found, shared = schemas_of({"result": self._type}, "serialization")
        schema = {"type": "array", "items": found["result"]} if self._is_stream else found["result"]
        return schema | shared

    def write(self, value: Any, context: CallContext) -> Any:
        """Plain JSON data. Raises `ResultError`."""
        kind = type(value)
        if kind in self._scalars:
            if kind is not str or not value.isascii() or len(value) + 2 > context.limits.bytes:
                weigh(value, context.limits)
            return value
        if isinstance(value, Iterator) and (self._is_stream or self._annotation is Any):
            return self._collect(value, context)
        if self._is_stream:
            return self._collect(_iterate(value), context)
        written = self._write(value, context.limits)
        weigh(written, context.limits)
        return written

    async def write_stream(self, stream: AsyncIterator[Any], context: CallContext) -> list[Any]:
        """The same for an asynchronous iterator, which is closed in every case."""
        collected = _Collected(context)
        try:
            async for item in stream:
                collected.add(self._write(item, context.limits))
                if len(collected.items) % _YIELD_TO_LOOP_EVERY == 0:
                    await asyncio.sleep(0)  # a generator that never waits would hold up every other tool
        finally:
            if (close := getattr(stream, "aclose", None)) is not None:
                await close()
        return collected.items

    def _collect(self, iterator: Iterator[Any], context: CallContext) -> list[Any]:
        collected = _Collected(context)
        try:
            for item in iterator:
                collected.add(self._write(item, context.limits))
                if context.cancelled:
                    break
        finally:
            if (close := getattr(iterator, "close", None)) is not None:
                with contextlib.suppress(RuntimeError):  # a generator may refuse to be closed
                    close()
        return collected.items

    def _write(self, value: Any, limits: ResultLimits) -> Any:
        guard(value, limits)
        try:
            return self._type.dump_python(self._type.validate_python(value, strict=True), mode="json", warnings="error")
        except ValidationError as error:
            problem = problem_of(error)
            raise ResultError(f"the result{problem.path} is not what the tool declares: {problem.text}") from None
        except (PydanticSerializationError, ValueError) as error:
            raise ResultError(f"the result has no JSON form: {error}") from None


class _Collected:
    """Items of an iterator, up to the limit of one result."""

    def __init__(self, context: CallContext) -> None:
        limits = context.limits
        self.items: list[Any] = []
        self._bytes = 2
        self._limit = limits.bytes
        self._item_limits = ResultLimits(bytes=limits.bytes, depth=limits.depth - 1)

    def add(self, item: Any) -> None:
        self._bytes += weigh(item, self._item_limits) + 1
        if self._bytes > self._limit + 1:
            raise ResultError(
                f"the tool gave {len(self.items)} items and more than {self._limit} bytes; it may have no end",
                reason="size",
            )
        self.items.append(item)


def _iterate(value: Any) -> Iterator[Any]:
    """An iterable that is no text, for a tool that declares one: a list will do."""
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
        raise ResultError(f"the tool declares an iterator and returned {type(value).__name__}")
    return iter(value)
