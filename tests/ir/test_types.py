"""Types against JSON Schema itself: what jsonschema accepts is what a type admits."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from rewoo_dsl.ir import types as t
from rewoo_dsl.ir.types import Answer, fits, from_schema, to_schema
from rewoo_dsl.ir.types.schema import Reader

# --- strategies ----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "odd key"])
LITERALS = st.sampled_from(["x", "y", "", 0, 1, -3, 2.5, 4.0])
SCALARS = st.sampled_from([t.ANY, t.STR, t.INT, t.FLOAT, t.BOOL, t.NULL])


def _objects(inner: st.SearchStrategy[t.Type], closed: st.SearchStrategy[bool]) -> st.SearchStrategy[t.Type]:
    members = st.dictionaries(NAMES, st.tuples(inner, st.booleans()), min_size=1, max_size=3)
    build = lambda found, shut: t.ObjectType(tuple(t.Member(n, k, o) for n, (k, o) in found.items()), shut)  # noqa: E731
    return st.builds(build, members, closed)


def types(closed: st.SearchStrategy[bool]) -> st.SearchStrategy[t.Type]:
    return st.recursive(
        SCALARS | st.builds(t.Only, LITERALS),
        lambda inner: (
            st.builds(t.ListType, inner)
            | st.builds(t.DictType, inner)
            | _objects(inner, closed)
            | st.lists(inner, min_size=2, max_size=3).map(lambda found: t.union(*found))
        ),
        max_leaves=6,
    )


TYPES = types(st.booleans())
WRITTEN = types(st.just(False))
"""Types that a plan's text can write."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-4, 4) | st.sampled_from([0.5, 1.0, 2.5]) | st.sampled_from(["x", "y", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def values_of(draw: st.DrawFn, kind: t.Type) -> Any:
    """A value that has the type."""
    match kind:
        case t.AnyType():
            return draw(JSON)
        case t.Scalar():
            found = {"str": st.text(max_size=3), "int": st.integers(-9, 9), "bool": st.booleans(), "null": st.none()}
            return draw(found.get(kind.name, st.floats(-9, 9) | st.integers(-9, 9)))
        case t.Only():
            return kind.value
        case t.ListType():
            return draw(st.lists(values_of(kind.item), max_size=3))
        case t.DictType():
            return draw(st.dictionaries(st.sampled_from(["k", "a", "b"]), values_of(kind.value), max_size=3))
        case t.ObjectType():
            given = {m.name: values_of(m.type) for m in kind.members if not m.optional or draw(st.booleans())}
            more = {} if kind.closed else draw(st.dictionaries(st.sampled_from(["z", "zz"]), JSON, max_size=1))
            return {**more, **{name: draw(one) for name, one in given.items()}}
        case t.Union():
            return draw(values_of(draw(st.sampled_from(kind.members))))
    raise AssertionError(kind)


_KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "minLength": st.integers(0, 2),
    "minimum": st.integers(-2, 2),
    "maxItems": st.integers(0, 2),
    "pattern": st.just("^x"),
    "required": st.lists(NAMES, max_size=2, unique=True),
    "additionalProperties": st.booleans() | st.just({"type": "string"}),
    "patternProperties": st.just({"^a": {"type": "integer"}}),
    "prefixItems": st.just([{"type": "string"}]),
    "enum": st.lists(JSON, min_size=1, max_size=3),
    "const": JSON,
    "title": st.just("a title"),
    "not": st.just({"type": "null"}),
}
TYPE_NAMES = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])


@st.composite
def _schema(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if draw(st.integers(0, 3)):
        schema["type"] = draw(TYPE_NAMES | st.lists(TYPE_NAMES, min_size=1, max_size=3, unique=True))
    for key in draw(st.lists(st.sampled_from(sorted(_KEYWORDS)), max_size=2, unique=True)):
        schema[key] = draw(_KEYWORDS[key])
    if draw(st.booleans()):
        schema["properties"] = draw(st.dictionaries(NAMES, inner, max_size=2))
    if draw(st.integers(0, 3)) == 0:
        schema["items"] = draw(inner)
    if draw(st.integers(0, 3)) == 0:
        schema[draw(st.sampled_from(["anyOf", "oneOf", "allOf"]))] = draw(st.lists(inner, min_size=1, max_size=2))
    if draw(st.integers(0, 5)) == 0:
        schema["$ref"] = draw(st.sampled_from(["#/$defs/one", "#"]))
    return schema


SCHEMAS = st.recursive(st.booleans() | _schema(st.booleans()), _schema, max_leaves=4).filter(
    lambda one: isinstance(one, dict)
)


def admits(schema: dict[str, Any], value: Any) -> bool:
    return Draft202012Validator(schema).is_valid(value)


def without_refinements(kind: t.Type) -> t.Type:
    match kind:
        case t.Refined():
            return without_refinements(kind.of)
        case t.ListType():
            return t.ListType(without_refinements(kind.item))
        case t.DictType():
            return t.DictType(without_refinements(kind.value))
        case t.ObjectType():
            members = tuple(t.Member(m.name, without_refinements(m.type), m.optional) for m in kind.members)
            return t.ObjectType(members, kind.closed)
        case t.Union():
            return t.union(*map(without_refinements, kind.members))
    return kind


# --- laws ----------------------------------------------------------------------------------------------------------


@given(TYPES)
def test_a_type_is_what_its_schema_is_read_as(kind: t.Type) -> None:
    assert from_schema(to_schema(kind)) == kind


@given(TYPES, st.data())
def test_a_type_admits_its_values(kind: t.Type, data: st.DataObject) -> None:
    assert admits(to_schema(kind), data.draw(values_of(kind)))


@given(SCHEMAS, JSON)
def test_reading_a_schema_loses_no_value_and_exact_means_exact(schema: dict[str, Any], value: Any) -> None:
    schema["$defs"] = {"one": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}
    reader = Reader(schema)
    kind = reader.whole(schema)
    try:
        fits_schema = admits(schema, value)
    except BaseException as error:  # jsonschema goes round where we give up; its Rust part panics instead
        if "RecursionError" not in repr(error):
            raise
        return
    if fits_schema:
        assert admits(to_schema(without_refinements(kind)), value)
    elif t.is_exact(kind) and not reader.gave_up:
        assert not admits(to_schema(kind), value)


@given(TYPES, TYPES, st.data())
def test_yes_and_no_are_certain(source: t.Type, target: t.Type, data: st.DataObject) -> None:
    found = fits(source, target)
    value = data.draw(values_of(source))
    if found.answer is Answer.YES and found.checked:
        assert admits(to_schema(target), value)
    if found.answer is Answer.NO:
        assert not admits(to_schema(target), value)


@given(TYPES)
def test_everything_fits_itself_and_any(kind: t.Type) -> None:
    assert fits(kind, kind).answer is Answer.YES
    assert fits(kind, t.ANY).answer is Answer.YES
    assert fits(t.ANY, kind).answer is Answer.YES


@given(st.lists(TYPES, max_size=4), st.randoms())
def test_a_union_does_not_depend_on_how_it_is_built(kinds: list[t.Type], random: Any) -> None:
    whole = t.union(*kinds)
    nested = t.union(t.union(*kinds[:2]), *kinds[2:])
    assert t.union(whole) == whole == nested
    random.shuffle(kinds)
    assert set(t.members_of(t.union(*kinds))) == set(t.members_of(whole))


@given(WRITTEN)
def test_a_type_in_a_plans_json_comes_back(kind: t.Type) -> None:
    adapter: TypeAdapter[t.Type] = TypeAdapter(t.JsonType)
    assert adapter.validate_json(adapter.dump_json(kind)) == kind
    assert adapter.validate_python(kind) == kind


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a"},
        {"const": True},
        {"not": {}},
        {"$ref": "#/$defs/missing"},
        {"type": "array", "items": {"$ref": "#"}},
        {"$ref": "https://example.org/schema.json"},
        {"type": "strnig"},
        "str",
        3,
    ],
)
def test_a_plans_json_takes_only_types_that_the_language_can_say(schema: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(t.JsonType).validate_python(schema)


def test_closed_objects_in_a_plans_json_are_opened() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    found = TypeAdapter(t.JsonType).validate_python(schema)
    assert found == t.ObjectType((t.Member("a", t.STR, optional=True),))


# --- what is shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"type": "string"}, "str"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "str?"),
        ({"type": ["integer", "null"]}, "int?"),
        ({"enum": ["high", "low"], "type": "string"}, '"high" | "low"'),
        ({"enum": ["high", "low", None]}, '("high" | "low")?'),
        ({"enum": ["high", 3], "type": "string"}, '"high"'),
        ({"type": "array"}, "list[any]"),
        ({"type": "object"}, "dict[any]"),
        ({"type": "object", "required": ["a"]}, "{a: any}"),
        ({"type": "object", "properties": {"a b": {"type": "number"}}}, '{"a b"?: float}'),
        ({"properties": {"a": {"type": "string"}}}, "any"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "float"),
        (True, "any"),
        (False, "never"),
        ({}, "any"),
    ],
)
def test_schemas_in_short(schema: Any, shown: str) -> None:
    assert t.show(from_schema(schema)) == shown


@pytest.mark.parametrize(
    ("source", "target", "answer"),
    [
        ("int", "float", Answer.YES),
        ("float", "int", Answer.MAYBE),
        ("str", "int", Answer.NO),
        ("str?", "str", Answer.MAYBE),
        ("null", "str", Answer.NO),
        ("list[str]", "list[int]", Answer.MAYBE),
    ],
)
def test_three_answers(source: str, target: str, answer: Answer) -> None:
    names: dict[str, t.Type] = {
        "int": t.INT,
        "float": t.FLOAT,
        "str": t.STR,
        "null": t.NULL,
        "str?": t.union(t.STR, t.NULL),
        "list[str]": t.ListType(t.STR),
        "list[int]": t.ListType(t.INT),
    }
    found = fits(names[source], names[target])
    assert found.answer is answer
    assert bool(found.why) == (answer is not Answer.YES)


# --- hostile schemas -----------------------------------------------------------------------------------------------


def _doubling(levels: int) -> dict[str, Any]:
    defs = {
        f"d{i}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{i + 1}"} for k in "ab"}}
        for i in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {"type": "string", "pattern": "x"}}}


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "pattern": "x"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "minItems": 1}
    return schema


def _deep_value(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "schema",
    [
        _doubling(40),
        _deep(60),
        _deep(5_000),
        {"const": _deep_value(5_000)},
        {"type": "array", "items": {"const": _deep_value(5_000)}},
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"type": "object", "properties": {"next": {"$ref": "#"}}},
        {"$ref": "https://example.org/x.json"},
        {"$ref": "#anchor"},
        {"$ref": "#/$defs/no"},
        {"$ref": 3},
        {"enum": [str(i) for i in range(20_000)]},
        {"type": [], "enum": []},
        {"type": 3, "properties": [], "required": "a", "items": 4, "anyOf": {}},
        {"type": "object", "properties": {"a": 3}, "required": [1, None, "a"]},
        {"type": "object", "properties": {f"p{i}": {"type": "string"} for i in range(20_000)}},
    ],
    ids=range(17),
)
def test_hostile_schemas_are_read_in_time(schema: dict[str, Any]) -> None:
    begin = time.process_time()
    kind = from_schema(schema)
    fits(kind, kind)
    assert len(json.dumps(t.show(kind))) < 10_000_000
    assert time.process_time() - begin < 5


def test_a_loop_is_any_where_it_closes() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}
    assert t.show(from_schema(tree)) == "{next: {next: any}}"


def test_a_refinement_keeps_the_definitions_it_needs() -> None:
    word = {"type": "string", "minLength": 1}
    schema = {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/$defs/word"}]}}, "$defs": {"word": word}}
    kind = from_schema(schema)
    assert isinstance(kind, t.ObjectType)
    inner = kind.members[0].type
    assert isinstance(inner, t.Refined)
    assert admits(to_schema(inner), "x")
    assert not admits(to_schema(inner), "")
