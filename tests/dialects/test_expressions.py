"""Python's expressions become ours where both languages mean the same, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.ir.evaluate import evaluate
from rewoo_dsl.ir.expr import Expr, Ref
from rewoo_dsl.lowering.dialects.expressions import read_expression

NUMBERS = st.integers(0, 9).map(str)
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner)
        | inner.map("({})".format)
        | inner.map("-{}".format)
    ),
    max_leaves=8,
)


def name(said: str) -> Expr | None:
    return Ref(name=said) if said.isupper() else None


@given(ARITHMETIC)
def test_arithmetic_gives_what_python_gives(text: str) -> None:
    expr = read_expression(text, name)
    if expr is not None:
        assert evaluate(expr, {}) == eval(text, {"__builtins__": {}})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'yes' if {A} > 0 else 'no'", "no"),
        ("{A} == 0 and not {B} == 3", False),
        ("A + 2 * B", 6),
        ("(A + 2) * B", 6),
        ("1 if A else 2 if B == 3 else 4", None),
        ("'b' in 'abc'", True),
        ("A == 0 or B / 0 == 1", True),
        ("-A - -1", 1),
        ("10 - 3 - 2", 5),
    ],
)
def test_what_both_languages_say(text: str, value: object) -> None:
    expr = read_expression(text, name)
    assert expr is not None
    if value is not None:
        assert evaluate(expr, {"A": 0, "B": 3}) == value


@pytest.mark.parametrize(
    "text",
    ["{A} xor {B}", "2 ** 3", "7 // 2", "1 < 2 < 3", "f(1)", "a.b", "[1]", "lambda: 1", "", "1 +", "(1", "a", "'x",
     "A is B", "1 if 2", "0x10", "1_000", "__import__('os')", "9" * 30, "(" * 50 + "1" + ")" * 50, "1" + "+1" * 3_000],
)  # fmt: skip
def test_everything_else_stays_text(text: str) -> None:
    assert read_expression(text, name) is None


@given(st.text("AB()+-*/%<>=!'\" {}1.notadrif", max_size=40))
def test_any_text_gives_an_expression_or_none(text: str) -> None:
    read_expression(text, name)
