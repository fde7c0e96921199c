"""Types of the language, and through them the JSON Schemas of tools that a plan can be written against."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from ...ir.types import (
    BOOL,
    FLOAT,
    INT,
    NULL,
    STR,
    DictType,
    ListType,
    Member,
    ObjectType,
    Only,
    Type,
    to_schema,
    union,
)

FIELDS = ("name", "n", "url", "risk", "items", "odd key", "date")
"""Names of fields: few, so that types have some in common and flows between them fit now and then."""

_LITERALS = st.lists(st.sampled_from(["low", "high", "a b", "EU"]), min_size=2, max_size=3, unique=True)
SCALARS: st.SearchStrategy[Type] = st.sampled_from([STR, INT, BOOL, FLOAT])


@cache
def types(*, most: int = 4) -> st.SearchStrategy[Type]:
    """Types that the language can write, without `any`, of at most so many scalars."""
    literals = _LITERALS.map(lambda texts: union(*map(Only, texts)))
    nullable = SCALARS.map(lambda one: union(one, NULL))
    return st.recursive(SCALARS | literals | nullable, _larger, max_leaves=most)


def _larger(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    member = st.tuples(inner, st.booleans())
    objects = st.dictionaries(st.sampled_from(FIELDS), member, min_size=1, max_size=3).map(_object)
    return st.builds(ListType, inner) | objects | st.builds(DictType, inner) | inner.map(lambda one: union(one, NULL))


def _object(members: dict[str, tuple[Type, bool]]) -> Type:
    return ObjectType(tuple(Member(name, *rest) for name, rest in members.items()))


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    """JSON Schemas that some value fits: what types say, ranges, patterns, lengths, formats, and alternatives of these.

    Every one of them is understood by the checker and by `values`.
    """
    plain = st.recursive(types(most=3).map(to_schema) | _refined(), _combined, max_leaves=4)
    return plain | plain.map(lambda one: {"$defs": {"part": one}, "allOf": [{"$ref": "#/$defs/part"}]})


def _refined() -> st.SearchStrategy[dict[str, Any]]:
    small = st.integers(-3, 3)
    ranges = st.tuples(small, st.integers(0, 5)).map(lambda both: {"minimum": both[0], "maximum": sum(both)})
    lengths = st.tuples(st.integers(0, 3), st.integers(0, 4)).map(
        lambda both: {"type": "string", "minLength": both[0], "maxLength": sum(both)}
    )
    patterns = st.sampled_from(["^[a-z]+$", r"^\d{4}-\d{2}$", "^(EU|US)-[0-9]+$", "a"])
    return st.one_of(
        ranges.map(lambda one: {"type": "integer", **one}),
        ranges.map(lambda one: {"type": "number", **one}),
        st.sampled_from([2, 5, 0.5]).map(lambda step: {"type": "number", "multipleOf": step}),
        lengths,
        patterns.map(lambda one: {"type": "string", "pattern": one}),
        st.sampled_from(["date", "email", "uuid", "uri"]).map(lambda one: {"type": "string", "format": one}),
    )


def _combined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(inner, min_size=1, max_size=2)
    sizes = st.integers(0, 2).map(lambda least: {"minItems": least, "maxItems": least + 2})
    names = st.sampled_from(FIELDS)
    fields = st.dictionaries(names, inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda item, size: {"type": "array", "items": item, **size}, inner, sizes),
        some.map(lambda found: {"type": "array", "prefixItems": found, "items": False}),
        some.map(lambda found: {"anyOf": found}),
        inner.map(lambda one: {"oneOf": [one, {"type": "null"}]} if "null" not in str(one) else one),
        st.builds(_record, fields, st.booleans()),
        inner.map(lambda one: {"type": "object", "patternProperties": {"^x_": one}, "additionalProperties": False}),
        inner.map(lambda one: {"type": "object", "propertyNames": {"maxLength": 3}, "additionalProperties": one}),
    )


def _record(fields: dict[str, Any], is_open: bool) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields, "required": list(fields)[:1]}
    return schema if is_open else {**schema, "additionalProperties": False}
