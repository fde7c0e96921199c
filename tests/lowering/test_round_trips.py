"""Text -> plan -> text -> plan, plan -> JSON -> plan, and what the formatter may not change."""

from typing import Any

from hypothesis import given
from plan_strategies import PLANS

from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.lower import Lowered, lower
from rewoo_dsl.lowering.plan_json import plan_from_json
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.parser import parse
from rewoo_dsl.syntax.printer import format_source


def read(text: str) -> Lowered:
    parsed = parse(text)
    assert not parsed.errors, (text, parsed.errors[0])
    return lower(parsed.document)


def whole(plan: Plan) -> dict[str, Any]:
    """Everything a plan says, rationale and goal too."""
    return plan.model_dump(mode="json")


@given(PLANS)
def test_plan_to_json_and_back(plan: Plan) -> None:
    again = plan_from_json(plan.model_dump_json())
    assert again.plan is not None, again.diagnostics
    assert whole(again.plan) == whole(plan)
    assert again.plan.hash == plan.hash
    assert Plan.model_validate(plan.model_dump()) == plan


@given(PLANS)
def test_plan_to_text_and_back(plan: Plan) -> None:
    text = to_text(plan)
    assert whole(read(text).plan) == whole(plan), text


@given(PLANS)
def test_what_lowering_makes_would_pass_every_check_of_the_models(plan: Plan) -> None:
    lowered = read(to_text(plan)).plan
    assert whole(Plan.model_validate(whole(lowered))) == whole(lowered)
    assert repr(Plan.model_validate(whole(lowered))) == repr(lowered)


@given(PLANS)
def test_canonical_text_is_what_the_formatter_writes(plan: Plan) -> None:
    text = to_text(plan)
    assert format_source(text) == text


def test_a_block_string_behind_not_keeps_its_lines() -> None:
    text = '#E1 = not ["""\n"""]\n'
    assert format_source(text) == text
