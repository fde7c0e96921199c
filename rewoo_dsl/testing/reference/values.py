"""Values as the reference sees them: what each must be, how two are compared, how a path is walked.

Nothing here is shared with `ir.operations` or `ir.values`; whoever knows JSON can check it by reading.
"""

import json
from typing import Any, TypeAlias

from ...ir.expr import Path
from ...ir.fuel import ErrorKind

Value: TypeAlias = Any


class Fails(Exception):
    """The expression has no value. `kind` is one of `ir.fuel.ErrorKind`; there is no message, only the meaning."""

    def __init__(self, kind: ErrorKind) -> None:
        self.kind: ErrorKind = kind
        super().__init__(kind)


class TooMuchWork(Exception):
    """The evaluation comes near the fuel that every evaluation has; the reference does not count it exactly."""


def mistyped(value: Value) -> Fails:
    """Null where something else is needed has a kind of its own."""
    return Fails("null" if value is None else "type")


def is_number(value: Value) -> bool:
    """`true` is no number, whatever Python thinks."""
    return type(value) in (int, float)


def number(value: Value) -> Any:
    if not is_number(value):
        raise mistyped(value)
    return value


def whole(value: Value) -> int:
    """A whole number; `3.0` is one, for JSON does not tell it from `3`."""
    if not is_number(value) or value != int(value):
        raise mistyped(value)
    return int(value)


def text(value: Value) -> str:
    if type(value) is not str:
        raise mistyped(value)
    return value


def truth(value: Value) -> bool:
    """`true` or `false`; nothing else counts as either."""
    if type(value) is not bool:
        raise mistyped(value)
    return value


def items(value: Value) -> list[Value]:
    if type(value) is not list:
        raise mistyped(value)
    return value


def members(value: Value) -> dict[str, Value]:
    if type(value) is not dict:
        raise mistyped(value)
    return value


def fitting(result: Value) -> Value:
    """A number, when it is an int of 64 bits or a finite float."""
    if type(result) is int and not -(2**63) <= result < 2**63:
        raise Fails("overflow")
    if type(result) is float and (result != result or abs(result) == float("inf")):
        raise Fails("overflow")
    return result


def same(a: Value, b: Value) -> bool:
    """JSON equality: `1` is `1.0`, `true` is not `1`, and the order of an object's keys does not matter."""
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if type(a) is dict and type(b) is dict:
        return set(a) == set(b) and all(same(a[key], b[key]) for key in a)
    if is_number(a) and is_number(b):
        return bool(a == b)
    return type(a) is type(b) and bool(a == b)


def is_in(item: Value, container: Value) -> bool:
    """An equal item of a list, a part of a text, a key of an object."""
    if type(container) is list:
        return any(same(item, one) for one in container)
    if type(container) not in (str, dict):
        raise mistyped(container)
    return text(item) in container


def walk(value: Value, path: Path) -> Value:
    """Through keys, indexes, and `[*]`, which maps the rest of the path over a list and never flattens."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if first is None:
        return [walk(one, rest) for one in items(value)]
    if isinstance(first, str):
        if type(value) is not dict:
            raise mistyped(value)
        if first not in value:
            raise Fails("key")
        return walk(value[first], rest)
    if not -len(items(value)) <= first < len(value):
        raise Fails("index")
    return walk(value[first], rest)


def shown(value: Value) -> str:
    """A value inside text: text as it is, anything else as compact JSON."""
    return value if type(value) is str else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
