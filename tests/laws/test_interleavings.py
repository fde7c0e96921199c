"""All orders of ends, not a sample: small plans over the public `Machine.feed`."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.plan import Approval
from rewoo_dsl.testing.interleavings import Schedule, every_choice, interleavings
from rewoo_dsl.testing.reference import HANGS, Answer, Ending, Oracle, differences, reference
from tests.interpreter.hand_linked import call, each, linked, step
from tests.laws.small_plans import TOOLS, oracle_of, small_plans

TWICE = Oracle(lambda one: Ending(value="done") if one.attempt > 1 or one.step == "E2" else Ending(reason="tool_error"))


def small() -> LinkedPlan:
    """Two calls that fail once, and a loop that needs both."""
    return linked(
        step("E0", call("read", x="a"), retry=1),
        step("E1", call("read", x="b"), retry=1),
        step("E2", call("write", x="#s"), each=each("s", ["#E0", "#E1"])),
        tools=TOOLS,
    )


def test_every_choice_tells_the_whole_tree() -> None:
    ways = []
    for choose in every_choice():
        first = choose(2)
        ways.append((first, choose(3)) if first else (first,))
    assert ways == [(0,), (1, 0), (1, 1), (1, 2)]


def test_a_small_plan_over_every_order_of_ends() -> None:
    outcome = reference(small(), TWICE)
    results = list(interleavings(small(), TWICE))
    assert len(results) > 20
    assert [told for result in results for told in differences(outcome, result)] == []
    assert len({str(result.trace) for result in results}) == len(results)


def test_a_question_may_be_answered_before_and_after_everything_else() -> None:
    plan = linked(
        step("E0", call("write", x="a"), approve=Approval(within=10.0)), step("E1", call("read", x="b")), tools=TOOLS
    )
    for answer in (Answer(), Answer(yes=False), Answer(seconds=11.0)):
        oracle = Oracle(lambda _: Ending(value="done"), lambda _, answer=answer: answer)
        outcome, results = reference(plan, oracle), list(interleavings(plan, oracle))
        assert len(results) >= 2
        assert [told for result in results for told in differences(outcome, result)] == []


def test_what_never_ends_is_told() -> None:
    plan = linked(step("E0", call("read", x="a"), approve=Approval()), tools=TOOLS)
    oracle = Oracle(lambda _: HANGS, lambda _: Answer(seconds=float("inf")))
    with pytest.raises(ValueError, match="nothing that is under way ever ends"):
        Schedule(plan, oracle).to_the_end(lambda _: 0)
    assert reference(plan, oracle).may_meet == ("the end of a question's time",)


@settings(max_examples=25, deadline=None)
@given(small_plans(most=3, sub_plans=False), st.integers(0, 10**9))
def test_random_plans_over_every_order_of_ends(plan: LinkedPlan, world: int) -> None:
    oracle = oracle_of(world)
    outcome = reference(plan, oracle, {"x": "a"})
    assume(len(outcome.attempts) < 5)
    for result in interleavings(plan, oracle, {"x": "a"}):
        assert differences(outcome, result) == []


def test_a_machine_that_pairs_results_with_the_wrong_steps_is_found() -> None:
    """The law can fail: another oracle than the run had is another outcome."""
    other = Oracle(lambda one: Ending(value=[one.step]))
    result = next(interleavings(small(), TWICE))
    assert len(differences(reference(small(), other), result)) >= 3
