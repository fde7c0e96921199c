"""What a tool may know about the call it is in: `CallContext`.

A parameter annotated `CallContext` is filled by whoever drives the run and never shows in the tool's schema.
One context belongs to one attempt, so that what an abandoned attempt still reports cannot be mistaken for the next
one's.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from ..ir.signature import Schema
from .results import ResultLimits


@dataclass(slots=True)
class Usage:
    """What a call has used of models, as the tool reports it. Safe to add to from several threads.

    `cached_tokens` are part of `input_tokens`.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def add(
        self,
        *,
        calls: int = 0,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cached_tokens: int = 0,
        cost: float = 0.0,
    ) -> None:
        """Add to the counts; `cost` is in USD."""
        if min(calls, input_tokens, output_tokens, cached_tokens, cost) < 0:
            raise ValueError("usage is only ever added, so no count may be negative")
        with self._lock:
            self.calls += calls
            self.input_tokens += input_tokens
            self.output_tokens += output_tokens
            self.cached_tokens += cached_tokens
            self.cost += cost


_DEFAULT_LIMITS = ResultLimits()


@dataclass(slots=True, eq=False)
class CallContext:
    """One attempt of one call.

    Attributes:
        step: the step's name, without `#`.
        item: the index of the item in a `for`, else None.
        attempt: 1 for the first attempt.
        branch: which clause calls: `do`, `otherwise` or `fallback`.
        idempotency_key: the same for all attempts of this step and item, and after a resume.
        declared: the step's declared type as JSON Schema, None when it declares none.
        deadline: when this attempt is given up, in seconds on `clock`; None for never.
        clock: the run's clock, not the day's.
        limits: what the result may weigh.
        executor: where plain functions run; None means the event loop's own threads.
        cancelled: set once nobody waits for this attempt any more. A plain function that runs in a thread cannot
            be interrupted: a long one should look here now and then and return.
        origin: who gives the result. What answers in a tool's place (a cache, a record) says so here.
    """

    step: str = ""
    item: int | None = None
    attempt: int = 1
    idempotency_key: str = ""
    declared: Schema | None = None
    deadline: float | None = None
    clock: Callable[[], float] = time.monotonic
    limits: ResultLimits = _DEFAULT_LIMITS
    executor: Executor | None = None
    cancelled: bool = False
    branch: str = "do"
    origin: Literal["tool", "cache", "record", "person"] = "tool"
    _usage: Usage | None = None

    @property
    def usage(self) -> Usage:
        """What this attempt reported so far."""
        if self._usage is None:
            self._usage = Usage()
        return self._usage

    @property
    def has_usage(self) -> bool:
        """Whether the tool reported anything at all."""
        return self._usage is not None

    def remaining(self) -> float | None:
        """Seconds until the deadline, never below 0; None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - self.clock())
