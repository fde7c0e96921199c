"""What operators, paths and text do with values, one small function each.

The compiled expressions of `evaluate` and the functions of `builtins` are made of these, so `#x in #list` and
`contains(#list, #x)` cannot differ. Nothing here knows an expression; nothing is converted silently.
"""

import json
import math
import operator
from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from typing import Any, TypeAlias

from .expr import Path
from .fuel import EvaluationError, Fuel, cut, shown, wanted
from .values import MAX_INT, MIN_INT, Value, kind

Number: TypeAlias = int | float
Operation: TypeAlias = Callable[[Value, Value, Fuel], Value]

# --- what a value must be ------------------------------------------------------------------------------------------


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: Value) -> Number:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise wanted("a number", value)


def as_int(value: Value) -> int:
    """A whole number. `3.0` is one: JSON does not tell it from `3`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise wanted("an int", value)


def as_str(value: Value) -> str:
    if isinstance(value, str):
        return value
    raise wanted("a str", value)


def as_bool(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise wanted("a bool", value)


def as_list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise wanted("a list", value)


def as_object(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise wanted("an object", value)


# --- arithmetic ----------------------------------------------------------------------------------------------------


def checked(number: Number) -> Number:
    """The number itself, when it is an `int` of 64 bits or a finite `float`."""
    if isinstance(number, int):
        if MIN_INT <= number <= MAX_INT:
            return number
        raise EvaluationError("overflow", "the result is an integer beyond 64 bits")
    if math.isfinite(number):
        return number
    raise EvaluationError("overflow", "the result is no finite number")


def add(a: Value, b: Value, fuel: Fuel) -> Value:
    """Numbers are added; text joins text, and a list joins a list."""
    if isinstance(a, str) and isinstance(b, str):
        fuel.make(len(a) + len(b))
        return a + b
    if isinstance(a, list) and isinstance(b, list):
        fuel.visit(len(a) + len(b))
        return a + b
    return checked(_number("+", a, b) + _number("+", b, a))


def subtract(a: Value, b: Value, _fuel: Fuel) -> Value:
    return checked(_number("-", a, b) - _number("-", b, a))


def multiply(a: Value, b: Value, _fuel: Fuel) -> Value:
    return checked(_number("*", a, b) * _number("*", b, a))


def divide(a: Value, b: Value, _fuel: Fuel) -> Value:
    """Always a `float`, as in Python: `6 / 3` is `2.0`, which equals `2`."""
    one, other = _number("/", a, b), _number("/", b, a)
    if other == 0:
        raise EvaluationError("division", f"{shown(one)} is divided by zero")
    return checked(one / other)


def modulo(a: Value, b: Value, _fuel: Fuel) -> Value:
    """The remainder with the sign of the divisor: `-1 % 7` is `6`."""
    one, other = _number("%", a, b), _number("%", b, a)
    if other == 0:
        raise EvaluationError("division", f"{shown(one)} is divided by zero")
    return checked(one % other)


def negate(value: Value) -> Value:
    return checked(-as_number(value))


def _number(op: str, value: Value, partner: Value) -> Number:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if value is None or partner is None:
        raise EvaluationError("null", f"`{op}` does not take null")
    raise EvaluationError("type", f"`{op}` does not take {kind(value)} and {kind(partner)}")


# --- order, equality, membership -----------------------------------------------------------------------------------


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(op: str) -> Operation:
    """The operation behind `<`, `<=`, `>` or `>=`: numbers among numbers, text among text."""
    test = _ORDER[op]

    def compared(a: Value, b: Value, fuel: Fuel) -> Value:
        if is_number(a) and is_number(b):
            return test(a, b)
        if isinstance(a, str) and isinstance(b, str):
            fuel.scan(min(len(a), len(b)))
            return test(a, b)
        if a is None or b is None:
            raise EvaluationError("null", f"`{op}` does not take null")
        raise EvaluationError("type", f"`{op}` does not order {kind(a)} and {kind(b)}")

    return compared


def same(a: Value, b: Value, fuel: Fuel) -> bool:
    """JSON equality (`values.equal`), with fuel: lists that share their items can be far larger than they look."""
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, str) and isinstance(b, str):
        if len(a) != len(b):
            return False
        fuel.scan(len(a))
        return a == b
    if isinstance(a, list) and isinstance(b, list):
        fuel.visit(1 + len(a))
        return len(a) == len(b) and all(same(x, y, fuel) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        fuel.visit(1 + len(a))
        return a.keys() == b.keys() and all(same(value, b[key], fuel) for key, value in a.items())
    return a == b


def identity(value: Value, fuel: Fuel) -> Hashable:
    """Equal values have equal identities, and only they: what `unique` remembers."""
    fuel.visit(1)
    match value:
        case bool():
            return (bool, value)
        case str():
            fuel.scan(len(value))
            return value
        case list():
            return (list, tuple(identity(item, fuel) for item in value))
        case dict():
            return (dict, frozenset((key, identity(item, fuel)) for key, item in value.items()))
        case _:
            return value


def contains(container: Value, item: Value, fuel: Fuel) -> bool:
    """`item in container`: an equal item of a list, a part of a text, a key of an object."""
    if isinstance(container, list):
        return any(_is_item(item, one, fuel) for one in container)
    if not isinstance(container, str | dict):
        raise wanted("a list, a str or an object", container)
    if not isinstance(item, str):
        raise wanted("a str" if isinstance(container, str) else "a key (str)", item)
    fuel.scan(len(container) if isinstance(container, str) else 0)
    return item in container


def _is_item(item: Value, one: Value, fuel: Fuel) -> bool:
    fuel.visit(1)
    return same(item, one, fuel)


def order_keys(keys: Sequence[Value], fuel: Fuel) -> Sequence[Any]:
    """The keys themselves, when they can be ordered: all numbers or all text."""
    rounds = 1 + len(keys).bit_length()
    fuel.visit(len(keys) * rounds)
    if all(map(is_number, keys)):
        return keys
    texts = [key for key in keys if isinstance(key, str)]
    if len(texts) == len(keys):
        fuel.scan(sum(map(len, texts)) * rounds)
        return keys
    for key in keys:
        if key is None:
            raise EvaluationError("null", "null has no order; filter it out first")
        if not isinstance(key, str) and not is_number(key):
            raise EvaluationError("type", f"{kind(key)} has no order; numbers and text have")
    raise EvaluationError("type", "numbers and text have no common order")


# --- paths and text ------------------------------------------------------------------------------------------------


def walk(value: Value, path: Path, fuel: Fuel) -> Value:
    """The value at the end of a path. `[*]` maps the rest of the path over a list and never flattens."""
    for i, item in enumerate(path):
        if item is None:
            if not isinstance(value, list):
                raise _no_step("[*]", value, "a list")
            fuel.visit(len(value))
            rest = path[i + 1 :]
            return [walk(one, rest, fuel) for one in value] if rest else value
        value = _field(value, item) if isinstance(item, str) else _item(value, item)
    return value


def _field(value: Value, key: str) -> Value:
    if not isinstance(value, dict):
        raise _no_step(f".{key}", value, "an object")
    if key in value:
        return value[key]
    known = ", ".join(islice(value, 20))
    raise EvaluationError("key", f"there is no `{cut(key)}` here, only {cut(known) or 'an empty object'}")


def _item(value: Value, index: int) -> Value:
    if not isinstance(value, list):
        raise _no_step(f"[{index}]", value, "a list")
    if -len(value) <= index < len(value):
        return value[index]
    raise EvaluationError("index", f"there is no item {index} in a list of {len(value)}")


def _no_step(step: str, value: Value, what: str) -> EvaluationError:
    if value is None:
        return EvaluationError("null", f"`{cut(step)}` is asked of null")
    return EvaluationError("type", f"`{cut(step)}` is asked of {kind(value)}, it needs {what}")


def render(value: Value, fuel: Fuel) -> str:
    """A value inside text: text as it is, the rest as compact JSON."""
    if isinstance(value, str):
        fuel.make(len(value))
        return value
    if isinstance(value, list | dict):
        _weigh(value, fuel)
    text = _ENCODER.encode(value)
    fuel.make(len(text))
    return text


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
"""What `values.compact` makes anew at each call."""


def _weigh(value: Value, fuel: Fuel) -> None:
    """Charges the elements of a value and checks that its text fits, before that text is made."""
    room, stack = fuel.bytes, [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            room -= len(one)
        elif isinstance(one, list):
            fuel.visit(1 + len(one))
            stack.extend(one)
        elif isinstance(one, dict):
            fuel.visit(1 + len(one))
            room -= sum(map(len, one))
            stack.extend(one.values())
        if room < 0:
            fuel.make(fuel.bytes + 1)
