"""A recorded run, lived through again: its events bring a machine to where the run was when they end.

    machine = machine_of(linked, events)
    replayed = replay(machine, events)
    replayed.open_calls, replayed.unrecorded

The machine is deterministic, so what reached a run from outside is enough to bring it back: ends of attempts, timers,
answers, cancellation (`trace.events` says which events these are). They are fed in the order of the log and find their
call, timer or question by step, item, branch and attempt, never by a running number. All other events follow from
them. Each is compared with the recorded one, and a log that another plan, another program or somebody's editor wrote
is found at its first event that differs.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..diag.abridge import abridge
from ..diag.errors import RewooError
from ..ir.linked import LinkedPlan
from ..ir.policy import load_policy
from ..tools.rate import Rate
from ..trace.events import (
    ApprovalAnswered,
    AttemptAbandoned,
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    RunLeft,
    RunResumed,
    RunStarted,
    TimerRang,
)
from .limits import Limits
from .machine import Machine
from .messages import (
    Answered,
    Ask,
    Call,
    Cancel,
    Command,
    Finished,
    Input,
    Leave,
    Resume,
    SetTimer,
    Start,
    Stop,
    TimerFired,
)

AttemptName: TypeAlias = tuple[str, int | None, str, int]
"""Step, item, branch and number of an attempt: what it is called in every process."""


class ReplayError(RewooError):
    """A log is not what this plan's run would have written. `place` counts its events from 0."""

    def __init__(self, place: int, message: str) -> None:
        self.place = place
        super().__init__(f"event {place}: {message}")


@dataclass(slots=True)
class Replayed:
    """Where a run was when its log ends.

    Attributes:
        at: the time of the last event, on the run's clock.
        open_calls: attempts that had begun, and whose end somebody still waits for, by name.
        unrecorded: events that follow from the log and are not in it: it was cut off in the middle of them.
    """

    at: float = 0.0
    open_calls: dict[AttemptName, Call] = field(default_factory=dict)
    unrecorded: tuple[Event, ...] = ()


def machine_of(linked: LinkedPlan, events: Iterable[Event]) -> Machine:
    """A machine for the same run: its id, inputs, limits and seed are in the first event."""
    started = next(iter(events), None)
    if not isinstance(started, RunStarted):
        raise ReplayError(0, "a log begins with `run_started`")
    return Machine(
        linked,
        started.inputs,
        run=started.run,
        now=started.now,
        limits=Limits(**started.limits),
        seed=started.seed,
        tool_slots=started.tool_slots,
        tool_timeouts=started.tool_timeouts,
        tool_rates={tool: Rate(*rate) for tool, rate in started.tool_rates.items()},
        given=started.given,
        parent=started.parent,
        policy=None if started.policy is None else load_policy(started.policy),
        request=started.request,
    )


def replay(machine: Machine, events: Iterable[Event]) -> Replayed:
    """Feeds a new machine with what a log says.

    Raises:
        ReplayError: an event is not the one that the plan's run would have had there.
    """
    return _Replay(machine).read(events)


class _Replay:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._expected: deque[Event] = deque()
        self._calls: dict[AttemptName, Call] = {}
        self._stopped: dict[AttemptName, deque[Call]] = {}
        self._timers: dict[str, int] = {}
        self._questions: dict[str, int] = {}

    def read(self, events: Iterable[Event]) -> Replayed:
        at = 0.0
        for place, event in enumerate(events):
            at = event.at
            if isinstance(event, AttemptAbandoned):
                continue  # the driver's own word: nothing follows from it
            if not self._expected:
                self._feed(place, event)
            expected = self._expected.popleft()
            if expected != event:
                raise ReplayError(place, f"the run would have had {_told(expected, event)}")
        return Replayed(at, self._calls, tuple(self._expected))

    def _feed(self, place: int, event: Event) -> None:
        for command in self._machine.feed(self._input(place, event)):
            self._remember(command)
        if not self._expected:
            raise ReplayError(place, f"nothing comes of `{event.type}` there")

    def _remember(self, command: Command) -> None:
        match command:
            case Call():
                self._calls[name_of(command.started)] = command
            case SetTimer():
                self._timers[command.name] = command.timer
            case Ask():
                self._questions[command.asked.step] = command.question
            case Stop():
                name = next(name for name, call in self._calls.items() if call.attempt == command.attempt)
                self._stopped.setdefault(name, deque()).append(self._calls.pop(name))
            case _ if hasattr(command, "type"):
                self._expected.append(command)  # type: ignore[arg-type]  # only events have a type

    def _input(self, place: int, event: Event) -> Input:
        """What reached the run from outside, where this event is the first that came of it."""
        match event:
            case RunStarted():
                return Start(event.at)
            case AttemptFinished() if (call := self._ended(event)) is not None:
                return finished_of(call, event)
            case TimerRang() if (timer := self._timers.pop(event.timer, None)) is not None:
                return TimerFired(timer, event.at)
            case ApprovalAnswered() if (question := self._questions.pop(event.step, None)) is not None:
                return Answered(question, event.binding, event.answer == "yes", event.at)
            case CancelAsked():
                return Cancel(event.at)
            case RunLeft():
                return Leave(event.at)
            case RunResumed():
                self._calls.clear()  # those that go on are told of again
                self._stopped.clear()  # and these ended with the old driver
                return Resume(event.at)
        raise ReplayError(place, f"the run has no `{event.type}` there")

    def _ended(self, event: AttemptFinished) -> Call | None:
        """A sub-plan that is tried again has attempts of the same names, while stopped ones may still be ending: these
        end as `cancelled`, and no others do."""
        name = name_of(event)
        if event.reason != "cancelled":
            return self._calls.pop(name, None)
        stopped = self._stopped.get(name)
        return stopped.popleft() if stopped else None


def name_of(event: AttemptStarted | AttemptFinished) -> AttemptName:
    """What an attempt is called in every process."""
    return event.step, event.item, event.branch, event.attempt


def finished_of(call: Call, event: AttemptFinished) -> Finished:
    """The end of a call as a log has it."""
    return Finished(
        call.attempt,
        event.value,
        event.at,
        event.reason,
        event.message,
        event.lost,
        event.retryable,
        event.usage or None,
        event.origin,
    )


def _told(expected: Event, found: Event) -> str:
    """Where two events differ, in words."""
    if type(expected) is not type(found):
        return f"`{expected.type}`, not `{found.type}`"
    ours, theirs = _fields(expected), _fields(found)
    name = next(name for name in ours if ours[name] != theirs[name])
    return f"`{expected.type}` with {name} {_shown(ours[name])}, not {_shown(theirs[name])}"


def _fields(event: Event) -> Mapping[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def _shown(value: Any) -> str:
    return abridge(repr(value), 60)
