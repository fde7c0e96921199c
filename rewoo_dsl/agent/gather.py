"""From a finished run to what its Solver may see: what `Solve:` names, or all evidence when it names nothing."""

import json
from collections.abc import Iterator, Mapping

from ..ir.expr import Constant, Path, Ref, Text, references
from ..ir.fuel import EvaluationError, Fuel
from ..ir.operations import walk
from ..ir.plan import Plan
from ..ir.values import Value
from .evidence import Evidence

NO_SUCH_PLACE = "no such place"


def gather(plan: Plan, values: Mapping[str, Value], missing: Mapping[str, str]) -> list[Evidence]:
    """The evidence for the Solver, in the order of first mention.

    Args:
        values: results by the name of their step, and inputs.
        missing: the reason class by the name of each step that has no result.
    """
    refs = () if plan.solve is None else tuple(ref for _, ref in references(plan.solve))
    wanted = refs or tuple(Ref(name=step.name) for step in plan.steps)
    return [_evidence(ref, values, missing) for ref in dict.fromkeys(wanted)]


def instruction(plan: Plan) -> str:
    """The text of `Solve:` with its references as they are written: evidence never becomes part of an instruction."""
    match plan.solve:
        case Constant(value=value):
            return str(value)
        case Text(parts=parts):
            return "".join(part if isinstance(part, str) else f"#{part.name}{_written(part.path)}" for part in parts)
        case Ref(name=name, path=path):
            return f"#{name}{_written(path)}"
    return ""


def _evidence(ref: Ref, values: Mapping[str, Value], missing: Mapping[str, str]) -> Evidence:
    if ref.name not in values:
        return Evidence(ref.name, missing=missing.get(ref.name, "cancelled"))
    whole = values[ref.name]
    try:
        value = walk(whole, ref.path, Fuel())
    except EvaluationError:
        return Evidence(ref.name, place=tuple(_fixed(whole, ref.path)), missing=NO_SUCH_PLACE)
    place = tuple(_fixed(whole, ref.path))
    each = _written(ref.path[len(place) :])
    return Evidence(ref.name, value, place, each=f", {each} of each" if each else "")


def _fixed(value: Value, path: Path) -> Iterator[str | int]:
    """The part of a path before its first `[*]`, with indexes counted from the front."""
    for item in path:
        if item is None:
            return
        if isinstance(item, int) and isinstance(value, list):
            item = item + len(value) if item < 0 else item
            value = value[item] if 0 <= item < len(value) else None
        else:
            value = value.get(str(item)) if isinstance(value, dict) else None
        yield item


def _written(path: Path) -> str:
    return "".join(_segment(item) for item in path)


def _segment(item: str | int | None) -> str:
    if item is None:
        return "[*]"
    if isinstance(item, int):
        return f"[{item}]"
    return f".{item}" if item.isidentifier() and item.isascii() else f"[{json.dumps(item, ensure_ascii=False)}]"
