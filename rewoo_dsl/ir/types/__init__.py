"""Types: the short ones people write, and what a JSON Schema comes to when it is read as one.

A `Type` stands for a set of JSON values. Short type -> JSON Schema is total (`to_schema`). Schema -> type
(`from_schema`) gives the smallest type that admits every value of the schema; what short types cannot say (a
pattern, a range) is kept as `Refined`, so nobody takes the answer for exact when it is not.

Three answers per flow: `fits(source, target)` says `YES` (every value of the source is one of the target), `NO`
(none is) or `MAYBE`, with the reason and the path to it. `unknown` is the type of broken things and of `any`: it fits
everything and everything fits it, and `Fit.checked` is False where that was the only ground.

Read `algebra`, then `schema`, then `fit`; `plan_json` puts a type into a pydantic model.
"""

from .algebra import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NULL,
    STR,
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
    base,
    is_nullable,
    members_of,
    of_value,
    show,
    told,
    union,
    without_null,
)
from .fit import Answer, Fit, fits
from .plan_json import JsonType
from .schema import MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES, from_schema, holds_any, is_exact, to_schema

__all__ = [
    "ANY",
    "BOOL",
    "FLOAT",
    "INT",
    "MAX_SCHEMA_DEPTH",
    "MAX_SCHEMA_NODES",
    "NEVER",
    "NULL",
    "STR",
    "Answer",
    "AnyType",
    "DictType",
    "Fit",
    "JsonType",
    "ListType",
    "Member",
    "ObjectType",
    "Only",
    "Refined",
    "Scalar",
    "Type",
    "Union",
    "base",
    "fits",
    "from_schema",
    "holds_any",
    "is_exact",
    "is_nullable",
    "members_of",
    "of_value",
    "show",
    "to_schema",
    "told",
    "union",
    "without_null",
]
