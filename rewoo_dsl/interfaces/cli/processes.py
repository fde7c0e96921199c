"""Work shared among processes, its results in the order in which it came.

The only place that imports multiprocessing, and only when there is enough to share.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Work = TypeVar("Work")
Result = TypeVar("Result")

Task: TypeAlias = Callable[[Work], Result]

AHEAD = 4
"""Pieces of work a process has before it, so that none waits and a long file is not read at once."""

_task: Callable[[Any], Any]
"""In a process of the pool: what it does with each piece of work."""


def in_order(make: Callable[[], Task[Work, Result]], work: Iterable[Work], jobs: int) -> Iterator[Result]:
    """What the task that `make` gives makes of every piece of work, in order. Each process makes a task of its own."""
    pieces = iter(work)
    first = list(islice(pieces, 2))
    if jobs == 1 or len(first) < 2:
        yield from map(make(), chain(first, pieces))
        return
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(make,))
    try:
        running: deque[Future[Result]] = deque()
        for piece in chain(first, pieces):
            running.append(pool.submit(_do, piece))
            if len(running) >= AHEAD * jobs:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(make: Callable[[], Callable[[Any], Any]]) -> None:
    """Ctrl-C is for the process that was started; it ends the others. Killed, it cannot: so each of them looks out."""
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _task = make()


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(piece: Any) -> Any:
    return _task(piece)
