"""Fast checks say exactly what jsonschema says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl.interpreter.schemas import check_of

SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 1.5, -2.0]) | st.text("ab", max_size=2)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=2)
)
NAMES = ("string", "integer", "number", "boolean", "null", "array", "object")
LEAVES = (
    st.sampled_from([{"type": name} for name in NAMES])
    | st.just({"title": "anything", "default": 1})
    | st.builds(lambda value: {"const": value}, VALUES)
    | st.builds(lambda values: {"enum": values}, st.lists(SCALARS, min_size=1, max_size=3))
    | st.builds(lambda names: {"type": names}, st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    | st.just({"type": "string", "minLength": 1})
    | st.just({"type": "integer", "minimum": 0})
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from(["", "a", "b"]), inner, max_size=2)},
        optional={
            "required": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
            "additionalProperties": st.booleans() | inner,
        },
    )


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda one: {"type": "array", "items": one}, inner)
        | st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=2))
        | _objects(inner)
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(SCHEMAS, VALUES)
def test_the_same_answer_as_jsonschema(schema: dict[str, Any], value: Any) -> None:
    check = check_of(schema)
    problem = None if check is None else check(value)
    assert (problem is None) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("schema", [{}, {"title": "x", "description": "y", "$defs": {"A": {"type": "string"}}}])
def test_a_schema_that_says_nothing_needs_no_check(schema: dict[str, Any]) -> None:
    assert check_of(schema) is None


def test_the_problem_names_the_place() -> None:
    check = check_of({"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "string"}}}})
    assert check is not None
    assert check({"rows": ["a", 7]}) == ".rows[1]: 7 is not of type 'string'"


def test_references_inside_the_schema_are_followed_and_no_others() -> None:
    inside = check_of({"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}})
    assert inside is not None
    assert inside("x") is None
    assert inside(1) == "the value: 1 is not of type 'string'"
    outside = check_of({"$ref": "https://example.org/schema.json"})
    assert outside is not None
    assert "not part of it" in (outside("x") or "")


def test_a_long_value_is_cut_in_the_message() -> None:
    check = check_of({"type": "integer"})
    assert check is not None
    assert len(check("x" * 10_000) or "") < 300
