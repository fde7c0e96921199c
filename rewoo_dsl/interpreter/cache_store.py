"""Where a cache keeps its entries: in memory, or in an SQLite file that other processes may use at the same time.

An entry is a text with the time when it was stored; how long it is good for is not the store's business. The oldest
entries make room for new ones.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Protocol, TypeAlias

from ..diag.errors import CacheError
from ..trace import database

Found: TypeAlias = tuple[float, str]
"""When an entry was stored, in seconds since 1970, and what it is."""

_WAITING_BYTES = 32 << 20
"""Beyond so much that waits to be written, new entries are dropped: the disk does not keep up."""
_AT_ONCE = 256
_WRITE_SECONDS = 5.0
_READ_SECONDS = 0.05
"""How long another process may hold the file. Reading happens in the event loop, and hardly ever has to wait."""

_TABLES = """
CREATE TABLE entries (
  key TEXT PRIMARY KEY,
  tool TEXT NOT NULL,
  stored REAL NOT NULL,    -- seconds since 1970
  size INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX by_age ON entries (stored, size)
"""
_KIND = database.Kind(
    "cache", 0x52574341, 1, _TABLES, "SELECT count(*) FROM entries WHERE key = ''", CacheError, "NORMAL"
)


class Store(Protocol):
    """Every method raises `CacheError` when it cannot do its work."""

    def get(self, key: str) -> Found | None: ...
    def put(self, key: str, tool: str, stored: float, text: str) -> None: ...
    def forget(self, tool: str | None) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    tool: str
    stored: float
    text: str
    size: int


class MemoryStore:
    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._entries: dict[str, _Entry] = {}
        self._bytes = 0

    def get(self, key: str) -> Found | None:
        found = self._entries.get(key)
        return None if found is None else (found.stored, found.text)

    def put(self, key: str, tool: str, stored: float, text: str) -> None:
        entry = _Entry(key, tool, stored, text, _size(text))
        self._drop((key,))
        if entry.size > self._max:
            return
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._max:
            self._drop((next(iter(self._entries)),))

    def forget(self, tool: str | None) -> None:
        self._drop([key for key, entry in self._entries.items() if tool in (None, entry.tool)])

    def close(self) -> None:
        self.forget(None)

    def _drop(self, keys: Iterable[str]) -> None:
        for key in keys:
            dropped = self._entries.pop(key, None)
            self._bytes -= 0 if dropped is None else dropped.size


class FileStore:
    """Entries in a file. A thread writes them, so that no event loop waits for a disk; until then they are found in
    `_waiting`. Raises `CacheError` when the file is no cache, or cannot be used."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max = max_bytes
        self._lock = Lock()
        self._waiting: dict[str, _Entry] = {}
        self._waiting_bytes = 0
        self._jobs: SimpleQueue[_Entry | None] = SimpleQueue()
        self._writer: Thread | None = None
        self._failure: CacheError | None = None
        self._reading: sqlite3.Connection | None = database.connect(path, _KIND, busy_seconds=_WRITE_SECONDS)
        self._reading.execute(f"PRAGMA busy_timeout = {int(_READ_SECONDS * 1000)}")

    def get(self, key: str) -> Found | None:
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is not None:
                return waiting.stored, waiting.text
            if self._reading is None:
                return None
            with database.told(self._path, _KIND):
                found: Found | None = self._reading.execute(
                    "SELECT stored, text FROM entries WHERE key = ?", (key,)
                ).fetchone()
            return found

    def put(self, key: str, tool: str, stored: float, text: str) -> None:
        entry = _Entry(key, tool, stored, text, _size(text))
        with self._lock:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if self._reading is None or entry.size > self._max or self._waiting_bytes + entry.size > _WAITING_BYTES:
                return
            self._waiting[key] = entry
            self._waiting_bytes += entry.size
            self._jobs.put(entry)
            if self._writer is None:
                self._writer = Thread(target=self._write_all, name=f"cache {self._path.name}", daemon=True)
                self._writer.start()

    def forget(self, tool: str | None) -> None:
        self._end_writer()
        with self._lock, database.told(self._path, _KIND):
            if self._reading is not None:
                where = ("", ()) if tool is None else (" WHERE tool = ?", (tool,))
                self._reading.execute(f"DELETE FROM entries{where[0]}", where[1])

    def close(self) -> None:
        self._end_writer()
        with self._lock:
            if self._reading is not None:
                self._reading.close()
            self._reading = None

    # --- the thread that writes ---

    def _end_writer(self) -> None:
        """Waits until what was put is in the file. The next `put` starts another thread."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            self._jobs.put(None)
            writer.join()

    def _write_all(self) -> None:
        entries: list[_Entry] = []
        try:
            connection = database.connect(self._path, _KIND, busy_seconds=_WRITE_SECONDS)
        except CacheError as error:
            self._fail(error)
            connection = None
        is_last = False
        while not is_last:
            entries, is_last = self._several()
            if connection is not None and entries:
                try:
                    with database.told(self._path, _KIND):
                        self._write(connection, entries)
                except CacheError as error:
                    self._fail(error)
            self._written(entries)
        if connection is not None:
            connection.close()

    def _several(self) -> tuple[list[_Entry], bool]:
        """Waits for an entry, and takes what else has come; whether these are the last."""
        entries: list[_Entry] = []
        one = self._jobs.get()
        with suppress(Empty):
            while one is not None:
                entries.append(one)
                if len(entries) == _AT_ONCE:
                    return entries, False
                one = self._jobs.get_nowait()
        return entries, one is None

    def _write(self, connection: sqlite3.Connection, entries: list[_Entry]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT OR REPLACE INTO entries (key, tool, stored, size, text) VALUES (?, ?, ?, ?, ?)",
                [(one.key, one.tool, one.stored, one.size, one.text) for one in entries],
            )
            self._make_room(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """The oldest go, and a tenth more than must, so that this is seldom done."""
        (total,) = connection.execute("SELECT total(size) FROM entries").fetchone()
        if total <= self._max:
            return
        excess = total - 0.9 * self._max
        while excess > 0:
            oldest = connection.execute("SELECT key, size FROM entries ORDER BY stored LIMIT ?", (_AT_ONCE,)).fetchall()
            for key, size in oldest:
                if excess > 0:
                    connection.execute("DELETE FROM entries WHERE key = ?", (key,))
                    excess -= size

    def _written(self, entries: list[_Entry]) -> None:
        with self._lock:
            for one in entries:
                self._waiting_bytes -= one.size
                if self._waiting.get(one.key) is one:
                    del self._waiting[one.key]

    def _fail(self, error: CacheError) -> None:
        with self._lock:
            self._failure = error


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
