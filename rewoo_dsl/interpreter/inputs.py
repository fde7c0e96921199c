"""What is known to be wrong with a run before it starts: inputs, values that stand for steps, tools, nobody to ask."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..diag.diagnostic import Diagnostic
from ..diag.errors import PlanError
from ..diag.spell import nearest
from ..ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ..ir.plan import Input
from ..ir.signature import Signature
from ..ir.types import show, to_schema
from ..ir.values import problem
from .schemas import check_of


def checked_inputs(linked: LinkedPlan, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of all inputs, defaults included. Raises `PlanError` naming every input that is wrong."""
    given = given or {}
    found = list(_input_problems(linked, given))
    if found:
        raise PlanError(found)
    return {one.name: given.get(one.name, one.default) for one in linked.plan.inputs}


def _input_problems(linked: LinkedPlan, given: Mapping[str, Any]) -> Iterator[Diagnostic]:
    known = [one.name for one in linked.plan.inputs]
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean `{near[0]}`?" if near else None
            yield Diagnostic(code="RW602", message=f"the plan has no input `{name}`", hint=hint, allowed=tuple(known))
    for place, one in enumerate(linked.plan.inputs):
        at = f"/inputs/{place}"
        if one.name in given:
            wrong = _wrong_value(one, given[one.name])
            if wrong is not None:
                yield Diagnostic(code="RW603", message=f"input `{one.name}`: {wrong}", at=at)
        elif not one.has_default:
            wanted = "" if one.type is None else f" ({show(one.type)})"
            yield Diagnostic(code="RW601", message=f"input `{one.name}`{wanted} is not given", at=at)


def _wrong_value(one: Input, value: Any) -> str | None:
    why = problem(value)
    if why is not None:
        return f"the value is {why}"
    check = None if one.type is None else check_of(to_schema(one.type))
    return None if check is None else check(value)


def wrong_stand_in(step: LinkedStep, value: Any) -> str | None:
    """Why `value` cannot stand for what a step gives, or None when it can.

    A step with several ways to a value (`for`, `else`, `fallback`) has no one schema, so there any JSON may stand.
    """
    why = problem(value)
    if why is not None:
        return why
    if step.step.each is not None or step.otherwise is not None or step.fallback is not None:
        return None
    if value is None and (step.step.condition is not None or step.step.approve is not None):
        return None  # what it is when skipped
    returns = (
        step.do.target.returns if isinstance(step.do, LinkedCall) and isinstance(step.do.target, Signature) else None
    )
    for schema in (returns, step.declared):
        check = None if schema is None else check_of(schema)
        why = None if check is None else check(value)
        if why is not None:
            return why
    return None


def refuse_unless_ready(linked: LinkedPlan, tools: Mapping[str, Signature], *, can_ask: bool) -> None:
    """Raises `PlanError` when a tool has no code here, or not that which the plan was checked against, or when the
    plan asks a person and the host cannot."""
    found = [
        one for name, signature in sorted(_tools_of(linked).items()) for one in _tool_problem(name, signature, tools)
    ]
    if linked.asks and not can_ask:
        asking = next((step.name for step in linked.steps if step.step.approve is not None), None)
        who = f"#{asking} asks" if asking else "a sub-plan asks"
        found.append(
            Diagnostic(
                code="RW604",
                message=f"{who} a person to approve it, and here nobody can be asked",
                hint="pass `approve`",
            )
        )
    if found:
        raise PlanError(found)


def _tools_of(linked: LinkedPlan) -> dict[str, Signature]:
    found = dict(linked.tools)
    for one in linked.subplans.values():
        found |= _tools_of(one)
    return found


def _tool_problem(name: str, signature: Signature, tools: Mapping[str, Signature]) -> Iterator[Diagnostic]:
    here = tools.get(signature.name)
    if here is None:
        yield Diagnostic(
            code="RW605", message=f"the plan calls `{name}`, and there is no such tool here", allowed=_near(name, tools)
        )
    elif here is not signature and here != signature:
        yield Diagnostic(code="RW606", message=f"`{name}` is not the tool that the plan was checked against")


def _near(name: str, tools: Collection[str]) -> tuple[str, ...]:
    return tuple(nearest(name, tools) or sorted(tools)[:8])
