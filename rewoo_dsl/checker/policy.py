"""What a policy says of one argument, in three answers, and how often a tool is called.

An argument is judged as it is written, and where it is not written out, by its type: types carry the literals that flow
through pure steps, so that a value which was written elsewhere first is judged all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from .._record import record
from ..ir.costs import NONE, ONE, Bounds, Cost, capped, plus
from ..ir.expr import Call, Conditional, Expr, ListOf, Ref, constant_value, escape
from ..ir.plan import Step
from ..ir.policy import ArgumentRule, Policy, fits_name
from ..ir.signature import Signature
from ..ir.types import ANY, NEVER, NULL, Answer, ListType, Only, Type, Union, base, show
from ..ir.values import Value
from .bounds import Meter
from .scope import CallSite, Scope

Check: TypeAlias = Callable[[Value], str | None]
"""Why a value is not allowed, or None."""


@record
class Verdict:
    """Whether a value is allowed; `why` it is not, or what of it is not known."""

    answer: Answer
    why: str = ""


ALLOWED = Verdict(Answer.YES)
Known: TypeAlias = Callable[[Expr], Verdict | None]


def _nothing_known(_: Expr) -> None:
    return None


def verdict(check: Check, node: Expr, source: Type, known: Known = _nothing_known) -> Verdict:
    """Whether `check` passes whatever `node`, of the type `source`, comes to. `known` may have the answer already."""
    settled = known(node)
    if settled is not None:
        return settled
    is_literal, value = constant_value(node)
    if is_literal:
        return _of_value(check, value)
    if isinstance(node, ListOf):
        return _both([verdict(check, item, _item(source), known) for item in node.items])
    if isinstance(node, Conditional):
        return _one_of([verdict(check, one, source, known) for one in (node.then, node.otherwise)])
    return _of_type(check, source)


def _item(source: Type) -> Type:
    return source.item if isinstance(source, ListType) else ANY


def _of_value(check: Check, value: Value) -> Verdict:
    why = check(value)
    return ALLOWED if why is None else Verdict(Answer.NO, why)


def _of_type(check: Check, source: Type) -> Verdict:
    one = base(source)
    if one == NEVER:
        return ALLOWED
    if isinstance(one, Union):
        return _one_of([_of_type(check, member) for member in one.members])
    if isinstance(one, Only):
        return _of_value(check, one.value)
    if one == NULL:
        return _of_value(check, None)
    if isinstance(one, ListType):
        found = _of_type(check, one.item)
        return found if found.answer is Answer.YES else Verdict(Answer.MAYBE, found.why)
    return Verdict(Answer.MAYBE, f"only the run can tell which {show(one)[:60]} it is")


def _both(parts: list[Verdict]) -> Verdict:
    """All parts are there: one that is not allowed decides."""
    for answer in (Answer.NO, Answer.MAYBE):
        for one in parts:
            if one.answer is answer:
                return one
    return ALLOWED


def _one_of(parts: list[Verdict]) -> Verdict:
    """One of them is there, nobody knows which."""
    bad = [one for one in parts if one.answer is not Answer.YES]
    if not bad:
        return ALLOWED
    answer = Answer.NO if all(one.answer is Answer.NO for one in parts) else Answer.MAYBE
    return Verdict(answer, next((one.why for one in bad if one.answer is Answer.NO), bad[0].why))


# --- the arguments of a plan that a policy says something about ----------------------------------------------------


@record
class Guarded:
    """An argument with a rule that holds for it."""

    site: CallSite
    name: str
    value: Expr
    type: Type
    at: str
    rule: ArgumentRule


def guarded(scope: Scope) -> Iterator[Guarded]:
    """Every argument under a rule, in order of place. Of tools that nobody has described, those given by name."""
    if scope.policy is None:
        return
    types = {id(one): source for _, one, source in scope.types.arguments}
    for site in scope.calls:
        rules = [rule for _, rule in scope.policy.rules(site.call.tool) if rule.arguments]
        if not rules:
            continue
        if site.binding is None:
            given: list[tuple[str, Expr, Type, str]] = [
                (name, value, ANY, f"{site.at}/args/{escape(name)}") for name, value in site.call.args.items()
            ]
        else:
            every = (*site.binding.args, *site.binding.stray)
            given = [(one.name, one.value, types.get(id(one), ANY), site.at + one.at) for one in every]
        for name, value, source, at in given:
            for rule in rules:
                if name in rule.arguments:
                    yield Guarded(site, name, value, source, at, rule.arguments[name])


def of_input(scope: Scope, check: Check, value: Expr) -> Verdict | None:
    """The verdict on an input, which is a person's own word unless its default stands in; None for all else."""
    found = scope.names.get(value.name) if isinstance(value, Ref) else None
    if found is None or found.kind != "input":
        return None
    one = scope.plan.inputs[found.index]
    why = check(one.default) if one.has_default else None
    return ALLOWED if why is None else Verdict(Answer.NO, f"the default of #{one.name}: {why}")


# --- how often -----------------------------------------------------------------------------------------------------


def counted(scope: Scope) -> dict[str, Bounds]:
    """How often one run of the plan calls the tools of each line of the policy that limits them."""
    rules = {} if scope.policy is None else scope.policy.tools
    return {name: _count(scope, name) for name, rule in rules.items() if rule.at_most is not None}


def _count(scope: Scope, glob: str) -> Bounds:
    meter = _Counter(scope, glob)
    total = NONE
    for statement in scope.statements:
        if statement.calls and statement.step is not None:
            total = plus(total, meter.of_step(statement).cost.calls)
    limit = scope.plan.limit
    return capped(total, None if limit is None else limit.calls)


class _Counter(Meter):
    """Weighs calls of the tools that a name fits, and nothing else."""

    def __init__(self, scope: Scope, glob: str) -> None:
        super().__init__(scope)
        self.glob = glob

    def of_call(self, _: Step, call: Call) -> Cost:
        target = self.scope.target(call.tool)
        if target is not None and target.is_subplan:
            return Cost(calls=target.counted.get(self.glob, NONE))
        return Cost(calls=ONE if fits_name(self.glob, call.tool) else NONE)


# --- what a policy says of nothing ---------------------------------------------------------------------------------


def idle_lines(policy: Policy, tools: Mapping[str, Signature]) -> Iterator[str]:
    """In plain words, the lines that say something of tools or arguments which do not exist: slips of the pen."""
    for word, names in (("allow", policy.allow or ()), ("deny", policy.deny), ("tools", policy.tools)):
        for name in names:
            fitting = [tool for tool in tools.values() if fits_name(name, tool.name)]
            if not fitting:
                yield f"the policy's line `{name}` under `{word}` fits no tool that was given"
            elif word == "tools":
                for one in policy.tools[name].arguments:
                    if not any(one in tool.properties or tool.is_open for tool in fitting):
                        yield f"the policy's line `{name}` names an argument `{one}` that no such tool has"
