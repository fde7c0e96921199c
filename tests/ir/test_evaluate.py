"""What holds for every expression: no stray exception, no work beyond the fuel, errors with kind and place."""

import json
import tracemalloc
from itertools import pairwise
from typing import Any, get_args

import pytest
from expression_strategies import environments, expressions, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewoo_dsl.ir.evaluate import MAX_NESTING, compile_expr, evaluate, nesting
from rewoo_dsl.ir.expr import (
    Apply,
    Binary,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    ListOf,
    Ref,
    Select,
    Selector,
    Text,
    Unary,
)
from rewoo_dsl.ir.fuel import ErrorKind, EvaluationError, Fuel
from rewoo_dsl.ir.operations import identity, same
from rewoo_dsl.ir.values import Value, equal, measure, problem

_relaxed = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

ELEMENTS, BYTES = 2_000, 20_000


X = Ref(name="x")


def number(value: int) -> Constant:
    return Constant(value=value)


def failure(expr: Expr, fuel: Fuel | None = None, **env: Value) -> EvaluationError:
    with pytest.raises(EvaluationError) as caught:
        evaluate(expr, env, fuel)
    return caught.value


@_relaxed
@given(expressions, environments)
def test_an_expression_gives_json_or_an_error_with_a_kind_and_a_place(expr: Expr, env: dict[str, Value]) -> None:
    before = json.dumps(env)
    fuel = Fuel(ELEMENTS, BYTES)
    try:
        value = evaluate(expr, env, fuel)
    except EvaluationError as error:
        outcome: tuple[Any, ...] = (error.kind in get_args(ErrorKind), error.at is not None, len(error.message) < 400)
        assert outcome == (True, True, True)
    else:
        assert problem(value, max_depth=200) is None
        assert fuel.elements >= 0
        assert fuel.bytes >= 0
    assert json.dumps(env) == before


@_relaxed
@given(values, values)
def test_equality_is_the_equality_of_values(a: Value, b: Value) -> None:
    assert same(a, b, Fuel()) == equal(a, b)
    assert same(a, a, Fuel())
    assert (identity(a, Fuel()) == identity(b, Fuel())) == equal(a, b)


@pytest.mark.parametrize("items", [st.integers(-5, 5) | st.sampled_from([0.0, 1.0, 2.5]), st.text("abB", max_size=2)])
def test_sorted_is_stable_and_total_within_a_type(items: st.SearchStrategy[Any]) -> None:
    @_relaxed
    @given(st.lists(items), st.booleans())
    def law(keys: list[Any], desc: bool) -> None:
        rows: list[Value] = [{"key": key, "place": i} for i, key in enumerate(keys)]
        by = {"by": Selector(path=("key",)), "desc": Constant(value=desc)}
        found: Any = evaluate(Apply(function="sorted", args=(Ref(name="x"),), named=by), {"x": rows})
        assert sorted(row["place"] for row in found) == list(range(len(rows)))
        for one, other in pairwise(found):
            in_order = one["key"] > other["key"] if desc else one["key"] < other["key"]
            assert in_order or (one["key"] == other["key"] and one["place"] < other["place"])

    law()


@pytest.mark.parametrize("items", [[1, "a"], ["a", 1.0], [1, True], [[1], [2]]])
def test_sorted_refuses_what_has_no_common_order(items: list[Value]) -> None:
    assert failure(Apply(function="sorted", args=(Ref(name="x"),)), x=items).kind == "type"


def test_an_error_points_at_the_innermost_node() -> None:
    division = Binary(op="/", left=number(1), right=Ref(name="x"))
    expr = ListOf(items=(number(1), Apply(function="abs", args=(division,))))
    assert failure(expr, x=0).at == "/items/1/args/0"
    assert failure(expr, x="0").at == "/items/1/args/0"
    assert failure(Conditional(test=Ref(name="x"), then=number(1), otherwise=number(2)), x=1).at == "/test"
    assert failure(Text(parts=("a ", Ref(name="x", path=("a/b",)))), x={}).at == "/parts/1"
    assert failure(Apply(function="take", args=(Ref(name="x"),), named={"m": number(1)}), x=[]).at == "/named/m"


def test_messages_never_hold_whole_evidence_nor_what_a_terminal_obeys() -> None:
    evidence: dict[str, Value] = {f"key{i}\x1b[31m\u202e": i for i in range(5_000)}
    for expr in (
        Ref(name="x", path=("k" * 1_000,)),
        Binary(op="+", left=Ref(name="x"), right=number(1)),
        Apply(function="date", args=(Select(of=Apply(function="keys", args=(Ref(name="x"),)), path=(0,)),)),
        Apply(function="number", args=(Constant(value="9x" * 10_000),)),
    ):
        error = failure(expr, x=evidence)
        assert len(error.message) < 300
        assert error.message.isprintable()


def _deep(depth: int) -> Expr:
    expr: Expr = number(1)
    for _ in range(depth):
        expr = Unary.model_construct(op="-", operand=expr)
    return expr


def test_nesting_has_a_limit_and_needs_no_stack() -> None:
    assert nesting(number(1)) == 0
    assert nesting(_deep(MAX_NESTING)) == MAX_NESTING
    assert evaluate(_deep(MAX_NESTING), {}) == 1
    assert failure(_deep(MAX_NESTING + 1)).kind == "form"
    assert failure(_deep(100_000)).kind == "form"


def test_a_comprehension_does_not_need_what_it_does_not_reach() -> None:
    element = Conditional(test=Constant(value=True), then=Ref(name="i"), otherwise=Ref(name="missing"))
    expr = Comprehension(element=element, variable="i", source=Ref(name="x"))
    assert evaluate(expr, {"x": [1, 2]}) == [1, 2]


def test_a_comprehension_hides_an_outer_name_only_inside() -> None:
    inner = Comprehension(element=Ref(name="i"), variable="i", source=Ref(name="i"))
    assert evaluate(ListOf(items=(inner, Ref(name="i"))), {"i": [1, 2]}) == [[1, 2], [1, 2]]


def test_what_is_given_is_shared_not_copied() -> None:
    evidence: Value = [{"a": [1]}]
    assert evaluate(Ref(name="x"), {"x": evidence}) is evidence


def _replaced(times: int) -> Expr:
    expr: Expr = Ref(name="x")
    for _ in range(times):
        expr = Apply(function="replace", args=(expr, Constant(value="a"), Constant(value="a" * 50)))
    return expr


def _each(element: Expr, source: Expr = X, variable: str = "i") -> Expr:
    return Comprehension(element=element, variable=variable, source=source)


def _squared(element: Expr) -> Expr:
    return _each(_each(element, variable="j"))


_I = Ref(name="i")
_HOSTILE: dict[str, tuple[Expr, Value]] = {
    "replace of replace": (_replaced(8), "a" * 100),
    "a join": (Apply(function="join", args=(X, Constant(value="-" * 100_000))), ["a"] * 100_000),
    "nested comprehensions": (_squared(number(1)), [0] * 10_000),
    "text in nested comprehensions": (_squared(Text(parts=("t" * 1_000, _I))), [0] * 10_000),
    "text joined again and again": (_each(Binary(op="+", left=_I, right=_I)), ["a" * 1_000_000] * 1_000),
    "shared items compared": (Binary(op="==", left=_squared(X), right=_squared(X)), [0] * 300),
    "shared items in text": (_each(Text(parts=("x", _I)), ListOf(items=(_squared(X),))), [0] * 300),
    "shared items made unique": (Apply(function="unique", args=(_squared(X),)), [0] * 300),
    "flatten": (Apply(function="flatten", args=(_each(X),)), [[0]] * 20_000),
    "split": (Apply(function="split", args=(X, Constant(value="a"))), "a" * 8_000_000),
    "words": (Apply(function="split", args=(X,)), "a " * 1_000_000),
    "lines": (Apply(function="lines", args=(X,)), "\n" * 8_000_000),
    "a list looked through for each item": (_each(Binary(op="in", left=Constant(value="z"), right=X)), ["a"] * 10_000),
    "a list sorted for each item": (_each(Apply(function="sorted", args=(X,))), list(range(10_000))),
    "a pattern on long text": (
        _each(Apply(function="match", args=(_I, Constant(value="(a?){50}(a|b|c){50}z")))),
        ["ab" * 50_000] * 1_000,
    ),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_expression_stops_at_its_fuel_before_the_memory_is_taken(name: str) -> None:
    expr, value = _HOSTILE[name]
    tracemalloc.start()
    try:
        error = failure(expr, Fuel(200_000, 2 << 20), x=value)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.kind == "fuel"
    assert peak < 48 << 20


def test_fuel_is_shared_by_the_parts_of_an_evaluation() -> None:
    fuel = Fuel(elements=10)
    compiled = compile_expr(Apply(function="sum", args=(Ref(name="x"),)))
    assert compiled({"x": [1] * 6}, fuel) == 6
    with pytest.raises(EvaluationError, match="elements"):
        compiled({"x": [1] * 6}, fuel)


def test_a_hostile_pattern_comes_to_an_end() -> None:
    pattern = Constant(value="(x+x+)+y")
    assert evaluate(Apply(function="match", args=(X, pattern)), {"x": "x" * 500_000}) is None


def test_the_size_of_what_is_made_is_known_before() -> None:
    fuel = Fuel()
    value = evaluate(Text(parts=("see ", Ref(name="x"))), {"x": ["é", 1.5, None]}, fuel)
    assert measure(value) - 2 == len('see ["é",1.5,null]'.encode())
    assert (16 << 20) - fuel.bytes == len('see ["é",1.5,null]')
