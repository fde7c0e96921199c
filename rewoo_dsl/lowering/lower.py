"""From the tree of a text to the plan it means.

Everything is lowered that has a meaning, and everything that has none is reported, once. A statement that could not
be read, or whose meaning cannot be told, is left out of the plan; its name stays known (`Lowered.broken`), so that
nothing said about the rest follows from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import isfinite
from typing import Any

from .._record import record
from ..diag.codes import Code
from ..diag.codes import structure as codes
from ..diag.diagnostic import Diagnostic, Related
from ..ir import expr as ir
from ..ir import plan
from ..ir.part import made
from ..syntax import ast
from .source_map import SourceMap, Statements
from .types import lower_type
from .values import Values, lower_text


@record
class Lowered:
    """A plan read from text. `broken` and `broken_callables` are the names that statements without meaning define."""

    plan: plan.Plan
    source_map: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    broken: frozenset[str]
    broken_callables: frozenset[str]
    is_whole: bool
    """Whether every statement is in the plan."""


def lower(document: ast.Document) -> Lowered:
    """The plan that a tree means. Findings of the parser are not repeated here."""
    lowering = _Lowering(document)
    for statement in document.items:
        lowering.take(statement)
    return lowering.finish()


@dataclass
class _Lowering:
    """What is known of the plan so far, one statement after the other."""

    document: ast.Document
    statements: Statements = field(default_factory=Statements)
    found: list[Diagnostic] = field(default_factory=list)
    rationale: list[ast.Plan] = field(default_factory=list)
    uses: list[plan.Use] = field(default_factory=list)
    inputs: list[plan.Input] = field(default_factory=list)
    steps: list[plan.Step] = field(default_factory=list)
    limit: plan.Limit | None = None
    result: ir.Expr | None = None
    solve: plan.Prompt | None = None
    first_step: ast.Statement | None = None
    said: set[Code] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    broken_callables: set[str] = field(default_factory=set)
    is_whole: bool = True

    def __post_init__(self) -> None:
        self.spare = _spare_names(self.document)

    def take(self, item: ast.Item) -> None:
        match item:
            case ast.Comment() | ast.Blank():
                return
            case ast.Step():
                self._step(item)
            case ast.Plan():
                self._after_solve(item)
                self.rationale.append(item)
                return
            case ast.Broken():
                self._broken(item)
            case ast.Version():
                self._version(item)
            case ast.Goal() | ast.Use() | ast.Input() | ast.Limit():
                self._header(item)
            case ast.Return():
                self._return(item)
            case ast.Solve():
                self._solve(item)
        self._lonely_rationale()

    def finish(self) -> Lowered:
        self._lonely_rationale()
        goal = self.statements.goal
        whole = made(
            plan.Plan,
            goal=None if goal is None else goal.text,
            uses=tuple(self.uses),
            inputs=tuple(self.inputs),
            limit=self.limit,
            steps=tuple(self.steps),
            result=self.result,
            solve=self.solve,
        )
        return Lowered(
            plan=whole,
            source_map=SourceMap(self.statements, self.document.span),
            diagnostics=tuple(sorted(self.found, key=lambda d: d.span or (0, 0))),
            broken=frozenset(self.broken),
            broken_callables=frozenset(self.broken_callables),
            is_whole=self.is_whole,
        )

    # --- header ---

    def _version(self, node: ast.Version) -> None:
        self.statements.version = node
        if node.number != plan.VERSION:
            message = f"version {node.number} of the language is not known here"
            self._report(codes.UNKNOWN_VERSION, message, node, hint=f"write `rewoo {plan.VERSION}`")
        first = self.document.statements[0]
        if node is not first:
            related = (Related(message="the first statement", span=first.span),)
            message = f"`rewoo {node.number}` is the first line of a plan, or not there"
            self._report(codes.LATE_HEADER, message, node, hint="move it to the top", related=related)

    def _header(self, node: ast.Goal | ast.Use | ast.Input | ast.Limit) -> None:
        match node:
            case ast.Goal():
                if self._twice("Goal:", node, self.statements.goal):
                    return
                self.statements.goal = node
            case ast.Limit():
                if self._twice("limit", node, self.statements.limit):
                    return
                self.statements.limit, self.limit = node, self._limit(node)
            case ast.Use():
                self.statements.uses.append(node)
                self.uses.append(made(plan.Use, path=node.path.text, name=node.name.text))
            case ast.Input():
                self._input(node)
        self._late_header(node)

    def _limit(self, node: ast.Limit) -> plan.Limit:
        given: dict[str, Any] = {}
        for bound in node.bounds:
            amount = self._bound(bound)
            if amount is not None:
                given.setdefault(bound.kind, amount)
        return made(plan.Limit, **given)

    def _bound(self, bound: ast.Bound) -> float | None:
        match bound.amount:
            case ast.Duration():
                return self._seconds(bound.amount)
            case ast.Count():
                return bound.amount.value
            case ast.Number():
                return self._finite(float(bound.amount.value), bound.amount)

    def _input(self, node: ast.Input) -> None:
        kind = None if node.type is None else lower_type(node.type)
        if node.default is None:
            self.statements.inputs.append(node)
            self.inputs.append(made(plan.Input, name=node.name.text, type=kind))
            return
        values = Values(self.spare, node.span.start)
        default = values.value(node.default)
        self.found += values.found
        literal, value = ir.constant_value(default)
        if not literal and not values.broken:
            hint = "give the value itself, or compute it in a step"
            self._report(codes.DEFAULT_NOT_LITERAL, "the default of an input is no literal", node.default, hint=hint)
        if not literal or values.broken:
            self._leave_out(node.name)
            return
        self.statements.inputs.append(node)
        self.inputs.append(made(plan.Input, name=node.name.text, type=kind, has_default=True, default=value))

    # --- steps ---

    def _step(self, node: ast.Step) -> None:
        self._late_step(node)
        above = self.rationale[0].span.start if self.rationale else node.span.start
        variables = () if node.each is None else (node.each.variable.text,)
        values = Values(self.spare, above, variables, always=not node.clauses)
        given = self._clauses(node, values) if node.clauses else {}
        action = values.action(node.value)
        if node.type is not None:
            given["type"] = lower_type(node.type)
        if self.rationale:
            given["rationale"] = "\n".join(line.text for line in self.rationale)
            self.rationale.clear()
        self.found += values.found
        if values.broken:
            self._leave_out(node.name)
            return
        if not isinstance(action, ir.Call):
            self._only_for_calls(node, given)
        self.statements.steps.append(node)
        self.steps.append(made(plan.Step, name=node.name.text, do=action, **given))

    def _clauses(self, node: ast.Step, values: Values) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if node.condition is not None:
            given["condition"] = values.value(node.condition.condition)
            if node.condition.otherwise is not None:
                given["otherwise"] = values.action(node.condition.otherwise)
        if node.each is not None:
            given["each"] = self._each(node.each, values)
        if node.retry is not None:
            given["retry"] = node.retry.times.value
        if node.timeout is not None:
            given["timeout"] = self._timeout(node.timeout)
        if node.fallback is not None:
            given["fallback"] = values.action(node.fallback.value)
        if node.after is not None:
            given["after"] = tuple(name.text for name in node.after.names)
        if node.approve is not None:
            given["approve"] = self._approve(node.approve)
        return given

    def _each(self, node: ast.For, values: Values) -> plan.Each:
        parallel = node.parallel
        if parallel is not None and parallel.value < 1:
            message = "`parallel 0` would never run an item"
            self._report(codes.NUMBER_OUT_OF_RANGE, message, parallel, hint="leave it out, or write `parallel 1`")
            parallel = None
        return made(
            plan.Each,
            variable=node.variable.text,
            source=values.value(node.source),
            max=None if node.max is None else node.max.value,
            parallel=None if parallel is None else parallel.value,
        )

    def _timeout(self, node: ast.Timeout) -> float | None:
        seconds = self._seconds(node.duration)
        if seconds is not None and seconds <= 0:
            self._report(codes.NUMBER_OUT_OF_RANGE, "a time-out is longer than nothing", node.duration)
            return None
        return seconds

    def _approve(self, node: ast.Approve) -> plan.Approval:
        text = None if node.text is None else lower_text(node.text)
        return made(plan.Approval, text=text, within=None if node.within is None else self._seconds(node.within))

    def _only_for_calls(self, node: ast.Step, given: dict[str, Any]) -> None:
        """A pure step has nothing to repeat, to wait for or to allow; the rest of it stands."""
        for word, clause in (("retry", node.retry), ("timeout", node.timeout), ("approve", node.approve)):
            if clause is not None:
                given.pop(word, None)
                message = f"`{word}` on a step that calls no tool"
                self._report(codes.CLAUSE_NEEDS_CALL, message, clause, hint=f"leave `{word}` out")

    # --- the end ---

    def _return(self, node: ast.Return) -> None:
        self._after_solve(node)
        if self._twice("return", node, self.statements.result):
            return
        values = Values(self.spare, node.span.start, always=True)
        result = values.value(node.value)
        self.found += values.found
        if values.broken:
            self.is_whole = False
            return
        self.statements.result, self.result = node, result

    def _solve(self, node: ast.Solve) -> None:
        if self._twice("Solve:", node, self.statements.solve):
            return
        self.statements.solve, self.solve = node, lower_text(node.text)

    # --- where statements stand ---

    def _late_header(self, node: ast.Goal | ast.Use | ast.Input | ast.Limit) -> None:
        if self._after_solve(node) or self.first_step is None:
            return
        word = {ast.Goal: "Goal:", ast.Use: "use", ast.Input: "input", ast.Limit: "limit"}[type(node)]
        first = Related(message="the first step", span=self.first_step.span)
        message = f"`{word}` stands behind the first step"
        self._report(codes.LATE_HEADER, message, node, hint="move it to the top", related=(first,))

    def _late_step(self, node: ast.Statement) -> None:
        """`return` and `Solve:` come after the last step; said once, however many steps follow."""
        self.first_step = self.first_step or node
        result = self.statements.result
        if not self._after_solve(node) and result is not None and codes.EARLY_RETURN not in self.said:
            behind = Related(message="a step behind it", span=node.span)
            hint = "move it below the last step"
            self._report(codes.EARLY_RETURN, "`return` stands before a step", result, hint=hint, related=(behind,))

    def _after_solve(self, node: ast.Statement) -> bool:
        solve = self.statements.solve
        if solve is not None and codes.AFTER_SOLVE not in self.said:
            end = Related(message="the end of the plan", span=solve.span)
            self._report(codes.AFTER_SOLVE, "this stands behind `Solve:`", node, hint="move it above", related=(end,))
        return solve is not None

    def _twice(self, word: str, node: ast.Statement, first: ast.Statement | None) -> bool:
        if first is None:
            return False
        related = (Related(message="the first one", span=first.span),)
        self._report(codes.DUPLICATE_STATEMENT, f"a plan has one `{word}`", node, related=related)
        return True

    def _lonely_rationale(self) -> None:
        if self.rationale and self._has_steps():  # a plan without any has been told so
            hint = "write the step below it, such as `#E1 = tool(argument=value)`"
            self._report(codes.LONELY_RATIONALE, "no step follows this `Plan:` line", self.rationale[-1], hint=hint)
            self.rationale.clear()

    def _has_steps(self) -> bool:
        return any(isinstance(item, ast.Step | ast.Return | ast.Broken) for item in self.document.items)

    # --- what has no meaning ---

    def _broken(self, node: ast.Broken) -> None:
        """A statement that could not be read. It may have been the step that a `Plan:` line announced."""
        self.is_whole = False
        self.rationale.clear()
        if node.kind == "step":
            self.first_step = self.first_step or node
        if node.name is not None:
            (self.broken_callables if node.kind == "use" else self.broken).add(node.name.text)

    def _leave_out(self, name: ast.Name) -> None:
        self.is_whole = False
        self.broken.add(name.text)

    def _seconds(self, node: ast.Duration) -> float | None:
        return self._finite(node.seconds, node)

    def _finite(self, value: float, node: ast.Node) -> float | None:
        if isfinite(value):
            return value
        self._report(codes.NUMBER_OUT_OF_RANGE, "this number is too large for a float", node)
        return None

    def _report(
        self, code: Code, message: str, node: ast.Node, *, hint: str | None = None, related: tuple[Related, ...] = ()
    ) -> None:
        self.said.add(code)
        self.found.append(
            Diagnostic(
                code=code.number,
                message=message,
                severity=code.severity,
                span=node.span,
                hint=hint,
                related=related,
            )
        )


def _spare_names(document: ast.Document) -> Iterator[str]:
    """`E` and a number that no step of the text has, one after the other."""
    taken = {item.name.text for item in document.items if isinstance(item, ast.Step | ast.Input)}
    taken |= {item.name.text for item in document.items if isinstance(item, ast.Broken) and item.name is not None}
    highest = max((int(name[1:]) for name in taken if name[:1] == "E" and name[1:].isdecimal()), default=0)
    return (f"E{number}" for number in count(highest + 1))
