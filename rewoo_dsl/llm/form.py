"""The form a model is asked to fill in: a JSON Schema as endpoints take it, and the way back.

Endpoints that decode under a schema ("strict") take a part of JSON Schema only: the root is an object, objects are
closed, and every field is required. `Form` bends a schema into that where it can and marks whether it could; `read`
undoes the bending and checks the answer against the schema that the caller meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..diag.errors import ModelError
from ..ir.signature import Schema
from ..ir.validation import UnusableSchemaError, Validator
from ..ir.values import problem

_STRICT_KEYWORDS = frozenset(
    ["type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "title"]
) | {"description"}
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_DEFINITIONS = ("$defs", "definitions")
_WRAPPER = "value"


@dataclass(frozen=True, slots=True)
class Form:
    """What is sent (`asked`, `strict`) so that the answer fits `schema`; `wrapped` when the root was no object."""

    schema: Schema
    asked: Schema
    strict: bool
    wrapped: bool

    def read(self, text: str) -> Any:
        """The value in a model's answer.

        Raises:
            ModelError: of kind `malformed`, when the answer is no JSON or does not fit.
        """
        value = _decoded(text)
        if self.wrapped:
            value = _unwrapped(value)
        value = _without_fillers(value, self.schema) if self.strict else value
        if wrong := _misfit(value, self.schema):
            raise ModelError(f"the model's answer does not fit the schema: {wrong}", kind="malformed")
        return value


def form(schema: Schema) -> Form:
    """The form for `schema`, strict when the schema can be said in the strict part of JSON Schema.

    >>> form({"type": "string"}).asked["properties"]
    {'value': {'type': 'string'}}
    """
    wrapped = schema.get("type") != "object"
    root = _wrapped(schema) if wrapped else dict(schema)
    strict = _is_strict(root)
    return Form(schema, _strict(root) if strict else _closed(root), strict, wrapped)


def _wrapped(schema: Schema) -> Schema:
    """An object with the schema as its only field; definitions stay at the root, where references look for them."""
    inner = {key: value for key, value in schema.items() if key not in _DEFINITIONS}
    outer = {key: value for key, value in schema.items() if key in _DEFINITIONS}
    return {"type": "object", "properties": {_WRAPPER: inner}, "required": [_WRAPPER], **outer}


def without_reasoning(text: str) -> str:
    """The answer without the `<think>…</think>` block that some open models put before it."""
    head = text.lstrip()
    if not head.startswith("<think>"):
        return text
    _, end, answer = head.partition("</think>")
    return answer.lstrip() if end else text


def _is_strict(schema: object) -> bool:
    if not isinstance(schema, dict) or schema.keys() - _STRICT_KEYWORDS:
        return False
    if not schema.keys() & {"type", "enum", "const", "anyOf"}:
        return False
    if schema.get("type") == "object" and not isinstance(schema.get("properties"), dict):
        return False
    if schema.get("type") == "array" and "items" not in schema:
        return False
    return schema.get("additionalProperties", False) in (False, True) and all(map(_is_strict, _parts(schema)))


def _parts(schema: Schema) -> Iterator[object]:
    yield from schema.get("properties", {}).values()
    yield from schema.get("anyOf", ())
    if "items" in schema:
        yield schema["items"]


def _strict(schema: Schema) -> Schema:
    """Closed, with every field required; an optional field may be null instead."""
    out = {key: value for key, value in schema.items() if key != "additionalProperties"}
    if "const" in out:
        out["enum"] = [out.pop("const")]
    if "enum" in out and "type" not in out:
        out["type"] = _type_of(out["enum"])
    if "items" in out:
        out["items"] = _strict(out["items"])
    if "anyOf" in out:
        out["anyOf"] = [_strict(one) for one in out["anyOf"]]
    if "properties" in out:
        required = schema.get("required", ())
        out["properties"] = {
            name: _strict(one) if name in required else _nullable(_strict(one))
            for name, one in out["properties"].items()
        }
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    return out


def _type_of(values: list[Any]) -> str | list[str]:
    names = sorted({_JSON_TYPES[type(value)] for value in values})
    return names[0] if len(names) == 1 else names


def _nullable(schema: Schema) -> Schema:
    return schema if _admits_null(schema) else {"anyOf": [schema, {"type": "null"}]}


def _admits_null(schema: Schema) -> bool:
    types = schema.get("type")
    if "enum" in schema:
        return None in schema["enum"]
    if "anyOf" in schema:
        return any(map(_admits_null, schema["anyOf"]))
    return types == "null" or (isinstance(types, list) and "null" in types)


def _closed(schema: Any) -> Any:
    """The same schema with every object of known fields closed, at every depth."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: value if key in ("enum", "const") else _closed(value) for key, value in schema.items()}
    if out.get("type") == "object" and out.get("properties"):
        out.setdefault("additionalProperties", False)
    return out


def _decoded(text: str) -> Any:
    try:
        value = json.loads(_without_fence(without_reasoning(text)))
    except (ValueError, RecursionError):
        raise ModelError("the model's answer is not JSON", kind="malformed") from None
    if wrong := problem(value):
        raise ModelError(f"the model's answer holds {wrong}", kind="malformed")
    return value


def _without_fence(text: str) -> str:
    text = text.strip()
    if not (text.startswith("```") and text.endswith("```")):
        return text
    return text[3:-3].partition("\n")[2]


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {_WRAPPER}:
        return value[_WRAPPER]
    return value


def _without_fillers(value: Any, schema: Schema) -> Any:
    """Drops the nulls that stand for absent optional fields."""
    if isinstance(value, list) and "items" in schema:
        return [_without_fillers(one, schema["items"]) for one in value]
    if isinstance(value, dict) and "properties" in schema:
        return {
            name: _without_fillers(one, schema["properties"].get(name, {}))
            for name, one in value.items()
            if not (one is None and _is_filler(name, schema))
        }
    for option in schema.get("anyOf", ()):
        candidate = _without_fillers(value, option)
        if _misfit(candidate, option) is None:
            return candidate
    return value


def _is_filler(name: str, schema: Schema) -> bool:
    field = schema["properties"].get(name)
    return isinstance(field, dict) and name not in schema.get("required", ()) and not _admits_null(field)


def _misfit(value: Any, schema: Schema) -> str | None:
    try:
        found = Validator(schema).error(value)
    except UnusableSchemaError as unusable:
        return str(unusable)
    if found is None:
        return None
    place = "/".join(map(str, found.absolute_path))
    return f"{found.message[:200]} (at /{place})"
