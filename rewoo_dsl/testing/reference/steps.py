"""What a plan means: `reference(linked, oracle, inputs)` says what each step comes to.

One step after the other in an order in which needs come first, sub-plans by recursion; no event loop, no queue, no
clock. Each function is one sentence of `docs/semantics.md`, whose number stands in its docstring. Nothing here is
shared with the machine; the checker's work (which argument is which, which schema is declared) is taken as done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from ...interpreter.limits import Limits
from ...ir.expr import Call, Expr, references
from ...ir.linked import LinkedAction, LinkedCall, LinkedPlan, LinkedStep
from ...ir.plan import Input, Plan, Step
from ...ir.policy import Policy, unsaid
from ...ir.signature import Effect, Schema, Signature
from ...ir.types import to_schema
from ...ir.validation import UnusableSchemaError, Validator
from ...ir.values import measure, problem
from ...trace.events import Branch, Reason, Status
from .expressions import evaluate
from .ledger import Ledger, Used, met_by_host, met_by_plan, met_by_policy
from .values import Fails, TooMuchWork, shown, truth
from .world import HANGS, Attempt, Ended, Ending, Oracle, Outcome, Question

BLOCKED = Ended("blocked", reason="needs")
NOTHING_MORE: frozenset[Reason] = frozenset(
    {"bad_argument", "policy", "budget", "deadline", "cancelled", "unknown_outcome"}
)
"""E3, E4: after these nothing is tried again."""
TELLING: tuple[Reason, ...] = ("unknown_outcome", "budget", "deadline")
"""Of several reasons these come first: somebody may have to look."""


def reference(
    linked: LinkedPlan,
    oracle: Oracle,
    inputs: Mapping[str, Any] | None = None,
    *,
    limits: Limits | None = None,
    timeouts: Mapping[str, float] | None = None,
    now: str = "2026-01-01T00:00:00Z",
    policy: Policy | None = None,
    request: str | None = None,
) -> Outcome:
    """What every run of the plan comes to.

    Args:
        linked: the plan, from the checker.
        oracle: how each attempt ends, and what people answer.
        inputs: values for its inputs, of their declared types.
        limits: the host's. Its ceilings are not carried out, only told by `may_meet`; the rest is.
        timeouts: seconds for an attempt of a tool where the step does not say.
        now: the value of `#now`.
        policy: what the host lets plans do; `request` is what protected values must occur in.
    """
    hosts = Limits() if limits is None else limits
    world = _World(oracle, hosts, timeouts or {}, now, policy, request, Ledger(), {})
    whole = _run_plan(world, linked, inputs or {}, "")
    top = tuple(step.name for step in linked.steps)
    missing = {name: end.reason or "needs" for name, end in whole.ends.items() if not end.has_value} | whole.lost
    return Outcome(
        steps=world.steps,
        top=top,
        status=_status(whole),
        missing=missing,
        usage=whole.used.as_usage(),
        attempts=tuple(world.ledger.attempts),
        asked=tuple(world.ledger.asked),
        may_meet=(*world.ledger.may_meet, *met_by_host(hosts, whole.used), *met_by_policy(policy, world.ledger)),
    )


@dataclass(slots=True)
class _World:
    """What does not change from plan to sub-plan, and the books of the run."""

    oracle: Oracle
    limits: Limits
    timeouts: Mapping[str, float]
    now: str
    policy: Policy | None
    request: str | None
    ledger: Ledger
    steps: dict[str, Ended]


@dataclass(slots=True)
class _PlanRun:
    """One execution of a plan or sub-plan: what its names are worth, and how its steps ended."""

    world: _World
    path: str
    names: dict[str, Any]
    ends: dict[str, Ended]
    lost: dict[str, Reason]
    used: Used


# --- plans ---------------------------------------------------------------------------------------------------------


def _run_plan(world: _World, linked: LinkedPlan, given: Mapping[str, Any], path: str) -> _PlanRun:
    """N4, R2: every step when its needs are final, `return` like a step behind them."""
    run = _PlanRun(world, path, _first_names(linked.plan, given, world.now), {}, {}, Used())
    for step in linked.steps:
        _end(run, step.name, _run_step(run, step))
    if linked.plan.result is not None:
        _end(run, "return", _return(run, linked.plan.result))
    world.ledger.meets(*met_by_plan(linked.plan.limit, run.used, path))
    return run


def _first_names(plan: Plan, given: Mapping[str, Any], now: str) -> dict[str, Any]:
    """M6, M9, S11: a plan sees its inputs and `#now`, and nothing of its caller."""
    return {one.name: given.get(one.name, one.default) for one in plan.inputs} | {"now": now}


def _end(run: _PlanRun, name: str, end: Ended) -> None:
    run.ends[name] = run.world.steps[run.path + name] = end
    if end.has_value:
        run.names[name] = end.value


def _return(run: _PlanRun, result: Expr) -> Ended:
    """R2: `return` follows the same rule as a step."""
    if _is_blocked(run, {ref.name for _, ref in references(result)}):
        return BLOCKED
    tried = _value_of(run, result, run.names, None)
    return Ended("succeeded", tried.value) if tried.reason is None else Ended("failed", reason=tried.reason)


def _status(run: _PlanRun) -> Status:
    """R3 to R6."""
    if all(end.has_value for end in run.ends.values()):
        return "partial" if run.lost else "succeeded"
    if "return" in run.ends:
        return "partial" if run.ends["return"].has_value else "failed"
    return "partial" if any(end.state == "succeeded" for end in run.ends.values()) else "failed"


# --- steps ---------------------------------------------------------------------------------------------------------


def needs_of(step: Step) -> set[str]:
    """N1, N3: every name in any clause, branch, fallback or text, and every name after `after`."""
    actions = [one for one in (step.do, step.otherwise, step.fallback) if one is not None]
    values = [value for one in actions for value in (_arguments_of(one) if isinstance(one, Call) else [one])]
    values += [step.condition] if step.condition is not None else []
    values += [step.each.source] if step.each is not None else []
    values += [step.approve.text] if step.approve is not None and step.approve.text is not None else []
    return {ref.name for value in values for _, ref in references(value)} | set(step.after)


def _arguments_of(call: Call) -> list[Expr]:
    return [*([] if call.first is None else [call.first]), *call.args.values()]


def _is_blocked(run: _PlanRun, needs: set[str]) -> bool:
    """N6: a need is failed, blocked or cancelled. What is no step (an input, a loop variable) blocks nobody."""
    return any(name in run.ends and not run.ends[name].has_value for name in needs)


def _run_step(run: _PlanRun, step: LinkedStep) -> Ended:
    """O1 to O6: needs; `if`; the list of `for`; arguments; approval; attempts."""
    if _is_blocked(run, needs_of(step.step)):
        return BLOCKED
    try:
        if not _own_condition(run, step):
            return _else(run, step)
        elements = _elements(run, step)
    except Fails:
        return Ended("failed", reason="expression")
    except TooMuchWork:
        return _near_its_fuel(run)
    except _TooManyItems:
        return Ended("failed", reason="too_many_items")
    if elements is None:
        return _one(run, step, [_Item(None, run.names, step.do, "do")])
    assert step.step.each is not None  # it has elements
    variable = step.step.each.variable
    found = [_Item(i, {**run.names, variable: one}, step.do, "do") for i, one in enumerate(elements)]
    return _each(run, step, found)


def _own_condition(run: _PlanRun, step: LinkedStep) -> bool:
    """C8, F1: a condition that does not name the loop variable is the step's own, decided before the list is read."""
    condition = step.step.condition
    if condition is None or _names_its_item(step.step):
        return True
    return truth(evaluate(condition, run.names))


def _names_its_item(step: Step) -> bool:
    if step.each is None or step.condition is None:
        return False
    return step.each.variable in {ref.name for _, ref in references(step.condition)}


def _else(run: _PlanRun, step: LinkedStep) -> Ended:
    """C8: without `else` the step is skipped, and its value is null."""
    if step.otherwise is None:
        return Ended("skipped", reason="condition", branch="otherwise")
    return _one(run, step, [_Item(None, run.names, step.otherwise, "otherwise")])


class _TooManyItems(Exception):
    pass


def _elements(run: _PlanRun, step: LinkedStep) -> list[Any] | None:
    """C9, F4, F5: the list of a `for`; when it has more items than allowed, none of them starts."""
    each = step.step.each
    if each is None:
        return None
    found = evaluate(each.source, run.names)
    if type(found) is not list:
        raise Fails("type")
    most = each.max
    if most is None:
        actions = (step.do, step.otherwise, step.fallback)
        writes = any(isinstance(one, LinkedCall) and _writes(one.target) for one in actions)
        most = run.world.limits.write_items if writes else run.world.limits.items
    if len(found) > most:
        raise _TooManyItems
    return found


def _one(run: _PlanRun, step: LinkedStep, items: list["_Item"]) -> Ended:
    """A step without `for`, or the `else` of one whose own condition is false: it has one item, and ends as that."""
    ends = _run_items(run, step, items)
    return ends[0] if isinstance(ends, list) else ends


def _each(run: _PlanRun, step: LinkedStep, items: list["_Item"]) -> Ended:
    """F6, F7: all items run even when one fails; then the step has failed, for the most telling of their reasons."""
    ends = _run_items(run, step, items)
    if isinstance(ends, Ended):
        return ends
    lost = [end for end in ends if not end.has_value]
    if not lost:
        return Ended("succeeded", [end.value for end in ends], items=tuple(ends))
    worst = min(lost, key=lambda end: TELLING.index(end.reason) if end.reason in TELLING else len(TELLING))
    return Ended("failed", reason=worst.reason, items=tuple(ends))


def _near_its_fuel(run: _PlanRun) -> Ended:
    run.world.ledger.meets("the fuel of an evaluation")
    return Ended("failed", reason="fuel")


# --- items ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    """One call or value of a step, with the names that it sees. Its arguments are known once it is prepared."""

    index: int | None
    names: Mapping[str, Any]
    action: LinkedAction
    branch: Branch
    arguments: dict[str, Any] | None = None
    fallback_arguments: dict[str, Any] | None = None


def _run_items(run: _PlanRun, step: LinkedStep, items: list[_Item]) -> list[Ended] | Ended:
    """A1: everything is evaluated and checked before a person is asked, once, about all items that would run."""
    prepared = [_prepared(run, step, item) for item in items]
    if step.step.approve is not None:
        ready = [one for one in prepared if isinstance(one, _Item)]
        declined = _ask(run, step, ready)
        if declined is not None:
            return (
                declined
                if declined.state == "skipped"
                else [declined if isinstance(one, _Item) else one for one in prepared]
            )
    return [_attempts(run, step, one) if isinstance(one, _Item) else one for one in prepared]


def _prepared(run: _PlanRun, step: LinkedStep, item: _Item) -> _Item | Ended:
    """F2, O2, O3: the item's condition; arguments of the branch that it chose and of `fallback`; their schemas."""
    branch = item.branch
    try:
        if _names_its_item(step.step):
            assert step.step.condition is not None  # it names the item
            if not truth(evaluate(step.step.condition, item.names)):
                if step.otherwise is None:
                    return Ended("skipped", reason="condition")
                branch = "otherwise"
                item = replace(item, action=step.otherwise, branch=branch)
        arguments = _arguments(run.world, item.action, item.names)
        fallback = None if step.fallback is None else _arguments(run.world, step.fallback, item.names)
    except Fails:
        return Ended("failed", reason="expression", branch=branch)
    except _BadArgument:
        return Ended("failed", reason="bad_argument", branch=branch)
    except _TooLarge:
        return Ended("failed", reason="too_large", branch=branch)
    except _Forbidden:
        return Ended("failed", reason="policy", branch=branch)
    except TooMuchWork:
        return replace(_near_its_fuel(run), branch=branch)
    return replace(item, arguments=arguments, fallback_arguments=fallback)


class _BadArgument(Exception):
    pass


class _TooLarge(Exception):
    pass


class _Forbidden(Exception):
    pass


def _arguments(world: _World, action: LinkedAction, names: Mapping[str, Any]) -> dict[str, Any] | None:
    """O3, S10: exact values, held against the tool's own schema or the sub-plan's inputs. A value has none."""
    if not isinstance(action, LinkedCall):
        return None
    arguments = {name: evaluate(value, names) for name, value in action.args.items()}
    if measure(arguments) > world.limits.argument_bytes:
        raise _TooLarge
    if isinstance(action.target, Signature):
        fits = _fits(action.target.parameters, arguments)
    else:
        fits = all(_input_fits(one, arguments) for one in action.target.plan.inputs)
    if not fits:
        raise _BadArgument
    if world.policy is not None and not _is_allowed(world.policy, action, arguments, world.request):
        raise _Forbidden
    return arguments


def _is_allowed(policy: Policy, call: LinkedCall, arguments: Mapping[str, Any], request: str | None) -> bool:
    """O3: what the host's policy says of the tool and of each argument that is given."""
    if policy.refusal(call.name, is_subplan=call.is_subplan) is not None:
        return False
    lines = [one for _, rule in policy.rules(call.name) for one in rule.arguments.items() if one[0] in arguments]
    return all(
        rule.problem(arguments[name]) is None
        and not (rule.from_request and request is not None and unsaid(request, arguments[name]) is not None)
        for name, rule in lines
    )


def _input_fits(one: Input, given: Mapping[str, Any]) -> bool:
    if one.name not in given:
        return one.has_default
    return one.type is None or _fits(to_schema(one.type), given[one.name])


def _fits(schema: Schema, value: Any) -> bool:
    try:
        return Validator(schema).error(value) is None
    except UnusableSchemaError:
        return False


# --- approval ------------------------------------------------------------------------------------------------------


def _ask(run: _PlanRun, step: LinkedStep, items: list[_Item]) -> Ended | None:
    """A2 to A4: over the exact calls of branch and fallback. No, and no answer in time, skip the step."""
    approve = step.step.approve
    assert approve is not None  # the caller looked
    calls = [call for item in items for call in _calls(step, item)]
    if not calls:
        return None
    try:
        text = "" if approve.text is None else shown(evaluate(approve.text, run.names))
    except Fails:
        return Ended("failed", reason="expression")
    except TooMuchWork:
        return _near_its_fuel(run)
    question = Question(run.path + step.name, text, calls, approve.within)
    run.world.ledger.asked.append(question)
    answer = run.world.oracle.answers(question)
    if answer.seconds in (approve.within, inf if approve.within is None else None):
        run.world.ledger.meets("the end of a question's time")
    if approve.within is not None and answer.seconds > approve.within:
        return Ended("skipped", reason="expired")
    return None if answer.yes else Ended("skipped", reason="refused")


def _calls(step: LinkedStep, item: _Item) -> Iterator[dict[str, Any]]:
    tried = (item.branch, item.action, item.arguments), ("fallback", step.fallback, item.fallback_arguments)
    for branch, action, arguments in tried:
        if isinstance(action, LinkedCall):
            yield {"item": item.index, "branch": branch, "tool": action.name, "arguments": arguments}


# --- attempts ------------------------------------------------------------------------------------------------------


def _attempts(run: _PlanRun, step: LinkedStep, item: _Item) -> Ended:
    """C4, C7: the first attempt, further ones, then what stands in; the fallback is one attempt and not retried."""
    tried = _try(run, step, item, 1)
    for attempt in range(1, step.step.retry + 1):
        if not _may_retry(item.action, tried):
            break
        run.used.seconds += _longest_pause(run.world.limits, attempt)
        tried = _try(run, step, item, attempt + 1)
    branch = item.branch
    if step.fallback is not None and _may_fall_back(item.action, tried):
        item = replace(item, action=step.fallback, arguments=item.fallback_arguments, branch="fallback")
        tried, branch = _try(run, step, item, 1), "fallback"
    if tried.reason is not None:
        return Ended("failed", reason=tried.reason, branch=branch)
    return Ended("succeeded", tried.value, branch=branch)


def _may_retry(action: LinkedAction, tried: Ending) -> bool:
    """C4, E3: only calls that may be repeated, and not where it is no use."""
    if tried.reason is None or tried.reason in NOTHING_MORE or not tried.retryable:
        return False
    return isinstance(action, LinkedCall) and may_repeat(action.target)


def _may_fall_back(action: LinkedAction, tried: Ending) -> bool:
    """C7, E4, S12: a sub-plan's call that failed inside has been tried, whatever ended it but an unknown outcome."""
    if tried.reason is None or tried.reason == "unknown_outcome":
        return False
    is_sub_plan = isinstance(action, LinkedCall) and isinstance(action.target, LinkedPlan)
    return is_sub_plan or tried.reason not in NOTHING_MORE


def may_repeat(target: Signature | LinkedPlan) -> bool:
    """E1, S4: a read, or a write that is idempotent; a sub-plan when all that it calls may be."""
    if isinstance(target, Signature):
        return target.effect is Effect.READ or target.idempotent
    return all(map(may_repeat, _called_by(target)))


def _writes(target: Signature | LinkedPlan) -> bool:
    if isinstance(target, Signature):
        return target.effect is Effect.WRITE
    return any(map(_writes, _called_by(target)))


def _called_by(plan: LinkedPlan) -> list[Signature | LinkedPlan]:
    return [*plan.tools.values(), *plan.subplans.values()]


def _longest_pause(limits: Limits, attempt: int) -> float:
    return min(limits.backoff_max_seconds, limits.backoff_seconds * 2.0 ** (attempt - 1))


def _try(run: _PlanRun, step: LinkedStep, item: _Item, attempt: int) -> Ending:
    """One attempt: a value, a tool's call, or a sub-plan's."""
    action = item.action
    if not isinstance(action, LinkedCall):
        return _value_of(run, action, item.names, step.declared)
    if isinstance(action.target, LinkedPlan):
        return _call_plan(run, step, item, action.target)
    return _call_tool(run, step, item, action.target, attempt)


def _value_of(run: _PlanRun, value: Expr, names: Mapping[str, Any], declared: Schema | None) -> Ending:
    """C1, O5: a pure value, held against the declared type."""
    try:
        found = evaluate(value, names)
    except Fails:
        return Ending(reason="expression")
    except TooMuchWork:
        return Ending(reason=_near_its_fuel(run).reason)
    if not _is_declared(declared, found):
        return Ending(reason="wrong_type")
    return _weighed(run, found)


def _call_tool(run: _PlanRun, step: LinkedStep, item: _Item, tool: Signature, attempt: int) -> Ending:
    """C5, C11, O5: the tool's ending, unless its time is over before; what it gave, unless that is not what it is
    to be."""
    world = run.world
    asked = Attempt(
        tool.name, run.path + step.name, item.index, item.branch, attempt, item.arguments or {}, step.declared
    )
    world.ledger.attempts.append(asked)
    timeout = step.step.timeout or world.timeouts.get(tool.name, world.limits.step_seconds)
    ending = _in_time(world, world.oracle.ends(asked), timeout)
    run.used.call(ending.usage, asks_model=tool.calls_model)
    run.used.seconds += ending.seconds
    if ending.reason is None:
        ending = _checked(run, step, tool, ending.value)
    if ending.lost and not may_repeat(tool):
        return replace(ending, reason="unknown_outcome")
    return ending


def _in_time(world: _World, ending: Ending, timeout: float | None) -> Ending:
    if ending.seconds == (inf if timeout is None else timeout):
        world.ledger.meets("the end of an attempt's time")
    if timeout is None or ending.seconds <= timeout:
        return ending
    return replace(HANGS, reason="timeout", lost=True, seconds=timeout, usage=ending.usage)


def _checked(run: _PlanRun, step: LinkedStep, tool: Signature, value: Any) -> Ending:
    """O5, L11: JSON data of a bearable size, then what the tool declares, then what the step does."""
    weighed = _weighed(run, value)
    if tool.result_is_declared:
        as_the_tool_says = step.declared is not None or type(value) is str
    else:
        as_the_tool_says = _fits(tool.returns, value)
    if weighed.reason is None and not (as_the_tool_says and _is_declared(step.declared, value)):
        return Ending(reason="wrong_type")
    return weighed


def _is_declared(declared: Schema | None, value: Any) -> bool:
    return declared is None or _fits(declared, value)


def _weighed(run: _PlanRun, value: Any) -> Ending:
    """L11: JSON data, and what one result may weigh; all of them together are for the ledger."""
    if problem(value, max_depth=run.world.limits.result_depth) is not None:
        return Ending(reason="wrong_type")
    size = measure(value)
    run.used.bytes += size
    return Ending(value=value) if size <= run.world.limits.result_bytes else Ending(reason="too_large")


def _call_plan(run: _PlanRun, step: LinkedStep, item: _Item, plan: LinkedPlan) -> Ending:
    """S12: a call like any other. What `return` gives is its value; what else was lost inside is told by the run."""
    place = run.path + step.name + ("" if item.index is None else f"[{item.index}]")
    path = place + ("/" if item.branch == "do" else f".{item.branch}/")
    inner = _run_plan(run.world, plan, item.arguments or {}, path)
    run.used.add(inner.used)
    if step.step.timeout is not None and inner.used.seconds >= step.step.timeout:
        run.world.ledger.meets(f"the timeout of {place}")
    returned = inner.ends["return"]
    if not returned.has_value:
        return Ending(reason=_why(inner))
    if not _is_declared(step.declared, returned.value):
        return Ending(reason="wrong_type")
    run.lost |= inner.lost | {
        path + name: end.reason or "needs" for name, end in inner.ends.items() if not end.has_value
    }
    return Ending(value=returned.value)


def _why(inner: _PlanRun) -> Reason:
    """The reason of a sub-plan without a value: the most telling one of its own steps, else the first."""
    reasons = [end.reason for end in inner.ends.values() if not end.has_value and end.reason not in (None, "needs")]
    return next((reason for reason in (*TELLING, *reasons) if reason in reasons), "needs")
