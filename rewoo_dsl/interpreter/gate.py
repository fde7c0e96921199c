"""A gate that calls of several runs pass: so many at once, so many in a time, and every run has its turn.

Runs that wait are served one after the other, one call each, so that a thousand calls of one run do not hold up the
one call of another. `spare` slots are for runs that have none: a run of slow calls cannot take all that there is.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import TypeAlias

from ..tools.rate import Rate

Run: TypeAlias = Hashable

_INSTANT = 1e-9
"""Two times closer than this are the same: sums of floats are not exact."""


class Gate:
    """A gate in one event loop. What has entered leaves.

    Attributes:
        inside: how many calls have entered and not left.
    """

    def __init__(self, slots: int | None = None, rate: Rate | None = None, *, spare: int = 0) -> None:
        self.inside = 0
        self._slots = slots
        self._rate = rate
        self._spare = spare
        self._held: dict[Run, int] = {}
        self._waiting: dict[Run, deque[asyncio.Future[None]]] = {}
        self._starts: deque[float] = deque(maxlen=None if rate is None else rate.calls)
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, run: Run) -> None:
        """Comes back when it is the run's turn."""
        if (not self._waiting or self._has_spare(run)) and self._may_enter(run):
            self._take(run)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run, deque()).append(turn)
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            self._give_up(run, turn)
            raise

    def leave(self, run: Run) -> None:
        self.inside -= 1
        self._held[run] -= 1
        if not self._held[run]:
            del self._held[run]
        self._serve()

    def _give_up(self, run: Run, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():
            self.leave(run)  # its turn came at the same moment
            return
        waiting = self._waiting.get(run, deque())
        if turn in waiting:
            waiting.remove(turn)
        if not waiting:
            self._waiting.pop(run, None)

    def _take(self, run: Run) -> None:
        self.inside += 1
        self._held[run] = self._held.get(run, 0) + 1
        if self._rate is not None:
            self._starts.append(asyncio.get_running_loop().time())

    # --- whose turn ---

    def _has_slot(self) -> bool:
        return self._slots is None or self.inside < self._slots

    def _has_spare(self, run: Run) -> bool:
        return self._slots is not None and run not in self._held and self.inside < self._slots + self._spare

    def _may_enter(self, run: Run) -> bool:
        return (self._has_slot() or self._has_spare(run)) and not self._seconds_to_wait()

    def _seconds_to_wait(self) -> float:
        """Until one more call keeps the rate; 0 when it does now."""
        if self._rate is None or len(self._starts) < self._rate.calls:
            return 0.0
        now = asyncio.get_running_loop().time()
        left = self._starts[0] + self._rate.seconds - now
        is_of_another_clock = self._starts[0] > now + _INSTANT
        return 0.0 if is_of_another_clock or left <= _INSTANT else left

    def _serve(self) -> None:
        """Lets in whoever may, the run that has waited longest first; it waits behind the others then."""
        while self._waiting and not self._seconds_to_wait():
            run = self._next()
            if run is None:
                return
            waiting = self._waiting.pop(run)
            turn = waiting.popleft()
            if waiting:
                self._waiting[run] = waiting
            if not turn.done():
                self._take(run)
                turn.set_result(None)
        if self._waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds_to_wait(), self._rate_allows)

    def _next(self) -> Run | None:
        if self._has_slot():
            return next(iter(self._waiting))
        if self._slots is None or self.inside >= self._slots + self._spare:
            return None
        return next((run for run in self._waiting if run not in self._held), None)

    def _rate_allows(self) -> None:
        self._timer = None
        self._serve()
