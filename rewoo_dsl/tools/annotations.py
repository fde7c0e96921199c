"""Python annotations as pydantic sees them, with pydantic's errors put into a tool author's words."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ..diag.errors import ToolError
from ..ir.signature import Schema

_SCALARS: frozenset[type] = frozenset({str, int, float, bool, NoneType})
_STREAMS = frozenset({Iterator, Iterable, Generator, AsyncIterator, AsyncIterable, AsyncGenerator})


def adapter_of(annotation: Any, what: str) -> TypeAdapter[Any]:
    """A compiled reader and writer for `annotation`. Raises `ToolError` that names `what`."""
    try:
        return TypeAdapter(annotation)
    except PydanticUserError as error:
        raise ToolError(f"{what} has an annotation without a JSON form: {_first_line(error)}") from error


def schemas_of(
    adapters: Mapping[str, TypeAdapter[Any]], mode: Literal["validation", "serialization"]
) -> tuple[dict[str, Schema], Schema]:
    """The JSON Schema of each by its key, and the definitions that they share (`{"$defs": …}`, or nothing)."""
    try:
        found, shared = TypeAdapter.json_schemas(
            [(key, mode, adapter) for key, adapter in adapters.items()], schema_generator=_SchemaGenerator
        )
    except PydanticUserError as error:
        raise ToolError(f"an annotation has no JSON form: {_first_line(error)}") from error
    return {key: found[key, mode] for key in adapters}, shared


class _SchemaGenerator(GenerateJsonSchema):
    """What a tool gives back holds every field that has a default too, so plans may rely on it being there.

    Titles that only say the field's name again are left out.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's own signature
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        is_filled = self.mode == "serialization" and field["type"] != "typed-dict-field"
        return (is_filled and not field.get("serialization_exclude_if")) or super().field_is_required(field, total)


def scalar_types(annotation: Any) -> frozenset[type]:
    """The exact types that fit `annotation` as they are: for `str | None` both; empty where pydantic must look."""
    if annotation is Any:
        return _SCALARS
    if get_origin(annotation) in (Union, UnionType):
        parts = get_args(annotation)
    else:
        parts = (NoneType if annotation is None else annotation,)
    return frozenset(parts) if all(_is_hashable(one) and one in _SCALARS for one in parts) else frozenset()


def stream_item(annotation: Any) -> tuple[Any] | None:
    """For an iterator, generator or their async kin, the annotation of one item (in a tuple); else None."""
    origin = get_origin(annotation) or annotation
    if not _is_hashable(origin) or origin not in _STREAMS:
        return None
    return (get_args(annotation) or (Any,))[:1]


def json_default(default: Any) -> Schema:
    """The schema keyword for a default, or nothing where JSON has no form for it or it is only made at the call."""
    if isinstance(default, FieldInfo):
        if default.default_factory is not None:
            return {}
        default = default.default
    try:
        return {"default": to_jsonable_python(default)}
    except (PydanticSerializationError, ValueError):
        return {}


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that does not fit: `path` like `[0].name`, `text` without the value, which may be a secret."""

    path: str
    text: str


def problem_of(error: ValidationError) -> Problem:
    first = error.errors(include_url=False, include_context=False, include_input=True)[0]
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in first["loc"])
    return Problem(path, f"{first['msg'][:1].lower()}{first['msg'][1:]}, not {kind_of(first['input'])}")


def kind_of(value: object) -> str:
    """What a plan's author would call a value of this kind."""
    match value:
        case None:
            return "null"
        case bool():
            return "a bool"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "an object"
    return type(value).__name__


def _is_hashable(annotation: Any) -> bool:
    try:
        hash(annotation)
    except TypeError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
