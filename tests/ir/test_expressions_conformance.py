"""`specs/conformance/expressions.json`: what the language's pages say about expressions, case by case."""

import json
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.ir.builtins import BUILTINS, Builtin
from rewoo_dsl.ir.evaluate import evaluate
from rewoo_dsl.ir.expr import Expr
from rewoo_dsl.ir.findings import Finding
from rewoo_dsl.ir.fuel import EvaluationError, Fuel
from rewoo_dsl.ir.infer import infer
from rewoo_dsl.ir.types import of_value
from rewoo_dsl.ir.values import Value
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.syntax.parser import parse

SPECS = Path(__file__).parents[2] / "specs" / "conformance"
GROUPS = json.loads((SPECS / "expressions.json").read_text(encoding="utf-8"))["groups"]
CASES = [pytest.param(case, id=f"{group['says']}: {case['name']}") for group in GROUPS for case in group["cases"]]
EXAMPLES = [pytest.param(expr, gives, id=expr) for builtin in BUILTINS.values() for expr, gives in builtin.examples]

STATIC = {"type", "null", "form"}
"""The kinds of failure that the types of an expression tell beforehand."""


def read(text: str) -> Expr:
    parsed = parse(f"return {text}\n")
    assert not parsed.errors, parsed.errors
    result = lower(parsed.document).plan.result
    assert result is not None
    return result


def exactly(one: Value, other: Value) -> bool:
    """Equal, and of the same types all through: `2` is not `2.0` here."""
    return json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize("case", CASES)
def test_a_case_gives_its_value_or_fails_as_it_says(case: dict[str, Any]) -> None:
    fuel = Fuel(**case.get("fuel", {}))
    if "fails" in case:
        with pytest.raises(EvaluationError) as caught:
            evaluate(read(case["expr"]), case.get("given", {}), fuel)
        assert caught.value.kind == case["fails"], caught.value.message
        assert caught.value.at is not None
        assert len(caught.value.message) < 300
    else:
        value = evaluate(read(case["expr"]), case.get("given", {}), fuel)
        assert exactly(value, case["gives"]), value


@pytest.mark.parametrize("case", [case for case in CASES if case.values[0].get("fails") in STATIC])
def test_what_types_can_tell_is_told_before_it_fails(case: dict[str, Any]) -> None:
    expr = read(case["expr"])
    found: list[Finding] = []
    infer(expr, {name: of_value(value) for name, value in case.get("given", {}).items()}, found.append)
    names_a_stranger = "nowhere" in case["expr"]
    assert names_a_stranger or any(f.certainty != "unchecked" and f.kind != "comparison" for f in found)


@pytest.mark.parametrize("case", [case for case in CASES if "gives" in case.values[0]])
def test_what_works_is_not_called_certain_to_fail(case: dict[str, Any]) -> None:
    expr = read(case["expr"])
    found: list[Finding] = []
    infer(expr, {name: of_value(value) for name, value in case.get("given", {}).items()}, found.append)
    at_the_top = [f for f in found if f.certainty == "certain" and f.at == "" and f.kind != "field"]
    assert not at_the_top


@pytest.mark.parametrize(("expr", "gives"), EXAMPLES)
def test_a_builtin_does_what_its_examples_say(expr: str, gives: str) -> None:
    assert exactly(evaluate(read(expr), {}), evaluate(read(gives), {}))


@pytest.mark.parametrize("builtin", BUILTINS.values(), ids=list(BUILTINS))
def test_a_builtin_says_what_it_is(builtin: Builtin) -> None:
    assert builtin.doc.endswith(".")
    assert builtin.examples
    assert all(expr.startswith(f"{builtin.name}(") for expr, _ in builtin.examples)
    assert any(builtin.name in group_case.values[0]["expr"] for group_case in CASES)
