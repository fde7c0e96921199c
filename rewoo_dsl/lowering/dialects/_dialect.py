"""What a dialect is, and the text that one is asked to read."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from ..._record import record
from ...diag.codes import dialects as codes
from ...diag.diagnostic import Diagnostic
from ...ir.plan import Plan
from ...ir.signature import Signature
from ...syntax.limits import Limits
from .excerpt import Excerpt
from .findings import Findings
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Fields, Items, Node, Scalar
from .steps import Step, Steps

_KEY = re.compile(r"[\"'](\w+)[\"']\s*:")
_SAMPLE = 4_000


@dataclass(frozen=True)
class Sample:
    """The beginning of a text, as the recognisers look at it."""

    text: str

    @classmethod
    def of(cls, text: str) -> "Sample":
        return cls(text[:_SAMPLE])

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every word that stands in quotes before a colon."""
        return frozenset(_KEY.findall(self.text))

    def count(self, pattern: str) -> int:
        """How often a pattern occurs; `^` and `$` mean lines."""
        return sum(1 for _ in re.finditer(pattern, self.text, re.MULTILINE))


@record
class Reading:
    """One text on its way into a plan."""

    dialect: str
    text: str
    found: Findings
    limits: Limits
    tools: Mapping[str, Signature]

    @property
    def source(self) -> Excerpt:
        return Excerpt(self.text)

    def steps(self, **how: Any) -> Steps:
        """Where the steps of this text are collected; `how` is that of `Steps`."""
        return Steps(self.text, self.found, tools=self.tools, most=self.limits.steps, **how)

    def records(self, steps: Steps, *keys: str, tool: str, own: str | None = None) -> Iterator[tuple[Fields, Step]]:
        """Every object of the JSON list in the text that names a tool under the key `tool`, with the step it begins.

        The list may stand under one of `keys`. A step is known by what stands under `own`, else by its place.
        """
        for place, entry in enumerate(entries(read_json(self.source, self.found), *keys), 1):
            name = _name(entry, own) or str(place)
            if not isinstance(entry, Fields):
                steps.leave_out(name, entry.span, "a step is an object here")
            elif (called := entry.text(tool)) and called.strip():
                yield entry, Step(own=name, span=entry.span, tool=called, tool_span=entry.fields[tool].span)
            else:
                steps.leave_out(name, entry.span, f"this step names no tool: {tool!r} is missing or empty")

    def arguments(self, step: Step, node: Node | None) -> None:
        """Gives the step the arguments that a value holds: an object by name, anything else by place."""
        match node:
            case None | Scalar(value=None):
                return
            case Fields():
                step.named = node.fields
            case Items():
                step.positional = list(node.items)
            case _:
                step.positional = [node]


def _name(entry: Node, key: str | None) -> str | None:
    if key is None or not isinstance(entry, Fields) or not isinstance(found := entry.fields.get(key), Scalar):
        return None
    return str(found.value) if isinstance(found.value, str | int) and str(found.value).strip() else None


Read: TypeAlias = Callable[[Reading], Imported]


@record
class Written:
    """A plan in another format: its text, or None and what the format cannot say."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


Write: TypeAlias = Callable[[Plan, Mapping[str, Signature], Mapping[str, str]], Written]
"""Plan, signatures by name, and the format's own names of tools by ours."""


@record
class Dialect:
    """A format of plans. `marks` says how sure it is, from 0 to 100, that a text is in it."""

    name: str
    title: str
    description: str
    example: str
    read: Read
    marks: Callable[[Sample], int]
    write: Write | None = None


__all__ = ["Dialect", "Read", "Reading", "Sample", "Written", "codes"]
