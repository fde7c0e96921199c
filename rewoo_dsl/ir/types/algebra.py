"""The types themselves, as sets of JSON values, what can be asked of one, and its short form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from ..._record import record
from ..values import Value, equal, kind


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
    kept = [a for a in flat if not any(b is not a and covers(b, a) for b in scalars)]
    kept.sort(key=lambda one: one == NULL)  # null goes last: `T?` is how it is written
    return kept[0] if len(kept) == 1 else Union(tuple(kept))


def _flatten(members: Iterable[Type]) -> Iterator[Type]:
    for one in members:
        if isinstance(one, Union):
            yield from one.members
        else:
            yield one


JSON_NAMES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "null": "null"}


def is_of(value: Value, name: object) -> bool:
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
    return name == JSON_NAMES[kind(value)]


def covers(big: Type, small: Type) -> bool:
    """Cheap and certain: a scalar covers its literals and refinements, `float` covers `int`."""
    if isinstance(small, Refined):
        return small.of == big or covers(big, small.of)
    if not isinstance(big, Scalar):
        return False
    if isinstance(small, Only):
        return is_of(small.value, JSON_NAMES[big.name])
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


TOLD = 400
"""Characters of a type in a message."""


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


def told(one: Type) -> str:
    """The short form in a message: an enumeration of ten thousand values is cut where nobody reads on."""
    text = show(one)
    return text if len(text) <= TOLD else text[: TOLD - 1] + "…"


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
