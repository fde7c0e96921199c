"""How large and how deep a plan may be that came as data. Text has passed the same limits in the parser."""

from __future__ import annotations

from collections.abc import Iterator

from ..diag.diagnostic import Diagnostic
from ..ir.expr import Call, Comprehension, Constant, Expr, Text, children
from ..ir.plan import Plan
from ..ir.values import problem

MAX_STEPS = 100_000
MAX_MODEL_STEPS = 256
MAX_DEPTH = 32
MAX_NAME = 64
MAX_TEXT = 16 * 1024


def too_large(plan: Plan, *, from_model: bool = False) -> Iterator[Diagnostic]:
    """What makes a plan too large or too deep to be looked at. Never recurses, so nothing can be too deep for it."""
    most = MAX_MODEL_STEPS if from_model else MAX_STEPS
    if len(plan.steps) > most:
        yield Diagnostic(
            code="RW505",
            message=f"the plan has {len(plan.steps)} steps, and {most} are allowed",
            at=f"/steps/{most}",
            hint="split it into sub-plans",
        )
        return
    for at, node in _roots(plan):
        yield from _fault(node, at)
    for at, name in _names(plan):
        if not _is_name(name):
            yield Diagnostic(
                code="RW508",
                message=f"{name[:MAX_NAME]!r} is no name",
                at=at,
                hint=f"a name is a letter or `_`, then letters, digits and `_`, at most {MAX_NAME}",
            )
    for index, one in enumerate(plan.inputs):
        if one.has_default and (why := problem(one.default)):
            yield Diagnostic(code="RW506", message=f"the default is no value: {why}", at=f"/inputs/{index}/default")


def _is_name(name: str) -> bool:
    return len(name) <= MAX_NAME and name.isascii() and name.isidentifier()


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    for index, use in enumerate(plan.uses):
        yield f"/uses/{index}/name", use.name
    for index, one in enumerate(plan.inputs):
        yield f"/inputs/{index}/name", one.name
    for index, step in enumerate(plan.steps):
        yield f"/steps/{index}/name", step.name
        if step.each is not None:
            yield f"/steps/{index}/each/variable", step.each.variable


def _roots(plan: Plan) -> Iterator[tuple[str, Expr | Call]]:
    for index, step in enumerate(plan.steps):
        at = f"/steps/{index}"
        each = None if step.each is None else step.each.source
        question = None if step.approve is None else step.approve.text
        for suffix, node in (
            ("/do", step.do),
            ("/condition", step.condition),
            ("/otherwise", step.otherwise),
            ("/each/source", each),
            ("/fallback", step.fallback),
            ("/approve/text", question),
        ):
            if node is not None:
                yield at + suffix, node
    if plan.result is not None:
        yield "/result", plan.result
    if plan.solve is not None:
        yield "/solve", plan.solve


def _fault(root: Expr | Call, at: str) -> Iterator[Diagnostic]:
    """The first thing in one expression that is too deep or too large."""
    stack: list[tuple[Expr | Call, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            yield Diagnostic(
                code="RW506",
                message=f"this expression is nested deeper than {MAX_DEPTH}",
                at=at,
                hint="compute a part of it in a step of its own",
            )
            return
        why = _unfit(node)
        if why is not None:
            yield Diagnostic(code="RW506", message=why, at=at)
            return
        stack.extend((child, depth + 1) for _, child in children(node))


def _unfit(node: Expr | Call) -> str | None:
    match node:
        case Constant(value=str() as text):
            return _unfit_text(text)
        case Constant(value=value):
            why = problem(value)
            return None if why is None else f"this constant is no value: {why}"
        case Text():
            return next((why for part in node.parts if isinstance(part, str) and (why := _unfit_text(part))), None)
        case Comprehension() if not _is_name(node.variable):
            return f"{node.variable[:MAX_NAME]!r} is no name for a loop variable"
    return None


def _unfit_text(text: str) -> str | None:
    return f"this text is longer than {MAX_TEXT} characters" if len(text) > MAX_TEXT else None
