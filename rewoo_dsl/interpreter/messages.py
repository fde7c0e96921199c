"""What goes into the machine and what comes out of it.

A driver feeds *inputs*, each with the time at which it happened, and carries out *commands*; the trace's events come
out among the commands, in the order in which they happened. A driver keeps no knowledge of plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..ir.signature import Schema, Signature
from ..trace.events import ApprovalAsked, AttemptStarted, Event, Origin, Reason

# --- in -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Start:
    """Begin. Fed once, first."""

    at: float = 0.0


@dataclass(slots=True)
class Finished:
    """An attempt is over. `reason` is None when it gave `value`.

    `lost` says that nobody knows whether the tool did its work (a time-out, a lost connection). `retryable` is False
    when the tool itself said that trying again is no use. `usage` counts `calls` (of models), `input_tokens`,
    `output_tokens`, `cached_tokens` and `cost`; None when nothing was reported.
    """

    attempt: int
    value: Any
    at: float
    reason: Reason | None = None
    message: str = ""
    lost: bool = False
    retryable: bool = True
    usage: Mapping[str, float] | None = None
    origin: Origin = "tool"


@dataclass(slots=True)
class TimerFired:
    timer: int
    at: float


@dataclass(slots=True)
class Answered:
    """A person answered what `Ask` number `question` asked; `binding` repeats what was answered."""

    question: int
    binding: str
    yes: bool
    at: float


@dataclass(slots=True)
class Cancel:
    """Stop everything now."""

    at: float


@dataclass(slots=True)
class Leave:
    """This driver is about to go. Nothing is to be called any more until `Resume`; ends of attempts are still heard."""

    at: float


@dataclass(slots=True)
class Resume:
    """A new driver takes over. It is told again of all calls, timers and questions that are open.

    The time since the last input counts for no limit. Attempts that were told to stop have ended with the old driver.
    """

    at: float


Input: TypeAlias = Start | Finished | TimerFired | Answered | Cancel | Leave | Resume


# --- out ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Call:
    """Start attempt number `attempt` now and report its end by `Finished`.

    `started` is the event that records it: the tool's name, the exact arguments, the idempotency key. `timeout` is
    in seconds; the driver gives the attempt up when they are over.
    """

    attempt: int
    started: AttemptStarted
    signature: Signature
    declared: Schema | None
    timeout: float | None


@dataclass(slots=True)
class Stop:
    """Cancel a running attempt. Its `Finished` is still expected; what it says no longer matters but for usage."""

    attempt: int


@dataclass(slots=True)
class SetTimer:
    """Feed `TimerFired` when `delay` seconds are over. One that fires late or for nothing does no harm.

    `name` says what it is for, as `TimerRang` does.
    """

    timer: int
    delay: float
    name: str


@dataclass(slots=True)
class Ask:
    """Ask a person, and report the answer by `Answered`."""

    question: int
    asked: ApprovalAsked


@dataclass(slots=True)
class Withdraw:
    """Nobody waits for the answer any more."""

    question: int


Command: TypeAlias = Call | Stop | SetTimer | Ask | Withdraw | Event
