"""Law B: with ceilings, deadlines and cancel, each step ends as by law A, or was stopped, and nothing is written after
the event (`docs/semantics.md`)."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.interleavings import Schedule
from rewoo_dsl.testing.reference import breaches, differences, reference, writes_after
from rewoo_dsl.trace.events import AttemptStarted, StepFinished
from tests.laws.small_plans import WRITING, oracle_of, small_plans

NUMBERS = st.integers(0, 10**9)


@settings(max_examples=150, deadline=None)
@given(small_plans(), NUMBERS, NUMBERS, st.integers(0, 12))
def test_a_cancelled_run(plan: LinkedPlan, world: int, order: int, moment: int) -> None:
    oracle, choose = oracle_of(world), random.Random(order).randrange
    schedule = Schedule(plan, oracle, limits=Limits(concurrency=3))
    for _ in range(moment):
        if not schedule.is_over:
            schedule.end(choose(len(schedule.open)))
    was_over, before = schedule.is_over, len(schedule.events)
    if not was_over:
        schedule.cancel()
    result = schedule.to_the_end(choose)
    outcome = reference(plan, oracle)
    assert breaches(plan, outcome, result) == []
    assert was_over or result.status == "cancelled"
    assert not any(isinstance(event, AttemptStarted) for event in result.trace[before:])


@settings(max_examples=150, deadline=None)
@given(small_plans(), NUMBERS, NUMBERS, st.integers(0, 8), st.sampled_from(["tool_calls", "model_calls"]))
def test_a_ceiling_of_the_host(plan: LinkedPlan, world: int, order: int, ceiling: int, what: str) -> None:
    oracle, limits = oracle_of(world), replace(Limits(concurrency=3), **{what: ceiling})
    outcome = reference(plan, oracle, limits=limits)
    result = Schedule(plan, oracle, limits=limits).to_the_end(random.Random(order).randrange)
    assert breaches(plan, outcome, result) == []
    assert what != "tool_calls" or result.usage["calls"] <= ceiling
    if not outcome.may_meet:
        assert differences(outcome, result) == []
    place = _first_stop(result.trace)
    assert writes_after(result.trace, place, WRITING) == []


def _first_stop(trace: tuple[object, ...]) -> int:
    """Where the first step of the plan itself ended by a ceiling; behind everything when none did."""
    for place, event in enumerate(trace):
        if isinstance(event, StepFinished) and event.reason == "budget" and "/" not in event.step:
            return place
    return len(trace)
