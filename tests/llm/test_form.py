"""Schemas on their way to a model and answers on their way back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.ir.types import BOOL, INT, NULL, STR, ListType, Member, ObjectType, Only, show, to_schema, union
from rewoo_dsl.llm import form, without_reasoning
from rewoo_dsl.testing.model_server import ModelServer, _not_strict

NAMES = st.sampled_from(["a", "b", "odd key", "value"])


def objects(children):
    members = st.lists(st.builds(Member, NAMES, children, st.booleans()), max_size=3, unique_by=lambda m: m.name)
    return st.builds(ObjectType, members.map(tuple))


TYPES = st.recursive(
    st.sampled_from([STR, INT, BOOL, NULL, Only("high"), Only(3), union(Only("x"), Only("y"))]),
    lambda children: st.one_of(
        st.builds(ListType, children),
        objects(children),
        children.map(lambda one: union(one, NULL)),
    ),
    max_leaves=6,
)


@st.composite
def answers(draw, schema):
    """A value that fits `schema`, and the same as a model decoding under the strict form would write it."""
    if "const" in schema:
        return schema["const"], schema["const"]
    if "enum" in schema:
        one = draw(st.sampled_from(schema["enum"]))
        return one, one
    if "anyOf" in schema:
        return draw(answers(draw(st.sampled_from(schema["anyOf"]))))
    match schema["type"]:
        case "object":
            pairs = {name: draw(answers(one)) for name, one in schema["properties"].items()}
            absent = {n for n in pairs if n not in schema.get("required", ()) and draw(st.booleans())}
            absent -= {n for n in absent if _null_is_a_value(schema["properties"][n])}
            value = {name: pair[0] for name, pair in pairs.items() if name not in absent}
            return value, {name: None if name in absent else pair[1] for name, pair in pairs.items()}
        case "array":
            pairs = draw(st.lists(answers(schema["items"]), max_size=2))
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    scalars = {
        "string": st.text(max_size=4),
        "integer": st.integers(-9, 9),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    one = draw(scalars[schema["type"]])
    return one, one


def _null_is_a_value(schema):
    return Draft202012Validator(schema).is_valid(None)


@given(TYPES)
def test_every_type_of_known_fields_is_asked_strictly(one):
    found = form(to_schema(one))
    assert found.strict, show(one)
    assert _not_strict(found.asked, is_root=True) is None


@settings(max_examples=150)
@given(st.data())
def test_what_a_strict_model_writes_is_read_back(data):
    schema = to_schema(data.draw(TYPES))
    value, written = data.draw(answers(schema))
    found = form(schema)
    assert Draft202012Validator(found.asked).is_valid({"value": written} if found.wrapped else written)
    assert found.read(json.dumps({"value": written} if found.wrapped else written)) == value


@given(TYPES, st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_fits_or_is_malformed(one, text):
    schema = to_schema(one)
    try:
        value = form(schema).read(text)
    except ModelError as error:
        value, kind = None, error.kind
    else:
        kind = None
    assert kind == "malformed" or Draft202012Validator(schema).is_valid(value)


def test_references_still_find_their_definitions():
    found = form({"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}})
    assert Draft202012Validator(found.asked).is_valid({"value": "yes"})
    assert not Draft202012Validator(found.asked).is_valid({"value": 1})
    assert found.read('{"value": "yes"}') == "yes"


def test_a_reference_to_elsewhere_is_never_fetched():
    with ModelServer() as server, pytest.raises(ModelError, match=r"refers to .http"):
        form({"$ref": f"{server.base_url}/models"}).read('{"value": 1}')


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object"},
        {"type": "array"},
        {"type": "string", "pattern": "^a"},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    ],
)
def test_what_cannot_be_said_strictly_is_asked_as_it_is(schema):
    found = form(schema)
    assert not found.strict
    sent = found.asked["properties"]["value"] if found.wrapped else found.asked
    assert sent == schema


def test_objects_are_closed_also_where_the_form_is_not_strict():
    inner = {"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}
    asked = form({"type": "array", "items": inner}).asked
    assert asked["properties"]["value"]["items"]["additionalProperties"] is False


def test_a_fence_and_reasoning_around_json_are_no_part_of_it():
    found = form({"type": "array", "items": {"type": "integer"}})
    assert found.read('<think>1, 2</think>\n```json\n{"value": [1, 2]}\n```') == [1, 2]
    assert found.read("[1, 2]") == [1, 2]


@pytest.mark.parametrize("text", ["NaN", "1e999", "9" * 40, '"' + "\\ud800" + '"x', "[" * 100_000])
def test_json_that_is_no_value_is_malformed(text):
    with pytest.raises(ModelError) as caught:
        form({}).read(text)
    assert caught.value.kind == "malformed"


def test_a_misfit_says_where():
    with pytest.raises(ModelError, match=r"at /a/0"):
        form({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}).read('{"a": [1]}')


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("plain", "plain"),
        ("<think>x</think> y", "y"),
        ("a <think>x</think>", "a <think>x</think>"),
        ("<think>x", "<think>x"),
    ],
)
def test_reasoning(text, answer):
    assert without_reasoning(text) == answer
