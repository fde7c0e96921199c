"""Plans as values: equality and hash, the references of an expression, JSON values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rewoo_dsl.ir import expr as e
from rewoo_dsl.ir.plan import Plan, Step
from rewoo_dsl.ir.values import MAX_DEPTH, canonical, compact, equal, measure, problem

ONE = e.Constant(value=1)


def plan(**step: Any) -> Plan:
    return Plan(steps=(Step(**{"name": "E1", "do": ONE, **step}),))


def test_rationale_and_goal_are_no_part_of_what_a_plan_means() -> None:
    assert plan(rationale="why") == plan()
    assert plan().model_copy(update={"goal": "what"}).hash == plan().hash
    assert plan(retry=1) != plan()
    assert len({plan(), plan(rationale="why"), plan(do=e.Constant(value=2))}) == 2


def test_a_changed_copy_of_a_plan_is_known_by_what_it_holds() -> None:
    first = plan()
    assert first.by_name
    assert first == plan()
    copy = first.model_copy(update={"steps": (Step(name="E2", do=ONE),)})
    assert list(copy.by_name) == ["E2"]
    assert copy != first


def test_the_order_of_arguments_is_no_part_of_it_but_the_order_of_steps_is() -> None:
    one = e.Call(tool="f", args={"a": ONE, "b": ONE})
    assert plan(do=one) == plan(do=e.Call(tool="f", args={"b": ONE, "a": ONE}))
    first, second = Step(name="E1", do=ONE), Step(name="E2", do=ONE)
    assert Plan(steps=(first, second)) != Plan(steps=(second, first))


def test_true_is_not_one_and_a_float_is_no_int() -> None:
    values = [1, True, 1.0, "1", None]
    assert len({plan(do=e.Constant(value=value)).hash for value in values}) == 5


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, float("inf"), float("nan"), [1], {}, b"x"])
def test_a_constant_is_a_json_scalar(value: Any) -> None:
    with pytest.raises(ValidationError):
        e.Constant(value=value)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a.b", "a\n", "é", "#E1"])
def test_names_are_names(name: str) -> None:
    with pytest.raises(ValidationError):
        e.Ref(name=name)


def test_references_with_their_places() -> None:
    mapped = e.Comprehension(
        element=e.Binary(op="+", left=e.Ref(name="x"), right=e.Ref(name="E2")),
        variable="x",
        source=e.Ref(name="x"),
        condition=e.Ref(name="x"),
    )
    call = e.Call(tool="f", first=e.Text(parts=("a ", e.Ref(name="E1"))), args={"b/c": mapped})
    assert [(at, ref.name) for at, ref in e.references(call)] == [
        ("/first/parts/1", "E1"),
        ("/args/b~1c/source", "x"),
        ("/args/b~1c/element/right", "E2"),
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (ONE, (True, 1)),
        (e.Unary(op="-", operand=ONE), (True, -1)),
        (e.Unary(op="not", operand=ONE), (False, None)),
        (e.ListOf(items=(ONE, ONE)), (True, [1, 1])),
        (e.ObjectOf(fields={"a": e.ListOf(items=())}), (True, {"a": []})),
        (e.ObjectOf(fields={"a": e.Ref(name="E1")}), (False, None)),
        (e.ListOf(items=(e.Ref(name="E1"),)), (False, None)),
    ],
)
def test_literals_through_and_through(node: e.Expr, expected: tuple[bool, Any]) -> None:
    assert e.constant_value(node) == expected


# --- values --------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, -0.5]) | st.text("ab\n", max_size=2),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from("abc"), one, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_equality_is_that_of_json(a: Any, b: Any) -> None:
    assert equal(a, a)
    assert equal(a, b) == equal(b, a)
    if canonical(a) == canonical(b):
        assert equal(a, b)


def test_numbers_are_equal_by_value_and_booleans_are_no_numbers() -> None:
    assert equal([1, {"a": 2}], [1.0, {"a": 2.0}])
    assert not equal(1, True)
    assert not equal([0], [False])
    assert not equal({"a": None}, {})


@given(JSON)
def test_canonical_text_is_the_value(value: Any) -> None:
    assert equal(json.loads(canonical(value)), value)
    assert problem(value) is None
    if not isinstance(value, str):
        assert equal(json.loads(compact(value)), value)
        assert measure(value) <= 3 * len(compact(value)) + 8


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "not finite"),
        ({"a": [float("inf")]}, "not finite"),
        (2**63, "64 bits"),
        ({1: 2}, "no text"),
        ([object()], "not JSON (object)"),
        ((1, 2), "not JSON (tuple)"),
        (_nested(MAX_DEPTH + 1), "nested deeper"),
        (_nested(100_000), "nested deeper"),
        ("\ud800", "surrogate"),
    ],
)
def test_what_can_be_no_evidence(value: Any, said: str) -> None:
    assert said in str(problem(value))


def test_size_is_bounded_while_it_is_counted() -> None:
    assert problem(["a" * 100] * 100, max_bytes=10_000) is not None
    assert problem(["a" * 10] * 10, max_bytes=10_000) is None
    assert problem(_nested(MAX_DEPTH)) is None
