"""The calculator: exact, bounded, and never surprised by what it is given."""

import asyncio
import math
import operator
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.tools.builtin.calculator import calculator, evaluate
from rewoo_dsl.tools.context import CallContext


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", 0.3),
        ("1,000 * 20%", 200),
        ("12,345,678.9 + 1", 12345679.9),
        ("2^10 // 3", 341),
        ("-2**2", -4),
        ("(-2)**2", 4),
        ("2**-1", 0.5),
        ("2**3**2", 512),
        ("--3 - -3", 6),
        ("7 // -2", -4),
        ("-7 % 3", 2),
        ("7 % 3", 1),
        ("50%7", 1),
        ("20%", 0.2),
        ("(20)% * 50", 10),
        ("20% - 5", -4.8),
        ("1/3", 1 / 3),
        ("6/3", 2),
        ("3 × 4 ÷ 2 − 1 · 2", 4),
        (".5 + 5.", 5.5),
        ("1e3 + 1E-3", 1000.001),
        ("2**63 - 1", 2**63 - 1),
        ("2**63", 2.0**63),
        ("-(2**63)", -(2**63)),
        ("1**99999999999", 1),
        ("(-1)**1000001", -1),
        ("0**5", 0),
        ("sqrt(16)", 4),
        ("sqrt(0.25)", 0.5),
        ("sqrt(2)", math.sqrt(2)),
        ("2**0.5", math.sqrt(2)),
        ("max(100,200, 3)", 200),
        ("min(3, 2)", 2),
        ("sum(1,2,3)/3", 2),
        ("abs(-3.5)", 3.5),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.675, 2)", 2.68),
        ("round(1234.5, -2)", 1200),
        ("floor(-0.5) + ceil(0.5)", 0),
        ("log(1000, 10)", 3.0),
        ("log(8, 2)", 3.0),
        ("ln(e)", 1.0),
        ("exp(0) + sin(0) + cos(0) + tan(0)", 2.0),
        ("log10(100) + log2(4)", 4.0),
        ("2 * PI", 2 * math.pi),
        ("max((1,000), 2)", 1000),
    ],
)
def test_the_value(expression: str, value: float):
    found = evaluate(expression)
    assert found == value
    assert type(found) is type(value) or float(value).is_integer()


def test_a_whole_value_is_an_int():
    assert [type(evaluate(text)) for text in ("6/3", "1.5*2", "2**70", "0.5")] == [int, int, float, float]


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", r"the end is not expected here \(at character 1\)"),
        ("1 +", r"the end is not expected here \(at character 4\)"),
        ("(1 + 2", r"where `\)` is expected"),
        ("1 2", "`2` is not expected here"),
        ("2 pi", "`pi` is not expected here"),
        ("1,00", "`,` is not expected here"),
        ("max(1,000)", "does not begin with 0; inside a function"),
        ("007", "does not begin with 0"),
        ("1/0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("0**-1", "division by zero"),
        ("9**9**9", "a power of more than 20000 bits"),
        ("10**400", "too large for a number"),
        ("exp(1000)", "too large for a number"),
        ("1e500", "an exponent of 400"),
        ("1" * 101, "at most 100 digits"),
        ("sqrt(-1)", "`sqrt` has no value there"),
        ("log(0)", "`log` has no value there"),
        ("round(1, 0.5)", "`round` has no value there"),
        ("sqrt(1, 2)", "`sqrt` does not take 2 numbers"),
        ("(-8)**(1/3)", "is no real number"),
        ("price * 2", "`price` is not known; there are abs"),
        ("__import__('os')", "`'` has no place in arithmetic"),
        ("(1).real", "`.` has no place in arithmetic"),
        ("x := 1", "`:` has no place"),
        ("٣ + 1", "`٣` has no place"),
        ("1\x002", "has no place"),
        ("-" * 100 + "1", "nested deeper than 50"),
        ("(" * 100 + "1" + ")" * 100, "nested deeper than 50"),
        ("2**" * 100 + "1", "nested deeper than 50"),
        ("1+" * 1_000_000 + "1", "longer than 2000 characters"),
    ],
)
def test_what_cannot_be_computed_is_said_at_once(expression: str, sentence: str):
    began = time.perf_counter()
    with pytest.raises(ToolError, match=sentence) as wrong:
        evaluate(expression)
    assert not wrong.value.retryable
    assert time.perf_counter() - began < 1


OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
decimals = st.decimals(0, 10_000, places=2).map(str)
expressions = st.recursive(
    decimals.map(lambda text: (text, Fraction(text))),
    lambda inner: st.builds(
        lambda a, op, b: (f"({a[0]} {op} {b[0]})", OPERATORS[op](a[1], b[1]) if op != "/" or b[1] else None),
        inner.filter(lambda one: one[1] is not None),
        st.sampled_from(sorted(OPERATORS)),
        inner.filter(lambda one: one[1] is not None),
    ),
    max_leaves=8,
)


@given(expressions)
@settings(max_examples=150, deadline=None)
def test_arithmetic_is_that_of_fractions(pair: tuple[str, Fraction | None]):
    text, exact = pair
    if exact is None:
        with pytest.raises(ToolError, match="division by zero"):
            evaluate(text)
    else:
        assert evaluate(text) == (int(exact) if exact.denominator == 1 else float(exact))


@given(st.lists(st.integers(0, 99), min_size=2, max_size=6), st.lists(st.sampled_from("+-*/%"), min_size=5, max_size=5))
@settings(max_examples=100, deadline=None)
def test_operators_bind_as_in_python(numbers: list[int], marks: list[str]):
    text = str(numbers[0]) + "".join(f" {op} {n}" for n, op in zip(numbers[1:], marks, strict=False))
    exact = "".join(f"Fraction({part})" if part.isdigit() else part for part in text.split())
    try:
        expected = eval(exact, {"Fraction": Fraction})
    except ZeroDivisionError:
        with pytest.raises(ToolError, match="division by zero"):
            evaluate(text)
        return
    assert evaluate(text) == (int(expected) if expected.denominator == 1 else float(expected))


@given(st.text("0123456789.,+-*/%^() eEpimaxsqrt", max_size=40) | st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_finite_number_or_a_sentence(text: str):
    try:
        value = evaluate(text)
    except ToolError:
        return
    assert math.isfinite(value)


def test_it_is_a_tool_that_reads():
    one = calculator()
    assert (one.name, one.signature.effect, one.signature.text_parameter) == ("calculator", "read", "expression")
    assert asyncio.run(one.call({"expression": "2 * 21"}, CallContext())) == 42
