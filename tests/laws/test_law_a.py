"""Law A, confluence: without ceilings, deadlines and cancel, what a run comes to is a function of plan, inputs and
oracle, under every schedule (`docs/semantics.md`)."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.interleavings import Schedule
from rewoo_dsl.testing.reference import differences, reference
from tests.laws.small_plans import oracle_of, small_plans


@settings(max_examples=300, deadline=None)
@given(small_plans(), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 8))
def test_every_schedule_comes_to_what_the_reference_says(plan: LinkedPlan, world: int, order: int, slots: int) -> None:
    oracle, limits = oracle_of(world), Limits(concurrency=slots)
    outcome = reference(plan, oracle, limits=limits)
    assert outcome.may_meet == ()
    result = Schedule(plan, oracle, limits=limits).to_the_end(random.Random(order).randrange)
    assert differences(outcome, result) == []
