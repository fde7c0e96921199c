"""TaskBench: `task_steps` in words, `task_nodes` with their tools, `task_links` between tools by name.

The links are the graph. An argument may say `<node-0>` too, counted from zero; where that agrees with the links it is
the reference that the link stands for, where it does not the links are believed. A plan whose references agree with
the links only when counted from one was counted from one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from ...diag.codes import dialects as codes
from ...diag.codes import names as name_codes
from ...diag.codes import syntax
from ...diag.diagnostic import Span
from ...diag.spell import nearest
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Fields, Items, Node, Scalar
from .steps import References, Step, Steps, Target

_NODE = re.compile(r"<node-(\d{1,9})>((?:\.[A-Za-z_]\w*+(?!\())*)")

MOST_LINKS = 200_000
"""How many pairs of steps the links may come to: a name that many steps share stands for all of them."""

EXAMPLE = """\
{"task_steps": ["Step 1: Call Image-to-Text", "Step 2: Call Translation"],
 "task_nodes": [{"task": "Image-to-Text", "arguments": ["a.jpg"]},
                {"task": "Translation", "arguments": ["<node-0>"]}],
 "task_links": [{"source": "Image-to-Text", "target": "Translation"}]}
"""


@dataclass(slots=True)
class _Graph:
    """The steps, what feeds each of them by the links, and the number of the first one."""

    steps: dict[int, Step]
    feeds: dict[int, dict[int, Span]] = field(default_factory=lambda: defaultdict(dict))
    first: int = 0

    def target(self, reader: int, match: re.Match[str]) -> Target | None:
        """The node that a reference in the step `reader` names; None where the links know nothing of it."""
        number = int(match[1]) - self.first
        if number in self.steps and number not in self.feeds[reader]:
            return None
        return str(number), tuple(key for key in match[2].split(".") if key)


def read(reading: Reading) -> Imported:
    root = read_json(reading.source, reading.found)
    steps = reading.steps(spelt="<node-{}>", ordered=False)
    graph = _Graph(dict(_nodes(reading, steps, root)))
    _read_links(reading, root, graph)
    _count_from(reading, graph)
    for number, step in graph.steps.items():
        _against_links(reading, graph, number, step)
        step.after = [(str(one), span) for one, span in graph.feeds[number].items()]
        step.references = References(_NODE, partial(graph.target, number))
        steps.add(step)
    return steps.finish(reading.dialect)


def _nodes(reading: Reading, steps: Steps, root: Node | None) -> Iterator[tuple[int, Step]]:
    nodes = list(entries(root, "task_nodes"))
    words = list(entries(root, "task_steps")) if isinstance(root, Fields) and "task_steps" in root.fields else []
    for number, node in enumerate(nodes):
        tool = node.text("task") if isinstance(node, Fields) else None
        if not isinstance(node, Fields) or not tool:
            steps.leave_out(str(number), node.span, "this node names no task")
            continue
        step = Step(str(number), node.span, tool, node.fields["task"].span, label=tool)
        why = words[number] if len(words) == len(nodes) else None
        step.rationale = why.value if isinstance(why, Scalar) and isinstance(why.value, str) else ""
        _arguments(reading, step, node.fields.get("arguments"))
        yield number, step


def _arguments(reading: Reading, step: Step, node: Node | None) -> None:
    """Arguments by place, or as `{"name", "value"}`; one that has only a name is that value."""
    if not isinstance(node, Items):
        reading.arguments(step, node)
        return
    for item in node.items:
        match item:
            case Fields(fields={"name": Scalar(value=str() as name), "value": value}):
                step.named[name] = value
            case Fields(fields={"name": only}) if len(item.fields) == 1:
                step.positional.append(only)
            case Fields():
                step.named |= item.fields
            case _:
                step.positional.append(item)


# --- links -----------------------------------------------------------------------------------------------------------


def _read_links(reading: Reading, root: Node | None, graph: _Graph) -> None:
    links = root.fields.get("task_links") if isinstance(root, Fields) else None
    places: dict[str, list[int]] = defaultdict(list)
    for number, step in graph.steps.items():
        places[step.tool or ""].append(number)
    room = MOST_LINKS
    for link in links.items if isinstance(links, Items) else ():
        ends = [link.fields.get(end) if isinstance(link, Fields) else None for end in ("source", "target")]
        sources, targets = (_named(reading, end, link.span, places) for end in ends)
        room -= len(sources) * len(targets)
        if room < 0:
            reading.found.add(syntax.TOO_LARGE, "too many steps call the tools that this link names", link.span)
            return
        if len(sources) > 1 or len(targets) > 1:
            message = "this link names a tool that several steps call; it is read as if it named them all"
            reading.found.add(codes.AMBIGUOUS_LINK, message, link.span)
        for target in targets:
            graph.feeds[target].update(dict.fromkeys(sources, link.span))


def _named(reading: Reading, end: Node | None, link: Span, places: dict[str, list[int]]) -> list[int]:
    """The steps that one end of a link names."""
    name = end.value if isinstance(end, Scalar) and isinstance(end.value, str) else None
    if name in places:
        return places[name]
    near = tuple(nearest(name or "", places))
    message = f"a link names {name!r}, which is no node" if name is not None else "a link lacks one of its ends"
    hint = f"did you mean {near[0]!r}?" if near else None
    reading.found.add(name_codes.UNDEFINED_EVIDENCE, message, end.span if end else link, hint=hint, allowed=near)
    return []


def _numbers(step: Step) -> Iterator[tuple[int, Span]]:
    """Every `<node-N>` in the arguments of a step."""
    pending: list[Node] = [*step.positional, *step.named.values()]
    while pending:
        match pending.pop():
            case Items(items=items):
                pending.extend(items)
            case Fields(fields=fields):
                pending.extend(fields.values())
            case Scalar(span, str() as text):
                yield from ((int(found[1]), span) for found in _NODE.finditer(text))


def _count_from(reading: Reading, graph: _Graph) -> None:
    """Whether the first node is number 0, as the format has it, or number 1."""
    said = [(number, reader, span) for reader, step in graph.steps.items() for number, span in _numbers(step)]
    agree = [all(number - first in graph.feeds[reader] for number, reader, _ in said) for first in (0, 1)]
    if said and agree == [False, True]:
        graph.first = 1
        message = "the references agree with the links only when the first node is <node-1>; so they are read"
        reading.found.add(codes.COUNTED_FROM_ONE, message, said[0][2])


def _against_links(reading: Reading, graph: _Graph, reader: int, step: Step) -> None:
    """Reports the references that no link stands for."""
    for number, span in _numbers(step):
        source = number - graph.first
        if source in graph.steps and source not in graph.feeds[reader]:
            other = graph.steps[source].tool
            message = f"the argument names <node-{number}> ({other}), and no link leads from there to {step.tool}"
            reading.found.add(codes.AT_ODDS, message, span, hint="the links are believed, the argument stays text")


def marks(sample: Sample) -> int:
    return 95 if {"task_nodes", "task_links"} & sample.keys else 0


TASKBENCH = Dialect(
    "taskbench",
    "TaskBench",
    "a JSON object of `task_nodes` and the `task_links` between them",
    EXAMPLE,
    read,
    marks,
)
