"""From a plan back to a tree, and so to text.

Lowering the text again gives the same plan, with one exception that cannot change what is meant: where a plan that
came as data says a thing in a way that text has no form for (a path into a path, a rationale with a step in it), the
nearest form with the same meaning is written.
"""

import re
from decimal import Decimal
from typing import Any, assert_never

from ..ir import expr as ir
from ..ir import plan
from ..ir.values import compact
from ..syntax import ast
from ..syntax.parser import parse
from ..syntax.printer import print_document, print_item
from ..syntax.text import NOT_TEXT
from .types import raise_type

_LINE_ENDS = re.compile(r"\r\n|\n|\r")


def to_text(whole: plan.Plan) -> str:
    """The plan in canonical text. Raises `ValueError` for a type that the language cannot write."""
    return print_document(raise_plan(whole))


def step_text(step: plan.Step) -> str:
    """A step's statement in canonical text, without its rationale."""
    return print_item(_step(step))


def raise_plan(whole: plan.Plan) -> ast.Document:
    """The tree of a plan's canonical text."""
    items: list[ast.Item] = []
    if whole.goal is not None:
        items.append(ast.Goal(_one_line(whole.goal)))
    items += (ast.Use(ast.Name(use.path), ast.Name(use.name)) for use in whole.uses)
    items += map(_input, whole.inputs)
    if whole.limit is not None and (bounds := _bounds(whole.limit)):
        items.append(ast.Limit(bounds))
    for step in whole.steps:
        items += _rationale(step.rationale)
        items.append(_step(step))
    if whole.result is not None:
        items.append(ast.Return(raise_value(whole.result)))
    if whole.solve is not None:
        items.append(ast.Solve(_text(whole.solve)))
    return ast.Document(tuple(items))


def _input(one: plan.Input) -> ast.Input:
    kind = None if one.type is None else raise_type(one.type)
    return ast.Input(ast.Name(one.name), kind, _data(one.default) if one.has_default else None)


def _bounds(limit: plan.Limit) -> tuple[ast.Bound, ...]:
    bounds = []
    if limit.calls is not None:
        bounds.append(ast.Bound("calls", ast.Count(limit.calls)))
    if limit.tokens is not None:
        bounds.append(ast.Bound("tokens", ast.Count(limit.tokens)))
    if limit.time is not None:
        bounds.append(ast.Bound("time", _duration(limit.time)))
    if limit.cost is not None:
        bounds.append(ast.Bound("cost", ast.Number(repr(limit.cost))))
    return tuple(bounds)


# --- steps ---------------------------------------------------------------------------------------------------------


def _rationale(text: str) -> list[ast.Plan]:
    return [ast.Plan(_rationale_line(line)) for line in _LINE_ENDS.split(text)] if text else []


def _rationale_line(text: str) -> str:
    """One line of a rationale. Where it would be read as a step of its own, it loses its `#`."""
    line = _one_line(text)
    if "#" in line and parse(f"Plan: {line}").document.statements != (ast.Plan(line),):
        return line.replace("#", "")
    return line


def _one_line(text: str) -> str:
    return NOT_TEXT.sub(" ", _LINE_ENDS.sub(" ", text)).strip(" \t")


def _step(step: plan.Step) -> ast.Step:
    return ast.Step(
        name=ast.Name(step.name),
        value=_action(step.do),
        type=None if step.type is None else raise_type(step.type),
        condition=_condition(step),
        each=None if step.each is None else _each(step.each),
        retry=ast.Retry(ast.Count(step.retry)) if step.retry else None,
        timeout=None if step.timeout is None else ast.Timeout(_duration(step.timeout)),
        fallback=None if step.fallback is None else ast.Fallback(_action(step.fallback)),
        after=ast.After(tuple(map(ast.Name, step.after))) if step.after else None,
        approve=None if step.approve is None else _approve(step.approve),
    )


def _condition(step: plan.Step) -> ast.If | None:
    if step.condition is None:
        return None
    return ast.If(raise_value(step.condition), None if step.otherwise is None else _action(step.otherwise))


def _each(each: plan.Each) -> ast.For:
    most = None if each.max is None else ast.Count(each.max)
    parallel = None if each.parallel is None else ast.Count(each.parallel)
    return ast.For(ast.Name(each.variable), raise_value(each.source), most, parallel)


def _approve(approval: plan.Approval) -> ast.Approve:
    text = None if approval.text is None else _text(approval.text)
    return ast.Approve(text, None if approval.within is None else _duration(approval.within))


def _action(action: ir.Action) -> ast.CallOrValue:
    if not isinstance(action, ir.Call):
        return raise_value(action)
    name = ast.Name(action.tool)
    if action.short and not action.args and (text := _raw_text(action.first)) is not None:
        return ast.RawCall(name, text)
    args = () if action.first is None else (raise_value(action.first),)
    return ast.Call(name, args, _named(action.args))


def _raw_text(node: ir.Expr | None) -> ast.Str | None:
    """The text between the brackets of `Tool[text]`; None for what cannot stand there."""
    if not isinstance(node, ir.Constant | ir.Ref | ir.Text):
        return ast.Str(()) if node is None else None
    text = _text(node)
    plain = [part for part in text.parts if isinstance(part, str)]
    whole = "".join(part if isinstance(part, str) else "#" for part in text.parts)
    return text if whole == whole.strip() and all(map(str.isprintable, plain)) else None


def _named(args: dict[str, ir.Expr]) -> tuple[ast.Named, ...]:
    return tuple(ast.Named(ast.Name(name), raise_value(value)) for name, value in args.items())


# --- values --------------------------------------------------------------------------------------------------------


def raise_value(node: ir.Expr) -> ast.Value:
    match node:
        case ir.Constant():
            return _data(node.value)
        case ir.Ref():
            return _ref(node)
        case ir.Select():
            return _select(node)
        case ir.Text():
            return _text(node)
        case ir.ListOf():
            return ast.List(tuple(map(raise_value, node.items)))
        case ir.ObjectOf():
            return ast.Object(tuple(ast.Pair(ast.Name(key), raise_value(one)) for key, one in node.fields.items()))
        case ir.Unary():
            return ast.Unary(node.op, raise_value(node.operand))
        case ir.Binary():
            return ast.Binary(node.op, raise_value(node.left), raise_value(node.right))
        case ir.Conditional():
            return ast.Conditional(raise_value(node.then), raise_value(node.test), raise_value(node.otherwise))
        case ir.Comprehension():
            condition = None if node.condition is None else raise_value(node.condition)
            return ast.Comprehension(
                raise_value(node.element), ast.Name(node.variable), raise_value(node.source), condition
            )
        case ir.Apply():
            return ast.Call(ast.Name(node.function), tuple(map(raise_value, node.args)), _named(node.named))
        case ir.Selector():
            return ast.Selector(tuple(str(item) for item in node.path))
    assert_never(node)


def _select(node: ir.Select) -> ast.Value:
    """A path on a computed value. `[*]` maps all that follows it, so a path behind one must not melt into it."""
    base = raise_value(node.of)
    if isinstance(base, ast.Ref | ast.Path) and any(isinstance(one, ast.Each) for one in base.path):
        return ast.Path(ast.List((base,)), (ast.Index(0), *_segments(node.path)))
    match base:
        case ast.Ref():
            return ast.Ref(base.name, (*base.path, *_segments(node.path)))
        case ast.Path():
            return ast.Path(base.base, (*base.path, *_segments(node.path)))
    return ast.Path(base, _segments(node.path))


def _text(node: plan.Prompt) -> ast.Str:
    """Text with what is in it; a number (only data can say that) stands there as its digits."""
    match node:
        case ir.Constant(value=str() as plain):
            return ast.Str((plain,) if plain else (), "\n" in plain)
        case ir.Constant():
            return ast.Str((compact(node.value),))
        case ir.Ref():
            return ast.Str((_ref(node),))
        case ir.Text():
            parts = tuple(part if isinstance(part, str) else _ref(part) for part in node.parts)
            return ast.Str(parts, any("\n" in part for part in parts if isinstance(part, str)))
    assert_never(node)


def _ref(node: ir.Ref) -> ast.Ref:
    return ast.Ref(node.name, _segments(node.path))


def _segments(path: ir.Path) -> tuple[ast.Segment, ...]:
    return tuple(map(_segment, path))


def _segment(item: ir.PathItem) -> ast.Segment:
    match item:
        case None:
            return ast.Each()
        case str():
            return ast.Field(item)
        case int():
            return ast.Index(item)
    assert_never(item)


def _data(value: Any) -> ast.Value:
    """A JSON value as it is written."""
    match value:
        case None:
            return ast.Null()
        case bool():
            return ast.Bool(value)
        case int() | float():
            return ast.Number(repr(value))
        case str():
            return _text(ir.Constant(value=value))
        case list():
            return ast.List(tuple(map(_data, value)))
        case dict():
            return ast.Object(tuple(ast.Pair(ast.Name(key), _data(one)) for key, one in value.items()))
    raise TypeError(f"no JSON value: {type(value).__name__}")


_UNITS = (("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001))


def _duration(seconds: float) -> ast.Duration:
    """The largest unit that says it in a whole number, else seconds."""
    for unit, length in _UNITS:
        number = round(seconds / length)
        if number * length == seconds and (number or unit == "s"):
            return ast.Duration(f"{number}{unit}")
    return ast.Duration(f"{_decimal(seconds)}s")


def _decimal(number: float) -> str:
    """A number without an exponent."""
    text = format(Decimal(repr(number)), "f")
    return re.sub(r"\.0\Z", "", text)
