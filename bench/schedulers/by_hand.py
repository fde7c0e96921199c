"""What a good programmer writes by hand (`floor.py`)."""

import asyncio
from collections.abc import Awaitable, Callable

from ..floor import schedule
from ..shapes import Needs
from . import Seconds


async def no_op(*_values: object) -> int:
    return 1


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    tools = {name: waiting(seconds[name]) if seconds else no_op for name in needs}
    return lambda: asyncio.run(schedule(needs, tools))


def waiting(seconds: float) -> Callable[..., Awaitable[object]]:
    async def wait(*_values: object) -> int:
        await asyncio.sleep(seconds)
        return 1

    return wait
