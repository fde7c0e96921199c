"""Every order in which the things of a small plan may end: the machine without an event loop, driven by hand.

    for result in interleavings(linked, oracle):
        assert differences(reference(linked, oracle), result) == []

What is under way (calls, pauses before a retry, questions) is a list, and whoever drives says which of it ends next.
No clock runs: a ceiling on time is never met, so this is the world of law A unless a run is cancelled.
"""

from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

from ..interpreter import Limits, Machine, Result
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
from ..ir.policy import Policy
from ..tools.errors import ResultError
from ..tools.results import weigh
from ..trace.events import ApprovalAsked, AttemptStarted, Event, Reason
from .reference import Attempt, Ending, Oracle, Question

NOW = "2026-01-01T00:00:00Z"
_CLOCKS = ("limit", "host", "timeout")
"""Timers of ceilings and time-outs, by the first word of their names. Here no time passes, so none is ever over."""


class Schedule:
    """One run, in which you say what ends next.

        schedule = Schedule(linked, oracle)
        while schedule.open:
            schedule.end(0)
        schedule.result

    Args:
        linked: the plan, from the checker.
        oracle: how each attempt ends, and what people answer.
        inputs: values of its inputs, as `reference` takes them.
        limits: the host's.
        timeouts: seconds for an attempt of a tool where the step does not say.
        policy: what the host lets plans do; `request` is what protected values must occur in.

    Attributes:
        open: what is under way and may end next, in the order in which it began.
        events: the trace so far.
    """

    def __init__(
        self,
        linked: LinkedPlan,
        oracle: Oracle,
        inputs: Mapping[str, Any] | None = None,
        *,
        limits: Limits | None = None,
        timeouts: Mapping[str, float] | None = None,
        policy: Policy | None = None,
        request: str | None = None,
    ) -> None:
        given = {one.name: one.default for one in linked.plan.inputs} | dict(inputs or {})
        self._linked, self._oracle = linked, oracle
        limits = Limits() if limits is None else limits
        self._result_limits = limits.of_results
        self._machine = Machine(
            linked,
            given,
            run="r",
            now=NOW,
            limits=limits,
            tool_timeouts=timeouts or {},
            policy=policy,
            request=request,
        )
        self._at = 0.0
        self.open: list[Call | SetTimer | Ask] = []
        self._stopped: set[int] = set()
        self.events: list[Event] = []
        self._feed(Start(0.0))

    @property
    def is_over(self) -> bool:
        return self._machine.is_over

    @property
    def result(self) -> Result:
        """What the run has come to, once it is over."""
        return Result(tuple(self.events))

    def end(self, place: int) -> None:
        """What stands at this place of `open` comes to its end."""
        one = self.open.pop(place)
        self._at += 1.0
        match one:
            case Call():
                self._feed(self._finished(one))
            case SetTimer():
                self._at += one.delay
                self._feed(TimerFired(one.timer, self._at))
            case Ask():
                yes = self._oracle.answers(asked_of(one.asked)).yes
                self._feed(Answered(one.question, one.asked.binding, yes, self._at))

    def cancel(self) -> None:
        """The run is cancelled now."""
        self._feed(Cancel(self._at))

    def crash(self, keep: int) -> None:
        """The process dies when the first `keep` events were recorded, and another one goes on from these.

        A write that was under way is told to have ended as the oracle says, which is what a person would look up.
        """
        recorded = self.events[:keep]
        self._machine = machine_of(self._linked, recorded)
        replayed = replay(self._machine, recorded)
        self.events = [*recorded, *replayed.unrecorded]
        self.open.clear()
        self._stopped.clear()
        if not self.is_over:
            self._feed(Resume(self._at))

    def to_the_end(self, choose: Callable[[int], int]) -> Result:
        """Goes on until the run is over; `choose` picks one of so many."""
        while not self.is_over:
            if not self.open:
                raise ValueError("nothing that is under way ever ends: an attempt hangs, or nobody answers")
            self.end(choose(len(self.open)))
        return self.result

    def _feed(self, event: Input) -> None:
        for command in self._machine.feed(event):
            self._take(command)

    def _take(self, command: Command) -> None:
        match command:
            case Call():
                if self._ending(command).seconds < inf or command.timeout is not None:
                    self.open.append(command)
            case SetTimer():
                if self._may_be_over(command):
                    self.open.append(command)
            case Ask():
                answer, within = self._oracle.answers(asked_of(command.asked)), command.asked.within
                if answer.seconds < (inf if within is None else within):
                    self.open.append(command)
            case Stop():
                self._stopped.add(command.attempt)
            case Withdraw():
                self.open = [one for one in self.open if not isinstance(one, Ask) or one.question != command.question]
            case _:
                self.events.append(command)

    def _may_be_over(self, timer: SetTimer) -> bool:
        """A pause always; the time of a question only when its answer comes too late; a clock never."""
        what, _, step = timer.name.partition(" ")
        if what != "within":
            return what not in _CLOCKS
        asked = next(one for one in reversed(self.events) if isinstance(one, ApprovalAsked) and one.step == step)
        return asked.within is not None and self._oracle.answers(asked_of(asked)).seconds > asked.within

    def _ending(self, call: Call) -> Ending:
        return self._oracle.ends(attempt_of(call.started, call.declared))

    def _finished(self, call: Call) -> Finished:
        ending = self._ending(call)
        if call.attempt in self._stopped:
            return Finished(call.attempt, None, self._at, "cancelled", "stopped", lost=True)
        usage = ending.usage or None
        if call.timeout is not None and ending.seconds > call.timeout:
            return Finished(call.attempt, None, self._at, "timeout", "too late", lost=True, usage=usage)
        refused = self._refused(ending.value) if ending.reason is None else None
        if refused is not None:
            return Finished(call.attempt, None, self._at, refused, usage=usage)
        return Finished(
            call.attempt,
            ending.value,
            self._at,
            ending.reason,
            ending.message,
            lost=ending.lost,
            retryable=ending.retryable,
            usage=usage,
        )

    def _refused(self, value: Any) -> Reason | None:
        """A tool's answer is weighed where the tool ends, before the machine hears of it."""
        try:
            weigh(value, self._result_limits)
        except ResultError as error:
            return "too_large" if error.reason == "size" else "wrong_type"
        return None


def attempt_of(started: AttemptStarted, declared: dict[str, Any] | None) -> Attempt:
    """A started attempt as an oracle is asked about it."""
    return Attempt(
        started.tool, started.step, started.item, started.branch, started.attempt, started.arguments, declared
    )


def asked_of(asked: ApprovalAsked) -> Question:
    """A question as an oracle is asked about it."""
    return Question(asked.step, asked.text, asked.calls, asked.within)


def interleavings(
    linked: LinkedPlan,
    oracle: Oracle,
    inputs: Mapping[str, Any] | None = None,
    *,
    limits: Limits | None = None,
    timeouts: Mapping[str, float] | None = None,
) -> Iterator[Result]:
    """One result for every order in which attempts, pauses and questions of the plan may end.

    There are n! orders of n things that run side by side: this is for small plans.
    """
    for choose in every_choice():
        yield Schedule(linked, oracle, inputs, limits=limits, timeouts=timeouts).to_the_end(choose)


def every_choice() -> Iterator[Callable[[int], int]]:
    """One chooser for each way of choosing, without knowing the tree of choices before.

    Each must be used up before the next one is asked for: what it was asked says which ways there are.
    """
    path: list[tuple[int, int]] = []
    while True:
        yield _chooser(path)
        while path and path[-1][0] + 1 == path[-1][1]:
            path.pop()
        if not path:
            return
        path[-1] = (path[-1][0] + 1, path[-1][1])


def _chooser(path: list[tuple[int, int]]) -> Callable[[int], int]:
    """Takes the way that `path` says, and writes down the first choices behind it."""
    place = 0

    def choose(count: int) -> int:
        nonlocal place
        if place == len(path):
            path.append((0, count))
        place += 1
        return path[place - 1][0]

    return choose
