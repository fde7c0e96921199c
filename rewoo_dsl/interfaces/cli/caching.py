"""`--cache FILE`: what reads of earlier runs gave, given again by those tools that say how long it is good for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...diag.errors import CacheError
from .arguments import Options
from .exits import WrongUse
from .terminal import Terminal

if TYPE_CHECKING:
    from ...interpreter.cache import Cache
    from ...tools.tool import Tool


@contextmanager
def cache_of(options: Options) -> Iterator[Cache | None]:
    """The cache of this run, None without one. Raises `WrongUse` when the file cannot be one."""
    if options.cache is None:
        yield None
        return
    from ...interpreter.cache import Cache

    try:
        cache = Cache(Path(options.cache))
    except CacheError as error:
        raise WrongUse(f"--cache: {error}") from None
    with cache:
        yield cache


def through(cache: Cache | None, tools: Mapping[str, Tool], options: Options, terminal: Terminal) -> Mapping[str, Tool]:
    """The tools, looked up in the cache first where they say so."""
    if cache is None:
        return tools
    from ...interpreter.cache import cached

    if not options.quiet and not any(tool.cache for tool in tools.values()):
        terminal.say("--cache: no tool says how long its results are good for, as `@tool(cache=600)` would")
    return cached(tools, cache)
