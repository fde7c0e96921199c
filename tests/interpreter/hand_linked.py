"""Linked plans made by hand, so that the interpreter is tested without a parser and a checker in between."""

from collections.abc import Mapping
from typing import Any

from rewoo_dsl.ir.expr import Call, Constant, Expr, ListOf, ObjectOf, Ref, Text, references
from rewoo_dsl.ir.linked import CHECKED, LinkedAction, LinkedCall, LinkedPlan, LinkedStep
from rewoo_dsl.ir.plan import Approval, Each, Input, Limit, Plan, Step
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.ir.types import from_schema, to_schema


def e(value: Any) -> Expr:
    """An expression from Python data; `"#E1.rows[0]"` as a whole is a reference, `{E1}` inside text is one, too."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return ListOf(items=tuple(map(e, value)))
    if isinstance(value, dict):
        return ObjectOf(fields={key: e(one) for key, one in value.items()})
    if value is None or isinstance(value, bool | int | float):
        return Constant(value=value)
    return value  # an expression already


def ref(name: str, *path: str | int | None) -> Ref:
    return Ref(name=name, path=path)


def _text(value: str) -> Expr:
    if value.startswith("#") and value[1:].isidentifier():
        return ref(value[1:])
    parts: list[Any] = []
    rest = value
    while "#{" in rest:
        before, _, rest = rest.partition("#{")
        name, _, rest = rest.partition("}")
        parts += [before, ref(name)] if before else [ref(name)]
    if not parts:
        return Constant(value=value)
    return Text(parts=tuple([*parts, rest] if rest else parts))


def call(tool: str, **arguments: Any) -> Call:
    return Call(tool=tool, args={name: e(value) for name, value in arguments.items()})


def step(name: str, do: Any, **clauses: Any) -> Step:
    """A step; `condition`, `otherwise`, `fallback` are data or expressions, `type` a JSON Schema."""
    for key in ("do", "condition", "otherwise", "fallback"):
        if key in clauses and not isinstance(clauses[key], Call):
            clauses[key] = e(clauses[key])
    if isinstance(clauses.get("type"), dict):
        clauses["type"] = from_schema(clauses["type"])
    return Step(name=name, do=do if isinstance(do, Call) else e(do), **clauses)


def each(variable: str, source: Any, most: int | None = None, parallel: int | None = None) -> Each:
    return Each(variable=variable, source=e(source), max=most, parallel=parallel)


def linked(
    *steps: Step,
    tools: Mapping[str, Signature] | None = None,
    subplans: Mapping[str, LinkedPlan] | None = None,
    inputs: tuple[Input, ...] = (),
    limit: Limit | None = None,
    result: Any = ...,
) -> LinkedPlan:
    """What the checker would make of these steps."""
    tools, subplans = dict(tools or {}), dict(subplans or {})
    names = {one.name for one in steps}
    plan = Plan(steps=steps, inputs=inputs, limit=limit, result=None if result is ... else e(result))
    return LinkedPlan(
        plan=plan,
        steps=tuple(_linked_step(one, names, tools, subplans) for one in steps),
        tools=tools,
        subplans=subplans,
        result_needs=() if plan.result is None else _needs([plan.result], names),
        solve_needs=(),
        asks=any(one.approve for one in steps) or any(one.asks for one in subplans.values()),
        seal=CHECKED,
    )


def _linked_step(
    one: Step, names: set[str], tools: Mapping[str, Signature], subplans: Mapping[str, LinkedPlan]
) -> LinkedStep:
    approve = Approval() if one.approve is None else one.approve
    source = None if one.each is None else one.each.source
    nodes = [n for n in (one.do, one.condition, one.otherwise, source, one.fallback, approve.text) if n is not None]
    variable = None if one.each is None else one.each.variable
    in_condition = [] if one.condition is None else [r.name for _, r in references(one.condition)]
    return LinkedStep(
        step=one,
        do=_action(one.do, tools, subplans),
        otherwise=None if one.otherwise is None else _action(one.otherwise, tools, subplans),
        fallback=None if one.fallback is None else _action(one.fallback, tools, subplans),
        needs=tuple(dict.fromkeys((*_needs(nodes, names), *one.after))),
        item_condition=variable is not None and variable in in_condition,
        declared=None if one.type is None else to_schema(one.type),
    )


def _needs(nodes: list[Any], names: set[str]) -> tuple[str, ...]:
    found = [r.name for node in nodes for _, r in references(node)]
    return tuple(dict.fromkeys(name for name in found if name in names))


def _action(action: Any, tools: Mapping[str, Signature], subplans: Mapping[str, LinkedPlan]) -> LinkedAction:
    if not isinstance(action, Call):
        return action
    target = subplans[action.tool] if action.tool in subplans else tools[action.tool]
    return LinkedCall(action.tool, target, action.args)
