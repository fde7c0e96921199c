"""Two runs held against each other: what differs is told, what is the same is not, and only states and values count."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.ir.values import equal
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.trace.diff import RunDiff, Side, diff, places

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)


def side(text: str, *, fails: int = 0, version: str = "1", **inputs: Any) -> Side:
    tools, tried = rw.Registry(), [0]

    @tools.tool(effect="read", version=version)
    async def look(n: int) -> int:
        tried[0] += 1
        if tried[0] <= fails:
            raise ValueError("not yet")
        return n

    linked = rw.check(text, tools).require()
    return Side(linked.plan, run_virtual(rw.run(linked, tools, inputs=inputs)).trace, tools.signatures)


def compared(one: Side, other: Side) -> RunDiff:
    found = diff(one, other)
    json.dumps(found.as_data())
    return found


TEXT = "input a: int = 1\n#E1 = look(n=#a) retry 2 fallback 9\n#E2 = #E1 + 1\n#E3 = 5\nreturn {e: #E2}\n"


def test_alike_runs_do_not_differ_whatever_their_ids_and_times() -> None:
    found = compared(side(TEXT), side(TEXT))
    assert (found.differs, found.steps, found.same_steps, found.same_plan) == (False, (), 3, True)


def test_an_input_leads_to_other_values_and_the_place_is_told() -> None:
    found = compared(side(TEXT), side(TEXT, a=4))
    assert found.differs
    assert [(place.path, place.before, place.after) for place in found.inputs.first] == [(".a", 1, 4)]
    assert [(place.path, place.before, place.after) for place in found.result.first] == [(".e", 2, 5)]
    assert [step.name for step in found.steps] == ["E1", "E2"]


def test_attempts_and_branches_are_told_and_count_for_nothing_while_the_value_is_the_same() -> None:
    retried = compared(side(TEXT), side(TEXT, fails=1))
    assert not retried.differs
    (step,) = retried.steps
    assert (step.attempts.before, step.attempts.after) == (1, 2)  # type: ignore[union-attr]  # they differ
    stood_in = compared(side(TEXT, a=9), side(TEXT, fails=3, a=9))
    assert not stood_in.differs
    assert stood_in.steps[0].branch is not None
    assert stood_in.steps[0].branch.after == "fallback"


def test_states_reasons_and_status_count() -> None:
    text = "#E1 = look(n=1)\n#E2 = #E1\nreturn #E2\n"
    found = compared(side(text), side(text, fails=1))
    assert found.status is not None
    assert (found.status.before, found.status.after) == ("succeeded", "failed")
    assert [(step.name, step.state.after) for step in found.steps if step.state] == [
        ("E1", "failed"),
        ("E2", "blocked"),
    ]


def test_plans_are_compared_step_by_step_and_clause_by_clause() -> None:
    found = compared(side(TEXT), side(TEXT.replace("retry 2", "retry 1").replace("#E3 = 5", "#E4 = 5"), a=1))
    assert not found.same_plan
    told = {step.name: (step.clauses, step.only_in) for step in found.steps}
    assert told == {"E1": (("retry",), None), "E3": ((), "before"), "E4": ((), "after")}
    assert found.differs


def test_versions_of_tools_are_told() -> None:
    (step,) = compared(side(TEXT), side(TEXT, version="2")).steps
    assert {tool: (pair.before, pair.after) for tool, pair in step.versions.items()} == {"look": ("1", "2")}


@given(JSON, JSON)
def test_there_is_a_place_exactly_where_values_are_not_equal(one: Any, other: Any) -> None:
    assert bool(places(one, other)) is not equal(one, other)
    assert places(one, other).count == places(other, one).count


def test_many_places_are_counted_and_few_are_told() -> None:
    found = places(list(range(1000)), [0] * 1000)
    assert (found.count, len(found.first), found.first[0].path) == (999, 5, "[1]")
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert places(deep, [2]).count == 1
