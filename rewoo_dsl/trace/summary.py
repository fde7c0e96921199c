"""A trace read back: what became of every step, how long it took, what was tried.

`Trace` takes events one by one, so progress on a terminal and a finished log are read by the same code. Steps of
sub-plans are found under their whole path (`E4[2]/E1`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .events import (
    ApprovalAnswered,
    ApprovalAsked,
    AttemptAbandoned,
    AttemptFinished,
    AttemptStarted,
    Branch,
    CancelAsked,
    Event,
    ItemFinished,
    Reason,
    RetryScheduled,
    RunFinished,
    RunLeft,
    RunResumed,
    RunStarted,
    State,
    StepFinished,
    StepStarted,
    TimerRang,
)


@dataclass(slots=True)
class AttemptTrace:
    """One attempt. `reason` is None while it runs and when it gave a value."""

    started: AttemptStarted
    finished: AttemptFinished | None = None
    abandoned: bool = False

    @property
    def reason(self) -> Reason | None:
        return None if self.finished is None else self.finished.reason

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished is None else self.finished.at - self.started.at


@dataclass(slots=True)
class StepTrace:
    """One step as far as the events tell. `items` is the length of a `for`, of which `ended` have come to their end."""

    name: str
    state: State = "waiting"
    value: Any = None
    reason: Reason | None = None
    message: str = ""
    branch: Branch = "do"
    started_at: float | None = None
    finished_at: float | None = None
    items: int | None = None
    ended: list[ItemFinished] = field(default_factory=list)
    attempts: list[AttemptTrace] = field(default_factory=list)
    retries: int = 0
    asked: ApprovalAsked | None = None
    answer: str | None = None

    @property
    def is_final(self) -> bool:
        return self.finished_at is not None

    @property
    def is_asking(self) -> bool:
        """Whether a person is asked, and has not answered."""
        return self.asked is not None and self.answer is None and not self.is_final

    @property
    def running(self) -> list[AttemptTrace]:
        """The attempts that have not ended."""
        return [attempt for attempt in self.attempts if attempt.finished is None and not attempt.abandoned]

    def seconds(self, at: float | None = None) -> float | None:
        """From its start to its end, or to `at` while it has none. None when it never started."""
        end = at if self.finished_at is None else self.finished_at
        return None if self.started_at is None or end is None else end - self.started_at


class Trace:
    """The steps of a run, by name, in order of the plan; those of sub-plans as they come."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.steps: dict[str, StepTrace] = {}
        self.at = 0.0
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Takes the next event."""
        self.at = max(self.at, event.at)
        match event:
            case RunStarted():
                self.started = event
                self.steps = {name: StepTrace(name) for name in event.steps}
            case RunFinished():
                self.finished = event
            case StepStarted():
                self.steps[event.step] = StepTrace(event.step, "ready", started_at=event.at, items=event.items)
            case TimerRang() | CancelAsked() | RunLeft() | RunResumed():
                pass  # what comes of them are events of their own
            case _:
                _add(self._step(event.step), event)

    def _step(self, name: str) -> StepTrace:
        step = self.steps.get(name)
        if step is None:
            step = self.steps[name] = StepTrace(name)
        return step

    @property
    def top_level(self) -> list[StepTrace]:
        """The steps of the plan itself, without `return` and without those of sub-plans."""
        names = () if self.started is None else self.started.steps
        return [self.steps[name] for name in names]

    def count(self, state: State) -> int:
        """How many of the plan's own steps are in this state."""
        return sum(step.state == state for step in self.top_level)


def _add(
    step: StepTrace,
    event: AttemptStarted
    | AttemptFinished
    | AttemptAbandoned
    | RetryScheduled
    | ApprovalAsked
    | ApprovalAnswered
    | ItemFinished
    | StepFinished,
) -> None:
    match event:
        case AttemptStarted():
            step.state = "running"
            step.attempts.append(AttemptTrace(event))
        case AttemptFinished():
            attempt = _attempt(step, event)
            if attempt is not None:
                attempt.finished = event
        case AttemptAbandoned():
            attempt = _attempt(step, event)
            if attempt is not None:
                attempt.abandoned = True
        case RetryScheduled():
            step.retries += 1
        case ApprovalAsked():
            step.asked, step.answer = event, None
        case ApprovalAnswered():
            step.answer = event.answer
        case ItemFinished():
            step.ended.append(event)
        case StepFinished():
            step.state, step.value, step.reason = event.state, event.value, event.reason
            step.message, step.branch, step.finished_at = event.message, event.branch, event.at


def _attempt(step: StepTrace, event: AttemptFinished | AttemptAbandoned) -> AttemptTrace | None:
    """The attempt that the event speaks of: nearly always one of the last."""
    for attempt in reversed(step.attempts):
        started = attempt.started
        if (started.item, started.branch, started.attempt) == (event.item, event.branch, event.attempt):
            return attempt
    return None
