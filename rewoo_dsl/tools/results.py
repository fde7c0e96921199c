"""Whether a result may become evidence, with a clear reason when not.

Two looks. `guard` sees the raw object *before* anything is copied: a gigabyte is refused after its first mebibyte, an
iterator hidden in a container is found before a serialiser would run it for ever. `weigh` sees the finished data.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite

from pydantic import BaseModel

from ..ir.values import MAX_DEPTH, MAX_INT, MIN_INT, Value, measure, problem
from .errors import ResultError

_TEXTS = (str, bytes, bytearray)
_SCALARS = (*_TEXTS, int, float)
_CONTAINERS = (dict, list, tuple, set, frozenset, deque)


@dataclass(frozen=True, slots=True)
class ResultLimits:
    """What one result may weigh: bytes as compact JSON (as `ir.values.measure` counts) and levels of nesting."""

    bytes: int = 1 << 20
    depth: int = MAX_DEPTH


def weigh(value: Value, limits: ResultLimits) -> int:
    """The bytes of a finished result. Raises `ResultError` when it is beyond the limits or no JSON data."""
    if type(value) is int and MIN_INT <= value <= MAX_INT:
        size = len(repr(value))
    elif value is None or type(value) is bool:
        size = 4
    else:
        found = problem(value, max_depth=limits.depth)
        if found is not None:
            raise ResultError(f"the result is {found}" if found.startswith("nested") else f"the result holds {found}")
        size = measure(value)
    if size > limits.bytes:
        raise too_large(limits)
    return size


def guard(value: object, limits: ResultLimits) -> None:
    """Raise `ResultError` when `value` is surely beyond the limits or would lose something on its way; copies nothing.

    Looks into plain containers, dataclasses and pydantic models; whatever else there is counts one byte. So it never
    refuses what `weigh` would accept, but for objects that a serialiser of their own makes smaller. What a serialiser
    changes in silence (a number that is not finite, a key that is no text) is refused here.
    """
    size = 0
    open_nodes: list[Iterator[object]] = [iter((value,))]
    while open_nodes:
        for node in open_nodes[-1]:
            # A container without its members is one byte, and each of them will be one at least.
            size += len(node) if isinstance(node, _TEXTS) else 1
            if size > limits.bytes or (isinstance(node, _CONTAINERS) and size + len(node) > limits.bytes):
                raise too_large(limits)
            members = _members(node)
            if members is not None:
                open_nodes.append(members)
                break
        else:
            open_nodes.pop()
        if len(open_nodes) > limits.depth + 1:
            raise ResultError(f"the result is nested deeper than {limits.depth}")


def too_large(limits: ResultLimits) -> ResultError:
    return ResultError(f"the result is larger than {limits.bytes} bytes", reason="size")


def _members(node: object) -> Iterator[object] | None:
    if isinstance(node, float) and not isfinite(node):
        raise ResultError(f"the result holds a number that is not finite ({node})")
    if node is None or isinstance(node, _SCALARS):
        return None
    if isinstance(node, dict):
        return _keys_and_values(node)
    if isinstance(node, _CONTAINERS):
        return iter(node)
    if isinstance(node, Iterator):
        raise ResultError("the result holds an iterator; only a result that is one as a whole is read")
    if isinstance(node, BaseModel):
        hidden = {name for name, info in type(node).model_fields.items() if info.exclude}
        return iter([value for name, value in node.__dict__.items() if name not in hidden])
    if is_dataclass(node) and not isinstance(node, type):
        return iter([getattr(node, one.name, None) for one in fields(node)])
    return None


def _keys_and_values(node: dict[object, object]) -> Iterator[object]:
    for key, value in node.items():
        if not isinstance(key, str):
            raise ResultError(f"the result holds an object key that is no text ({type(key).__name__})")
        yield key
        yield value
