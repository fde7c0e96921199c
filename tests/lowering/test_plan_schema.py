"""The published schema of a plan takes what the models take."""

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from plan_strategies import PLANS

from rewoo_dsl._resources import resource
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.plan_json import plan_from_json

VALIDATOR = Draft202012Validator(json.loads(resource("schemas", "plan.schema.json").read_text(encoding="utf-8")))


@settings(max_examples=20)
@given(PLANS)
def test_every_plan_has_the_form_of_the_schema(plan: Plan) -> None:
    VALIDATOR.validate(plan.model_dump(mode="json"))


@pytest.mark.parametrize(
    "data",
    [
        {"steps": [{"name": "E1"}]},
        {"steps": [{"name": "E 1", "do": {"kind": "constant", "value": 1}}]},
        {"steps": [{"name": "E1", "do": {"value": 1}}]},
        {"steps": [{"name": "E1", "do": {"kind": "constant", "value": [1]}}]},
        {"steps": [{"name": "E1", "do": {"kind": "constant", "value": 1}, "retry": -1}]},
        {"solve": {"kind": "list", "items": []}},
        {"unknown": 1},
        {"version": 2},
    ],
)
def test_what_the_schema_refuses_is_refused(data: dict[str, object]) -> None:
    assert not VALIDATOR.is_valid(data)
    read = plan_from_json(data)
    assert read.plan is None
    assert [one.code for one in read.diagnostics] == ["RW060"]
