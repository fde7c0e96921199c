"""What all nodes of the tree share: frozen, slotted dataclasses that are cheap to declare and to make.

`dataclass(frozen=True, slots=True)` compiles eight methods for each class; with fifty classes that is a tenth of a cold
`rewoo check`. Here a class gets its `__init__` alone (which also fills the slots directly), the rest is inherited. To
`dataclasses.fields`, `replace` and pattern matching nodes are dataclasses as any other.
"""

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type["Base"])


class Base:
    """Equality, hash, repr and frozenness of nodes. Fields with `compare=False` (the spans) take no part."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    compared: ClassVar[tuple[str, ...]]

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.compared)

    def __hash__(self) -> int:
        return hash((self.__class__, *(getattr(self, name) for name in self.compared)))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.compared)
        return f"{self.__class__.__name__}({inside})"

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return self.__class__, tuple(getattr(self, one.name) for one in fields(self))


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(declared: Class) -> Class:
    """Makes a node of a class that declares fields: a frozen dataclass with slots."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(declared)
    made.compared = tuple(one.name for one in fields(made) if one.compare)
    made.__init__ = _init(made)
    return made  # type: ignore[no-any-return]  # the same class, made again with slots


def _init(made: type[Base]) -> Any:
    """An `__init__` that fills the slots past the frozen `__setattr__`."""
    names = [one.name for one in fields(made)]
    space: dict[str, Any] = {f"set_{name}": getattr(made, name).__set__ for name in names}
    space |= {f"default_{one.name}": one.default for one in fields(made)}
    parameters = ", ".join(
        one.name if one.default is MISSING else f"{one.name}=default_{one.name}" for one in fields(made)
    )
    body = "\n ".join(f"set_{name}(self, {name})" for name in names)
    exec(f"def __init__(self, {parameters}):\n {body}", space)
    return space["__init__"]
