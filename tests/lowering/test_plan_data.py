"""Plans that come as data: what is read, what is refused and how that is said; and the order of their steps."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.ir import expr as e
from rewoo_dsl.ir.plan import Each, Plan, Step
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.lowering.order import order_steps
from rewoo_dsl.lowering.plan_json import plan_from_json
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.parser import parse


def step(**data: Any) -> dict[str, Any]:
    return {"steps": [{"name": "E1", **data}]}


ONE: dict[str, Any] = {"kind": "constant", "value": 1}


@pytest.mark.parametrize(
    ("data", "code", "at", "message"),
    [
        ("{", "RW059", "", "this is no JSON: Expecting property name enclosed in double quotes"),
        ("[1]", "RW060", "", "a plan is a JSON object"),
        ("[" * 100_000, "RW059", "", "this JSON is nested too deep to be a plan"),
        (b"\xff\xfe\x00", "RW059", "", "this is no JSON"),
        ('{"goal": NaN}', "RW059", "", "this is no JSON: NaN is no JSON number"),
        ('{"goal": "a", "goal": "b"}', "RW059", "", "this is no JSON: an object has the key `goal` twice"),
        ("1" * 5_000, "RW059", "", "this is no JSON"),
        ({"goal": "\ud800"}, "RW059", "", "the plan holds what no plan can"),
        ({"inputs": [{"name": "a", "default": 2**64}]}, "RW059", "", "the plan holds what no plan can"),
        (step(), "RW060", "/steps/0", "`do` is missing here"),
        (step(do=ONE, nam="x"), "RW060", "/steps/0/nam", "`nam` is nothing that a plan says here"),
        (step(do={"value": 1}), "RW060", "/steps/0/do", "an expression needs its `kind`"),
        (step(do={"kind": "cal"}), "RW060", "/steps/0/do", "`cal` is no kind of expression"),
        (
            step(do={**ONE, "value": [1]}),
            "RW060",
            "/steps/0/do/value",
            "text, a number, true, false or null is needed here",
        ),
        (
            step(do={"kind": "call", "tool": "f", "args": {"a/b": "x"}}),
            "RW060",
            "/steps/0/do/args/a~1b",
            "an object is",
        ),
        (step(do={"kind": "call", "tool": "f g"}), "RW060", "/steps/0/do/tool", "`f g` is no name"),
        (step(do={"kind": "ref", "name": "E1", "path": [True]}), "RW060", "/steps/0/do/path/0", "text or an integer"),
        (step(do={"kind": "text", "parts": ["a", "b"]}), "RW060", "/steps/0/do/parts", "the pieces of a text"),
        (step(do={"kind": "text", "parts": ["a"]}), "RW060", "/steps/0/do/parts", "a text has a piece"),
        (step(do=ONE, retry="3"), "RW060", "/steps/0/retry", "an integer is needed here"),
        (step(do=ONE, retry=True), "RW060", "/steps/0/retry", "an integer is needed here"),
        (step(do=ONE, timeout=0), "RW060", "/steps/0/timeout", "input should be greater than 0"),
        (step(do=ONE, otherwise=ONE), "RW060", "/steps/0", "`otherwise` is what stands in"),
        (step(do=ONE, type={"type": "string", "pattern": "a"}), "RW060", "/steps/0/type", "this JSON Schema says more"),
        (step(do=ONE, retry=2), "RW055", "/steps/0/retry", "`retry` on a step that calls no tool"),
    ],
)
def test_every_fault_is_said_with_its_place(data: Any, code: str, at: str, message: str) -> None:
    (one,) = plan_from_json(data).diagnostics
    assert (one.code, one.at) == (code, at)
    assert one.message.startswith(message)


def test_all_faults_are_said_at_once_but_not_without_end() -> None:
    data = {"steps": [{"name": f"E{i}"} for i in range(500)]}
    assert len(plan_from_json(data).diagnostics) == 100


def test_near_keys_and_kinds_are_suggested() -> None:
    assert plan_from_json(step(do=ONE, fallbak=ONE)).diagnostics[0].allowed == ("fallback",)
    assert "constant" in plan_from_json(step(do={"kind": "const"})).diagnostics[0].allowed


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda one: (
            st.lists(one, max_size=3)
            | st.dictionaries(st.sampled_from(["steps", "name", "do", "kind", "value", "inputs"]), one, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_any_json_gives_a_plan_or_reasons(data: Any) -> None:
    for source in (json.dumps(data), json.dumps(data).encode()):
        read = plan_from_json(source)
        assert (read.plan is None) == any(one.is_error for one in read.diagnostics)


def test_a_default_needs_no_second_word() -> None:
    read = plan_from_json({"inputs": [{"name": "a", "default": None}, {"name": "b"}]})
    assert read.plan is not None
    assert [one.has_default for one in read.plan.inputs] == [True, False]


# --- forms that only data has --------------------------------------------------------------------------------------


def raised(do: Any) -> Any:
    text = to_text(Plan(steps=(Step(name="E9", do=do),)))
    return lower(parse(text).document).plan.steps[0].do


def test_a_path_on_a_reference_is_its_path() -> None:
    assert raised(e.Select(of=e.Ref(name="E1", path=("a",)), path=(0,))) == e.Ref(name="E1", path=("a", 0))


def test_a_path_behind_all_items_does_not_melt_into_them() -> None:
    every = e.Ref(name="E1", path=(None,))
    meant = e.Select(of=e.ListOf(items=(every,)), path=(0, 0))
    assert raised(e.Select(of=every, path=(0,))) == meant


@pytest.mark.parametrize("first", [" padded ", "two\nlines", "\x07", 5])
def test_what_cannot_stand_in_raw_text_becomes_an_argument(first: Any) -> None:
    call = e.Call(tool="f", first=e.Constant(value=first), short=True)
    again = raised(call)
    assert e.constant_value(again.first) in ((True, first), (True, str(first)))


@pytest.mark.parametrize("text", ["Use #E1 = f() now", "a\nb", "  padded  ", "x // y", "#E1 = 3", "\u202e\x00", "\r"])
def test_any_rationale_and_goal_can_be_written(text: str) -> None:
    plan = Plan(goal=text, steps=(Step(name="E1", rationale=text, do=e.Constant(value=1)),))
    parsed = parse(to_text(plan))
    assert not parsed.errors
    assert lower(parsed.document).plan == plan


# --- order ---------------------------------------------------------------------------------------------------------


def plan_of(*needs: tuple[str, list[str]]) -> Plan:
    steps = (Step(name=name, do=e.ListOf(items=tuple(e.Ref(name=one) for one in wanted))) for name, wanted in needs)
    return Plan(steps=tuple(steps))


def names(plan: Plan) -> list[str]:
    return [one.name for one in plan.steps]


def test_steps_come_after_what_they_need() -> None:
    plan = plan_of(("E1", ["E3"]), ("E2", []), ("E3", ["E2", "elsewhere"]))
    assert names(order_steps(plan)) == ["E2", "E3", "E1"]


def test_an_order_that_is_one_is_kept() -> None:
    plan = plan_of(("E2", []), ("E1", []), ("E3", ["E1"]))
    assert order_steps(plan) is plan


@pytest.mark.parametrize("needs", [[("E1", ["E1"])], [("E1", ["E2"]), ("E2", ["E1"])]])
def test_a_cycle_is_left_as_it_is(needs: list[tuple[str, list[str]]]) -> None:
    plan = plan_of(*needs)
    assert order_steps(plan) is plan


def test_every_clause_is_a_need_and_a_loop_variable_is_none() -> None:
    one = e.Constant(value=1)
    each = Each(variable="E3", source=e.Ref(name="E2"))
    plan = Plan(
        steps=(Step(name="E1", do=e.Ref(name="E3"), each=each), Step(name="E2", do=one), Step(name="E3", do=one))
    )
    assert names(order_steps(plan)) == ["E2", "E1", "E3"]
    plan = Plan(steps=(Step(name="E1", do=one, after=("E2",)), Step(name="E2", do=one)))
    assert names(order_steps(plan)) == ["E2", "E1"]


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.permutations(range(n)), st.randoms())))
def test_any_shuffled_plan_is_put_in_order(given_: tuple[list[int], Any]) -> None:
    order, random = given_
    needs = {i: [f"E{j}" for j in range(i) if random.random() < 0.4] for i in range(len(order))}
    plan = order_steps(plan_of(*((f"E{i}", needs[i]) for i in order)))
    for place, name in enumerate(names(plan)):
        assert set(needs[int(name[1:])]) <= set(names(plan)[:place])
