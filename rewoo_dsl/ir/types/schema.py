"""Between types and JSON Schema (2020-12): `to_schema` is total, `from_schema` says where a type says less."""

from __future__ import annotations

import json
from typing import Any, TypeAlias, TypeGuard

from ..values import Value
from .algebra import (
    ANY,
    JSON_NAMES,
    NEVER,
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
    is_of,
    of_value,
    union,
)

Schema: TypeAlias = dict[str, Any]

MAX_SCHEMA_DEPTH = 64
MAX_SCHEMA_NODES = 10_000


def to_schema(one: Type, *, closed: bool = False) -> Schema:
    """The JSON Schema (2020-12) of a type. With `closed`, objects allow no further fields (as asked of a model)."""
    match one:
        case AnyType():
            return {}
        case Scalar():
            return {"type": JSON_NAMES[one.name]}
        case Only():
            return {"const": one.value}
        case ListType():
            return {"type": "array", "items": to_schema(one.item, closed=closed)}
        case DictType():
            return {"type": "object", "additionalProperties": to_schema(one.value, closed=closed)}
        case ObjectType():
            return _object_schema(one, closed=closed)
        case Refined():
            found: Schema = json.loads(one.schema)
            return found
        case Union():
            return _union_schema(one, closed=closed)


_SHORT_NAMES = {json_name: short for short, json_name in JSON_NAMES.items()}


def _object_schema(one: ObjectType, *, closed: bool) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {m.name: to_schema(m.type, closed=closed) for m in one.members},
    }
    required = [m.name for m in one.members if not m.optional]
    if required:
        schema["required"] = required
    if closed or one.closed:
        schema["additionalProperties"] = False
    return schema


def _union_schema(one: Union, *, closed: bool) -> Schema:
    if one.members and all(isinstance(m, Only) for m in one.members):
        return {"enum": [m.value for m in one.members if isinstance(m, Only)]}
    if not one.members:
        return {"not": {}}
    return {"anyOf": [to_schema(m, closed=closed) for m in one.members]}


_IGNORED = {
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id", "$comment",
    "$defs", "definitions", "$anchor",
}  # fmt: skip
UNDERSTOOD = _IGNORED | {
    "type", "enum", "const", "anyOf", "oneOf", "$ref", "properties", "required", "additionalProperties", "items",
}  # fmt: skip


def from_schema(schema: object, root: object | None = None) -> Type:
    """The smallest type that admits every value of `schema`.

    Local `$ref`s are followed inside `root` (default: the schema itself); remote ones, loops, whatever is
    nested deeper than `MAX_SCHEMA_DEPTH` and what comes after `MAX_SCHEMA_NODES` are `any`: nothing is ever fetched.
    """
    return Reader(schema if root is None else root).whole(schema)


def is_exact(one: Type) -> bool:
    """Whether the short form says all that the schema said."""
    match one:
        case Refined():
            return False
        case ListType():
            return is_exact(one.item)
        case DictType():
            return is_exact(one.value)
        case ObjectType():
            return all(is_exact(m.type) for m in one.members)
        case Union():
            return all(map(is_exact, one.members))
        case _:
            return True


def holds_any(one: Type) -> bool:
    """Whether `any` stands somewhere in the type."""
    match one:
        case AnyType():
            return True
        case ListType():
            return holds_any(one.item)
        case DictType():
            return holds_any(one.value)
        case ObjectType():
            return any(holds_any(m.type) for m in one.members)
        case Union():
            return any(map(holds_any, one.members))
        case Refined():
            return holds_any(one.of)
        case _:
            return False


class Reader:
    """Reads one schema document. `gave_up` says that `any` stands somewhere for what could not be followed."""

    def __init__(self, root: object) -> None:
        self.root = root
        self.nodes_left = MAX_SCHEMA_NODES  # definitions that refer to each other twice double at every level
        self.gave_up = False

    def whole(self, schema: object) -> Type:
        try:
            return self.read(schema, 0, frozenset())
        except RecursionError:  # a constant or a keyword nested beyond all sense
            return self._any()

    def read(self, schema: object, depth: int, seen: frozenset[str]) -> Type:
        if schema is False or schema == {"not": {}}:
            return NEVER
        if not isinstance(schema, dict):
            return ANY
        self.nodes_left -= 1
        if depth > MAX_SCHEMA_DEPTH or self.nodes_left < 0:
            return self._any()
        found = self._shape(schema, depth, seen)
        return self._refined(found, schema) if found != NEVER and _says_more(schema) else found

    def _any(self) -> Type:
        self.gave_up = True
        return ANY

    def _refined(self, found: Type, schema: Schema) -> Type:
        """`found`, with the schema beside it that says more; its definitions come along when it refers to any."""
        try:
            text = _json(schema)
            if "$ref" in text and schema is not self.root and isinstance(self.root, dict):
                text = _json({key: self.root[key] for key in _DEFINITIONS if key in self.root} | schema)
        except TypeError:  # Python data that is no JSON
            return self._any()
        self.nodes_left -= len(text) // 256
        return Refined(base(found), text)

    def _shape(self, schema: Schema, depth: int, seen: frozenset[str]) -> Type:
        if isinstance(ref := schema.get("$ref"), str):
            return self._follow(ref, depth, seen)
        if (options := _options(schema)) is not None:
            return union(*map(of_value, options))
        for key in ("anyOf", "oneOf"):
            if isinstance(options := schema.get(key), list) and options:
                return union(*(self.read(s, depth + 1, seen) for s in options))
        names = _type_names(schema)
        return union(*(self._named(n, schema, depth, seen) for n in names)) if names else ANY

    def _follow(self, ref: str, depth: int, seen: frozenset[str]) -> Type:
        if ref in seen or not (ref == "#" or ref.startswith("#/")):
            return self._any()
        target = self.root
        for token in ref.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or key not in target:
                return self._any()
            target = target[key]
        return self.read(target, depth + 1, seen | {ref})

    def _named(self, name: object, schema: Schema, depth: int, seen: frozenset[str]) -> Type:
        if name == "array":
            items = True if "prefixItems" in schema else schema.get("items", True)
            return ListType(self.read(items, depth + 1, seen))
        if name == "object":
            return self._object(schema, depth, seen)
        return Scalar(_SHORT_NAMES[name]) if isinstance(name, str) and name in _SHORT_NAMES else ANY

    def _object(self, schema: Schema, depth: int, seen: frozenset[str]) -> Type:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = schema.get("required")
        required = dict.fromkeys(filter(_is_text, required)) if isinstance(required, list) else {}
        more = True if "patternProperties" in schema else schema.get("additionalProperties", True)
        if not properties and not required and more is not False:
            return DictType(self.read(more, depth + 1, seen))
        members = tuple(
            Member(name, self.read(properties.get(name, more), depth + 1, seen), name not in required)
            for name in filter(_is_text, {**properties, **required})
        )
        return ObjectType(members, closed=more is False)


_DEFINITIONS = ("$defs", "definitions")


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _type_names(schema: Schema) -> list[object]:
    names = schema.get("type")
    if isinstance(names, list):
        return names
    return [] if names is None else [names]


def _options(schema: Schema) -> list[Value] | None:
    """The values that a schema lists and its `type` admits, or None when it lists none."""
    if "const" in schema:
        listed = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        listed = schema["enum"]
    else:
        return None
    names = _type_names(schema)
    return [value for value in listed if not names or any(is_of(value, name) for name in names)]


def _has_items(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_items, value.values()))
    return isinstance(value, list) and bool(value)


def _says_more(schema: Schema) -> bool:
    """Whether a schema says anything that its type, as read here, does not."""
    said = schema.keys() - _IGNORED
    if said - UNDERSTOOD or "oneOf" in said:
        return True
    if "$ref" in said or "anyOf" in said:
        return len(said) > 1
    if (options := _options(schema)) is not None:
        return bool(said - {"const", "enum", "type"}) or any(map(_has_items, options))
    names = _type_names(schema)
    if not all(isinstance(name, str) and name in _ALL_NAMES for name in names):
        return True
    more_typed = isinstance(schema.get("additionalProperties"), dict) and bool(said & {"properties", "required"})
    return bool(said) and (not names or more_typed or isinstance(schema.get("items"), list))


_ALL_NAMES = _SHORT_NAMES.keys() | {"array", "object"}
