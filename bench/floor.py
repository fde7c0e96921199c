"""What a good programmer writes by hand: one asyncio task a step and a count of open needs. No events, no checks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

Tools = Mapping[str, Callable[..., Awaitable[object]]]


async def schedule(needs: Mapping[str, Sequence[str]], tools: Tools) -> dict[str, object]:
    """Calls every step's tool with the values of its needs as soon as these are there; gives all values."""
    waiting = {name: len(of) for name, of in needs.items()}
    followers: dict[str, list[str]] = {name: [] for name in needs}
    for name, of in needs.items():
        for need in of:
            followers[need].append(name)
    values: dict[str, object] = {}
    done = asyncio.Event()
    tasks = set()

    def start(name: str) -> None:
        task = asyncio.create_task(step(name))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def step(name: str) -> None:
        values[name] = await tools[name](*[values[need] for need in needs[name]])
        for follower in followers[name]:
            waiting[follower] -= 1
            if not waiting[follower]:
                start(follower)
        if len(values) == len(needs):
            done.set()

    for name, count in waiting.items():
        if not count:
            start(name)
    await done.wait()
    return values
