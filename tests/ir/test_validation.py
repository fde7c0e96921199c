"""JSON Schema without its dangers: patterns in linear time, nothing fetched, loops that end."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl.ir.validation import UnusableSchemaError, Validator

HOSTILE = "(a|a)*$|(a+)+$"


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": HOSTILE},
        {"patternProperties": {HOSTILE: {"type": "string"}}},
        {"patternProperties": {HOSTILE: {}}, "additionalProperties": False},
        {"patternProperties": {HOSTILE: {}}, "unevaluatedProperties": False},
        {"allOf": [{"patternProperties": {HOSTILE: {}}}], "unevaluatedProperties": False},
        {"propertyNames": {"pattern": HOSTILE}},
    ],
)
def test_a_hostile_pattern_costs_no_time(schema: dict[str, Any]) -> None:
    text = "a" * 5_000 + "!"
    began = time.process_time()
    Validator(schema).error(text)
    Validator(schema).error({text: 1})
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"type": "text"},
        {"minimum": "three"},
    ],
)
def test_a_schema_that_cannot_be_used_says_so_and_fetches_nothing(schema: dict[str, Any]) -> None:
    with pytest.raises(UnusableSchemaError):
        Validator(schema).error(7)


def test_a_pattern_that_re2_cannot_read_is_not_looked_at() -> None:
    assert Validator({"pattern": "(?=a)b"}).error("c") is None
    assert Validator({"pattern": "[a-z]+$"}).error("c7").message == "'c7' does not match '[a-z]+$'"


_names = st.sampled_from(["a", "b", "ab", "x1"])
_schemas = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(_names, st.sampled_from([{"type": "string"}, {"type": "integer"}]), max_size=2),
        "patternProperties": st.dictionaries(
            st.sampled_from(["^a", "1$", "b"]), st.just({"type": "integer"}), max_size=2
        ),
        "additionalProperties": st.sampled_from([True, False, {"type": "string"}]),
        "unevaluatedProperties": st.booleans(),
        "propertyNames": st.just({"pattern": "^[a-z]+$"}),
    },
)


@settings(max_examples=150)
@given(_schemas, st.dictionaries(_names, st.sampled_from(["s", 1]), max_size=4))
def test_it_answers_as_jsonschema_does(schema: dict[str, Any], value: dict[str, Any]) -> None:
    """Except for what is not looked at: `unevaluatedProperties` where names have patterns."""
    if "patternProperties" in schema:
        schema.pop("unevaluatedProperties", None)
    assert (Validator(schema).error(value) is None) == Draft202012Validator(schema).is_valid(value)
