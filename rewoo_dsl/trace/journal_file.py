"""The file of a journal. A commit in it outlives a power cut."""

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from ..diag.errors import JournalError
from . import database

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


_KIND = database.Kind(
    "journal", APPLICATION, VERSION, _TABLES, "SELECT count(*) FROM runs WHERE number = 0", JournalError
)


def connect(path: Path, *, busy_seconds: float, create: bool = True) -> sqlite3.Connection:
    """A connection to a journal; a new one is made where there is no file, or an empty one.

    Raises:
        JournalError: it cannot be opened, or is something else.
    """
    return database.connect(path, _KIND, busy_seconds=busy_seconds, create=create)


def told(path: Path) -> AbstractContextManager[None]:
    """SQLite's errors as `JournalError`, said so that somebody can do something about them."""
    return database.told(path, _KIND)
