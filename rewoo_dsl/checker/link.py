"""From a plan without errors to a `LinkedPlan`: every call bound, every need known, the steps in a running order."""

from __future__ import annotations

from ..ir.expr import Action, Call
from ..ir.linked import CHECKED, LinkedAction, LinkedCall, LinkedPlan, LinkedStep
from ..ir.plan import Step
from ..ir.signature import Schema, Signature
from ..ir.types import to_schema
from .scope import CallSite, Scope, Statement


def link(scope: Scope) -> LinkedPlan | None:
    """The plan, ready to run; None when a call of it is bound to nothing because no tools were given.

    Only for a scope in which the rules found no error.
    """
    if not all(_is_bound(site) for site in scope.calls):
        return None
    steps = tuple(_linked(scope, scope.statements[place]) for place in scope.order.steps)
    tools: dict[str, Signature] = {}
    subplans: dict[str, LinkedPlan] = {}
    for site in scope.calls:
        if site.target is not None and site.target.subplan is not None:
            subplans[site.call.tool] = site.target.subplan
        elif site.target is not None:
            tools[site.target.signature.name] = site.target.signature
    ends = {one.at: _steps_named(scope, one) for one in scope.statements[len(steps) :]}
    return LinkedPlan(
        plan=scope.plan,
        steps=steps,
        tools=tools,
        subplans=subplans,
        result_needs=ends.get("/result", ()),
        solve_needs=ends.get("/solve", ()),
        asks=any(one.step.approve is not None for one in steps) or any(one.asks for one in subplans.values()),
        seal=CHECKED,
    )


def _is_bound(site: CallSite) -> bool:
    return site.target is not None and site.target.can_run and site.binding is not None and site.binding.is_sound


def _linked(scope: Scope, statement: Statement) -> LinkedStep:
    step = statement.step
    assert step is not None, "an order holds steps only"
    by_role = {site.role: site for site in statement.calls}
    return LinkedStep(
        step=step,
        do=_action(step.do, by_role.get("do")),
        otherwise=None if step.otherwise is None else _action(step.otherwise, by_role.get("otherwise")),
        fallback=None if step.fallback is None else _action(step.fallback, by_role.get("fallback")),
        needs=_steps_named(scope, statement),
        item_condition=statement.item_condition,
        declared=_declared(statement),
        is_bare=_is_bare(step),
    )


def _is_bare(step: Step) -> bool:
    return (
        step.condition is None
        and step.each is None
        and step.fallback is None
        and step.type is None
        and step.timeout is None
        and step.approve is None
        and not step.retry
    )


def _action(action: Action, site: CallSite | None) -> LinkedAction:
    if not isinstance(action, Call):
        return action
    assert site is not None, "every call has its site"
    target = site.target
    assert target is not None, "link asked for every target"
    assert site.binding is not None, "a call with a target has been bound"
    args = action.args if action.first is None else {one.name: one.value for one in site.binding.args}
    if target.subplan is not None:
        return LinkedCall(action.tool, target.subplan, args)
    return LinkedCall(target.signature.name, target.signature, args)


def _steps_named(scope: Scope, statement: Statement) -> tuple[str, ...]:
    return tuple(name for name in statement.names if scope.step_index(name) is not None)


def _declared(statement: Statement) -> Schema | None:
    """The declared type as JSON Schema, closed when every call of the step asks a model for exactly this form."""
    step = statement.step
    if step is None or step.type is None:
        return None
    targets = [site.target for site in statement.calls]
    return to_schema(step.type, closed=bool(targets) and all(_is_asked(one) for one in targets))


def _is_asked(target: object) -> bool:
    signature = getattr(target, "signature", None)
    return isinstance(signature, Signature) and signature.result_is_declared
