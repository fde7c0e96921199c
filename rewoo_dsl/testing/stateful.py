"""A run in which anything may happen next: a hypothesis state machine over the public `Machine.feed`.

    class MyRuns(RunMachine):
        def a_plan(self, draw):
            return check(MY_PLAN, my_registry).require()

    TestMyRuns = MyRuns.TestCase

Rules end an attempt (with a value, an error, nobody knows what, too late, with the wrong type), let a timer fire,
answer, cancel, or crash, replay and resume, in any order. After every one of them all that
always holds is looked at (`invariants.py`), and at the end the run ends, and can be lived through again. Whatever order
fails is shrunk to a few rules.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ..interpreter import Limits, Machine
from ..interpreter.messages import (
    Answered,
    Ask,
    Call,
    Cancel,
    Command,
    Finished,
    Input,
    Resume,
    SetTimer,
    Start,
    Stop,
    TimerFired,
    Withdraw,
)
from ..interpreter.replay import machine_of, replay
from ..ir.linked import LinkedPlan
from ..trace.events import Event
from .dense import linked_plan
from .drawing import drawn
from .invariants import Watch, replayed_alike

VALUES = st.sampled_from(["done", ["a", "b", "c"], [], 12, None, {"a": "b"}])
LIMITS = st.builds(
    Limits,
    concurrency=st.integers(1, 4),
    tool_calls=st.sampled_from([None, None, 0, 1, 3]),
    evidence_bytes=st.sampled_from([None, None, 40]),
)
_ENDS = ("value", "raise", "refuse", "lost", "timeout", "wrong_type")


class RunMachine(RuleBasedStateMachine):
    """Runs of random dense plans. Subclass it with plans, limits and values of your own.

    Attributes:
        linked: the plan of this run.
        open: what is under way: calls, timers and questions.
        events: the trace so far.
    """

    values: ClassVar[st.SearchStrategy[Any]] = VALUES
    """What calls give."""

    def a_plan(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> LinkedPlan:
        """The plan of a run; a random one unless a subclass says which."""
        found: LinkedPlan = draw(drawn(linked_plan))
        return found

    def some_inputs(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:  # noqa: ARG002  # theirs to use
        """Values for its inputs."""
        return {one.name: one.default for one in self.linked.plan.inputs}

    def some_limits(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Limits:
        """The host's limits."""
        found: Limits = draw(LIMITS)
        return found

    @initialize(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.linked = self.a_plan(data.draw)
        self.limits = self.some_limits(data.draw)
        self.machine = Machine(
            self.linked, self.some_inputs(data.draw), run="r", now="2026-01-01T00:00:00Z", limits=self.limits
        )
        self.at = 0.0
        self.open: list[Call | SetTimer | Ask] = []
        self.events: list[Event] = []
        self._stopped: set[int] = set()
        self._watch = Watch(self.linked, self.limits)
        self._feed(Start(0.0))

    # --- rules -------------------------------------------------------------------------------------------------------

    def _has(self, kind: type) -> bool:
        return any(isinstance(one, kind) for one in getattr(self, "open", ()))

    @property
    def is_going_on(self) -> bool:
        """Whether the run has begun and is not over."""
        return hasattr(self, "machine") and not self.machine.is_over

    @precondition(lambda self: self._has(Call))
    @rule(data=st.data(), how=st.sampled_from(_ENDS))
    def finish_an_attempt(self, data: st.DataObject, how: str) -> None:
        call = self._take(data, Call)
        self._finish(call, how, data.draw(self.values) if how == "value" else None)

    @precondition(lambda self: self._has(SetTimer))
    @rule(data=st.data())
    def fire_a_timer(self, data: st.DataObject) -> None:
        timer = self._take(data, SetTimer)
        self._feed(TimerFired(timer.timer, self._later(timer.delay)))

    @precondition(lambda self: self._has(Ask))
    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: st.DataObject, yes: bool) -> None:
        ask = self._take(data, Ask)
        self._feed(Answered(ask.question, ask.asked.binding, yes, self._later()))

    @precondition(lambda self: self.is_going_on and len(self.events) > 6)
    @rule()
    def cancel(self) -> None:
        self._feed(Cancel(self._later()))

    @precondition(lambda self: self.is_going_on)
    @rule(lost=st.integers(0, 5))
    def crash_and_resume(self, lost: int) -> None:
        """The process dies, the last events were not written down yet, and another process goes on."""
        recorded = self.events[: max(1, len(self.events) - lost)]
        self.machine = machine_of(self.linked, recorded)
        replayed = replay(self.machine, recorded)
        self.events, self.open, self._stopped = recorded, [], set()
        self._watch = Watch(self.linked, self.limits)
        for event in recorded:
            self._watch.see(event)
        for event in replayed.unrecorded:
            self._see(event)
        if not self.machine.is_over:
            self._feed(Resume(self._later()))

    @precondition(lambda self: not self.is_going_on)
    @rule()
    def leave_it(self) -> None:
        """The run is over: what still fires or is cancelled changes nothing."""
        if hasattr(self, "machine"):
            self._feed(Cancel(self._later()))

    # --- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "_watch"):
            assert self._watch.told == []

    @invariant()
    def something_is_under_way_until_the_end(self) -> None:
        assert not self.is_going_on or self.open

    def teardown(self) -> None:
        """Whatever happened, the run ends once everything that is under way has ended, and is a trace."""
        if not hasattr(self, "machine"):
            return
        for _ in range(10_000):
            if self.machine.is_over:
                break
            self._end_the_first()
        assert self.machine.is_over, "the run has no end"
        assert self._watch.told == []
        assert replayed_alike(self.linked, self.events) == []

    def _end_the_first(self) -> None:
        one = next((one for one in self.open if not isinstance(one, SetTimer)), self.open[0])
        self.open.remove(one)
        match one:
            case Call():
                self._finish(one, "value", "done")
            case SetTimer():
                self._feed(TimerFired(one.timer, self._later(one.delay)))
            case Ask():
                self._feed(Answered(one.question, one.asked.binding, True, self._later()))

    # --- the driver --------------------------------------------------------------------------------------------------

    def _take(self, data: st.DataObject, kind: type) -> Any:
        among: Sequence[Any] = [one for one in self.open if isinstance(one, kind)]
        found = among[data.draw(st.integers(0, len(among) - 1), label=kind.__name__)]
        self.open.remove(found)
        return found

    def _finish(self, call: Call, how: str, value: Any) -> None:
        at = self._later()
        if call.attempt in self._stopped:
            self._feed(Finished(call.attempt, None, at, "cancelled", "stopped", lost=True))
            return
        match how:
            case "value":
                end = Finished(call.attempt, value, at)
            case "raise" | "refuse":
                end = Finished(call.attempt, None, at, "tool_error", "down", retryable=how == "raise")
            case "lost":
                end = Finished(call.attempt, None, at, "tool_error", "gone", lost=True)
            case "timeout":
                end = Finished(call.attempt, None, at, "timeout", "too late", lost=True)
            case _:
                end = Finished(call.attempt, None, at, "wrong_type", "no such thing")
        self._feed(end)

    def _later(self, seconds: float = 1.0) -> float:
        self.at += seconds
        return self.at

    def _feed(self, event: Input) -> None:
        for command in self.machine.feed(event):
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Call() | SetTimer() | Ask():
                self.open.append(command)
            case Stop():
                self._stopped.add(command.attempt)
            case Withdraw():
                self.open = [one for one in self.open if not isinstance(one, Ask) or one.question != command.question]
            case _:
                self._see(command)

    def _see(self, event: Event) -> None:
        self.events.append(event)
        self._watch.see(event)


__all__ = ["LIMITS", "VALUES", "RunMachine"]
