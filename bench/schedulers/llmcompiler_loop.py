"""The scheduling loop of LLMCompiler, which is not on PyPI.

Written anew after `TaskFetchingUnit.schedule` in `src/llm_compiler/task_fetching_unit.py` of SqueezeAILab/LLMCompiler
(MIT licence), with what decides its speed: every round looks through all tasks for the end and through all remaining
ones for those whose needs are done, starts a task for each, and then sleeps for ten milliseconds. A task's arguments
are searched for `${n}` and `$n` of each of its needs, which the results replace as text.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ..shapes import Needs
from . import Seconds

INTERVAL = 0.01


@dataclass(eq=False)
class _Task:
    number: int
    tool: Callable[..., Awaitable[object]]
    arguments: list[str]
    needs: list[int]
    result: object = None
    done: asyncio.Event = field(default_factory=asyncio.Event)


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    numbers = {name: number for number, name in enumerate(needs, start=1)}

    def task(name: str) -> _Task:
        async def no_op(*_arguments: str) -> int:
            return 1

        async def wait(*_arguments: str) -> int:
            await asyncio.sleep(seconds[name])
            return 1

        of = [numbers[need] for need in needs[name]]
        return _Task(numbers[name], wait if seconds else no_op, [f"${need}" for need in of], of)

    return lambda: asyncio.run(_schedule({numbers[name]: task(name) for name in needs}))


async def _schedule(tasks: dict[int, _Task]) -> None:
    remaining = set(tasks)
    started = set()
    while not all(task.done.is_set() for task in tasks.values()):
        ready = [number for number in remaining if all(tasks[need].done.is_set() for need in tasks[number].needs)]
        for number in ready:
            started.add(asyncio.create_task(_run(tasks[number], tasks)))
            remaining.remove(number)
        await asyncio.sleep(INTERVAL)


async def _run(task: _Task, tasks: dict[int, _Task]) -> None:
    task.result = await task.tool(*[_filled(argument, task, tasks) for argument in task.arguments])
    task.done.set()


def _filled(argument: str, task: _Task, tasks: dict[int, _Task]) -> str:
    for need in sorted(task.needs, reverse=True):
        for mask in (f"${{{need}}}", f"${need}"):
            if mask in argument and tasks[need].result is not None:
                argument = argument.replace(mask, str(tasks[need].result))
    return argument
