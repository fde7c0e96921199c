"""Where a plan's own names stand: definitions and references, each with what it means, from the tree alone.

Two spaces of names. `#names` are inputs, steps and loop variables; a loop variable is one only inside its `for`.
Callables are sub-plans; tools have no definition in the text, and are told apart by whoever asks.
"""

from collections.abc import Iterator
from dataclasses import field
from typing import Literal, TypeAlias

from ..._record import record
from ...diag.diagnostic import Span
from ...syntax import ast

Kind: TypeAlias = Literal["input", "step", "variable", "callable", "evidence"]
"""What a definition is of; a reference to a `#name` without any definition is of mere `evidence`."""


@record
class Binding:
    """One meaning of a name. `within` is where a loop variable lives; the other names live everywhere."""

    name: str
    is_callable: bool = False
    within: Span | None = None


@record
class Occurrence:
    """A name where it stands: `span` is the name alone. `node` is the reference or the defining statement."""

    binding: Binding
    span: Span
    is_definition: bool
    kind: Kind
    node: ast.Node = field(repr=False)
    in_text: bool = False

    def touches(self, offset: int) -> bool:
        """Whether a cursor at `offset` is on the name or at one of its ends; the sign belongs to it."""
        return self.span.start - (0 if self.binding.is_callable else 1) <= offset <= self.span.end


def occurrences(document: ast.Document) -> list[Occurrence]:
    """Every name of the plan's own, in order of the text."""
    found = [one for statement in document.statements for one in _statement(statement)]
    return sorted(found, key=lambda one: one.span)


def name_at(found: list[Occurrence], offset: int) -> Occurrence | None:
    """The name that the cursor touches; between two, the one that begins there."""
    touching = [one for one in found if one.touches(offset)]
    return max(touching, key=lambda one: (one.span.start <= offset < one.span.end, one.span.start), default=None)


def path_at(found: list[Occurrence], offset: int) -> Occurrence | None:
    """The sub-plan whose path, right of its `use`, the cursor touches."""
    uses = ((one, one.node) for one in found if isinstance(one.node, ast.Use))
    return next((one for one, use in uses if use.path.span.start <= offset <= use.path.span.end), None)


def same(found: list[Occurrence], one: Occurrence) -> list[Occurrence]:
    """All places of what `one` names."""
    return [other for other in found if other.binding == one.binding]


def definition(found: list[Occurrence], one: Occurrence) -> Occurrence | None:
    """Where the name is bound; the first place, should there be several."""
    return next((other for other in same(found, one) if other.is_definition), None)


def _statement(statement: ast.Statement) -> Iterator[Occurrence]:
    match statement:
        case ast.Input():
            yield _defined(statement.name, "input", statement)
        case ast.Use():
            yield _defined(statement.name, "callable", statement)
            return
        case ast.Step():
            yield _defined(statement.name, "step", statement)
            yield from _step(statement)
            return
        case ast.Broken(name=ast.Name() as name) if statement.kind != "other":
            kind: Kind = "callable" if statement.kind == "use" else statement.kind
            yield _defined(name, kind, statement)
            return
    for child in ast.children(statement):
        yield from _below(child, {})


_Bound: TypeAlias = dict[str, Binding]


def _step(step: ast.Step) -> Iterator[Occurrence]:
    bound: _Bound = {}
    if step.each is not None:
        variable = Binding(step.each.variable.text, within=step.span)
        yield Occurrence(variable, _bare(step.each.variable), True, "variable", step.each)
        yield from _below(step.each.source, {})
        bound = {variable.name: variable}
    for name in step.after.names if step.after is not None else ():
        yield Occurrence(Binding(name.text), _bare(name), False, "evidence", name)
    parts = (step.value, *(clause for clause in step.clauses if not isinstance(clause, ast.For | ast.After)))
    for part in parts:
        yield from _below(part, bound)


def _below(node: ast.Node, bound: _Bound, *, in_text: bool = False) -> Iterator[Occurrence]:
    match node:
        case ast.Ref():
            binding = bound.get(node.name, Binding(node.name))
            start = node.span.start + (2 if is_braced(node) else 1)
            span = Span(start, start + len(node.name))
            yield Occurrence(binding, span, False, "variable" if node.name in bound else "evidence", node, in_text)
            return
        case ast.Call() | ast.RawCall():
            yield Occurrence(Binding(node.name.text, is_callable=True), node.name.span, False, "callable", node)
        case ast.Comprehension():
            yield from _comprehension(node, bound)
            return
    for child in ast.children(node):
        yield from _below(child, bound, in_text=isinstance(node, ast.Str))


def _comprehension(node: ast.Comprehension, bound: _Bound) -> Iterator[Occurrence]:
    variable = Binding(node.variable.text, within=node.span)
    yield Occurrence(variable, _bare(node.variable), True, "variable", node)
    yield from _below(node.source, bound)
    inside = {**bound, variable.name: variable}
    yield from _below(node.item, inside)
    if node.condition is not None:
        yield from _below(node.condition, inside)


def is_braced(ref: ast.Ref) -> bool:
    """Whether a reference is written `#{name.path}`: its name and path leave two characters more than the sign."""
    path_end = ref.path[-1].span.end if ref.path else None
    return ref.span.end != path_end if path_end is not None else ref.span.end - ref.span.start == len(ref.name) + 3


def _defined(name: ast.Name, kind: Kind, node: ast.Node) -> Occurrence:
    return Occurrence(Binding(name.text, is_callable=kind == "callable"), _bare(name), True, kind, node)


def _bare(name: ast.Name) -> Span:
    """The name without its sign, wherever it has one."""
    return Span(name.span.end - len(name.text), name.span.end)
