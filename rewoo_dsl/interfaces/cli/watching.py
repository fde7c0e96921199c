"""Watching a run: events come in, whatever view suits the terminal is kept up to date, and all of them are kept."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from ...interpreter.asyncio_driver import LEAVE
from ...interpreter.result import Result
from ...ir.plan import Plan
from ...trace.events import Event, RunFinished, RunStarted
from .exits import INTERRUPTED, TERMINATED
from .progress import Lines, Live, Progress, Row, Silence, View
from .terminal import Terminal


@dataclass(slots=True)
class Watch:
    """What was seen of a run so far. `on_event` is for `run`."""

    progress: Progress
    view: View
    events: list[Event] = field(default_factory=list)

    def catch_up(self, events: Sequence[Event]) -> None:
        """Takes in what happened before anybody watched, and shows nothing of it."""
        self.events.extend(events)
        for event in events:
            self.progress.feed(event)

    def on_event(self, event: Event) -> None:
        self.events.append(event)
        self.view.see(event)

    @property
    def rows(self) -> list[Row]:
        return list(self.progress.rows.values())

    @property
    def result(self) -> Result | None:
        """What the run came to, once it is over: also when it was cancelled."""
        if self.events and isinstance(self.events[0], RunStarted) and isinstance(self.events[-1], RunFinished):
            return Result(tuple(self.events))
        return None


@contextmanager
def watching(plan: Plan | None, terminal: Terminal, *, quiet: bool) -> Iterator[Watch]:
    """Shows the progress of a run as long as it lasts; of `plan`, where that is known beforehand."""
    progress = Progress(plan)
    if quiet:
        yield Watch(progress, Silence(progress))
    elif terminal.is_live and _has_rich():
        with Live(progress, terminal) as live:
            yield Watch(progress, live)
    else:
        yield Watch(progress, Lines(progress, terminal))


def _has_rich() -> bool:
    """The live table is part of the extra `cli`; without it, lines do."""
    from importlib.util import find_spec

    return find_spec("rich") is not None


def until_done(work: Callable[[], Awaitable[object]], *, leaves: bool = False) -> int | None:
    """Run `work` in an event loop. When Ctrl-C or SIGTERM ended it, the exit code that says so, after everything in it
    was cancelled and awaited. With `leaves`, a run of a journal is not cancelled, but left to be gone on with."""
    ended: int | None = None

    async def whole() -> None:
        task = asyncio.current_task()
        assert task is not None  # this runs in one

        def end(code: int) -> None:
            nonlocal ended
            ended = code
            task.cancel(*([LEAVE] if leaves else []))

        with suppress(NotImplementedError):  # Windows ends a process without a word
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, end, TERMINATED)
            if leaves:
                loop.add_signal_handler(signal.SIGINT, end, INTERRUPTED)
        await work()

    try:
        asyncio.run(whole())
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        if ended is not None:
            return ended
        raise
    return None
