"""JSON Schemas as fast checks: what arguments and results are held against while a plan runs.

Most schemas say only types, fields and alternatives. These become a nest of small predicates, exact and without a
dependency; everything else, and the sentence about what is wrong, comes from jsonschema by `ir.validation`.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..diag.abridge import abridge
from ..ir.signature import Schema
from ..ir.validation import UnusableSchemaError, Validator
from ..ir.values import Value, equal

Check: TypeAlias = Callable[[Any], str | None]
"""Why a value does not fit, or None when it does."""

_Predicate: TypeAlias = Callable[[Any], bool]

_SAYS_NOTHING = {
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format", "$schema", "$id",
    "$comment", "$defs", "definitions",
}  # fmt: skip
_SHOWN = 160


def check_of(schema: Schema) -> Check | None:
    """The check of a schema; None when the schema says nothing at all."""
    if not schema.keys() - _SAYS_NOTHING:
        return None
    fits = _predicate(schema)
    if fits is None:
        return _Full(schema).problem

    full: list[_Full] = []

    def check(value: Any) -> str | None:
        if fits(value):
            return None
        if not full:
            full.append(_Full(schema))
        return full[0].problem(value) or "the value does not fit its schema"

    return check


class _Full:
    """The whole of JSON Schema 2020-12, compiled at the first value."""

    def __init__(self, schema: Schema) -> None:
        self._validator = Validator(schema)

    def problem(self, value: Any) -> str | None:
        try:
            error = self._validator.error(value)
        except UnusableSchemaError as unusable:
            return str(unusable)
        if error is None:
            return None
        place = error.json_path.removeprefix("$")
        return f"{place or 'the value'}: {abridge(error.message, _SHOWN, tail=_SHOWN // 2)}"


# --- predicates -----------------------------------------------------------------------------------------------------


def _predicate(schema: object) -> _Predicate | None:
    """A predicate that says exactly what the schema says, or None when that takes the whole of JSON Schema."""
    if schema is True:
        return _anything
    if not isinstance(schema, Mapping):
        return None
    words = schema.keys() - _SAYS_NOTHING
    if not words:
        return _anything
    if words == {"const"}:
        return _one_of([schema["const"]])
    if words == {"enum"}:
        return _one_of(schema["enum"])
    if words == {"anyOf"}:
        return _any_of(schema["anyOf"])
    kind = schema.get("type")
    if isinstance(kind, list) and words == {"type"}:
        return _any_of([{"type": one} for one in kind])
    if not isinstance(kind, str):
        return None
    return _typed(kind, schema, words - {"type"})


def _typed(kind: str, schema: Mapping[str, Any], words: set[str]) -> _Predicate | None:
    if kind in _SCALARS and not words:
        return _SCALARS[kind]
    if kind == "array" and words <= {"items"}:
        return _array(_predicate(schema.get("items", True)))
    if kind == "object" and words <= {"properties", "required", "additionalProperties"}:
        return _object(schema)
    return None


def _anything(_: Any) -> bool:
    return True


def _is_integer(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


_SCALARS: dict[str, _Predicate] = {
    "string": lambda value: type(value) is str,
    "integer": _is_integer,
    "number": lambda value: type(value) is int or type(value) is float,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}


def _one_of(options: list[Value]) -> _Predicate:
    if all(type(option) is str for option in options):
        texts = frozenset(options)
        return lambda value: type(value) is str and value in texts
    return lambda value: any(equal(value, option) for option in options)


def _any_of(schemas: list[object]) -> _Predicate | None:
    parts = [_predicate(one) for one in schemas]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return lambda value: any(fits(value) for fits in known)


def _array(item: _Predicate | None) -> _Predicate | None:
    if item is None:
        return None
    if item is _anything:
        return lambda value: type(value) is list
    return lambda value: type(value) is list and all(map(item, value))


def _object(schema: Mapping[str, Any]) -> _Predicate | None:
    """Fields by name, then the rest: allowed, forbidden, or of a type of their own."""
    fields: dict[str, _Predicate] = {}
    for name, one in schema.get("properties", {}).items():
        field = _predicate(one)
        if field is None:
            return None
        fields[name] = field
    required = frozenset(schema.get("required", ()))
    more = schema.get("additionalProperties", True)
    further = _predicate(more) if more is not False else _nothing
    if further is None:
        return None

    def fits(value: Any) -> bool:
        if type(value) is not dict or (required and not required <= value.keys()):
            return False
        for key, one in value.items():  # noqa: SIM110  # a generator costs more than what it runs
            if not fields.get(key, further)(one):
                return False
        return True

    return fits


def _nothing(_: Any) -> bool:
    return False
