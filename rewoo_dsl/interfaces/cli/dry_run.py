"""`run --dry-run`: what a run would call, in which order, with which effects, how often at most, and what it would ask.

No tool runs. Steps are shown as they stand in the plan, since most arguments hold evidence that is not there yet.
"""

from collections.abc import Iterator
from math import ceil
from typing import Any

from ...diag.snippet import printable
from ...ir.costs import Bounds, Cost, Table
from ...ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ...ir.plan import Limit, Plan
from ...ir.signature import Effect
from ...lowering.raising import to_text
from ..graph.diagram import duration
from .progress import took_text
from .results import VERSION, count


def told(linked: LinkedPlan, bounds: Table) -> str:
    """The whole account: the steps in an order in which every need comes first, then the sum."""
    costs = {one.name: one.cost for one in bounds.steps}
    lines = [line for step in linked.steps for line in _step(step, costs[step.name])]
    return printable("\n".join([*lines, *_sum(linked, bounds)])) + "\n"


def foretold(linked: LinkedPlan, bounds: Table) -> dict[str, Any]:
    """The same as plain JSON data."""
    steps = [
        {
            "name": step.name,
            "text": _written(step),
            "calls": [{"tool": one.name, "effect": _effect(one)} for one in _linked_calls(step)],
            "asks": step.step.approve is not None,
        }
        for step in linked.steps
    ]
    return {"version": VERSION, "steps": steps, "asks": linked.asks, "bounds": bounds.as_data()}


def _step(step: LinkedStep, cost: Cost) -> Iterator[str]:
    yield _written(step)
    calls = _linked_calls(step)
    told = [f"{one.name} {_TOLD[_effect(one)]}" for one in calls] or ["pure, calls nothing"]
    if calls:
        told.append(_calls(cost.calls))
    if step.step.approve is not None:
        told.append("asks a person first")
    yield f"    {'; '.join(dict.fromkeys(told))}"


def _written(step: LinkedStep) -> str:
    return to_text(Plan(steps=(step.step.model_copy(update={"rationale": ""}),))).strip()


def _linked_calls(step: LinkedStep) -> list[LinkedCall]:
    return [one for one in (step.do, step.otherwise, step.fallback) if isinstance(one, LinkedCall)]


_TOLD = {
    "sub-plan": "is a sub-plan",
    "read": "reads",
    "idempotent write": "WRITES, and may be repeated",
    "write": "WRITES",
}


def _effect(call: LinkedCall) -> str:
    if isinstance(call.target, LinkedPlan):
        return "sub-plan"
    if call.target.effect is Effect.READ:
        return "read"
    return "idempotent write" if call.target.idempotent else "write"


def _calls(calls: Bounds) -> str:
    if calls.most is None:
        return "any number of calls"
    return f"at most {count(calls.most, 'call')}"


def _sum(linked: LinkedPlan, bounds: Table) -> Iterator[str]:
    yield ""
    yield ", ".join([count(len(linked.steps), "step"), _calls(bounds.total.calls), *_spent(bounds.total)])
    if bounds.total.seconds.most:
        way = " → ".join(f"#{name}" for name in bounds.path)
        yield f"the longest way: {way}, at most {took_text(ceil(bounds.total.seconds.most))} without waiting for people"
    if linked.plan.limit is not None:
        yield f"the plan's own ceiling: {', '.join(_limits(linked.plan.limit))}"
    asking = [f"#{step.name}" for step in linked.steps if step.step.approve is not None]
    if asking:
        yield f"asks a person: {', '.join(asking)}"
    elif linked.asks:
        yield "asks a person: in a sub-plan"


def _spent(total: Cost) -> Iterator[str]:
    """What models may take, where the plan asks any."""
    if total.model_calls.most == 0:
        return
    yield f"{_most(total.model_calls)} of them of models"
    yield f"{_most(total.tokens)} tokens"
    if total.usd.most is not None:
        yield f"at most ${total.usd.most:g}"


def _most(bounds: Bounds) -> str:
    return "any number of" if bounds.most is None else f"at most {bounds.most:,.0f}"


def _limits(limit: Limit) -> Iterator[str]:
    if limit.calls is not None:
        yield f"{limit.calls} calls"
    if limit.tokens is not None:
        yield f"{limit.tokens} tokens"
    if limit.time is not None:
        yield f"{duration(limit.time)} without waiting for people"
    if limit.cost is not None:
        yield f"${limit.cost:g}"
