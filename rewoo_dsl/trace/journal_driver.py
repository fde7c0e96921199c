"""Who drives a run: a driver has a name and holds the lock of a file of that name, as long as its process lives.

A run's row in the journal says who drives it. One lock serves all runs of a journal's owner, the operating system
releases it when the process is killed, and a driver whose lock can be taken is dead. A driver's name is never used
again, so its file can be removed without a race.
"""

import uuid
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..diag.errors import JournalError


class Driver:
    """This process, as far as one journal is concerned."""

    def __init__(self, journal: Path) -> None:
        self.name = uuid.uuid4().hex
        self._path = _lock_path(journal, self.name)
        self._lock = FileLock(self._path, thread_local=False)
        try:
            self._lock.acquire(blocking=False)
        except OSError as error:
            raise JournalError(f"{journal} cannot be written: no file can be made beside it ({error})") from error

    def close(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._lock.release()


def is_alive(journal: Path, name: str) -> bool:
    """Whether the process that drives under this name still runs; what a dead one left behind is cleared away."""
    path = _lock_path(journal, name)
    if not path.exists():
        return False
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    except OSError:
        return True  # nobody can tell: better not to run it twice
    with suppress(OSError):
        path.unlink(missing_ok=True)
    lock.release()
    return False


def _lock_path(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}-driver-{name}")
