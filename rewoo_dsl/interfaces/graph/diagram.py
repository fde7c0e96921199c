"""What a picture of a plan shows, before anybody decides where: nodes with a name, a label and badges, and edges.

All renderers start here, so they cannot tell different stories. A `data` edge says that the target reads the
source, an `order` edge that it only waits for it. What stands in a node is already free of control characters;
escaping for a format is the renderer's own matter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...diag.snippet import printable
from ...ir.expr import (
    Apply,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    ListOf,
    ObjectOf,
    Ref,
    Select,
    Selector,
    Text,
    Unary,
    constant_value,
    references,
)
from ...ir.plan import Each, Plan, Step
from ...ir.signature import Effect, canonical_name
from ...ir.values import compact

Shape: TypeAlias = Literal["call", "pure", "result"]
EdgeKind: TypeAlias = Literal["data", "order"]

RETURN, SOLVE = "return", "Solve"
"""Ids of the two nodes that are no steps; steps cannot be named so, their ids begin with `#`."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box. `writes` is True only where the tool's effect is known to be a write; `about` is the rationale."""

    id: str
    name: str
    label: str
    shape: Shape
    badges: tuple[str, ...] = ()
    writes: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes in an order in which no edge points backwards, and edges in the order of their targets."""

    goal: str
    inputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def diagram(plan: Plan, effects: Mapping[str, Effect]) -> Diagram:
    """The picture of `plan`. `effects` says of the tools that are known whether they write."""
    needs = {f"#{step.name}": _step_needs(step, plan) for step in plan.steps}
    nodes = {f"#{step.name}": _step_node(step, effects) for step in plan.steps}
    if plan.result is not None:
        nodes[RETURN] = Node(RETURN, RETURN, summary(plan.result), "result")
        needs[RETURN] = dict.fromkeys(_names(plan.result, plan), "data")
    if plan.solve is not None:
        named = _names(plan.solve, plan)
        label = "from all evidence" if not named else "from the values it names"
        nodes[SOLVE] = Node(SOLVE, SOLVE, label, "result", about=printable(_plain(plan.solve)))
        needs[SOLVE] = dict.fromkeys(named or _unread(needs), "data")
    ordered = _in_order(needs)
    place = {node: i for i, node in enumerate(ordered)}
    edges = (
        Edge(source, target, kind)
        for target in ordered
        for source, kind in sorted(needs[target].items(), key=lambda need: place[need[0]])
        if place[source] < place[target]
    )
    inputs = tuple(one.name for one in plan.inputs)
    return Diagram(printable(plan.goal or ""), inputs, tuple(nodes[id_] for id_ in ordered), tuple(edges))


def _in_order(needs: Mapping[str, Mapping[str, EdgeKind]]) -> list[str]:
    """The ids so that needs come first; as they were where that is the case already, and cycles at the end."""
    done: dict[str, None] = {}
    waiting = list(needs)
    while waiting:
        ready = []
        for id_ in waiting:
            if all(need in done for need in needs[id_]):
                done[id_] = None
                ready.append(id_)
        if not ready:
            break
        waiting = [id_ for id_ in waiting if id_ not in done]
    return [*done, *waiting]


def _step_needs(step: Step, plan: Plan) -> dict[str, EdgeKind]:
    found: dict[str, EdgeKind] = {}
    for part in _parts(step):
        found.update(dict.fromkeys(_names(part, plan), "data"))
    for name in step.after:
        if name in plan.by_name:
            found.setdefault(f"#{name}", "order")
    found.pop(f"#{step.name}", None)
    return found


def _parts(step: Step) -> Iterator[Expr | Call]:
    yield step.do
    for part in (step.condition, step.otherwise, step.fallback):
        if part is not None:
            yield part
    if step.each is not None:
        yield step.each.source
    if step.approve is not None and step.approve.text is not None:
        yield step.approve.text


def _names(part: Expr | Call, plan: Plan) -> list[str]:
    return list(dict.fromkeys(f"#{ref.name}" for _, ref in references(part) if ref.name in plan.by_name))


def _unread(needs: Mapping[str, Mapping[str, EdgeKind]]) -> list[str]:
    """Steps that no other step reads: where all evidence is asked for, an edge from each of them says enough."""
    read = {need for id_, of in needs.items() for need in of if id_ != RETURN}
    return [id_ for id_ in needs if id_ not in read and id_ != RETURN]


def _step_node(step: Step, effects: Mapping[str, Effect]) -> Node:
    calls = [part for part in (step.do, step.otherwise, step.fallback) if isinstance(part, Call)]
    return Node(
        id=f"#{step.name}",
        name=step.name,
        label=step.do.tool if isinstance(step.do, Call) else summary(step.do),
        shape="call" if isinstance(step.do, Call) else "pure",
        badges=tuple(_badges(step)),
        writes=any(effects.get(canonical_name(call.tool)) is Effect.WRITE for call in calls),
        about=printable(step.rationale),
    )


def _badges(step: Step) -> Iterator[str]:
    if step.condition is not None:
        yield "if" if step.otherwise is None else f"if, else {summary(step.otherwise)}"
    if step.each is not None:
        yield _each_badge(step.each)
    if step.retry:
        yield f"retry {step.retry}"
    if step.timeout is not None:
        yield f"timeout {duration(step.timeout)}"
    if step.fallback is not None:
        yield f"or {summary(step.fallback)}"
    if step.approve is not None:
        within = step.approve.within
        yield "approve" if within is None else f"approve within {duration(within)}"


def _each_badge(each: Each) -> str:
    most = "" if each.max is None else f" ≤{each.max}"
    together = "" if each.parallel is None else f", {each.parallel} at once"
    return f"for{most}{together}"


def duration(seconds: float) -> str:
    """A length of time as a plan writes it, in the largest unit that keeps it whole."""
    for unit, length in (("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= length and seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{round(seconds * 1000):d}ms" if seconds < 1 else f"{seconds:g}s"


def summary(part: Expr | Call) -> str:
    """A few characters that tell what a value is made of: `sorted(…)`, `{exposed, mailed}`, `#E1.name`."""
    is_constant, value = constant_value(part) if not isinstance(part, Call) else (False, None)
    if is_constant:
        return _short(compact(value))
    match part:
        case Call():
            return part.tool
        case Ref():
            return _short(f"#{part.name}{_path(part.path)}")
        case Select():
            return _short(summary(part.of) + _path(part.path))
        case Apply():
            return f"{part.function}(…)"
        case ObjectOf():
            return _short("{" + ", ".join(part.fields) + "}")
        case Comprehension():
            return f"[… for #{part.variable}]" if part.condition is None else f"[… for #{part.variable} if …]"
        case Conditional():
            return _short(f"{summary(part.then)} if … else {summary(part.otherwise)}")
        case Binary():
            return _short(f"{summary(part.left)} {part.op} {summary(part.right)}")
        case Unary():
            return _short(f"{part.op} {summary(part.operand)}" if part.op == "not" else f"-{summary(part.operand)}")
        case ListOf():
            return f"[{len(part.items)} items]"
        case Text():
            return _short(f'"{_plain(part)}"')
        case Selector():
            return _short(_path(part.path))
        case Constant():
            return _short(compact(part.value))


def _path(path: tuple[str | int | None, ...]) -> str:
    return "".join("[*]" if p is None else f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)


def _plain(text: Expr) -> str:
    match text:
        case Text():
            return "".join(p if isinstance(p, str) else f"#{p.name}{_path(p.path)}" for p in text.parts)
        case Constant():
            return compact(text.value)
        case _:
            return summary(text)


def _short(text: str, most: int = 32) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"
