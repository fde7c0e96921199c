"""A linked plan as the machine reads it: needs as counts, expressions compiled, schemas as checks.

What a whole plan needs is made when it begins; the code of a step is compiled when the step starts and dropped when it
has ended, so that a plan of a hundred thousand steps holds the code of a few. Sub-plans keep theirs, because they are
called again and again. Nothing in here changes while a plan runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeGuard, final

from ..ir.evaluate import Compiled, compile_expr
from ..ir.expr import Constant, Expr, Ref, references
from ..ir.linked import LinkedAction, LinkedCall, LinkedPlan, LinkedStep
from ..ir.plan import Input, Limit
from ..ir.policy import Policy
from ..ir.signature import Effect, Schema, Signature
from ..ir.types import to_schema
from .policing import Lines, lines_of
from .schemas import Check, check_of

RETURN = "return"
"""`return` follows the same rule as a step, so it is one, under this name, behind all others."""


Argument: TypeAlias = Ref | Constant | Compiled
"""What most arguments are, a literal or a name without path, is looked up as it stands; the rest is compiled."""


@dataclass(slots=True)
class ToolCode:
    """A tool that the plan calls. `may_repeat`: a read, or a write that its idempotency key makes safe to repeat.

    `lines` are what the host's policy says of it.
    """

    name: str
    signature: Signature
    check: Check | None
    returns: Check | None
    is_write: bool
    may_repeat: bool
    calls_model: bool
    lines: Lines | None = None


@final
@dataclass(slots=True)
class ToolCall:
    """A call of a tool."""

    tool: ToolCode
    arguments: Mapping[str, Argument]

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def is_write(self) -> bool:
        return self.tool.is_write

    @property
    def may_repeat(self) -> bool:
        return self.tool.may_repeat


@final
@dataclass(slots=True)
class PlanCall:
    """A call of a sub-plan; it writes, and may be repeated, as its steps do and may."""

    name: str
    program: "Program"
    arguments: Mapping[str, Argument]
    lines: Lines | None = None

    @property
    def is_write(self) -> bool:
        return self.program.is_write

    @property
    def may_repeat(self) -> bool:
        return self.program.may_repeat


@final
@dataclass(slots=True)
class PureValue:
    evaluate: Compiled


Action: TypeAlias = ToolCall | PlanCall | PureValue


@dataclass(slots=True)
class EachCode:
    """`for`: `names` are all that the step's expressions read, so that an item's scope can stay small."""

    variable: str
    source: Compiled
    max: int | None
    parallel: int | None
    names: tuple[str, ...]


@dataclass(slots=True)
class Clauses:
    """What most steps do not say."""

    otherwise: Action | None = None
    fallback: Action | None = None
    condition: Compiled | None = None
    item_condition: bool = False
    each: EachCode | None = None
    retry: int = 0
    timeout: float | None = None
    asks: bool = False
    question: Compiled | None = None
    within: float | None = None
    declared: Schema | None = None
    result: Check | None = None


_NONE = Clauses()
_TEXT: Schema = {"type": "string"}
_ANYTHING: Schema = {}


@dataclass(slots=True)
class StepCode:
    """One step, compiled."""

    name: str
    do: Action
    clauses: Clauses


@dataclass(frozen=True, slots=True)
class InputCode:
    name: str
    required: bool
    default: Any
    check: Check | None


class Program:
    """A plan.

    Attributes:
        names: its steps, in a running order, with `return` as the last one.
        step_count: how many steps there are, without `return`.
        needs: how many steps each one waits for.
        dependents: the places of the steps that wait for one, by its place.
        is_write: whether one of its calls writes.
        may_repeat: whether it may run twice without doing harm.
    """

    def __init__(self, linked: LinkedPlan, library: "_Library", *, keeps_code: bool) -> None:
        self._linked = linked
        self._library = library
        self._kept: dict[int, StepCode] | None = {} if keeps_code else None
        self.has_result = linked.plan.result is not None
        self.names = [step.step.name for step in linked.steps]
        self.step_count = len(self.names)
        self.needs = [len(step.needs) for step in linked.steps]
        self.dependents = self._dependents()
        if self.has_result:
            self.names.append(RETURN)
            self.needs.append(len(linked.result_needs))
        self.inputs = [_input(one) for one in linked.plan.inputs]
        self.limit: Limit | None = linked.plan.limit
        subplans = [library.program(one) for one in linked.subplans.values()]
        self.is_write: bool = any(one.effect is Effect.WRITE for one in linked.tools.values()) or any(
            one.is_write for one in subplans
        )
        self.may_repeat: bool = all(one.may_retry for one in linked.tools.values()) and all(
            one.may_repeat for one in subplans
        )

    def _dependents(self) -> dict[int, list[int]]:
        places = {name: place for place, name in enumerate(self.names)}
        found: dict[int, list[int]] = {}
        for place, step in enumerate(self._linked.steps):
            for need in step.needs:
                found.setdefault(places[need], []).append(place)
        if self.has_result:
            for need in self._linked.result_needs:
                found.setdefault(places[need], []).append(len(self.names))
        return found

    @property
    def plan_hash(self) -> str:
        return self._linked.plan.hash

    def code(self, place: int) -> StepCode:
        """The step at this place, compiled."""
        kept = self._kept
        if kept is not None and place in kept:
            return kept[place]
        if place < self.step_count:
            code = self._library.step(self.names[place], self._linked.steps[place])
        else:
            assert self._linked.plan.result is not None  # only `return` stands behind all steps
            code = StepCode(RETURN, PureValue(compile_expr(self._linked.plan.result)), _NONE)
        if kept is not None:
            kept[place] = code
        return code

    def is_plain_call(self, place: int) -> bool:
        """Whether the step at this place is one tool call that nothing has to be decided or asked for before."""
        if place == self.step_count:
            return False
        linked = self._linked.steps[place]
        do = linked.do
        if type(do) is not LinkedCall or type(do.target) is LinkedPlan:
            return False
        if linked.is_bare:
            return True
        step = linked.step
        return step.condition is None and step.each is None and step.approve is None

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


def compile_plan(linked: LinkedPlan, policy: Policy | None = None, request: str | None = None) -> Program:
    """The program of a plan and of every sub-plan it calls, under the host's policy."""
    return Program(linked, _Library(policy, request), keeps_code=False)


class _Library:
    """What the programs of one run share: one check a schema, one program a sub-plan. By identity, for schemas and
    sub-plans live as long as the plan they belong to."""

    def __init__(self, policy: Policy | None, request: str | None) -> None:
        self._policy = policy
        self._request = request
        self._checks: dict[int, Check | None] = {}
        self._tools: dict[int, ToolCode] = {}
        self._asked_for_a_type: dict[int, ToolCode] = {}
        self._programs: dict[int, Program] = {}

    def program(self, linked: LinkedPlan) -> Program:
        known = self._programs.get(id(linked))
        if known is None:
            known = self._programs[id(linked)] = Program(linked, self, keeps_code=True)
        return known

    def step(self, name: str, linked: LinkedStep) -> StepCode:
        clauses = _NONE if linked.is_bare else self._clauses(linked)
        return StepCode(name, self._action(linked.do, linked.declared), clauses)

    def _clauses(self, linked: LinkedStep) -> Clauses:
        step = linked.step
        approve, otherwise, fallback, declared = step.approve, linked.otherwise, linked.fallback, linked.declared
        return Clauses(
            otherwise=None if otherwise is None else self._action(otherwise, declared),
            fallback=None if fallback is None else self._action(fallback, declared),
            condition=_optional(step.condition),
            item_condition=linked.item_condition,
            each=_each(linked),
            retry=step.retry,
            timeout=step.timeout,
            asks=approve is not None,
            question=None if approve is None else _optional(approve.text),
            within=None if approve is None else approve.within,
            declared=declared,
            result=None if declared is None else self._check(declared),
        )

    def _action(self, action: LinkedAction, declared: Schema | None) -> Action:
        if not isinstance(action, LinkedCall):
            return PureValue(compile_expr(action))
        arguments = _arguments(action.args)
        target = action.target
        tools = self._tools if declared is None else self._asked_for_a_type
        tool = tools.get(id(target))
        if tool is not None:
            return ToolCall(tool, arguments)
        if isinstance(target, LinkedPlan):
            lines = lines_of(self._policy, action.name, self._request, is_subplan=True)
            return PlanCall(action.name, self.program(target), arguments, lines)
        tool = tools[id(target)] = self._tool(target, declared)
        return ToolCall(tool, arguments)

    def _tool(self, target: Signature, declared: Schema | None) -> ToolCode:
        """A tool whose result is the declared type gives text where the step declares none."""
        returns = target.returns
        if target.result_is_declared:
            returns = _TEXT if declared is None else _ANYTHING
        return ToolCode(
            name=target.name,
            signature=target,
            check=self._check(target.parameters),
            returns=self._check(returns),
            is_write=target.effect is Effect.WRITE,
            may_repeat=target.may_retry,
            calls_model=target.calls_model,
            lines=lines_of(self._policy, target.name, self._request),
        )

    def _check(self, schema: Schema) -> Check | None:
        key = id(schema)
        if key not in self._checks:
            self._checks[key] = check_of(schema)
        return self._checks[key]


def _arguments(args: Mapping[str, Expr]) -> Mapping[str, Argument]:
    for value in args.values():
        if type(value) is not Constant and (type(value) is not Ref or value.path):
            return {name: one if _is_leaf(one) else compile_expr(one) for name, one in args.items()}
    return args  # type: ignore[return-value]  # all of them are leaves


def _is_leaf(value: Expr) -> TypeGuard[Ref | Constant]:
    return type(value) is Constant or (type(value) is Ref and not value.path)


def _optional(expression: Expr | None) -> Compiled | None:
    return None if expression is None else compile_expr(expression)


def _input(one: Input) -> InputCode:
    check = None if one.type is None else check_of(to_schema(one.type))
    return InputCode(one.name, not one.has_default, one.default, check)


def _each(linked: LinkedStep) -> EachCode | None:
    each = linked.step.each
    if each is None:
        return None
    names = tuple(dict.fromkeys(_names(linked)))
    return EachCode(each.variable, compile_expr(each.source), each.max, each.parallel, names)


def _names(linked: LinkedStep) -> Iterator[str]:
    """What a step's expressions read, but for its clause `after`."""
    step = linked.step
    texts = (step.condition, None if step.approve is None else step.approve.text)
    actions = (linked.do, linked.otherwise, linked.fallback)
    values = [value for action in actions if isinstance(action, LinkedCall) for value in action.args.values()]
    values += [one for one in (*texts, *actions) if one is not None and not isinstance(one, LinkedCall)]
    for value in values:
        for _, reference in references(value):
            yield reference.name
