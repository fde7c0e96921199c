"""A linked plan as the machine reads it: every expression compiled, every schema a check, needs as counts.

Compiled once a run, sub-plans once however often they are called. Nothing in here changes while a plan runs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from ..ir.evaluate import Compiled, compile_expr
from ..ir.expr import Expr, references
from ..ir.linked import LinkedAction, LinkedCall, LinkedPlan, LinkedStep
from ..ir.plan import Input, Limit
from ..ir.signature import Effect, Schema, Signature
from ..ir.types import to_schema
from .schemas import Check, check_of

RETURN = "return"
"""`return` follows the same rule as a step, so it is one, under this name, behind all others."""


@final
@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool. `may_repeat`: a read, or a write that its idempotency key makes safe to repeat."""

    name: str
    signature: Signature
    arguments: tuple[tuple[str, Compiled], ...]
    check: Check | None
    returns: Check | None
    is_write: bool
    may_repeat: bool
    calls_model: bool


@final
@dataclass(frozen=True, slots=True)
class PlanCall:
    """A call of a sub-plan; it writes, and may be repeated, as its steps do and may."""

    name: str
    program: "Program"
    arguments: tuple[tuple[str, Compiled], ...]

    @property
    def is_write(self) -> bool:
        return self.program.is_write

    @property
    def may_repeat(self) -> bool:
        return self.program.may_repeat


@final
@dataclass(frozen=True, slots=True)
class PureValue:
    evaluate: Compiled


Action: TypeAlias = ToolCall | PlanCall | PureValue


@dataclass(frozen=True, slots=True)
class EachCode:
    """`for`: `names` are all that the step's expressions read, so that an item's scope can stay small."""

    variable: str
    source: Compiled
    max: int | None
    parallel: int | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepCode:
    """One step. `dependents` are the places of the steps that wait for it; `needs` is how many it waits for itself."""

    name: str
    do: Action
    otherwise: Action | None
    fallback: Action | None
    condition: Compiled | None
    item_condition: bool
    each: EachCode | None
    retry: int
    timeout: float | None
    asks: bool
    question: Compiled | None
    within: float | None
    declared: Schema | None
    result: Check | None
    needs: int
    dependents: list[int]


@dataclass(frozen=True, slots=True)
class InputCode:
    name: str
    required: bool
    default: Any
    check: Check | None


@dataclass(frozen=True, slots=True)
class Program:
    """A plan. With `has_result` its last step is the one named `return`."""

    plan_hash: Callable[[], str]
    steps: tuple[StepCode, ...]
    inputs: tuple[InputCode, ...]
    limit: Limit | None
    has_result: bool
    is_write: bool
    may_repeat: bool

    def problem_of_inputs(self, given: Mapping[str, Any]) -> str | None:
        """Why these cannot be the inputs of a sub-plan's call."""
        for one in self.inputs:
            if one.name in given:
                wrong = None if one.check is None else one.check(given[one.name])
                if wrong is not None:
                    return f"`{one.name}`: {wrong}"
            elif one.required:
                return f"`{one.name}` is not given"
        return None

    def values(self, given: Mapping[str, Any], now: str) -> dict[str, Any]:
        """The names a run begins with: what was given, defaults for the rest, and `#now`."""
        return {one.name: given.get(one.name, one.default) for one in self.inputs} | {"now": now}


def compile_plan(linked: LinkedPlan) -> Program:
    """The program of a plan and of every sub-plan it calls."""
    return _Compiler().plan(linked)


class _Compiler:
    """Remembers what it has compiled: one check a schema, one program a sub-plan."""

    def __init__(self) -> None:
        self._checks: dict[int, Check | None] = {}
        self._programs: dict[int, Program] = {}

    def plan(self, linked: LinkedPlan) -> Program:
        known = self._programs.get(id(linked))
        if known is None:
            known = self._programs[id(linked)] = self._plan(linked)
        return known

    def _plan(self, linked: LinkedPlan) -> Program:
        places = {step.name: place for place, step in enumerate(linked.steps)}
        dependents: list[list[int]] = [[] for _ in linked.steps]
        steps = []
        for place, step in enumerate(linked.steps):
            for need in step.needs:
                dependents[places[need]].append(place)
            steps.append(self._step(step, dependents[place]))
        if linked.plan.result is not None:
            for need in linked.result_needs:
                dependents[places[need]].append(len(steps))
            steps.append(_result(linked.plan.result, len(linked.result_needs)))
        calls = [call for step in steps for call in _calls(step)]
        return Program(
            plan_hash=lambda: linked.plan.hash,
            steps=tuple(steps),
            inputs=tuple(self._input(one) for one in linked.plan.inputs),
            limit=linked.plan.limit,
            has_result=linked.plan.result is not None,
            is_write=any(call.is_write for call in calls),
            may_repeat=all(call.may_repeat for call in calls),
        )

    def _step(self, linked: LinkedStep, dependents: list[int]) -> StepCode:
        step = linked.step
        approve = step.approve
        return StepCode(
            name=step.name,
            do=self._action(linked.do),
            otherwise=None if linked.otherwise is None else self._action(linked.otherwise),
            fallback=None if linked.fallback is None else self._action(linked.fallback),
            condition=_optional(step.condition),
            item_condition=linked.item_condition,
            each=None if step.each is None else _each(linked),
            retry=step.retry,
            timeout=step.timeout,
            asks=approve is not None,
            question=None if approve is None else _optional(approve.text),
            within=None if approve is None else approve.within,
            declared=linked.declared,
            result=None if linked.declared is None else self._check(linked.declared),
            needs=len(linked.needs),
            dependents=dependents,
        )

    def _action(self, action: LinkedAction) -> Action:
        if not isinstance(action, LinkedCall):
            return PureValue(compile_expr(action))
        arguments = tuple((name, compile_expr(value)) for name, value in action.args)
        target = action.target
        if isinstance(target, LinkedPlan):
            return PlanCall(action.name, self.plan(target), arguments)
        return ToolCall(
            name=target.name,
            signature=target,
            arguments=arguments,
            check=self._check(target.parameters),
            returns=None if target.result_is_declared else self._check(target.returns),
            is_write=target.effect is Effect.WRITE,
            may_repeat=target.may_retry,
            calls_model=target.calls_model,
        )

    def _input(self, one: Input) -> InputCode:
        check = None if one.type is None else check_of(to_schema(one.type))
        return InputCode(one.name, not one.has_default, one.default, check)

    def _check(self, schema: Schema) -> Check | None:
        """By identity: schemas live as long as the plan they belong to."""
        key = id(schema)
        if key not in self._checks:
            self._checks[key] = check_of(schema)
        return self._checks[key]


def _optional(expression: Expr | None) -> Compiled | None:
    return None if expression is None else compile_expr(expression)


def _each(linked: LinkedStep) -> EachCode:
    each = linked.step.each
    assert each is not None  # the caller looked
    return EachCode(
        each.variable, compile_expr(each.source), each.max, each.parallel, tuple(dict.fromkeys(_names(linked)))
    )


def _names(linked: LinkedStep) -> Iterator[str]:
    """What a step's expressions read, but for its clause `after`."""
    step = linked.step
    texts = (step.condition, None if step.approve is None else step.approve.text)
    actions = (linked.do, linked.otherwise, linked.fallback)
    values = [value for action in actions if isinstance(action, LinkedCall) for _, value in action.args]
    values += [one for one in (*texts, *actions) if one is not None and not isinstance(one, LinkedCall)]
    for value in values:
        for _, reference in references(value):
            yield reference.name


def _result(result: Expr, needs: int) -> StepCode:
    return StepCode(
        name=RETURN,
        do=PureValue(compile_expr(result)),
        otherwise=None,
        fallback=None,
        condition=None,
        item_condition=False,
        each=None,
        retry=0,
        timeout=None,
        asks=False,
        question=None,
        within=None,
        declared=None,
        result=None,
        needs=needs,
        dependents=[],
    )


def _calls(step: StepCode) -> Iterator[ToolCall | PlanCall]:
    for action in (step.do, step.otherwise, step.fallback):
        if isinstance(action, ToolCall | PlanCall):
            yield action
