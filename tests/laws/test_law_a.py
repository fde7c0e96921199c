"""Law A, confluence: without ceilings, deadlines and cancel, what a run comes to is a function of plan, inputs and
oracle, under every schedule (`docs/semantics.md`)."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.policy import Policy, load_policy
from rewoo_dsl.testing.interleavings import Schedule
from rewoo_dsl.testing.reference import differences, reference
from tests.interpreter.hand_linked import call, each, linked, step
from tests.laws.small_plans import TOOLS, oracle_of, small_plans


@settings(max_examples=300, deadline=None)
@given(small_plans(), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 8))
def test_every_schedule_comes_to_what_the_reference_says(plan: LinkedPlan, world: int, order: int, slots: int) -> None:
    oracle, limits = oracle_of(world), Limits(concurrency=slots)
    outcome = reference(plan, oracle, limits=limits)
    assert outcome.may_meet == ()
    result = Schedule(plan, oracle, limits=limits).to_the_end(random.Random(order).randrange)
    assert differences(outcome, result) == []


POLICIES = st.sampled_from(
    [
        {"deny": ["think"]},
        {"allow": ["read", "safe", "part"]},
        {"deny": ["part"]},
        {"tools": {"*": {"arguments": {"x": {"enum": ["text", "done", None]}}}}},
        {
            "tools": {
                "write": {"arguments": {"x": {"pattern": "t.*"}}},
                "part": {"arguments": {"x": {"enum": ["text"]}}},
            }
        },
    ]
).map(load_policy)


@settings(max_examples=100, deadline=None)
@given(small_plans(), POLICIES, st.integers(0, 10**9), st.integers(0, 10**9))
def test_and_so_it_is_under_a_policy(plan: LinkedPlan, policy: Policy, world: int, order: int) -> None:
    oracle = oracle_of(world)
    outcome = reference(plan, oracle, policy=policy)
    result = Schedule(plan, oracle, policy=policy).to_the_end(random.Random(order).randrange)
    assert differences(outcome, result) == []


def test_a_policy_that_counts_calls_is_a_ceiling() -> None:
    plan = linked(step("E0", call("read", x="#s"), each=each("s", ["a", "b"])), tools=TOOLS)
    policy = load_policy({"tools": {"r*": {"at_most": 1}}})
    assert reference(plan, oracle_of(1), policy=policy).may_meet == ("the policy's `r*`",)
    assert reference(plan, oracle_of(1)).may_meet == ()
