"""What holds of the attempts of every run, whatever its schedule."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.interleavings import Schedule
from rewoo_dsl.testing.reference import Attempt, reference
from rewoo_dsl.trace.events import AttemptStarted, RunFinished
from rewoo_dsl.trace.summary import Trace
from tests.laws.small_plans import oracle_of, small_plans


@settings(max_examples=60, deadline=None)
@given(small_plans(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_attempt_that_starts_ends_and_every_step_is_final(plan: LinkedPlan, world: int, order: int) -> None:
    schedule = Schedule(plan, oracle_of(world), limits=Limits(concurrency=2))
    schedule.to_the_end(random.Random(order).randrange)
    assert isinstance(schedule.events[-1], RunFinished)
    trace = Trace(schedule.events)
    assert all(one.is_final and not one.running for one in trace.steps.values())


@settings(max_examples=60, deadline=None)
@given(small_plans(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_one_key_for_each_step_item_and_branch(plan: LinkedPlan, world: int, order: int) -> None:
    schedule = Schedule(plan, oracle_of(world), limits=Limits(concurrency=2))
    schedule.to_the_end(random.Random(order).randrange)
    started = [attempt.started for one in Trace(schedule.events).steps.values() for attempt in one.attempts]
    named = {(one.step, one.item, one.branch): one.key for one in started}
    assert all(named[one.step, one.item, one.branch] == one.key for one in started)
    assert len(set(named.values())) == len(named)


@settings(max_examples=60, deadline=None)
@given(small_plans(), st.integers(0, 10**9))
def test_the_reference_makes_the_attempts_of_the_run(plan: LinkedPlan, world: int) -> None:
    schedule = Schedule(plan, oracle_of(world))
    schedule.to_the_end(lambda _: 0)
    steps = Trace(schedule.events).steps.values()
    started = [one.started for step in steps for one in step.attempts if not one.started.subplan]
    assert sorted(map(_told, started)) == sorted(map(_told, reference(plan, oracle_of(world)).attempts))


def _told(one: AttemptStarted | Attempt) -> str:
    return repr((one.step, one.item, one.branch, one.attempt, one.tool, one.arguments))
