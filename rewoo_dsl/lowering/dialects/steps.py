"""Collects the calls of a foreign plan and makes a plan of ours out of them.

A reader adds one `Step` after the other, with its arguments as `nodes` and its names as it found them. `finish` names
the steps, turns values into expressions and references into references, puts the steps in an order in which they can
run, and says what is wrong between them. Undefined names, names given twice and circles are left in the plan: finding
those is the checker's work. What it could not see any more is said here: a reference to a later step, in formats where
the order of the steps is the order of their running.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from ..._record import record
from ...diag.codes import dialects as codes
from ...diag.codes import names as name_codes
from ...diag.codes import syntax
from ...diag.diagnostic import Related, Span
from ...ir import plan
from ...ir.expr import Call, Constant, Expr, ListOf, ObjectOf, Path, Ref, Text, escape, references
from ...ir.signature import Signature, canonical_name
from ...syntax.limits import FILE
from ..order import order_steps
from .findings import Findings
from .imported import SUBTASK, Imported, Place, SourceMap
from .names import Names
from .nodes import Bare, Fields, Items, Node, Scalar
from .words import Words, called

Target: TypeAlias = tuple[str, Path]
"""What a reference names: a step by its own name, and a path into its result."""


@record
class References:
    """How a format names earlier results inside a text. `target` gives None for a match that is none after all."""

    pattern: re.Pattern[str]
    target: Callable[[re.Match[str]], Target | None]


@dataclass(slots=True)
class Step:
    """A step as it was found. `own` is the name that references use, `label` what people call it if not that."""

    own: str
    span: Span
    tool: str | None = None
    tool_span: Span | None = None
    label: str | None = None
    rationale: str = ""
    positional: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)
    value: Expr | None = None
    after: list[tuple[str, Span]] = field(default_factory=list)
    short: bool = False
    references: References | None = None
    """How this one step names others, where that differs from step to step."""


class Steps:
    """The steps of one plan, in the order of the text.

    Args:
        references: how the format names earlier results; None when it cannot.
        ordered: whether a step may only name earlier ones.
        bare: what a value without quotes means; None where it is just text.
        tools: signatures that name the arguments which the format gives by place.
        most: how many steps a plan may have.
        spelt: how a reference is written, `{}` standing for the name in it.
    """

    def __init__(
        self,
        text: str,
        found: Findings,
        *,
        references: References | None = None,
        ordered: bool = True,
        bare: "Callable[[Steps, Bare], Expr | None] | None" = None,
        tools: Mapping[str, Signature] | None = None,
        most: int = FILE.steps,
        spelt: str = "{}",
    ) -> None:
        self.text, self.found, self._most = text, found, most
        self.names, self._tool_names = Names(), Names()
        self.result: Node | None = None
        self._references = self._here = references
        self._ordered, self._bare = ordered, bare
        self._tools = tools or {}
        self._spelt = spelt
        self._steps: list[Step] = []
        self._inputs: dict[str, Span] = {}
        self._broken: set[str] = set()
        self._places: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: Step) -> None:
        if len(self._steps) < self._most:
            self._steps.append(step)
        elif not self.found.said(syntax.TOO_LARGE):
            message = f"the plan has more than {self._most} steps; those from here on are left out"
            self.found.add(syntax.TOO_LARGE, message, step.span)

    def add_input(self, own: str, span: Span) -> None:
        """Something that the plan takes from outside."""
        self._inputs.setdefault(own, span)

    def leave_out(self, own: str | None, span: Span, message: str) -> None:
        """A step that cannot be read. Its name, if it has one, stays known: nothing follows from its absence."""
        if own is not None:
            self._broken.add(self.names.step(own))
        self.found.add(codes.UNREADABLE_STEP, message, span)

    # --- values ---

    def expr(self, node: Node) -> Expr:
        """The expression that a value means."""
        match node:
            case Scalar(value=str() as text):
                return self.text_of(text)
            case Scalar(value=value):
                return Constant(value=value)
            case Items(items=items):
                return ListOf(items=tuple(map(self.expr, items)))
            case Fields(fields=fields):
                return ObjectOf(fields={key: self.expr(value) for key, value in fields.items()})
        meant = None if self._bare is None else self._bare(self, node)
        if meant is not None:
            return meant
        self.found.add(codes.BARE_TEXT, f"`{node.text[:40]}` has no quotes and is read as text", node.span)
        return self.text_of(node.text)

    def text_of(self, text: str) -> Expr:
        """A text with its references; one that is the whole text is that reference."""
        if self._here is None:
            return Constant(value=text)
        parts: list[str | Ref] = []
        end = 0
        for match in self._here.pattern.finditer(text):
            target = self._here.target(match)
            if target is not None:
                parts += [text[end : match.start()], self.ref(*target)]
                end = match.end()
        parts = [part for part in (*parts, text[end:]) if part != ""]
        match parts:
            case []:
                return Constant(value="")
            case [str() as only]:
                return Constant(value=only)
            case [Ref() as only]:
                return only
        return Text(parts=tuple(parts))

    def ref(self, own: str, path: Path = ()) -> Ref:
        return Ref(name=self.names.step(own), path=path) if path else Ref(name=self.names.step(own))

    # --- the whole ---

    def finish(self, dialect: str) -> Imported:
        """The plan, as far as it could be read."""
        whole = Span(0, len(self.text))
        if not self._steps and not self.found.has_errors:
            self.found.add(syntax.NO_STEP, "there is no step in this text", whole)
        for step in self._steps:
            self.names.step(step.own)
        steps = list(map(self._step, self._steps))
        needs = [list(dict.fromkeys(_needs(step))) for step in steps]
        if self._ordered:
            self._forward(needs)
        self._here = self._references
        given = plan.Plan(
            inputs=tuple(plan.Input(name=self.names.step(own)) for own in self._inputs),
            steps=tuple(steps),
            result=None if self.result is None else self.expr(self.result),
        )
        ready = order_steps(given)
        labels = {self.names.step(step.own): self._label(step) for step in self._steps}
        spelt = {ours: self._spelt.replace("{}", own) for own, ours in self.names.ours.items()}
        tool_names = {ours: own for own, ours in self._tool_names.ours.items()}
        return Imported(
            dialect=dialect,
            text=self.text,
            plan=ready,
            source_map=SourceMap(self._all_places(steps, ready), whole),
            diagnostics=self.found.all(),
            names=MappingProxyType(labels),
            tool_names=MappingProxyType(tool_names),
            steps=tuple(map(self._label, self._steps)),
            tools=tuple(step.tool for step in self._steps if step.tool is not None),
            edges=tuple(self._edges(needs)),
            broken=frozenset(self._broken),
            words=Words.of(spelt, labels, tool_names),
        )

    def _label(self, step: Step) -> str:
        return step.own if step.label is None else step.label

    def _step(self, step: Step) -> plan.Step:
        self._here = step.references or self._references
        do = self._call(step) if step.value is None else step.value
        data = {ref.name for _, ref in references(do)} if step.after else set()
        step.after = [(own, span) for own, span in dict(step.after).items() if self.names.step(own) not in data]
        after = tuple(self.names.step(own) for own, _ in step.after)
        return plan.Step(name=self.names.step(step.own), rationale=step.rationale, do=do, after=after)

    def _call(self, step: Step) -> Call:
        named = {key: self.expr(value) for key, value in step.named.items()}
        first = self.expr(step.positional[0]) if step.positional else None
        for name, node in self._named_by_place(step):
            named[name] = self.expr(node)
        return Call(tool=self._tool(step), first=first, args=named, short=step.short)

    def _tool(self, step: Step) -> str:
        if step.tool is None:
            return SUBTASK
        if step.tool in self._tool_names.ours:
            return self._tool_names.ours[step.tool]
        ours = self._tool_names.tool(step.tool)
        if ours not in (step.tool, canonical_name(step.tool)):
            message = f"the tool {step.tool[:80]!r} is called {ours} in our language"
            self.found.add(codes.RENAMED, message, step.tool_span or step.span)
        return ours

    def _named_by_place(self, step: Step) -> Iterator[tuple[str, Node]]:
        """All arguments by place but the first, each with the name that the tool's signature or its place gives it."""
        signature = self._tools.get(canonical_name(step.tool or ""))
        known = [] if signature is None else list(signature.properties)
        for index, node in enumerate(step.positional[1:], 1):
            name = known[index] if index < len(known) else f"arg{index + 1}"
            if index >= len(known):
                message = f"nothing says the name of argument {index + 1} of {step.tool}; it is called {name}"
                self.found.add(codes.NAMELESS_ARGUMENT, message, node.span)
            if name in step.named:
                message = f"argument {index + 1} of {step.tool} is given by its name {name} too"
                self.found.add(name_codes.ARGUMENT_TWICE, message, node.span)
            yield name, node

    # --- between the steps ---

    def _forward(self, needs: list[list[str]]) -> None:
        """References to steps that come later, which putting the steps in order would hide."""
        last = {self.names.step(step.own): index for index, step in enumerate(self._steps)}
        first = {self.names.step(step.own): index for index, step in reversed(list(enumerate(self._steps)))}
        for index, wanted in enumerate(needs):
            for name in wanted:
                if first.get(name, -1) <= index:
                    continue
                step, other = self._steps[index], self._steps[last[name]]
                message = f"{called(self._label(step))} names {called(self._label(other))}, which comes later"
                related = (Related(message="the step that it names", span=other.span),)
                self.found.add(name_codes.FORWARD_REFERENCE, message, step.span, related=related)

    def _edges(self, needs: list[list[str]]) -> Iterator[tuple[str, str]]:
        labels = {self.names.step(step.own): self._label(step) for step in self._steps}
        pairs = (
            (labels[name], self._label(step))
            for step, wanted in zip(self._steps, needs, strict=True)
            for name in wanted
            if name in labels
        )
        yield from dict.fromkeys(pairs)

    def _all_places(self, steps: list[plan.Step], ready: plan.Plan) -> dict[str, Place]:
        """Where everything stands, by the places that the steps have in the plan."""
        index = {id(step): number for number, step in enumerate(ready.steps)}
        for given, step in zip(self._steps, steps, strict=True):
            at = f"/steps/{index[id(step)]}"
            self._places[at] = given.span
            self._places[f"{at}/do"] = given.span
            self._places[f"{at}/do/tool"] = given.tool_span or given.span
            if given.value is None:
                self._places.update(self._arguments(at, given, step))
            for number, (_, span) in enumerate(given.after):
                self._places[f"{at}/after/{number}"] = span
        for number, span in enumerate(self._inputs.values()):
            self._places[f"/inputs/{number}"] = span
        if self.result is not None:
            self._places["/result"] = self.result
        return self._places

    def _arguments(self, at: str, given: Step, step: plan.Step) -> Iterator[tuple[str, Place]]:
        for name, node in given.named.items():
            yield f"{at}/do/args/{escape(name)}", node
        if given.positional:
            yield f"{at}/do/first", given.positional[0]
        names = step.do.args if isinstance(step.do, Call) else {}
        for name, node in zip([*names][len(given.named) :], given.positional[1:], strict=False):
            yield f"{at}/do/args/{escape(name)}", node


def _needs(step: plan.Step) -> Iterator[str]:
    yield from (ref.name for _, ref in references(step.do))
    yield from step.after
