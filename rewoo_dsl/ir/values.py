"""JSON values as plans see them: equality, canonical text, size and depth.

A value is `None`, `bool`, `int` (64 bits), a finite `float`, `str`, `list` or `dict` with `str` keys. Nothing else
ever becomes evidence: `problem` says what is wrong with a value that came from outside.
"""

import json
from typing import TypeAlias

Value: TypeAlias = "None | bool | int | float | str | list[Value] | dict[str, Value]"

MIN_INT, MAX_INT = -(2**63), 2**63 - 1
MAX_DEPTH = 64


def equal(a: Value, b: Value) -> bool:
    """JSON equality: `1 == 1.0`, but `true != 1`; objects compare without order."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(v, b[k]) for k, v in a.items())
    return a == b


def compact(value: Value) -> str:
    """The text that stands for a value inside other text: strings as they are, the rest as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical(value: Value) -> str:
    """One text per value: sorted keys, no blanks. What plan hashes, cache keys and approvals are made of."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def kind(value: Value) -> str:
    """The short type name of a value, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case str():
            return "str"
        case list():
            return "list"
        case _:
            return "object"


def measure(value: Value) -> int:
    """Roughly the bytes of the value as compact JSON, without building the text."""
    total, stack = 0, [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            total += _bytes_of(one) + 2
        elif isinstance(one, dict):
            total += 2 + sum(_bytes_of(k) + 4 for k in one)
            stack.extend(one.values())
        elif isinstance(one, list):
            total += 2 + len(one)
            stack.extend(one)
        else:
            total += 4 if one is None or isinstance(one, bool) else len(repr(one))
    return total


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: Python's strings may hold halves of surrogate pairs, files cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def problem(value: object, *, max_bytes: int | None = None, max_depth: int = MAX_DEPTH) -> str | None:
    """Why `value` cannot be evidence, or None when it can. Stops at the first fault; never recurses."""
    total = 0
    stack: list[tuple[object, int]] = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        if depth > max_depth:
            return f"nested deeper than {max_depth}"
        if isinstance(one, str):
            if not is_unicode(one):
                return "text that is no Unicode (half of a surrogate pair)"
            total += _bytes_of(one) + 2
        elif one is None or isinstance(one, bool):
            total += 4
        elif isinstance(one, int):
            if not MIN_INT <= one <= MAX_INT:
                return "an integer beyond 64 bits"
            total += 8
        elif isinstance(one, float):
            if one != one or one in (float("inf"), float("-inf")):
                return f"a number that is not finite ({one})"
            total += 8
        elif isinstance(one, dict):
            for key in one:
                if not isinstance(key, str):
                    return f"an object key that is no text ({type(key).__name__})"
                if not is_unicode(key):
                    return "an object key that is no Unicode (half of a surrogate pair)"
                total += _bytes_of(key) + 4
            stack.extend((v, depth + 1) for v in one.values())
        elif isinstance(one, list):
            total += 2 + len(one)
            stack.extend((v, depth + 1) for v in one)
        else:
            return f"a value that is not JSON ({type(one).__name__})"
        if max_bytes is not None and total > max_bytes:
            return f"larger than {max_bytes} bytes"
    return None
