"""Types: the short ones people write, and what a JSON Schema comes to when it is read as one.

A `Type` stands for a set of JSON values. Short type -> JSON Schema is total (`to_schema`). Schema -> type
(`from_schema`) gives the smallest type that admits every value of the schema; what short types cannot say (a
pattern, a range) is kept as `Refined`, so nobody takes the answer for exact when it is not.

Three answers per flow: `fits(source, target)` says `YES` (every value of the source is one of the target), `NO`
(none is) or `MAYBE`, with the reason and the path to it. `unknown` is the type of broken things and of `any`: it fits
everything and everything fits it, and `Fit.checked` is False where that was the only ground.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, TypeGuard

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from .._record import record
from .values import Value, canonical, equal, kind

Schema: TypeAlias = dict[str, Any]

MAX_SCHEMA_DEPTH = 64
MAX_SCHEMA_NODES = 10_000


@record
class AnyType:
    """Where checking stops."""


@record
class Scalar:
    """`str`, `int`, `float` (admits integers), `bool` or `null`."""

    name: str


@record
class Only:
    """One literal: `"high"`, `3`, `true`."""

    value: str | int | float | bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Only) and equal(self.value, other.value)

    def __hash__(self) -> int:
        return hash((type(self.value) is bool, self.value))


@record
class ListType:
    item: Type


@record
class DictType:
    """An object whose keys are not known: `dict[T]`."""

    value: Type


@record
class Member:
    """A field of an object type; an optional one may be absent."""

    name: str
    type: Type
    optional: bool = False


@record
class ObjectType:
    """`{a: T, b?: T}`. Open (further fields may be there) unless `closed`."""

    members: tuple[Member, ...]
    closed: bool = False

    def member(self, name: str) -> Member | None:
        return next((m for m in self.members if m.name == name), None)


@record
class Union:
    """Any of several types; nested unions are flattened. Without members it is empty: no value at all."""

    members: tuple[Type, ...]


@record
class Refined:
    """A part of `of` that short types cannot express; `schema` is its canonical JSON Schema."""

    of: Type
    schema: str


Type: TypeAlias = AnyType | Scalar | Only | ListType | DictType | ObjectType | Union | Refined

ANY = AnyType()
STR, INT, FLOAT, BOOL, NULL = (Scalar(name) for name in ("str", "int", "float", "bool", "null"))
NEVER = Union(())


def union(*members: Type) -> Type:
    """The type of a value that is one of `members`: flattened, no repeats, none that another one covers, null last."""
    flat: dict[Type, None] = {}
    for one in _flatten(members):
        if isinstance(one, AnyType):
            return ANY
        flat[one] = None
    scalars = [one for one in flat if isinstance(one, Scalar)]
    kept = [a for a in flat if not any(b is not a and _covers(b, a) for b in scalars)]
    kept.sort(key=lambda one: one == NULL)  # null goes last: `T?` is how it is written
    return kept[0] if len(kept) == 1 else Union(tuple(kept))


def _flatten(members: Iterable[Type]) -> Iterator[Type]:
    for one in members:
        if isinstance(one, Union):
            yield from one.members
        else:
            yield one


def _covers(big: Type, small: Type) -> bool:
    """Cheap and certain: a scalar covers its literals and refinements, `float` covers `int`."""
    if isinstance(small, Refined):
        return small.of == big or _covers(big, small.of)
    if not isinstance(big, Scalar):
        return False
    if isinstance(small, Only):
        return _is_of(small.value, _JSON_NAMES[big.name])
    return big == FLOAT and small == INT


def members_of(one: Type) -> tuple[Type, ...]:
    """The alternatives of a type; a type that is no union is its own only one."""
    return one.members if isinstance(one, Union) else (one,)


def base(one: Type) -> Type:
    """The type without what short types cannot say."""
    return one.of if isinstance(one, Refined) else one


def is_nullable(one: Type) -> bool:
    """Whether null is surely one of the values (`any` does not say so)."""
    return any(base(m) == NULL for m in members_of(one))


def without_null(one: Type) -> Type:
    """The type of the same value once null is excluded."""
    return union(*(m for m in members_of(one) if base(m) != NULL)) if is_nullable(one) else one


def of_value(value: Value) -> Type:
    """The most exact type of a literal value."""
    match value:
        case None:
            return NULL
        case bool() | int() | float() | str():
            return Only(value)
        case list():
            return ListType(union(*(of_value(v) for v in value)))
        case _:
            return ObjectType(tuple(Member(k, of_value(v)) for k, v in value.items()), closed=True)


# --- writing -------------------------------------------------------------------------------------------------------


def show(one: Type) -> str:
    """The short form, as a plan would write it: `list[{title: str, date: str?}]`."""
    match one:
        case AnyType():
            return "any"
        case Scalar():
            return one.name
        case Only():
            return json.dumps(one.value, ensure_ascii=False)
        case ListType():
            return f"list[{show(one.item)}]"
        case DictType():
            return f"dict[{show(one.value)}]"
        case ObjectType():
            return "{" + ", ".join(_show_member(m) for m in one.members) + "}"
        case Refined():
            return show(one.of)
        case Union():
            return _show_union(one)


def _show_member(member: Member) -> str:
    name = member.name if member.name.isidentifier() and member.name.isascii() else json.dumps(member.name)
    return f"{name}{'?' if member.optional else ''}: {show(member.type)}"


def _show_union(one: Union) -> str:
    if not one.members:
        return "never"
    rest = without_null(one)
    if rest != one:
        if rest == NEVER:
            return "null"
        return f"({show(rest)})?" if isinstance(rest, Union) else f"{show(rest)}?"
    return " | ".join(show(m) for m in one.members)


# --- JSON Schema ---------------------------------------------------------------------------------------------------


def to_schema(one: Type, *, closed: bool = False) -> Schema:
    """The JSON Schema (2020-12) of a type. With `closed`, objects allow no further fields (as asked of a model)."""
    match one:
        case AnyType():
            return {}
        case Scalar():
            return {"type": _JSON_NAMES[one.name]}
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


_JSON_NAMES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "null": "null"}
_SHORT_NAMES = {json_name: short for short, json_name in _JSON_NAMES.items()}


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
_UNDERSTOOD = _IGNORED | {
    "type", "enum", "const", "anyOf", "oneOf", "$ref", "properties", "required", "additionalProperties", "items",
}  # fmt: skip


def from_schema(schema: object, root: object | None = None) -> Type:
    """The smallest type that admits every value of `schema`.

    Local `$ref`s are followed inside `root` (default: the schema itself); remote ones, loops, whatever is
    nested deeper than `MAX_SCHEMA_DEPTH` and what comes after `MAX_SCHEMA_NODES` are `any`: nothing is ever fetched.
    """
    return _Reader(schema if root is None else root).whole(schema)


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


class _Reader:
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
    return [value for value in listed if not names or any(_is_of(value, name) for name in names)]


def _is_of(value: Value, name: object) -> bool:
    """Whether a value has a type of JSON Schema, where `1.0` is an integer."""
    match value:
        case bool():
            return name == "boolean"
        case int():
            return name in ("integer", "number")
        case float():
            return name == "number" or (name == "integer" and value.is_integer())
        case list():
            return name == "array"
        case dict():
            return name == "object"
    return name == _JSON_NAMES[kind(value)]


def _has_items(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_items, value.values()))
    return isinstance(value, list) and bool(value)


def _says_more(schema: Schema) -> bool:
    """Whether a schema says anything that its type, as read here, does not."""
    said = schema.keys() - _IGNORED
    if said - _UNDERSTOOD or "oneOf" in said:
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


# --- three-valued fit ----------------------------------------------------------------------------------------------


class Answer(Enum):
    YES = "fits"
    MAYBE = "may not fit"
    NO = "cannot fit"


@record
class Fit:
    """The answer for one flow; `why` and `path` say where it is not `YES`, `checked` is False when `any` decided."""

    answer: Answer
    why: str = ""
    path: tuple[str, ...] = ()
    checked: bool = True


_YES = Fit(Answer.YES)
_UNCHECKED = Fit(Answer.YES, checked=False)


@lru_cache(maxsize=4096)
def fits(source: Type, target: Type) -> Fit:
    """Whether a value of `source` can be used where `target` is wanted."""
    if isinstance(target, AnyType) or source in (target, NEVER):
        return _YES
    if isinstance(source, AnyType):
        return _UNCHECKED
    if isinstance(source, Union):
        return _from_each(source, target)
    if isinstance(target, Union):
        return _into_one(source, target)
    if isinstance(target, Refined):
        found = fits(source, target.of)
        return Fit(Answer.MAYBE, f"the schema says more: {_beyond(target)}") if found.answer is Answer.YES else found
    if isinstance(source, Refined):
        return fits(source.of, target)
    return _simple(source, target)


def _beyond(target: Refined) -> str:
    schema = json.loads(target.schema)
    said = {key: value for key, value in schema.items() if key not in _UNDERSTOOD}
    return canonical(said or schema)[:120]


def _from_each(source: Union, target: Type) -> Fit:
    found = [fits(member, target) for member in source.members]
    bad = next((f for f in found if f.answer is not Answer.YES), None)
    if bad is None:
        return Fit(Answer.YES, checked=all(f.checked for f in found))
    answer = Answer.NO if all(f.answer is Answer.NO for f in found) else Answer.MAYBE
    return Fit(answer, bad.why, bad.path)


def _into_one(source: Type, target: Union) -> Fit:
    found = [fits(source, member) for member in target.members]
    good = [f for f in found if f.answer is Answer.YES]
    if good:
        return next((f for f in good if f.checked), good[0])
    if any(f.answer is Answer.MAYBE for f in found):
        maybe = next(f for f in found if f.answer is Answer.MAYBE)
        return Fit(Answer.MAYBE, maybe.why, maybe.path)
    return _mismatch(Answer.NO, source, target)


def _mismatch(answer: Answer, source: Type, target: Type) -> Fit:
    return Fit(answer, f"expected {show(target)}, found {show(source)}")


def _simple(source: Type, target: Type) -> Fit:
    match source, target:
        case Only(), Scalar():
            return _YES if _covers(target, source) else _mismatch(Answer.NO, source, target)
        case Scalar(), Only():
            return _mismatch(Answer.MAYBE if _covers(source, target) else Answer.NO, source, target)
        case Scalar(), Scalar():
            if _covers(target, source):
                return _YES
            return _mismatch(Answer.MAYBE if _covers(source, target) else Answer.NO, source, target)
        case ListType(), ListType():
            return _at("[*]", fits(source.item, target.item), empty_fits=True)
        case DictType(), DictType():
            return _at("{*}", fits(source.value, target.value), empty_fits=True)
        case ObjectType(), DictType():
            return _object_into_dict(source, target)
        case DictType(), ObjectType():
            return _dict_into_object(source, target)
        case ObjectType(), ObjectType():
            return _worst(list(_object_into_object(source, target)))
    return _mismatch(Answer.NO, source, target)


def _at(place: str, found: Fit, empty_fits: bool = False) -> Fit:
    """The same finding one level further out. What may be absent can never be a certain misfit."""
    if found.answer is Answer.YES:
        return found
    answer = Answer.MAYBE if empty_fits else found.answer
    return Fit(answer, found.why, (place, *found.path), found.checked)


def _worst(found: Sequence[Fit]) -> Fit:
    for answer in (Answer.NO, Answer.MAYBE):
        for one in found:
            if one.answer is answer:
                return one
    return Fit(Answer.YES, checked=all(f.checked for f in found))


def _object_into_dict(source: ObjectType, target: DictType) -> Fit:
    found = _worst([_at(m.name, fits(m.type, target.value), m.optional) for m in source.members])
    unknown = not source.closed and not isinstance(target.value, AnyType)
    return _UNCHECKED if unknown and found.answer is Answer.YES else found


def _dict_into_object(source: DictType, target: ObjectType) -> Fit:
    wanted = [m.name for m in target.members if not m.optional]
    if wanted:
        return Fit(Answer.MAYBE, f"`{wanted[0]}` may be missing", (wanted[0],))
    found = _worst([_at(m.name, fits(source.value, m.type), empty_fits=True) for m in target.members])
    if found.answer is Answer.YES and target.closed:
        return Fit(Answer.MAYBE, "further fields may be there, and none is allowed")
    return found


def _object_into_object(source: ObjectType, target: ObjectType) -> Iterator[Fit]:
    for member in target.members:
        mine = source.member(member.name)
        if mine is not None:
            if mine.optional and not member.optional:
                yield Fit(Answer.MAYBE, f"`{member.name}` may be missing", (member.name,))
            yield _at(member.name, fits(mine.type, member.type), mine.optional)
        elif not member.optional:
            answer = Answer.NO if source.closed else Answer.MAYBE
            yield Fit(answer, f"`{member.name}` is missing", (member.name,))
        elif not source.closed and not isinstance(member.type, AnyType):
            yield _UNCHECKED
    if target.closed:
        for member in source.members:
            if target.member(member.name) is None:
                answer = Answer.MAYBE if member.optional else Answer.NO
                yield Fit(answer, f"`{member.name}` is not allowed", (member.name,))
        if not source.closed:
            yield _UNCHECKED


# --- in a plan's JSON ----------------------------------------------------------------------------------------------


def _from_json(data: object) -> Type:
    if isinstance(data, AnyType | Scalar | Only | ListType | DictType | ObjectType | Union | Refined):
        return _as_written(data)
    reader = _Reader(data)
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
