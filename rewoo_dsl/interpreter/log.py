"""Where a driver writes what happens, when the run is to outlive its process."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from ..diag.errors import JournalError
from ..trace.events import Event


class Log(Protocol):
    """One run in a journal; `trace.journal.RunLog` is one."""

    def append(self, events: Sequence[Event], /) -> None:
        """Keeps what came of one input. Returns at once."""

    def durable(self) -> Awaitable[None]:
        """Comes back when all that was appended will outlive the process. Raises `JournalError` when it cannot."""

    def watch(self, *, cancel: Callable[[], None], fail: Callable[[JournalError], None]) -> None:
        """From now on `cancel` is called when another process asks for it, and `fail` when nothing can be written any
        more; both from any thread."""
