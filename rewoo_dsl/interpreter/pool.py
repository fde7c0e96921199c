"""What runs in one event loop share: threads for plain functions, and turns at tools that may only be called so often.

    pool = Pool(tool_rates={"search": "10/s"})
    await asyncio.gather(*(run(linked, tools, pool=pool) for linked in plans))

The limits of a run (`Limits`) hold for that run; those of a pool hold for all of its runs together, because whoever
answers an API does not care which run asks. A call that waits for other runs has not begun: no time-out runs. It keeps
its slot in its own run, so a run can only hold up itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, ref

from ..diag.errors import ToolError
from ..tools.rate import Rate
from ..tools.threads import Threads
from ..tools.tool import Tool
from .gate import Gate
from .limits import Limits

T = TypeVar("T")


class Pool:
    """Shared by runs of one event loop at a time. Without one, runs share the pool of their event loop.

    Tools are the same for a pool when they have the same name and the same limits.
    """

    def __init__(
        self,
        *,
        concurrency: int | None = None,
        threads: int = 128,
        spare_threads: int = 128,
        abandoned_threads: int = 256,
        tool_concurrency: Mapping[str, int] | None = None,
        tool_rates: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            concurrency: calls running at once, of all runs together.
            threads: how many plain functions may run at once.
            spare_threads: threads beyond these, for runs that have none: what hangs in one run does not stop another.
            abandoned_threads: how many may hang in calls that nobody waits for any more, before a call of a plain
                function fails at once.
            tool_concurrency: calls of single tools running at once, by name, instead of what the tool says.
            tool_rates: how often calls of single tools may start, by name, instead of what the tool says.
        """
        if min(threads, 1 if concurrency is None else concurrency, *(tool_concurrency or {}).values()) < 1:
            raise ValueError("a pool lets at least 1 call run: with less, nothing would ever run")
        self._slots = dict(tool_concurrency or {})
        self._rates = {tool: Rate.parse(rate) for tool, rate in (tool_rates or {}).items()}
        self._threads = Threads(threads + spare_threads + abandoned_threads)
        self._in_threads = Gate(threads, spare=spare_threads)
        self._all = None if concurrency is None else Gate(concurrency)
        self._gates: dict[tuple[str, int | None, Rate | None], Gate] = {}
        self._seats: set[Seat] = set()
        self._loop: Callable[[], object] = lambda: None

    @property
    def abandoned(self) -> int:
        """How many threads hang in calls that nobody waits for any more."""
        return max(0, self._threads.busy - self._in_threads.inside)

    def join(self, tools: Mapping[str, Tool], limits: Limits) -> "Seat":
        """A place for one run. Raises `RuntimeError` when runs of another event loop are in the pool."""
        loop = asyncio.get_running_loop()
        if self._seats and self._loop() is not loop:
            raise RuntimeError("a pool is for the runs of one event loop at a time: give each loop one of its own")
        self._loop = ref(loop)
        gates = {name: self._gates_of(tool, limits) for name, tool in tools.items()}
        seat = Seat(self._threads, {name: several for name, several in gates.items() if several}, self._leave)
        self._seats.add(seat)
        return seat

    def _leave(self, seat: "Seat") -> None:
        """The last one turns off the light."""
        self._seats.discard(seat)
        if not self._seats:
            self._threads.rest()

    def _gates_of(self, tool: Tool, limits: Limits) -> tuple[Gate, ...]:
        """What a call of the tool has to pass, in this order: nobody waits for one gate with a slot of a later one."""
        name = tool.name
        slots = self._slots.get(name, None if name in limits.tool_concurrency else tool.max_parallel)
        own = None if tool.rate is None or name in limits.tool_rates else Rate.parse(tool.rate)
        rate = self._rates.get(name, own)
        gates = []
        if slots is not None or rate is not None:
            key = (name, slots, rate)
            gates.append(self._gates.setdefault(key, Gate(slots, rate)))
        if tool.in_thread:
            gates.append(self._in_threads)
        if self._all is not None:
            gates.append(self._all)
        return tuple(gates)


class Seat(Executor):
    """One run's place in a pool, and where its plain functions run."""

    def __init__(
        self, threads: Threads, gates: Mapping[str, tuple[Gate, ...]], leave: "Callable[[Seat], None]"
    ) -> None:
        self._threads = threads
        self._gates = gates
        self._leave = leave
        self._closed = False

    def waits_for(self, tool: str) -> bool:
        """Whether a call of the tool has a gate to pass."""
        return tool in self._gates

    async def enter(self, tool: str) -> None:
        """Comes back when the tool may be called; `leave` it then."""
        entered: list[Gate] = []
        try:
            for gate in self._gates[tool]:
                await gate.enter(self)
                entered.append(gate)
        except BaseException:
            for gate in entered:
                gate.leave(self)
            raise

    def leave(self, tool: str) -> None:
        for gate in self._gates[tool]:
            gate.leave(self)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` in a thread. Raises `ToolError` when the run is over, or too many threads hang in old calls."""
        if self._closed:
            raise ToolError("the run is over, so no further tool is called", retryable=False)
        return self._threads.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # Executor's own
        """The run is over. Never waits, whatever `wait` says."""
        if not self._closed:
            self._closed = True
            self._leave(self)


_POOLS: "WeakKeyDictionary[asyncio.AbstractEventLoop, Pool]" = WeakKeyDictionary()


def pool_of_loop() -> Pool:
    """The pool that runs of this event loop share when they are given none."""
    return _POOLS.setdefault(asyncio.get_running_loop(), Pool())
