"""What reads gave is given again: a cache of tools' results, in memory or in a file that several runs share.

    cache = Cache("cache.db", lifetimes={"search": 600})
    await run(linked, cached(tools, cache))

A result is found by the tool, its version, the exact arguments and the declared type. A tool is cached when it says
for how long (`@tool(effect="read", cache=600)`), or when the cache does; one that writes never is. Identical calls in
flight in one event loop are made once. An attempt that repeats another looks for nothing here: what there is was no
good.

Losing the cache is losing time, no more: whatever goes wrong with it in a run is a miss.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..diag.errors import CacheError
from ..ir.signature import Effect
from ..ir.values import canonical
from ..tools.context import CallContext
from ..tools.errors import ResultError
from ..tools.function import Call
from ..tools.results import weigh
from ..tools.tool import Tool
from .cache_store import FileStore, MemoryStore, Store
from .schemas import Check, check_of

_FORM = 1
"""Of the keys: what was found by another form is not found any more."""


class Cache:
    """Results of earlier calls. Runs and event loops may share one; used in `with`, it is closed at the end.

    Attributes:
        hits: how many calls were answered.
        misses: how many were looked for and made.
        fault: what went wrong last, None when nothing did. A run goes on without its cache.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        lifetimes: Mapping[str, float] | None = None,
        max_bytes: int = 256 << 20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            path: a file that is kept; without one, results are kept in memory.
            lifetimes: how many seconds results of a tool are good for, by its name, whatever the tool says itself;
                `math.inf` for ever, 0 not at all.
            max_bytes: what all results together may take; the oldest go first.
            clock: seconds since 1970.

        Raises:
            CacheError: the file cannot be opened, or is no cache.
        """
        self.lifetimes = dict(lifetimes or {})
        for tool, seconds in self.lifetimes.items():
            if not seconds >= 0:
                raise ValueError(f"lifetimes: {tool}: seconds from 0, or math.inf, not {seconds!r}")
        if max_bytes < 1:
            raise ValueError(f"max_bytes is at least 1, not {max_bytes!r}")
        self.hits = self.misses = 0
        self.fault: str | None = None
        self._clock = clock
        self._store: Store = MemoryStore(max_bytes) if path is None else FileStore(Path(path), max_bytes)
        self._flights: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Future[str | None]] = {}

    def lifetime_of(self, tool: Tool) -> float:
        """For how many seconds results of a tool are good; 0 when they are not kept.

        Raises:
            CacheError: the tool writes, and somebody wants its results kept.
        """
        seconds = self.lifetimes.get(tool.name, tool.cache or 0.0)
        if seconds and tool.signature.effect is not Effect.READ:
            raise CacheError(f"`{tool.name}` writes: what it gave before cannot stand for doing it")
        return seconds

    def forget(self, tool: str | None = None) -> None:
        """Drops all results, or those of one tool."""
        self._guarded(lambda: self._store.forget(tool))

    def close(self) -> None:
        """Writes what is left. The cache may still be asked afterwards, and knows nothing."""
        self._guarded(self._store.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- for the tools of a run ---

    def _find(self, key: str, seconds: float) -> str | None:
        found = self._guarded(lambda: self._store.get(key))
        if found is None:
            return None
        stored, text = found
        return text if 0 <= self._clock() - stored < seconds else None  # a time to come is a clock that was wrong

    def _keep(self, key: str, tool: str, text: str) -> None:
        self._guarded(lambda: self._store.put(key, tool, self._clock(), text))

    def _guarded(self, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except CacheError as error:
            self.fault = str(error)
            return None


@asynccontextmanager
async def opened(cache: Cache | str | Path | None) -> AsyncIterator[Cache | None]:
    """A cache as it is, or that of a file, closed at the end."""
    if not isinstance(cache, str | Path):
        yield cache
        return
    own = Cache(cache)
    try:
        yield own
    finally:
        await asyncio.to_thread(own.close)


def cached(tools: Mapping[str, Tool], cache: Cache) -> dict[str, Tool]:
    """The tools, of which those that are cached look there first. A result from there has the origin `cache`.

    Raises:
        CacheError: a tool that writes is to be cached.
    """
    found = {}
    for name, tool in tools.items():
        seconds = cache.lifetime_of(tool)
        found[name] = replace(tool, call=_Cached(cache, tool, seconds).call) if seconds else tool
    return found


def key_of(tool: Tool, arguments: Mapping[str, Any], declared: object) -> str:
    """What a result is found by. The version of a tool that asks a model names the model."""
    signature = tool.signature
    parts: list[Any] = [_FORM, signature.name, signature.version, dict(arguments), declared]
    return hashlib.sha256(canonical(parts).encode("utf-8", "surrogatepass")).hexdigest()


class _Cached:
    """One tool behind a cache."""

    def __init__(self, cache: Cache, tool: Tool, seconds: float) -> None:
        self._cache = cache
        self._tool = tool
        self._call: Call = tool.call
        self._seconds = seconds
        self._returns = None if tool.signature.result_is_declared else check_of(tool.signature.returns)

    async def call(self, arguments: Mapping[str, Any], context: CallContext) -> Any:
        key = key_of(self._tool, arguments, context.declared)
        if context.attempt > 1:
            return await self._make(key, arguments, context)
        flights, flying = self._cache._flights, (asyncio.get_running_loop(), key)
        flight = flights.get(flying)
        text = self._cache._find(key, self._seconds) if flight is None else await asyncio.shield(flight)
        value = _NOTHING if text is None else self._read(text, context)
        if value is not _NOTHING:
            self._cache.hits += 1
            context.origin = "cache"
            return value
        self._cache.misses += 1
        if flight is not None:  # the call that was waited for has failed: each of those that waited makes its own
            return await self._make(key, arguments, context)
        flights[flying] = landed = asyncio.get_running_loop().create_future()
        text = None
        try:
            value = await self._call(arguments, context)
            text = self._keep(key, value, context)
        finally:
            del flights[flying]
            landed.set_result(text)
        return value

    async def _make(self, key: str, arguments: Mapping[str, Any], context: CallContext) -> Any:
        value = await self._call(arguments, context)
        self._keep(key, value, context)
        return value

    def _keep(self, key: str, value: Any, context: CallContext) -> str | None:
        """Keeps what the tool itself gave, if it fits; the text that stands for it."""
        if context.origin != "tool" or not self._fits(value, context):
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self._cache._keep(key, self._tool.name, text)
        return text

    def _read(self, text: str, context: CallContext) -> Any:
        """The value of an entry, made anew; `_NOTHING` when it is none that the tool could have given."""
        try:
            value = json.loads(text)
        except ValueError:
            return _NOTHING
        return value if self._fits(value, context) else _NOTHING

    def _fits(self, value: Any, context: CallContext) -> bool:
        """Whether it is JSON data of a bearable size, of the type that the tool and the step declare."""
        try:
            weigh(value, context.limits)
        except ResultError:
            return False
        declared: Check | None = None if context.declared is None else check_of(context.declared)
        return all(check is None or check(value) is None for check in (self._returns, declared))


_NOTHING = object()
