"""Every value of a schema fits it, by our validator and by jsonschema's own; what has no value is refused at once."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl.ir.types import Answer, fits, from_schema, of_value, to_schema
from rewoo_dsl.ir.validation import Validator
from rewoo_dsl.ir.values import problem
from rewoo_dsl.testing.strategies import SchemaError, schemas, types, values

_NODE = {
    "type": "object",
    "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "required": ["v", "kids"],
}
_TREE = {"anyOf": [{"type": "null"}, {"type": "object", "properties": {}, "additionalProperties": {"$ref": "#"}}]}
SCHEMAS: list[Any] = [
    True,
    {},
    {"minimum": 3},
    {"type": "integer", "minimum": 3, "maximum": 9, "multipleOf": 3},
    {"type": "integer", "exclusiveMinimum": 1.5, "exclusiveMaximum": 4},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    {"type": "number", "multipleOf": 0.25, "minimum": 0, "maximum": 5},
    {"type": "string", "minLength": 25},
    {"type": "string", "pattern": "^[a-z]+$", "minLength": 5, "maxLength": 9},
    {"type": "string", "pattern": r"[0-9]{3}-\w+"},
    {"type": "string", "pattern": "^(?=a)a+$"},
    {"type": "string", "format": "date"},
    {"type": ["string", "null"]},
    {"enum": [1, "a", None, [1], {"a": []}]},
    {"const": [1]},
    {"enum": ["a", 1], "type": "string"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "items": {"enum": [1, 2]}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    {"type": "array", "prefixItems": [{"type": "boolean"}], "items": {"type": "boolean"}, "uniqueItems": True},
    {"type": "object", "properties": {"a": {}, "b": {"type": "integer"}}, "required": ["a"]},
    {"type": "object", "properties": {"a": {}}, "additionalProperties": False, "minProperties": 1},
    {"type": "object", "patternProperties": {"^x_": {"type": "integer"}}, "additionalProperties": False},
    {"type": "object", "propertyNames": {"pattern": "^[a-z]{2,4}$"}, "additionalProperties": {"type": "boolean"}},
    {"type": "object", "minProperties": 2, "maxProperties": 3},
    {"type": "array", "items": {"not": {}}},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 3}]},
    {"anyOf": [{"type": "integer"}, {"type": "string"}], "minLength": 2, "minimum": 7},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"minimum": 3}}}]},
    {"$ref": "#/$defs/node", "$defs": {"node": _NODE}},
    {"$ref": "#/properties/a", "properties": {"a": {"type": "object"}}},
    _TREE,
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: json.dumps(one)[:60])
@settings(max_examples=25)
@given(st.data())
def test_every_value_fits_its_schema(schema: Any, data: st.DataObject) -> None:
    _fits(schema, data.draw(values(schema)))


@settings(max_examples=150)
@given(st.data())
def test_every_value_fits_any_schema_of_ours(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    _fits(schema, data.draw(values(schema)))


def _fits(schema: Any, value: Any) -> None:
    assert problem(value) is None
    assert Validator({"allOf": [schema]} if schema is True else schema).error(value) is None
    assert Draft202012Validator(schema).is_valid(value)


@given(st.data())
def test_a_value_of_a_types_schema_is_of_the_type(data: st.DataObject) -> None:
    kind = data.draw(types())
    value = data.draw(values(to_schema(kind, closed=True)))
    assert fits(of_value(value), kind).answer is Answer.YES
    assert from_schema(to_schema(kind)) == kind


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        (False, "false"),
        ({"not": {}}, "false"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "minimum"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "minLength"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "type"),
        ({"enum": [1], "type": "string"}, "enum"),
        ({"not": {"type": "string"}}, "not"),
        ({"properties": {"a": {"if": {}}}}, "if"),
        ({"type": "array", "contains": {}}, "contains"),
        ({"$ref": "https://example.org/s.json"}, "$ref"),
        ({"$ref": "#/$defs/nowhere"}, "$ref"),
        ({"type": "strnig"}, "type"),
        ({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}, "$ref"),
        ({"type": "array", "items": False, "minItems": 1}, "minItems"),
        ({"type": "array", "items": {"enum": [1, 1.0]}, "uniqueItems": True, "minItems": 2}, "uniqueItems"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, "false"),
        ({"type": "object", "required": ["aa"], "propertyNames": {"maxLength": 1}}, "propertyNames"),
        ({"type": "string", "pattern": "("}, "pattern"),
    ],
    ids=str,
)
def test_what_has_no_values_is_refused_with_the_word_that_says_so(schema: Any, keyword: str) -> None:
    with pytest.raises(SchemaError) as refused:
        values(schema)
    assert refused.value.keyword == keyword
    assert f"`{keyword}`" in str(refused.value)


def test_a_list_of_an_enum_is_not_shared_between_draws() -> None:
    drawn: list[Any] = []

    @settings(max_examples=2, database=None)
    @given(values({"const": [1]}))
    def test(value: Any) -> None:
        drawn.append(value)
        assert value == [1]
        value.append(2)

    test()
