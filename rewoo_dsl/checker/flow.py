"""What types flow through a plan: of every `#name`, of every argument, of what a step gives.

One pass in running order, so every name is known when it is read. Nothing is reported here: what `infer` complains of
is kept by place, and the rules pick out what is theirs. Types that grow without bound (a step that wraps the one
before it, a hundred thousand times) become `any` instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._record import record
from ..ir.expr import Action, Call, Constant, Expr, Ref, children
from ..ir.findings import Finding
from ..ir.infer import Scope as Known
from ..ir.infer import infer, narrow
from ..ir.plan import Step
from ..ir.type_rules import item_type, require
from ..ir.types import (
    ANY,
    BOOL,
    NEVER,
    NULL,
    STR,
    DictType,
    ListType,
    ObjectType,
    Only,
    Type,
    Union,
    of_value,
    union,
)
from .callables import Argument

if TYPE_CHECKING:
    from .scope import CallSite, Role, Scope, Statement

LIST = ListType(ANY)
MAX_TYPE_SIZE = 1024
MAX_TYPE_DEPTH = 32
MAX_ALTERNATIVES = 32


@record
class Given:
    """A value of type `source` where `wanted` is expected; `from_call` says that the run time looks as well."""

    at: str
    source: Type
    wanted: Type
    from_call: bool = False


@dataclass(slots=True)
class Types:
    """Everything found out. `loops` are lists that `for` runs over, `declared` results against their step's type.

    `too_large` are the names whose type was too large to work with, and so is `any`.
    """

    names: dict[str, Type] = field(default_factory=dict)
    result: Type = NULL
    found: list[tuple[str, Finding]] = field(default_factory=list)
    arguments: list[tuple[CallSite, Argument, Type]] = field(default_factory=list)
    loops: list[Given] = field(default_factory=list)
    declared: list[Given] = field(default_factory=list)
    too_large: dict[str, None] = field(default_factory=dict)


def types_of(scope: Scope) -> Types:
    """The types of a whole plan."""
    flow = _Flow(scope)
    for place in scope.order.steps:
        flow.take_step(scope.statements[place])
    for statement in scope.statements[len(scope.plan.steps) :]:
        if statement.value is not None:
            found = flow.type_of(statement.value, flow.known, statement.at)
            if statement.at == "/result":
                flow.types.result = bounded(found)
    return flow.types


class _Flow:
    """The types known so far. `known` reads `types.names`, which grows."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.types = Types()
        self.types.names.update(
            (one.name, self._bounded(one.type or ANY, one.name)) for one in reversed(scope.plan.inputs)
        )
        self.types.names["now"] = STR
        for name in scope.unknown:
            self.types.names[name] = ANY
        self.known = Known(self.types.names)

    def type_of(self, node: Expr, known: Known, at: str) -> Type:
        """The type of an expression; complaints are kept with their place."""
        kind = type(node)
        if kind is Constant:
            return of_value(node.value)  # type: ignore[union-attr]  # `kind` says it is a Constant
        if kind is Ref and not node.path and not known.facts:  # type: ignore[union-attr]  # the same
            return known.types.get(node.name, ANY)  # type: ignore[union-attr]  # the same
        found = self.types.found
        return infer(node, known, lambda one: found.append((at + one.at, one)))

    def take_step(self, statement: Statement) -> None:
        step = statement.step
        if step is None:
            return
        at = statement.at
        once, inside = self.known, self._inside_loop(step, at)
        either_way, decided = inside, inside if statement.item_condition else once
        if step.condition is not None:
            self._condition(step.condition, decided, f"{at}/condition")
            inside = narrow(step.condition, inside)
            if not statement.item_condition and step.otherwise is None:
                once = narrow(step.condition, once)
        gives = self._action(statement, "do", step.do, inside)
        instead: Type = NEVER
        if step.fallback is not None:
            # It stands in for `else` as well, where the condition does not hold.
            known = inside if step.otherwise is None else either_way
            instead = self._action(statement, "fallback", step.fallback, known)
        value = self._shaped(statement, step, gives, instead, decided)
        if step.approve is not None:
            if step.approve.text is not None:
                self.type_of(step.approve.text, once, f"{at}/approve/text")
            value = union(value, NULL)
        if self.scope.step_index(step.name) == statement.index:
            self.types.names[step.name] = value

    def _inside_loop(self, step: Step, at: str) -> Known:
        """What is known where the step does its work: its loop variable is one item of the list."""
        if step.each is None:
            return self.known
        source = self.type_of(step.each.source, self.known, f"{at}/each/source")
        self.types.loops.append(Given(f"{at}/each/source", source, LIST))
        return self.known.with_variable(step.each.variable, item_type(source))

    def _condition(self, node: Expr, known: Known, at: str) -> None:
        source = self.type_of(node, known, at)
        found = self.types.found
        require(source, BOOL, at, lambda one: found.append((one.at, one)), kind="condition", what="a bool")

    def _shaped(self, statement: Statement, step: Step, gives: Type, instead: Type, decided: Known) -> Type:
        """The step's value: what it gives or what stands in, the list that `for` makes of it, and what else there is.

        The declared type holds for each of these. Without `else`, null stands where the condition is false.
        """
        declared = None if step.type is None else self._bounded(step.type, step.name)
        one = declared or union(gives, instead)
        if step.condition is None:
            return one if step.each is None else ListType(one)
        other: Type = NULL
        if step.otherwise is not None:
            unmet = narrow(step.condition, decided, holds=False)
            other = union(self._action(statement, "otherwise", step.otherwise, unmet), instead)
            other = declared or other
        if statement.item_condition:
            return ListType(union(one, other))
        return union(one if step.each is None else ListType(one), other)

    def _action(self, statement: Statement, role: Role, action: Action, known: Known) -> Type:
        at = f"{statement.at}/{role}"
        declared = statement.step.type if statement.step is not None else None
        if not isinstance(action, Call):
            gives = self._bounded(self.type_of(action, known, at), statement.step.name if statement.step else "")
            from_call = False
        else:
            site = next(one for one in statement.calls if one.role == role)
            gives, from_call = self._call(site, declared, known), True
        if declared is not None and gives is not declared:
            self.types.declared.append(Given(at, gives, declared, from_call))
        return gives

    def _call(self, site: CallSite, declared: Type | None, known: Known) -> Type:
        if site.target is None or site.binding is None:
            for suffix, value in children(site.call):
                self.type_of(value, known, site.at + suffix)
            return ANY
        for one in (*site.binding.args, *site.binding.stray):
            self.types.arguments.append((site, one, self.type_of(one.value, known, site.at + one.at)))
        if site.target.signature.result_is_declared:
            return declared or STR
        return site.target.returns

    def _bounded(self, one: Type, name: str) -> Type:
        """The type of `name`, or `any`, which is noted."""
        found = bounded(one)
        if found is not one:
            self.types.too_large[name] = None
        return found


def bounded(one: Type) -> Type:
    """The type itself, or `any` when it is so large or so deep that looking at it again and again would cost."""
    stack = [(one, 0)]
    for _ in range(MAX_TYPE_SIZE):
        if not stack:
            return one
        found, depth = stack.pop()
        if depth > MAX_TYPE_DEPTH:
            return ANY
        match found:
            case ListType():
                stack.append((found.item, depth + 1))
            case DictType():
                stack.append((found.value, depth + 1))
            case ObjectType():
                stack.extend((member.type, depth + 1) for member in found.members)
            case Union():
                shapes = [member for member in found.members if not isinstance(member, Only)]
                if len(shapes) > MAX_ALTERNATIVES:
                    return ANY
                stack.extend((member, depth) for member in found.members)
    return ANY
