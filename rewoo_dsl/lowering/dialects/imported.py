"""What reading a foreign plan gives: the plan, its own words for everything, and where it all stands in the text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import TypeAlias

from ..._record import record
from ...diag.diagnostic import Diagnostic, Span, located
from ...ir.expr import escape
from ...ir.plan import Plan
from ...ir.signature import Signature, canonical_name
from .nodes import Fields, Items, Node
from .words import Words

SUBTASK = "subtask"
"""The tool that a step is said to call when its format has no tools, only tasks in words."""

Place: TypeAlias = Span | Node


@record
class SourceMap:
    """JSON pointers into the plan -> spans of the original text.

    `places` knows the pointers where a value begins; what lies inside a value is found by walking down in it.
    """

    places: Mapping[str, Place]
    whole: Span

    def find(self, pointer: str) -> Span:
        """The span of what `pointer` points at, or of the nearest part around it; at worst of the whole text."""
        head, rest = pointer, list[str]()
        while head not in self.places:
            if not head:
                return self.whole
            head, _, token = head.rpartition("/")
            rest.append(token)
        place = self.places[head]
        while not isinstance(place, Span):
            inner = _below(place, rest)
            if inner is None:
                return place.span
            place = inner
        return place


def _below(node: Node, rest: list[str]) -> Node | None:
    """The part that the last two of `rest` lead to, which are taken away."""
    match node, rest:
        case Items(), [*_, index, "items"] if index.isdecimal() and int(index) < len(node.items):
            del rest[-2:]
            return node.items[int(index)]
        case Fields(), [*_, key, "fields"]:
            del rest[-2:]
            return next((value for name, value in node.fields.items() if escape(name) == key), None)
    return None


@record
class Imported:
    """A plan that was read from the text of another format.

    Attributes:
        dialect: The format that it was read as.
        plan: The plan, its steps in an order in which they can run. Steps that could not be read are not in it.
        source_map: Where its parts stand in `text`.
        diagnostics: What was found while reading, in order of place. The checker's findings come on top.
        names: The plan's own names of its steps by ours; 1-based places where it gives none.
        tool_names: The plan's own names of its tools by ours.
        steps: The steps by their own names, in the order of the text.
        tools: The tools that they call, by their own names and in the same order; steps without a tool are left out.
        edges: `(from, to)` wherever step `to` names step `from`, by their own names, in the order of the readers.
        broken: Our names of steps that are left out: what else is said of them follows from that.
        words: What findings call everything by.
    """

    dialect: str
    text: str
    plan: Plan
    source_map: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tool_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    steps: Sequence[str] = ()
    tools: Sequence[str] = ()
    edges: Sequence[tuple[str, str]] = ()
    broken: frozenset[str] = frozenset()
    words: Words = Words({}, {})

    @property
    def ok(self) -> bool:
        """Whether reading found no error. The checker may still find some."""
        return not any(one.is_error for one in self.diagnostics)

    def located(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What reading found and the checker's findings about `plan`, all in the plan's own words and places."""
        return located([*self.diagnostics, *map(self.words.told, findings)], self.source_map.find)

    def signatures(self, tools: Mapping[str, Signature]) -> dict[str, Signature]:
        """The given tools under the names by which this plan calls them, so that it can be checked against them.

        A plan that calls `Text-to-Speech` does so as `Text_to_Speech`. Where the format has no tools, `SUBTASK` is one.
        """
        found = dict(tools)
        for ours, own in self.tool_names.items():
            signature = tools.get(canonical_name(own))
            if signature is None:
                found.pop(ours, None)
            else:
                found[ours] = signature.model_copy(update={"name": ours})
        if not self.tool_names and any(getattr(step.do, "tool", None) == SUBTASK for step in self.plan.steps):
            parameters = {"type": "object", "properties": {"task": {"type": "string"}}, "required": ["task"]}
            found[SUBTASK] = Signature(name=SUBTASK, description="Does what the text says.", parameters=parameters)
        return found
