"""The journal: runs kept in one SQLite file, so that they can be read, and gone on with, in another process.

    journal = Journal("runs.db")
    for run in journal.runs(): ...
    journal.record(run.run).source; list(journal.events(run.run))

It only keeps what it is given. What a run needs to go on is in its record (`RunRecord`) and its events; going on is
the interpreter's work.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

from ..diag.errors import JournalError
from .events import ApprovalAsked, Event, RunFinished, RunStarted
from .journal_driver import Driver, is_alive
from .journal_file import BUSY_SECONDS, connect, told
from .journal_rows import decode, keep
from .journal_writer import Entry, Numbered, Statement, Writer

RunStatus: TypeAlias = Literal["running", "suspended", "interrupted", "succeeded", "partial", "failed", "cancelled"]
"""That of a run's end; before it, `suspended` when only people are waited for, `interrupted` when its process died."""

_SHOWN = 200
_UNFINISHED = ("running", "suspended", "interrupted")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a list. `started` and `ended` are seconds since 1970; `value` is the beginning of what it returned."""

    run: str
    status: RunStatus
    started: float
    ended: float | None
    name: str | None
    goal: str | None
    parent: str | None
    value: str | None

    @property
    def is_over(self) -> bool:
        return self.status not in _UNFINISHED


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run was started with, and all that is needed to go on with it beside its events.

    Attributes:
        plan: the plan as JSON, with its sub-plans whole: `{"plan": …, "subplans": {name: …}}`.
        tools: the signatures of the tools that it calls, as JSON, by name.
        source: the plan's text, where there was one, and `name` what it is called, such as its file name.
        started: seconds since 1970.
        inputs: the values of its inputs, defaults included.
        about: the host's own.
    """

    run: str
    plan: Mapping[str, Any]
    plan_hash: str
    tools: Mapping[str, Any]
    started: float = field(default_factory=time.time)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    name: str | None = None
    parent: str | None = None
    about: Mapping[str, Any] | None = None


class RunLog:
    """A run's place in the journal while it runs: what the interpreter writes to."""

    def __init__(
        self, writer: Writer, entry: Numbered, released: Callable[[], None], *, status: str = "running"
    ) -> None:
        self._writer = writer
        self._entry = entry
        self._released = released
        self._status = status
        self._is_untouched = True

    def append(self, events: Sequence[Event]) -> None:
        """Keeps what came of one input. Returns at once."""
        self._is_untouched = False
        self._writer.add(Entry(self._entry, events))

    async def durable(self) -> None:
        """Comes back when all that was appended survives a power cut. Raises `JournalError` when it never will."""
        await asyncio.get_running_loop().run_in_executor(self._writer, _nothing)

    def watch(self, *, cancel: Callable[[], None], fail: Callable[[JournalError], None]) -> None:
        """From now on `cancel` is called when another process asks for it, and `fail` when nothing can be written any
        more; both from another thread."""
        self._entry.cancel, self._entry.fail = cancel, fail
        self._writer.watch(self._entry)

    async def suspend(self) -> None:
        """The run waits for people, in no process."""
        self._add("UPDATE runs SET status = 'suspended' WHERE number = ?")
        await self.durable()

    def end(self, events: Sequence[Event]) -> None:
        """Keeps the last events of a run that no event loop drives. Returns when they are durable."""
        if events:
            self.append(events)
        self._writer.submit(_nothing).result()

    def close(self) -> None:
        """This process does not drive the run any more. One that was not gone on with is what it was."""
        self._writer.unwatch(self._entry)
        if self._is_untouched and self._entry.number:
            self._add("UPDATE runs SET driver = NULL, status = ? WHERE number = ?", self._status)
        elif not self._is_untouched:
            self._add("UPDATE runs SET driver = NULL WHERE number = ?")
        self._released()

    def _add(self, sql: str, *values: str) -> None:
        self._writer.add(Entry(self._entry, last=(sql, values)))


class Journal:
    """A file of runs. One object serves all runs of a process, from any thread; `close` it, or use it in a `with`.

    Args:
        path: the file; it is made when there is none.
        create: whether it may be made; else its absence is an error.
        busy_seconds: how long another program may hold the file before that is an error, and ends the runs.

    Raises:
        JournalError: it cannot be opened, or is something else.
    """

    def __init__(self, path: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path).resolve()
        self._lock = Lock()
        self._connection = connect(self.path, busy_seconds=busy_seconds, create=create)
        self._busy_seconds = busy_seconds
        self._writer: Writer | None = None
        self._driver: Driver | None = None
        self._driven: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r})"

    def close(self) -> None:
        """Writes what is left."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            if self._driver is not None:
                self._driver.close()
            self._writer = self._driver = None
            self._connection.close()

    # --- reading ---

    def runs(self) -> list[RunSummary]:
        """All runs, the last started first."""
        rows = self._rows(
            "SELECT run, status, started, ended, name, goal, parent, value, driver FROM runs"
            " ORDER BY started DESC, number DESC"
        )
        living: dict[str | None, bool] = {None: False}
        for row in rows:
            if row[1] == "running" and row[8] not in living:
                living[row[8]] = is_alive(self.path, row[8])
        return [
            RunSummary(row[0], "interrupted" if row[1] == "running" and not living[row[8]] else row[1], *row[2:8])
            for row in rows
        ]

    def find(self, run: str) -> str:
        """The whole id of a run, by its beginning.

        Raises:
            JournalError: there is no such run, or more than one.
        """
        return self._number(run)[0]

    def record(self, run: str) -> RunRecord:
        """What a run was started with."""
        run, number = self._number(run)
        row = self._rows(
            "SELECT plan, plan_hash, tools, started, source, name, parent, about FROM runs WHERE number = ?", number
        )[0]
        started = next(self.events(run))
        assert isinstance(started, RunStarted)  # `events` has looked
        return RunRecord(
            run,
            json.loads(self._blob(row[0])),
            row[1],
            json.loads(self._blob(row[2])),
            row[3],
            started.inputs,
            None if row[4] is None else self._blob(row[4]),
            row[5],
            row[6],
            None if row[7] is None else json.loads(row[7]),
        )

    def events(self, run: str) -> Iterator[Event]:
        """The events of a run that are durable so far, in order.

        Raises:
            JournalError: what is kept there are no events.
        """
        run, number = self._number(run)
        place = 0
        for sequence, lines in self._rows("SELECT sequence, lines FROM events WHERE run = ? ORDER BY sequence", number):
            if sequence != place:
                raise JournalError(f"{self.path}: events are missing in run {run} after the first {place}")
            for event in decode(lines, self._blob):
                if isinstance(event, RunStarted) != (place == 0):
                    raise JournalError(f"{self.path}: the events of run {run} do not begin with its start")
                yield event
                place += 1
        if not place:
            raise JournalError(f"{self.path}: run {run} has no events")

    def questions(self, run: str) -> tuple[ApprovalAsked, ...]:
        """What people are asked in a run and have not answered."""
        found: dict[str, ApprovalAsked] = {}
        for event in self.events(run):
            if event.type == "approval_asked":
                found[event.step] = event
            elif event.type in ("approval_answered", "step_finished"):
                found.pop(event.step, None)
        return tuple(found.values())

    def _number(self, run: str) -> tuple[str, int]:
        rows = self._rows("SELECT run, number FROM runs WHERE run = ?", run)
        if not rows and run:
            rows = self._rows("SELECT run, number FROM runs WHERE substr(run, 1, ?) = ? LIMIT 9", len(run), run)
        if not rows:
            raise JournalError(f"{self.path} has no run {run!r}")
        if len(rows) > 1:
            shown = ", ".join(row[0] for row in rows[:8]) + (", …" if len(rows) > 8 else "")
            raise JournalError(f"{self.path} has several runs whose id begins with {run!r}: {shown}")
        return rows[0][0], rows[0][1]

    def _blob(self, digest: str) -> str:
        rows = self._rows("SELECT text FROM blobs WHERE hash = ?", digest)
        if not rows:
            raise JournalError(f"{self.path} is damaged: something that was kept aside is gone")
        text: str = rows[0][0]
        if keep(text, {}) != digest:
            raise JournalError(f"{self.path} is damaged: something that was kept aside was changed")
        return text

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        with self._lock, told(self.path):
            return self._connection.execute(sql, values).fetchall()

    # --- writing ---

    def ask_to_cancel(self, run: str) -> None:
        """Asks the process that drives the run to cancel it. It does so within a second or so."""
        _, number = self._number(run)
        with self._lock, told(self.path):
            self._connection.execute("INSERT INTO requests VALUES (?, 'cancel', ?)", (number, time.time()))

    def is_over(self, run: str) -> bool:
        """Whether the run has come to its end."""
        _, number = self._number(run)
        status: str = self._rows("SELECT status FROM runs WHERE number = ?", number)[0][0]
        return status not in _UNFINISHED

    def is_driven(self, run: str) -> bool:
        """Whether a process, this one included, is driving the run."""
        run, number = self._number(run)
        driver = self._rows("SELECT driver FROM runs WHERE number = ?", number)[0][0]
        if self._driver is not None and driver == self._driver.name:
            return run in self._driven
        return driver is not None and is_alive(self.path, driver)

    def begin(self, record: RunRecord) -> RunLog:
        """Where a new run writes to.

        Raises:
            JournalError: there is a run of this id.
        """
        if self._rows("SELECT 1 FROM runs WHERE run = ?", record.run) or record.run in self._driven:
            raise JournalError(f"{self.path} has a run {record.run!r} already")
        writer, driver = self._open_writer()
        entry = Numbered(row=lambda connection: _insert(connection, record, driver.name), ends=_ends)
        return self._log(writer, record.run, entry)

    def take_over(self, run: str) -> RunLog:
        """Where a run that goes on in this process writes to.

        Raises:
            JournalError: another process drives it, or this one.
        """
        run, number = self._number(run)
        writer, driver = self._open_writer()
        with self._lock, told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                status = self._claim(run, number, driver.name)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        rows = self._rows("SELECT sequence, lines FROM events WHERE run = ? ORDER BY sequence DESC LIMIT 1", number)
        count = sum(sequence + sum(1 for _ in decode(lines, self._blob)) for sequence, lines in rows)
        return self._log(writer, run, Numbered(number, count, ends=_ends), status=status)

    def _claim(self, run: str, number: int, driver: str) -> str:
        """Makes the run this process's own; what its status was."""
        row = self._connection.execute("SELECT driver, status FROM runs WHERE number = ?", (number,)).fetchone()
        held, status = row
        if held == driver:
            if run in self._driven:
                raise JournalError(f"run {run} is going on in this process already")
        elif held is not None and is_alive(self.path, held):
            raise JournalError(f"run {run} is going on in another process")
        going = "running" if status in _UNFINISHED else status
        self._connection.execute("UPDATE runs SET status = ?, driver = ? WHERE number = ?", (going, driver, number))
        self._connection.execute("DELETE FROM requests WHERE run = ?", (number,))
        return str(status)

    def _open_writer(self) -> tuple[Writer, Driver]:
        with self._lock:
            if self._driver is None:
                self._driver = Driver(self.path)
            if self._writer is None:
                self._writer = Writer(self.path, self._busy_seconds)
            if self._writer.failure is not None:
                raise self._writer.failure
            return self._writer, self._driver

    def _log(self, writer: Writer, run: str, entry: Numbered, *, status: str = "running") -> RunLog:
        self._driven.add(run)
        return RunLog(writer, entry, lambda: self._driven.discard(run), status=status)


def _nothing() -> None:
    """What is done at a barrier: that it is reached is all."""


def _insert(connection: sqlite3.Connection, record: RunRecord, driver: str) -> int:
    blobs: dict[str, str] = {}
    plan, tools = (keep(_text(one), blobs) for one in (record.plan, record.tools))
    source = None if record.source is None else keep(record.source, blobs)
    connection.executemany("INSERT OR IGNORE INTO blobs (hash, text) VALUES (?, ?)", blobs.items())
    try:
        made = connection.execute(
            "INSERT INTO runs (run, started, status, driver, name, goal, plan_hash, plan, tools, source, parent, about)"
            " VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.run,
                record.started,
                driver,
                record.name,
                record.plan["plan"].get("goal"),
                record.plan_hash,
                plan,
                tools,
                source,
                record.parent,
                None if record.about is None else _text(record.about),
            ),
        )
    except sqlite3.IntegrityError:
        raise JournalError(f"there is a run {record.run!r} already") from None
    return made.lastrowid or 0


def _ends(event: Event) -> Statement | None:
    """How the row of a run changes at its end."""
    if not isinstance(event, RunFinished):
        return None
    value = None
    if event.has_value:
        text = _text(event.value)
        value = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "UPDATE runs SET status = ?, ended = ?, value = ? WHERE number = ?", (event.status, time.time(), value)


def _text(value: Any) -> str:
    """JSON with the keys of objects as they stand: their order is part of a plan."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
