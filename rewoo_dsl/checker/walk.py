"""Which names a statement reads, found in one walk over its expressions.

A loop variable is bound in what is done once per item, and only there: not in the list it runs over, not in the
question put to a person, and where the condition is the step's own, neither in `else` nor in a fallback that may have
to stand in for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ir.expr import Call, Comprehension, Constant, Expr, Ref, Selector, Text, children
from ..ir.plan import Step

NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Found:
    """What a walk came across. `names` are in order of first mention, without bound variables."""

    names: dict[str, None] = field(default_factory=dict)
    loops: list[tuple[Comprehension, frozenset[str]]] = field(default_factory=list)
    has_hash: bool = False

    def walk(self, node: Expr | Call, bound: frozenset[str] = NOTHING) -> None:
        kind = type(node)
        if kind is Ref:
            if node.name not in bound:  # type: ignore[union-attr]  # `kind` says it is a Ref
                self.names[node.name] = None  # type: ignore[union-attr]  # the same
        elif kind is Constant:
            value = node.value  # type: ignore[union-attr]  # `kind` says it is a Constant
            if type(value) is str and "#" in value:
                self.has_hash = True
        elif kind is Selector:
            return
        elif isinstance(node, Text):
            self._walk_text(node, bound)
        elif isinstance(node, Comprehension):
            self._walk_loop(node, bound)
        else:
            for child in _parts(node):
                self.walk(child, bound)

    def _walk_text(self, node: Text, bound: frozenset[str]) -> None:
        for part in node.parts:
            if isinstance(part, str):
                self.has_hash = self.has_hash or "#" in part
            elif part.name not in bound:
                self.names[part.name] = None

    def _walk_loop(self, node: Comprehension, bound: frozenset[str]) -> None:
        self.loops.append((node, bound))
        self.walk(node.source, bound)
        inside = bound | {node.variable}
        if node.condition is not None:
            self.walk(node.condition, inside)
        self.walk(node.element, inside)


def _parts(node: Expr | Call) -> Iterator[Expr]:
    if type(node) is Call:
        if node.first is not None:
            yield node.first
        yield from node.args.values()
        return
    for _, child in children(node):
        yield child


def reads(node: Expr | Call, name: str) -> bool:
    """Whether `name` is read anywhere in `node`, not counting a comprehension's own variable of that name."""
    found = Found()
    found.walk(node)
    return name in found.names


def condition_is_per_item(step: Step) -> bool:
    """Whether the step's condition names its loop variable and is therefore decided for each item."""
    return step.each is not None and step.condition is not None and reads(step.condition, step.each.variable)


def pieces(step: Step, *, item_condition: bool) -> Iterator[tuple[str, Expr | Call, frozenset[str]]]:
    """The step's expressions with their pointers inside the step and the loop variable that is bound there."""
    bound = frozenset((step.each.variable,)) if step.each is not None else NOTHING
    if_not = bound if item_condition else NOTHING
    yield "/do", step.do, bound
    if step.condition is not None:
        yield "/condition", step.condition, bound
    if step.otherwise is not None:
        yield "/otherwise", step.otherwise, if_not
    if step.each is not None:
        yield "/each/source", step.each.source, NOTHING
    if step.fallback is not None:
        yield "/fallback", step.fallback, bound if step.otherwise is None else if_not
    if step.approve is not None and step.approve.text is not None:
        yield "/approve/text", step.approve.text, NOTHING
