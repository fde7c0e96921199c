"""What holds at every moment of every run, whatever its plan: read off the trace, event by event.

    watch = Watch(linked, limits)
    for event in trace:
        watch.see(event)
    assert watch.told == []

Unlike the laws this needs no oracle and no reference, so it can look at any run: one of another driver, or one that
is still going on.
"""

from collections.abc import Iterable

from ..interpreter.limits import Limits
from ..interpreter.replay import ReplayError, machine_of, replay
from ..ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ..trace.events import (
    AttemptAbandoned,
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    ItemFinished,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
)

_Name = tuple[str, int | None, str, int]
_FINAL = ("succeeded", "skipped")


class Watch:
    """Looks at the events of one run in their order.

    Attributes:
        told: what was broken so far, a sentence each.
    """

    def __init__(self, linked: LinkedPlan, limits: Limits | None = None) -> None:
        self.told: list[str] = []
        self._limits = limits or Limits()
        self._linked = linked
        self._at = 0.0
        self._names: tuple[str, ...] = ()
        self._flying: set[_Name] = set()
        self._attempts: dict[tuple[str, int | None, str], int] = {}
        self._keys: dict[str, tuple[str, int | None, str]] = {}
        self._ended: dict[str, str] = {}
        self._running: set[str] = set()
        self._is_stopped = False
        self._is_over = False

    def see(self, event: Event) -> None:
        """The next event."""
        if self._is_over:
            self._tell(f"`{event.type}` after the end of the run")
        if event.at < self._at:
            self._tell(f"`{event.type}` at {event.at:g} s, and it was {self._at:g} s already")
        self._at = event.at
        match event:
            case RunStarted():
                self._names = event.steps
            case StepStarted():
                self._started(event)
            case AttemptStarted():
                self._attempt(event)
            case AttemptFinished() | AttemptAbandoned():
                self._flying.discard((event.step, event.item, event.branch, event.attempt))
            case ItemFinished():
                self._value(event, f"item {event.item} of {event.step}")
            case StepFinished():
                self._finished(event)
            case CancelAsked():
                self._is_stopped = True
            case RunFinished():
                self._end()
            case _:
                pass

    def _tell(self, what: str) -> None:
        self.told.append(what)

    def _started(self, event: StepStarted) -> None:
        if self._is_stopped:
            self._tell(f"{event.step} started after the run was cancelled")
        if event.step in self._running:
            self._tell(f"{event.step} started twice")
        if "/" not in event.step and event.step in self._ended:
            self._tell(f"{event.step} started again, and it had {self._ended[event.step]}")
        self._running.add(event.step)
        self._ended.pop(event.step, None)
        place, _, _ = event.step.rpartition("/")
        step = step_at(self._linked, event.step)
        for need in () if step is None else step.needs:
            way = f"{place}/{need}" if place else need
            if self._ended.get(way) not in _FINAL:
                self._tell(f"{event.step} started, and #{need} is {self._ended.get(way, 'not over')}")

    def _attempt(self, event: AttemptStarted) -> None:
        name = (event.step, event.item, event.branch)
        if self._is_stopped:
            self._tell(f"an attempt of {event.step} started after the run was cancelled")
        if event.step not in self._running:
            self._tell(f"an attempt of {event.step} started, and the step had not")
        if not event.subplan:
            self._flying.add((*name, event.attempt))
            if len(self._flying) > self._limits.concurrency:
                self._tell(f"{len(self._flying)} calls at once, and {self._limits.concurrency} are allowed")
        if self._keys.setdefault(event.key, name) != name:
            self._tell(f"{event.step} has the idempotency key of {self._keys[event.key][0]}")
        before = self._attempts.get(name, 0)
        if event.attempt != before + 1 and not (event.attempt == 1 and "/" in event.step):
            self._tell(f"attempt {event.attempt} of {event.step} follows attempt {before}")
        self._attempts[name] = event.attempt

    def _finished(self, event: StepFinished) -> None:
        self._value(event, event.step)
        if event.step in self._ended:
            self._tell(f"{event.step} ended twice: {self._ended[event.step]}, then {event.state}")
        if event.step not in self._running and event.state in ("succeeded", "skipped") and event.step != "return":
            self._tell(f"{event.step} has {event.state} without a start")
        self._running.discard(event.step)
        self._ended[event.step] = event.state

    def _value(self, event: StepFinished | ItemFinished, what: str) -> None:
        if event.state not in ("succeeded", "failed", "skipped", "blocked", "cancelled"):
            self._tell(f"{what} ended as {event.state}")
        if event.state != "succeeded" and event.value is not None:
            self._tell(f"{what} is {event.state} and has a value")
        if (event.reason is None) != (event.state == "succeeded"):
            self._tell(f"{what} is {event.state} for the reason {event.reason}")

    def _end(self) -> None:
        self._is_over = True
        open_steps = [name for name in self._names if name not in self._ended]
        if open_steps:
            self._tell(f"the run is over, and {', '.join(open_steps)} is not")
        if self._flying:
            self._tell(f"the run is over, and {len(self._flying)} calls are under way")


def invariants(linked: LinkedPlan, trace: Iterable[Event], limits: Limits | None = None) -> list[str]:
    """What a finished run has broken, a sentence each."""
    watch = Watch(linked, limits)
    ended = False
    for event in trace:
        watch.see(event)
        ended = isinstance(event, RunFinished)
    return watch.told if ended else [*watch.told, "the run has no end"]


def replayed_alike(linked: LinkedPlan, trace: Iterable[Event]) -> list[str]:
    """What keeps a trace from being lived through again; nothing does."""
    events = list(trace)
    machine = machine_of(linked, events)
    try:
        replay(machine, events)
    except ReplayError as error:
        return [f"the trace cannot be replayed: {error}"]
    return [] if machine.is_over else ["a machine that lived through the trace is not at its end"]


def step_at(linked: LinkedPlan, way: str) -> LinkedStep | None:
    """The step that is named by its whole way, such as `E4[2]/E1` or `E4.fallback/E1`."""
    *calls, last = way.split("/")
    for one in calls:
        place, _, branch = one.partition(".")
        step = _named(linked, place.partition("[")[0])
        action = (
            None
            if step is None
            else {"": step.do, "do": step.do, "otherwise": step.otherwise}.get(branch, step.fallback)
        )
        if not isinstance(action, LinkedCall) or not isinstance(action.target, LinkedPlan):
            return None
        linked = action.target
    return _named(linked, last)


def _named(linked: LinkedPlan, name: str) -> LinkedStep | None:
    return next((step for step in linked.steps if step.name == name), None)


__all__ = ["Watch", "invariants", "replayed_alike", "step_at"]
