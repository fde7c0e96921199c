"""A type as a field of a pydantic model: JSON Schema in the JSON form, a `Type` in Python."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from .algebra import (
    ANY,
    AnyType,
    DictType,
    ListType,
    Member,
    ObjectType,
    Only,
    Refined,
    Scalar,
    Type,
    Union,
    show,
    union,
)
from .schema import Reader, to_schema


def _from_json(data: object) -> Type:
    if isinstance(data, AnyType | Scalar | Only | ListType | DictType | ObjectType | Union | Refined):
        return _as_written(data)
    reader = Reader(data)
    found = reader.whole(data)
    if reader.gave_up or not isinstance(data, dict):
        raise ValueError("this is no JSON Schema that a type of the language can say")
    return _as_written(found)


def _as_written(one: Type) -> Type:
    """The type as the language would write it: objects are open there, and closed only when asked of a model."""
    match one:
        case AnyType() | Scalar():
            return one
        case Only() if not isinstance(one.value, bool):
            return one
        case ListType():
            return ListType(_as_written(one.item))
        case DictType():
            return DictType(_as_written(one.value))
        case ObjectType():
            members = tuple(Member(m.name, _as_written(m.type), m.optional) for m in one.members)
            return ObjectType(members) if members else DictType(ANY)
        case Union() if one.members:
            return union(*map(_as_written, one.members))
        case Refined():
            raise ValueError(f"this JSON Schema says more than a type of the language can: {one.schema[:120]}")
    raise ValueError(f"the language has no way to write the type {show(one)}")


JsonType = Annotated[
    Type,
    PlainValidator(_from_json, json_schema_input_type=dict[str, Any]),
    PlainSerializer(to_schema, return_type=dict[str, Any]),
    WithJsonSchema({"type": "object", "description": "a JSON Schema that a short type can express"}),
]
"""A type inside a pydantic model: JSON Schema in the JSON form, a `Type` in Python."""
