"""The scheduler's laws on random plans, against a reference of a dozen lines.

Law A: evidence and states are a function of plan, inputs and outcomes, in whatever order attempts end. Law B: under a
ceiling or after a cancellation, a step has the state of law A, or ended by the ceiling, or is blocked by such a one.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hand_linked import call, each, linked, step
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits, Machine
from rewoo_dsl.interpreter.messages import Call, Cancel, Command, Finished, Input, SetTimer, Start, Stop, TimerFired
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.plan import Step
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.trace.events import AttemptStarted, Event, RunFinished
from rewoo_dsl.trace.summary import Trace

SIGNATURES = {
    "read": Signature(name="read", parameters={"type": "object"}, effect=Effect.READ),
    "write": Signature(name="write", parameters={"type": "object"}, effect=Effect.WRITE),
}


@dataclass(frozen=True)
class Shape:
    """One step: what it needs, how often it fails before it succeeds, and its clauses."""

    needs: tuple[int, ...]
    tool: str
    failures: int
    retry: int
    fallback: bool
    condition: bool | None
    items: int | None
    pure: bool


@st.composite
def shapes(draw: st.DrawFn) -> list[Shape]:
    count = draw(st.integers(1, 9))
    found = []
    for place in range(count):
        needs = tuple(draw(st.sets(st.integers(0, place - 1), max_size=3))) if place else ()
        tool = draw(st.sampled_from(["read", "read", "write"]))
        found.append(
            Shape(
                needs=needs,
                tool=tool,
                failures=draw(st.sampled_from([0, 0, 0, 1, 2, 9])),
                retry=draw(st.integers(0, 2)) if tool == "read" else 0,
                fallback=draw(st.booleans()),
                condition=draw(st.sampled_from([None, None, True, False])),
                items=draw(st.sampled_from([None, None, 0, 1, 3])),
                pure=draw(st.integers(0, 4)) == 0,
            )
        )
    return found


def plan_of(shapes: list[Shape]) -> LinkedPlan:
    return linked(*[_step(place, shape) for place, shape in enumerate(shapes)], tools=SIGNATURES)


def _step(place: int, shape: Shape) -> Step:
    needs = [f"#E{need}" for need in shape.needs]
    if shape.pure:
        return step(f"E{place}", needs)
    clauses: dict[str, Any] = {"retry": shape.retry}
    if shape.fallback:
        clauses["fallback"] = "stand-in"
    if shape.condition is not None:
        clauses["condition"] = shape.condition
    if shape.items is not None:
        clauses["each"] = each("x", list(range(shape.items)))
        needs.append("#x")
    return step(f"E{place}", call(shape.tool, needs=needs), **clauses)


def reference(shapes: list[Shape]) -> dict[str, tuple[str, Any]]:
    """State and value of every step, one after the other."""
    found: dict[str, tuple[str, Any]] = {}
    for place, shape in enumerate(shapes):
        needed = [found[f"E{need}"] for need in shape.needs]
        if any(state not in ("succeeded", "skipped") for state, _ in needed):
            found[f"E{place}"] = ("blocked", None)
        elif shape.pure:
            found[f"E{place}"] = ("succeeded", [value for _, value in needed])
        elif shape.condition is False:
            found[f"E{place}"] = ("skipped", None)
        else:
            value = f"E{place}" if shape.failures <= shape.retry else "stand-in" if shape.fallback else None
            whole = value if shape.items is None else [value] * shape.items
            found[f"E{place}"] = ("failed", None) if value is None and shape.items != 0 else ("succeeded", whole)
    return found


class Schedule:
    """Drives a machine: what is under way ends in the order that `choose` says, given how many there are to choose
    from; time passes between any two things."""

    def __init__(self, shapes: list[Shape], choose: Callable[[int], int], limits: Limits) -> None:
        self._failures = {f"E{place}": shape.failures for place, shape in enumerate(shapes)}
        self._choose = choose
        self.machine = Machine(plan_of(shapes), run="r", now="2026-01-01T00:00:00Z", limits=limits)
        self.events: list[Event] = []
        self.at = 0.0
        self._open: list[Call | SetTimer] = []
        self._stopped: set[int] = set()
        self._take(self.machine.feed(Start(0.0)))

    def feed(self, event: Input) -> None:
        self._take(self.machine.feed(event))

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Call):
                self._open.append(command)
            elif isinstance(command, SetTimer):
                if command.delay < 100:
                    self._open.append(command)
            elif isinstance(command, Stop):
                self._stopped.add(command.attempt)
            else:
                self.events.append(command)  # type: ignore[arg-type]  # nothing is asked in these plans

    def step(self) -> None:
        self.at += 1.0
        one = self._open.pop(self._choose(len(self._open)))
        if isinstance(one, SetTimer):
            self.feed(TimerFired(one.timer, self.at))
        elif one.attempt in self._stopped:
            self.feed(Finished(one.attempt, None, self.at, "cancelled", "stopped", lost=True))
        elif one.started.attempt <= self._failures[one.started.step]:
            self.feed(Finished(one.attempt, None, self.at, "tool_error", "down"))
        else:
            self.feed(Finished(one.attempt, one.started.step, self.at))

    def to_the_end(self) -> dict[str, tuple[str, Any]]:
        while not self.machine.is_over:
            self.step()
        return {one.name: (one.state, one.value) for one in Trace(self.events).top_level}


@settings(max_examples=150, deadline=None)
@given(shapes(), st.integers(0, 10**6), st.integers(1, 4))
def test_law_a_the_order_in_which_attempts_end_changes_nothing(shapes: list[Shape], seed: int, slots: int) -> None:
    schedule = Schedule(shapes, random.Random(seed).randrange, Limits(concurrency=slots))
    assert schedule.to_the_end() == reference(shapes)
    assert isinstance(schedule.events[-1], RunFinished)


@settings(max_examples=150, deadline=None)
@given(shapes(), st.integers(0, 10**6), st.integers(0, 8))
def test_law_b_a_ceiling_on_calls(shapes: list[Shape], seed: int, ceiling: int) -> None:
    schedule = Schedule(shapes, random.Random(seed).randrange, Limits(tool_calls=ceiling, concurrency=3))
    found, full = schedule.to_the_end(), reference(shapes)
    reasons = {one.name: one.reason for one in Trace(schedule.events).top_level}
    started = [event for event in schedule.events if isinstance(event, AttemptStarted)]
    assert len(started) <= ceiling
    for name, ended in found.items():
        assert ended == full[name] or (ended == ("failed", None) and reasons[name] == "budget")


@settings(max_examples=150, deadline=None)
@given(shapes(), st.integers(0, 10**6), st.integers(0, 12))
def test_law_b_cancelled_at_any_moment(shapes: list[Shape], seed: int, moment: int) -> None:
    schedule = Schedule(shapes, random.Random(seed).randrange, Limits(concurrency=3))
    for _ in range(moment):
        if not schedule.machine.is_over:
            schedule.step()
    before = len(schedule.events)
    if not schedule.machine.is_over:
        schedule.feed(Cancel(schedule.at))
    found, full = schedule.to_the_end(), reference(shapes)
    assert not any(isinstance(event, AttemptStarted) for event in schedule.events[before:])
    reasons = {one.name: one.reason for one in Trace(schedule.events).top_level}
    for name, ended in found.items():
        assert ended == full[name] or ended[0] == "cancelled" or reasons[name] == "unknown_outcome"


@settings(max_examples=60, deadline=None)
@given(shapes(), st.integers(0, 10**6))
def test_every_attempt_that_starts_ends_and_every_step_is_final(shapes: list[Shape], seed: int) -> None:
    schedule = Schedule(shapes, random.Random(seed).randrange, Limits(concurrency=2))
    schedule.to_the_end()
    trace = Trace(schedule.events)
    assert all(one.is_final and not one.running for one in trace.steps.values())
    keys = [attempt.started.key for one in trace.steps.values() for attempt in one.attempts]
    calls = {(a.started.step, a.started.item, a.started.branch) for one in trace.steps.values() for a in one.attempts}
    assert len(set(keys)) == len(calls)


def every_choice() -> Iterator[Callable[[int], int]]:
    """One chooser for each way of choosing, without knowing the tree of choices before."""
    path: list[tuple[int, int]] = []
    while True:
        place = 0

        def choose(count: int) -> int:
            nonlocal place
            if place == len(path):
                path.append((0, count))
            place += 1
            return path[place - 1][0]

        yield choose
        while path and path[-1][0] + 1 == path[-1][1]:
            path.pop()
        if not path:
            return
        path[-1] = (path[-1][0] + 1, path[-1][1])


def test_a_small_plan_over_every_order_of_ends() -> None:
    """Two calls that fail once, and one that needs both: all interleavings of attempts and pauses, not a sample."""
    twice = Shape((), "read", 1, 1, False, None, None, False)
    last = Shape((0, 1), "write", 0, 0, False, None, 2, False)
    shapes = [twice, twice, last]
    ends = [Schedule(shapes, choose, Limits()).to_the_end() for choose in every_choice()]
    assert len(ends) > 20
    assert all(end == reference(shapes) for end in ends)
