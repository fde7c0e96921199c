"""What every part of the machine shares: the run's settings, its open work, and the way out.

The parts (`steps`, `items`, `approvals`, `subplans`, `stopping`) are functions over a `Core`. What one part has to
tell another goes through the agenda, a queue that the machine works off until it is empty. So no part imports the one
that imports it, and a chain of a hundred thousand steps is a loop, not a recursion.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ..tools.rate import Rate
from ..tools.results import ResultLimits
from ..trace.events import Event
from .limits import Limits
from .messages import Command, SetTimer
from .meters import Meter
from .state import Item, Question, Scope

Job: TypeAlias = Literal[
    "start", "block", "item_done", "enter", "scope_done", "retry", "expire", "look_at_clock", "ceiling", "approved",
    "declined", "rate",
]  # fmt: skip
"""What is left to do with a step, item, scope or meter. Text, for to look up a member of an enum takes long."""


@dataclass(frozen=True, slots=True, eq=False)
class Timer:
    """What is to be done when a time is over, and when that is; `name` as in `TimerRang`."""

    job: Job
    subject: Any
    due: float
    name: str


@dataclass(slots=True, eq=False)
class Core:
    """The state of a run beside its scopes.

    `ready` are items whose tool call waits for a slot, and plain calls not begun yet (`steps.begin_plain`); `parked`
    are those of a tool that has no slot of its own left, or was started too often of late (`turns`): `starts` are the
    times of its last ones. `flying` are the attempts that run, by number; a cancelled
    one stays until its end is reported. `clocks` are the meters that measure time. `given` are values of steps of the
    root plan that do not run; `policy_calls` counts what the policy allows only so often. While
    the run `is_left`, nothing is called.
    """

    run: str
    limits: Limits
    seed: int
    asks: bool
    tool_slots: Mapping[str, int]
    tool_timeouts: Mapping[str, float]
    tool_rates: Mapping[str, Rate]
    free: int
    result_limits: ResultLimits
    at: float = 0.0
    out: list[Command] = field(default_factory=list)
    agenda: deque[tuple[Job, Any]] = field(default_factory=deque)
    ready: deque[Item | tuple[Scope, int]] = field(default_factory=deque)
    parked: dict[str, deque[Item]] = field(default_factory=dict)
    in_use: dict[str, int] = field(default_factory=dict)
    starts: dict[str, deque[float]] = field(default_factory=dict)
    waiting_for_rate: set[str] = field(default_factory=set)
    flying: dict[int, Item] = field(default_factory=dict)
    pausing: set[Item] = field(default_factory=set)
    questions: dict[int, Question] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    clocks: list[Meter] = field(default_factory=list)
    given: Mapping[str, Any] = field(default_factory=dict)
    is_left: bool = False
    policy_calls: dict[str, int] = field(default_factory=dict)
    evidence_bytes: int = 0
    numbers: int = 0

    def record(self, event: Event) -> None:
        self.out.append(event)

    def later(self, job: Job, subject: Any) -> None:
        self.agenda.append((job, subject))

    def number(self) -> int:
        """A number that nothing else in this run has."""
        self.numbers += 1
        return self.numbers

    def wake(self, meter: Meter) -> None:
        """A clock that stood while somebody was asked goes on."""
        meter.sleeps = False
        self.later("look_at_clock", meter)

    def set_timer(self, delay: float, job: Job, subject: Any, name: str) -> None:
        timer = self.number()
        delay = max(0.0, delay)
        self.timers[timer] = Timer(job, subject, self.at + delay, name)
        self.out.append(SetTimer(timer, delay, name))
