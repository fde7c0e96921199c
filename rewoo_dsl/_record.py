"""`@record`: small frozen classes, cheap to declare and to make, for every room.

`dataclass(frozen=True, slots=True)` compiles eight methods for each class as it is declared. A hundred classes, most of
which a small plan never meets, made that a third of a cold `rewoo check`. A record is a dataclass too (`fields`,
`replace` and patterns know it), but its `__init__`, `__eq__` and `__hash__` are compiled when first called; the rest is
shared by all. The one difference to see: a record's `__init__` shows its parameters only after the first one was made.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


class Record:
    """A base for records that `fields` and `replace` are asked about: it tells type checkers that they may be."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(declared: Class) -> Class:
    """The class as a frozen dataclass with slots. Methods that it defines itself stay."""
    declared.__doc__ = declared.__doc__ or declared.__name__  # else `dataclass` would write one, slowly
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(declared)
    for name, method in _METHODS.items():
        if name not in declared.__dict__:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]  # the same class, made again with slots


class _Shared:
    """What all records have in common."""

    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
        return f"{self.__class__.__qualname__}({shown})"

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __reduce__(self: Any) -> tuple[Any, ...]:
        return self.__class__, tuple(getattr(self, one.name) for one in fields(self))


# --- what each class gets of its own, when it is first called ------------------------------------------------------


def _at_first_call(name: str, write: Callable[[Any], tuple[str, dict[str, Any]]]) -> Callable[..., Any]:
    """A method that puts the class's own one, made of the text that `write` gives, in its place and goes on there."""

    def first(self: Any, *args: Any, **values: Any) -> Any:
        text, names = write(self.__class__)
        exec(text, names)
        setattr(self.__class__, name, names[name])
        return names[name](self, *args, **values)

    return first


def _init(kind: Any) -> tuple[str, dict[str, Any]]:
    """Fills the slots directly, past the frozen `__setattr__`."""
    own = fields(kind)
    names: dict[str, Any] = {"MISSING": MISSING}
    for one in own:
        names |= {f"set_{one.name}": getattr(kind, one.name).__set__}
        names |= {f"default_{one.name}": one.default, f"make_{one.name}": one.default_factory}
    parameters = ", ".join(["self", *map(_parameter, own)])
    body = [f"set_{one.name}(self, {_argument(one)})" for one in own]
    body += ["self.__post_init__()"] if hasattr(kind, "__post_init__") else []
    return f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"]), names


def _parameter(one: Field[Any]) -> str:
    if one.default is MISSING and one.default_factory is MISSING:
        return one.name
    return f"{one.name}=default_{one.name}"


def _argument(one: Field[Any]) -> str:
    return one.name if one.default_factory is MISSING else f"make_{one.name}() if {one.name} is MISSING else {one.name}"


def _eq(kind: Any) -> tuple[str, dict[str, Any]]:
    same = f"{_compared(kind, 'self')} == {_compared(kind, 'other')}"
    return f"def __eq__(self, other):\n return {same} if other.__class__ is self.__class__ else NotImplemented", {}


def _hash(kind: Any) -> tuple[str, dict[str, Any]]:
    return f"def __hash__(self):\n return hash({_compared(kind, 'self')})", {}


def _compared(kind: Any, of: str) -> str:
    return "(" + "".join(f"{of}.{one.name}, " for one in fields(kind) if one.compare) + ")"


_METHODS: dict[str, Any] = {
    "__init__": _at_first_call("__init__", _init),
    "__eq__": _at_first_call("__eq__", _eq),
    "__hash__": _at_first_call("__hash__", _hash),
    **{name: vars(_Shared)[name] for name in ("__repr__", "__setattr__", "__delattr__", "__reduce__")},
}
