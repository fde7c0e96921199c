"""What remains of a plan when names and order are taken away: calls, what they are given, and who feeds whom."""

from collections.abc import Iterator, Mapping
from typing import Any

from .._record import record
from ..checker.edges import edges
from ..checker.foreign import Judged
from ..ir.expr import Call, Constant, Expr
from ..ir.plan import Plan, Step
from ..ir.signature import Signature
from ..ir.values import canonical

_NAMED_ELSEWHERE = {"name", "rationale", "do", "after"}


@record
class Argument:
    """A value under its name. In `value`, canonical JSON, every step has given way to its place in `needs`."""

    name: str
    value: str
    needs: tuple[int, ...]


@record
class Node:
    """One step; `tool` is empty for a step that calls none."""

    tool: str
    arguments: tuple[Argument, ...]


@record
class Outline:
    """Steps by their places, and the pairs of places of which the second names the first."""

    nodes: tuple[Node, ...] = ()
    edges: frozenset[tuple[int, int]] = frozenset()


def outline(judged: Judged, tools: Mapping[str, Signature] | None = None) -> Outline:
    """The outline of a plan as far as it could be read. `tools` name a first argument that goes by its place."""
    plan = judged.plan
    if plan is None:
        return Outline()
    signatures = {} if tools is None else judged.signatures(tools)
    places = _places(plan)
    return Outline(
        nodes=tuple(
            Node(_tool(step, judged.tool_names), tuple(_arguments(step, signatures, places))) for step in plan.steps
        ),
        edges=frozenset((places[start], places[end]) for start, end in edges(plan)),
    )


def _places(plan: Plan) -> dict[str, int]:
    """The place of each name; of a name given twice, that of the first."""
    places: dict[str, int] = {}
    for index, step in enumerate(plan.steps):
        places.setdefault(step.name, index)
    return places


def _tool(step: Step, own: Mapping[str, str]) -> str:
    return own.get(step.do.tool, step.do.tool) if isinstance(step.do, Call) else ""


def _arguments(step: Step, tools: Mapping[str, Signature], places: Mapping[str, int]) -> Iterator[Argument]:
    """The arguments of the call, or the value of a pure step; then what its clauses say, their names in brackets."""
    for name, value in _given(step, tools):
        yield _argument(name, value.model_dump(mode="json"), places)
    clauses = step.model_dump(mode="json", exclude_defaults=True, exclude=_NAMED_ELSEWHERE)
    for name in clauses:
        yield _argument(f"({name})", step.model_dump(mode="json", include={name}), places)


def _given(step: Step, tools: Mapping[str, Signature]) -> Iterator[tuple[str, Expr]]:
    call = step.do
    if not isinstance(call, Call):
        yield "(value)", call
        return
    if call.first is not None and not (call.short and call.first == Constant(value="")):
        yield _first_name(call, tools.get(call.tool)), call.first
    yield from call.args.items()


def _first_name(call: Call, signature: Signature | None) -> str:
    known = None if signature is None else signature.text_parameter if call.short else signature.positional
    return known or "(first)"


def _argument(name: str, value: Any, places: Mapping[str, int]) -> Argument:
    needs: list[int] = []
    return Argument(name, canonical(_nameless(value, places, needs)), tuple(needs))


def _nameless(value: Any, places: Mapping[str, int], needs: list[int]) -> Any:
    """The JSON form of an expression with the steps that it names taken out, in the order in which it names them."""
    if isinstance(value, list):
        return [_nameless(one, places, needs) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "ref" and value["name"] in places:
        needs.append(places[value["name"]])
        return {"kind": "ref", "path": value["path"]}
    return {key: _nameless(one, places, needs) for key, one in value.items()}
