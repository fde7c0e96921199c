"""The file of a journal: an SQLite database that says what it is. Every fault of it is told in one sentence.

WAL lets others read while a run writes, and `synchronous=FULL` makes a commit outlive a power cut.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..diag.errors import JournalError

APPLICATION = 0x52574A4C
"""`RWJL`, where SQLite keeps what program a file belongs to."""

VERSION = 1
"""Of the tables. Older files stay readable; newer ones are refused."""

BUSY_SECONDS = 10.0
"""How long another program may hold the file before that is an error."""

_TABLES = """
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  started REAL NOT NULL,   -- seconds since 1970
  ended REAL,
  status TEXT NOT NULL,    -- running, suspended, or that of the run's end
  driver TEXT,             -- who runs it now, by the lock it holds
  name TEXT,               -- what the plan is called, such as its file name
  goal TEXT,
  plan_hash TEXT NOT NULL,
  plan TEXT NOT NULL,      -- hash of its JSON, sub-plans included, in blobs
  tools TEXT NOT NULL,     -- hash of the JSON of the signatures of the tools it calls
  source TEXT,             -- hash of the plan's text
  parent TEXT,
  about TEXT,              -- JSON, the host's own
  value TEXT               -- the beginning of what it returned, for lists
);
CREATE TABLE events (
  run INTEGER NOT NULL,    -- runs.number
  sequence INTEGER NOT NULL,
  lines TEXT NOT NULL,     -- events: a JSON array of them in each line
  PRIMARY KEY (run, sequence)
) WITHOUT ROWID;
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,   -- SHA-256 of the text
  text TEXT NOT NULL
);
CREATE TABLE requests (
  run INTEGER NOT NULL,    -- runs.number
  what TEXT NOT NULL,      -- cancel
  asked REAL NOT NULL
);
"""


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """A connection to a journal; a new one is made where there is no file, or an empty one.

    Raises:
        JournalError: it cannot be opened, or is something else.
    """
    if path.is_dir():
        raise JournalError(f"{path} is a folder, not a journal")
    if not path.parent.is_dir():
        raise JournalError(f"{path} cannot be a journal: there is no folder {path.parent}")
    if not create and not path.exists():
        raise JournalError(f"there is no journal {path}")
    with told(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if (application, version) == (0, 0) and _is_empty(connection):
        _create(connection)
        application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if application != APPLICATION:
        raise JournalError(f"{path} is a database of another program, not a journal")
    if version > VERSION:
        raise JournalError(
            f"{path} was written by a newer rewoo_dsl (tables of version {version}; this reads {VERSION})"
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("SELECT count(*) FROM runs WHERE number = 0").fetchone()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    found: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return found


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _create(connection: sqlite3.Connection) -> None:
    """Unless somebody else did in the meantime."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's errors, said so that somebody can do something about them."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(f"{path} {_why(error)}") from error


def _why(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for beginning, why in _FAULTS.items():
        if name.startswith(beginning):
            return f"{why} ({error})"
    return f"cannot be used: {error}"


_FAULTS = {
    "SQLITE_NOTADB": "is not a journal: it is no SQLite database",
    "SQLITE_CORRUPT": "is damaged or cut short",
    "SQLITE_FULL": "cannot be written: the disk is full",
    "SQLITE_BUSY": f"cannot be written: another program has held it locked for {BUSY_SECONDS:g} s",
    "SQLITE_LOCKED": "cannot be written: it is locked",
    "SQLITE_READONLY": "cannot be written: it may only be read",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error",
}
