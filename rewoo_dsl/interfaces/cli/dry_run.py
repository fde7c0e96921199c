"""`run --dry-run`: what a run would call, in which order, with which effects, how often at most, and what it would ask.

No tool runs. Steps are shown as they stand in the plan, since most arguments hold evidence that is not there yet.
"""

from collections.abc import Iterator

from ...diag.snippet import printable
from ...ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ...ir.plan import Limit, Plan
from ...ir.signature import Effect
from ...lowering.raising import to_text
from ..graph.diagram import duration


def told(linked: LinkedPlan) -> str:
    """The whole account: the steps in an order in which every need comes first, then the sum."""
    lines = [line for step in linked.steps for line in _step(step)]
    return printable("\n".join([*lines, *_sum(linked)])) + "\n"


def _step(step: LinkedStep) -> Iterator[str]:
    alone = Plan(steps=(step.step.model_copy(update={"rationale": ""}),))
    yield to_text(alone).strip()
    calls = [one for one in (step.do, step.otherwise, step.fallback) if isinstance(one, LinkedCall)]
    told = [f"{one.name} {_effect(one)}" for one in calls] or ["pure, calls nothing"]
    if calls:
        most = most_calls(step)
        told.append("any number of calls" if most is None else f"at most {most} call{'' if most == 1 else 's'}")
    if step.step.approve is not None:
        told.append("asks a person first")
    yield f"    {'; '.join(dict.fromkeys(told))}"


def _effect(call: LinkedCall) -> str:
    if isinstance(call.target, LinkedPlan):
        return "is a sub-plan"
    if call.target.effect is Effect.READ:
        return "reads"
    return "WRITES, and may be repeated" if call.target.idempotent else "WRITES"


def most_calls(step: LinkedStep) -> int | None:
    """The tool calls that one run of the step makes at most, attempts and fallbacks included; None when unbounded."""
    each = step.step.each
    items = 1 if each is None else each.max
    do, otherwise, fallback = (
        _calls(one) if isinstance(one, LinkedCall) else 0 for one in (step.do, step.otherwise, step.fallback)
    )
    if items is None or do is None or otherwise is None or fallback is None:
        return None
    return items * max(do * (1 + step.step.retry) + fallback, otherwise)


def _calls(call: LinkedCall) -> int | None:
    return _all_calls(call.target) if isinstance(call.target, LinkedPlan) else 1


def _all_calls(linked: LinkedPlan) -> int | None:
    each = [most_calls(step) for step in linked.steps]
    known = [most for most in each if most is not None]
    return sum(known) if len(known) == len(each) else None


def _sum(linked: LinkedPlan) -> Iterator[str]:
    most = _all_calls(linked)
    yield ""
    yield f"{len(linked.steps)} steps, " + ("any number of calls" if most is None else f"at most {most} calls")
    if linked.plan.limit is not None:
        yield f"the plan's own ceiling: {', '.join(_limits(linked.plan.limit))}"
    asking = [f"#{step.name}" for step in linked.steps if step.step.approve is not None]
    if asking:
        yield f"asks a person: {', '.join(asking)}"
    elif linked.asks:
        yield "asks a person: in a sub-plan"


def _limits(limit: Limit) -> Iterator[str]:
    if limit.calls is not None:
        yield f"{limit.calls} calls"
    if limit.tokens is not None:
        yield f"{limit.tokens} tokens"
    if limit.time is not None:
        yield f"{duration(limit.time)} without waiting for people"
    if limit.cost is not None:
        yield f"${limit.cost:g}"
