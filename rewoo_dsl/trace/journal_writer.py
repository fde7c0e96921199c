"""The one thread that writes a journal, for all runs of the process.

Runs hand it their events and go on. It commits all that has come together in one transaction, when it has waited a
moment (`LINGER_SECONDS`), or at once when somebody has to know that everything up to here is durable. So ten runs that
wait cost one commit, and a run of reads next to none. Once a second it looks whether another process has asked for
something.

A commit that fails ends the writer: nothing of it is in the file, everything before it is, and every run is told.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Literal, ParamSpec, TypeAlias, TypeVar

from ..diag.errors import JournalError
from .events import Event
from .journal_file import connect, told
from .journal_rows import encode

T = TypeVar("T")
P = ParamSpec("P")

LINGER_SECONDS = 0.05
"""How long what nobody waits for may stay unwritten."""

POLL_SECONDS = 1.0
"""How often requests of other processes are looked for."""

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
Ring: TypeAlias = Literal["soon", "now"]
Barrier: TypeAlias = tuple[Future[Any], Callable[[], Any]]


@dataclass(slots=True, eq=False)
class Entry:
    """Something to write for one run: `first` puts in its row, `events` come next, `last` is said after them."""

    log: "Numbered"
    events: Sequence[Event] = ()
    last: Statement | None = None


@dataclass(eq=False)
class Numbered:
    """A run as the writer knows it. `row` is what makes its row in `runs`; None once it has one.

    `number` is its number there, `count` how many events it has. `ends` says how its row changes at an event.
    """

    number: int = 0
    count: int = 0
    row: Callable[[sqlite3.Connection], int] | None = None
    ends: Callable[[Event], Statement | None] = field(default=lambda _: None)
    cancel: Callable[[], None] | None = None
    fail: Callable[[JournalError], None] | None = None


class Writer(Executor):
    """An executor of one thread. What is submitted runs when all that was added before is durable."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self.failure: JournalError | None = None
        self._path = path
        self._entries: deque[Entry] = deque()
        self._barriers: deque[Barrier] = deque()
        self._bell: SimpleQueue[Ring] = SimpleQueue()  # in C: two flags of `threading` take a barrier twice as long
        self._is_rung = False
        self._closing = False
        self._lock = Lock()
        self._active: dict[int, Numbered] = {}
        self._connection = connect(path, busy_seconds=busy_seconds)
        self._inode = path.stat().st_ino
        self._thread = Thread(target=self._work, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    # --- for runs ---

    def add(self, entry: Entry) -> None:
        """To be written soon, after what came before it."""
        self._entries.append(entry)
        if not self._is_rung:
            self._is_rung = True
            self._bell.put("soon")

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """What `fn` gives, when all that was added up to now is durable; `JournalError` when it never will be."""
        barrier: Future[T] = Future()
        barrier.set_running_or_notify_cancel()
        with self._lock:
            if self.failure is not None:
                barrier.set_exception(self.failure)
                return barrier
            self._barriers.append((barrier, partial(fn, *args, **kwargs)))
        self._bell.put("now")
        return barrier

    def watch(self, log: Numbered) -> None:
        """From now on the run hears of failures, and of what other processes ask."""
        with self._lock:
            failure = self.failure
            if failure is None:
                self._active[id(log)] = log
                return
        raise failure

    def unwatch(self, log: Numbered) -> None:
        with self._lock:
            self._active.pop(id(log), None)

    def close(self) -> None:
        """Writes what is left and ends the thread."""
        self._closing = True
        self._bell.put("now")
        self._thread.join()

    # --- the thread ---

    def _work(self) -> None:
        failure = JournalError(f"{self._path} was closed while runs were going on")
        try:
            self._commit_until_closed()
        except JournalError as error:
            failure = error
        except BaseException as error:  # nobody may wait for ever, whatever it is
            failure = JournalError(f"{self._path} cannot be written: {error!r}")
            raise
        finally:
            self._connection.close()
            self._fail(failure)

    def _commit_until_closed(self) -> None:
        looked = time.monotonic()
        while not self._closing:
            self._wait()
            self._commit()
            if self._active and time.monotonic() - looked >= POLL_SECONDS:
                looked = time.monotonic()
                self._look_for_requests()
        self._commit()

    def _wait(self) -> None:
        """Until there is something to write that should not wait for more, or it is time to look for requests."""
        with suppress(Empty):
            if self._bell.get(timeout=POLL_SECONDS if self._active else None) == "soon":
                self._bell.get(timeout=LINGER_SECONDS)
        self._is_rung = False

    def _commit(self) -> None:
        barriers = [self._barriers.popleft() for _ in range(len(self._barriers))]
        entries = [self._entries.popleft() for _ in range(len(self._entries))]
        try:
            if entries:
                with told(self._path):
                    self._write(entries)
                self._refuse_unless_there()
        except JournalError:
            self._barriers.extend(barriers)
            raise
        for barrier, call in barriers:
            barrier.set_result(call())

    def _write(self, entries: Sequence[Entry]) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for log, several in _by_run(entries).items():
                self._write_run(log, several)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _write_run(self, log: Numbered, entries: Sequence[Entry]) -> None:
        connection = self._connection
        events = [event for entry in entries for event in entry.events]
        if log.row is not None:
            log.number, log.row = log.row(connection), None
        if events:
            text, blobs = encode(events)
            connection.executemany("INSERT OR IGNORE INTO blobs (hash, text) VALUES (?, ?)", blobs.items())
            connection.execute("INSERT INTO events VALUES (?, ?, ?)", (log.number, log.count, text))
            log.count += len(events)
        for sql, values in _lasts(log, entries, events):
            connection.execute(sql, (*values, log.number))

    def _refuse_unless_there(self) -> None:
        """A file that was deleted or replaced takes what is written, and nobody will ever read it."""
        try:
            is_there = self._path.stat().st_ino == self._inode
        except OSError:
            is_there = False
        if not is_there:
            raise JournalError(f"{self._path} was deleted or replaced while runs were written to it")

    def _look_for_requests(self) -> None:
        with told(self._path):
            asked = {row[0] for row in self._connection.execute("SELECT run FROM requests WHERE what = 'cancel'")}
        if not asked:
            return
        with self._lock:
            logs = [log for log in self._active.values() if log.number in asked and log.cancel is not None]
        for log in logs:
            assert log.cancel is not None  # looked at just before
            log.cancel()

    def _fail(self, error: JournalError) -> None:
        with self._lock:
            self.failure = error
            barriers, logs = list(self._barriers), list(self._active.values())
        for barrier, _ in barriers:
            barrier.set_exception(error)
        for log in logs:
            if log.fail is not None:
                log.fail(error)


def _by_run(entries: Sequence[Entry]) -> dict[Numbered, list[Entry]]:
    found: dict[Numbered, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.log, []).append(entry)
    return found


def _lasts(log: Numbered, entries: Sequence[Entry], events: Sequence[Event]) -> Iterator[Statement]:
    """How the run's row changes."""
    if events and (change := log.ends(events[-1])) is not None:
        yield change
    for entry in entries:
        if entry.last is not None:
            yield entry.last
