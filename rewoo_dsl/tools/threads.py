"""Where plain functions run: threads that nobody has to wait for.

`concurrent.futures.ThreadPoolExecutor` joins its threads when the process ends, so one tool that hangs would keep
`rewoo run` from ever returning. These threads are daemons, kept for reuse while idle. A thread cannot be stopped from
outside: when a call is given up, its thread is *abandoned*, runs on until its function returns, and what it returns
is dropped. Abandoned threads are counted, and beyond `max_threads` a call fails at once and says why.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from ..diag.errors import ToolError

T = TypeVar("T")


class Threads(Executor):
    """An executor that runs share. It never waits: told to `rest` or to shut down, idle threads end at once, busy ones
    after their call."""

    def __init__(self, max_threads: int = 128) -> None:
        self._max = max_threads
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = Lock()
        self._threads = 0
        self._idle = 0
        self._closed = False
        self._resting = False

    @property
    def busy(self) -> int:
        """How many threads are in a call, also in one that nobody waits for any more."""
        with self._lock:
            return self._threads - self._idle

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` in a thread. Raises `ToolError` when closed or when every thread still hangs in an old call."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                self._mark_idle()
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                # Whatever it is, it belongs to the caller who waits, never to this thread.
                self._mark_idle()
                future.set_exception(error)
            else:
                # Idle first: whoever waits may submit the next call at once and should find this thread.
                self._mark_idle()
                future.set_result(result)

        with self._lock:
            if self._closed:
                raise ToolError("the run is over, so no further tool is called", retryable=False)
            self._resting = False
            if self._idle:
                self._idle -= 1
            else:
                self._start_thread()
            self._jobs.put(job)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # Executor's own
        """Let idle threads end. Never waits, whatever `wait` says: a hanging tool must not hold up the process."""
        self._closed = True
        self.rest()

    def rest(self) -> None:
        """Nothing is to be done for now: no thread is kept. The next call begins with a new one."""
        with self._lock:
            self._resting = True
            for _ in range(self._idle):
                self._end_thread()
            self._idle = 0

    def _start_thread(self) -> None:
        if self._threads >= self._max:
            raise ToolError(f"all {self._max} threads for plain functions are taken by calls that have not returned")
        Thread(target=self._work, name="rewoo-tool", daemon=True).start()
        self._threads += 1

    def _mark_idle(self) -> None:
        with self._lock:
            if self._resting:
                self._end_thread()
            else:
                self._idle += 1

    def _end_thread(self) -> None:
        """One of those that wait, or will, takes this for its end."""
        self._threads -= 1
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job
