"""WorFBench: numbered sub-tasks in words and a list of edges, `(START,1) (1,2) (2,END)`.

There are no tools, so each step is a call of the placeholder `subtask` with its words as the task, and `Imported.tools`
is empty. The edges say order, not data: they become `after`.
"""

import re

from ...diag.codes import dialects as codes
from ...diag.codes import names as name_codes
from ...diag.diagnostic import Span
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .literals import clean
from .nodes import Scalar
from .steps import Step

_TASK = re.compile(r"^[ \t]*(\d{1,9})[ \t]*[:.][ \t]*(\S.*)$", re.MULTILINE)
_EDGES = re.compile(r"^[ \t]*Edges?[ \t]*:", re.MULTILINE)
_EDGE = re.compile(r"\(\s*(START|\d{1,9})\s*,\s*(END|\d{1,9})\s*\)")

EXAMPLE = """\
Node:
1: go to where the pillow may be
2: take the pillow
3: put the pillow on the armchair
Edge: (START,1) (1,2) (2,3) (3,END)
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(ordered=False)
    graph = _EDGES.search(reading.text)
    end = graph.start() if graph else len(reading.text)
    found: dict[str, Step] = {}
    for task in _TASK.finditer(reading.text, 0, end):
        words = clean(task[2].strip())
        step = Step(task[1], Span(*task.span()), named={"task": Scalar(Span(*task.span(2)), words)})
        found.setdefault(task[1], step)
        steps.add(step)
    for task in _TASK.finditer(reading.text, end):
        own = None if task[1] in found else task[1]
        steps.leave_out(own, Span(*task.span()), "this reads as a node and stands behind the edges")
    _read_edges(reading, end, found)
    return steps.finish(reading.dialect)


def _read_edges(reading: Reading, start: int, steps: dict[str, Step]) -> None:
    touched = set()
    for edge in _EDGE.finditer(reading.text, start):
        source, target = edge[1], edge[2]
        touched |= {source, target}
        if target != "END" and target not in steps:
            message = f"an edge leads to {target}, which is no node"
            reading.found.add(name_codes.UNDEFINED_EVIDENCE, message, Span(*edge.span()))
        elif target != "END" and source != "START":
            steps[target].after.append((source, Span(*edge.span())))
        elif target == "END" and source != "START" and source not in steps:
            message = f"an edge comes from {source}, which is no node"
            reading.found.add(name_codes.UNDEFINED_EVIDENCE, message, Span(*edge.span()))
    for name, step in steps.items():
        if name not in touched:
            reading.found.add(codes.OUTSIDE_GRAPH, f"no edge of the graph touches node {name}", step.span)


def marks(sample: Sample) -> int:
    return 90 if sample.count(r"^[ \t]*Node:") else 50 * bool(sample.count(r"^[ \t]*Edge:.*\(START"))


WORFBENCH = Dialect(
    "worfbench",
    "WorFBench",
    "numbered sub-tasks in words and a list of edges from START to END",
    EXAMPLE,
    read,
    marks,
)
