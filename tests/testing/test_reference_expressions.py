"""The naive evaluator against the one that runs: two readings of the same pages."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.ir.builtins import BUILTINS
from rewoo_dsl.ir.evaluate import evaluate
from rewoo_dsl.ir.expr import Expr
from rewoo_dsl.ir.fuel import EvaluationError
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.syntax.parser import parse
from rewoo_dsl.testing.reference.builtins import BUILTINS as NAIVE
from rewoo_dsl.testing.reference.builtins import SIGNATURES
from rewoo_dsl.testing.reference.expressions import evaluate as naive
from rewoo_dsl.testing.reference.values import Fails
from tests.ir.expression_strategies import environments, expressions, sensible

SPECS = Path(__file__).parents[2] / "specs" / "conformance"
GROUPS = json.loads((SPECS / "expressions.json").read_text(encoding="utf-8"))["groups"]
CASES = [pytest.param(case, id=f"{group['says']}: {case['name']}") for group in GROUPS for case in group["cases"]]
EXAMPLES = [pytest.param(expr, gives, id=expr) for builtin in BUILTINS.values() for expr, gives in builtin.examples]


def read(text: str) -> Expr:
    result = lower(parse(f"return {text}\n").document).plan.result
    assert result is not None
    return result


def ends(evaluator: Any, expr: Expr, names: Any) -> str:
    """The value with its types, or the kind of failure, as text: `2` is not `2.0` here."""
    try:
        return json.dumps(evaluator(expr, names))
    except (EvaluationError, Fails) as failure:
        return f"fails: {failure.kind}"


@pytest.mark.parametrize("case", [case for case in CASES if "fuel" not in case.values[0]])
def test_a_case_gives_its_value_or_fails_as_it_says(case: dict[str, Any]) -> None:
    """All but those that run out of a fuel of their own: the reference does not count it."""
    expected = f"fails: {case['fails']}" if "fails" in case else json.dumps(case["gives"])
    assert ends(naive, read(case["expr"]), case.get("given", {})) == expected


@pytest.mark.parametrize(("expr", "gives"), EXAMPLES)
def test_a_builtin_does_what_its_examples_say(expr: str, gives: str) -> None:
    assert ends(naive, read(expr), {}) == ends(naive, read(gives), {})


def test_every_builtin_of_the_language_is_there() -> None:
    assert SIGNATURES.keys() == BUILTINS.keys() == NAIVE.keys() | {"get", "default"}


@settings(max_examples=250, deadline=None)
@given(environments, expressions | sensible())
def test_both_evaluators_agree(names: dict[str, Any], expr: Expr) -> None:
    assert ends(naive, expr, names) == ends(evaluate, expr, names)


DATES = st.sampled_from(["2024-05-31", "2024-02-30", "31 May 2024", "May 31, 2024", "Fri, 31 May 2024 10:00:00 GMT"])
WRITTEN_DATES = st.lists(
    st.sampled_from(
        ["31", "1st", "0", "May", "may", "Sept.", "Febr", "Fri", "Fri,", "2024", "24", ",", "T10:00", "10:00 pm", " "]
    ),
    max_size=6,
).map(" ".join)
FORMS = st.tuples(
    st.sampled_from(["", "+"]),
    st.sampled_from(["", "03", "012", "00", "099"]),
    st.sampled_from(["", ","]),
    st.sampled_from(["", ".0", ".2", ".12", ".", ".123"]),
    st.sampled_from(["", "f", "%", "d", "e"]),
).map("".join)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1000, 1000)


def apply(function: str, **values: Any) -> tuple[Expr, dict[str, Any]]:
    return read(f"{function}({', '.join('#' + name for name in values)})"), values


@settings(max_examples=150, deadline=None)
@given(
    st.builds(lambda n, form: apply("format", n=n, form=form), NUMBERS, FORMS)
    | st.builds(lambda n, digits: apply("round", n=n, digits=digits), NUMBERS, st.integers(-21, 21))
    | st.builds(lambda text: apply("date", text=text), DATES | WRITTEN_DATES)
    | st.builds(lambda text, n: apply("add_days", text=text, n=n), DATES, st.integers(-4_000_000, 4_000_000))
    | st.builds(lambda text: apply("number", text=text), st.text(st.sampled_from("0123.eE+- "), max_size=6))
    | st.builds(lambda items: apply("sum", items=items), st.lists(NUMBERS, max_size=4))
    | st.builds(lambda items: apply("sorted", items=items), st.lists(NUMBERS, max_size=5))
    | st.builds(
        lambda text, cut: apply("split", text=text, cut=cut),
        st.text("ab \t\u2003", max_size=8),
        st.none() | st.text("ab ", max_size=2),
    )
    | st.builds(lambda text: apply("lines", text=text), st.text("a\r\n", max_size=8))
)
def test_built_ins_with_a_notation_of_their_own_agree(call: tuple[Expr, dict[str, Any]]) -> None:
    assert ends(naive, *call) == ends(evaluate, *call)
