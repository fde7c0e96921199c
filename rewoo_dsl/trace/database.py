"""An SQLite file that says what it is: opened, made where there is none, and refused when it is something else.

Journals and caches are such files. Every fault of one is told in one sentence. WAL lets others read while one writes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..diag.errors import RewooError


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is.

    Attributes:
        name: for messages, such as `journal`.
        application: where SQLite keeps what program a file belongs to.
        version: of the tables. Older files stay readable; newer ones are refused.
        tables: what makes them, and `look` what a sound file answers.
        error: what is raised.
        synchronous: `FULL`, and a commit outlives a power cut; `NORMAL`, and the last ones may be lost by one.
    """

    name: str
    application: int
    version: int
    tables: str
    look: str
    error: type[RewooError]
    synchronous: Literal["FULL", "NORMAL"] = "FULL"


def connect(path: Path, kind: Kind, *, busy_seconds: float, create: bool = True) -> sqlite3.Connection:
    """A connection to a file of this kind; a new one is made where there is no file, or an empty one.

    `busy_seconds` is how long another program may hold the file before that is an error.

    Raises:
        RewooError: the kind's error: it cannot be opened, or is something else.
    """
    if path.is_dir():
        raise kind.error(f"{path} is a folder, not a {kind.name}")
    if not path.parent.is_dir():
        raise kind.error(f"{path} cannot be a {kind.name}: there is no folder {path.parent}")
    if not create and not path.exists():
        raise kind.error(f"there is no {kind.name} {path}")
    with told(path, kind):
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path, kind)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, kind: Kind) -> None:
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if (application, version) == (0, 0) and _is_empty(connection):
        _create(connection, kind)
        application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if application != kind.application:
        raise kind.error(f"{path} is a database of another program, not a {kind.name}")
    if version > kind.version:
        raise kind.error(
            f"{path} was written by a newer rewoo_dsl (tables of version {version}; this reads {kind.version})"
        )
    connection.execute(f"PRAGMA synchronous = {kind.synchronous}")
    connection.execute(kind.look).fetchone()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    found: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return found


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _create(connection: sqlite3.Connection, kind: Kind) -> None:
    """Unless somebody else did in the meantime."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            for statement in kind.tables.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {kind.application}")
            connection.execute(f"PRAGMA user_version = {kind.version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path, kind: Kind) -> Iterator[None]:
    """SQLite's errors, said so that somebody can do something about them."""
    try:
        yield
    except sqlite3.Error as error:
        raise kind.error(f"{path} {_why(error, kind)}") from error


def _why(error: sqlite3.Error, kind: Kind) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for beginning, why in _FAULTS.items():
        if name.startswith(beginning):
            return f"{why.format(kind=kind.name)} ({error})"
    return f"cannot be used: {error}"


_FAULTS = {
    "SQLITE_NOTADB": "is not a {kind}: it is no SQLite database",
    "SQLITE_CORRUPT": "is damaged or cut short",
    "SQLITE_FULL": "cannot be written: the disk is full",
    "SQLITE_BUSY": "cannot be written: another program has held it locked for too long",
    "SQLITE_LOCKED": "cannot be written: it is locked",
    "SQLITE_READONLY": "cannot be written: it may only be read",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error",
}
