"""Hamilton's asynchronous driver."""

import asyncio
from collections.abc import Callable
from typing import Any

from hamilton import async_driver

from ..shapes import Needs
from . import Seconds, ends
from ._hamilton import module


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    async def made() -> Any:
        return await async_driver.Builder().with_modules(module(needs, seconds, is_async=True)).build()

    graph, last = asyncio.run(made()), ends(needs)
    return lambda: asyncio.run(graph.execute(last))
