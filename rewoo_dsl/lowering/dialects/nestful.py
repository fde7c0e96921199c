"""NESTFUL: a JSON list of calls with labels; `$var1.field$` takes a field of an earlier result.

The closing `var_result` names the answer and is no step: it becomes `return`.
"""

import re

from ...diag.codes import dialects as codes
from ...ir.expr import Path
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .nodes import Fields, Items, Node, Scalar
from .steps import References, Target

RESULT = "var_result"
_REFERENCE = re.compile(r"\$(\w+)((?:\.[^.$\[\]]+|\[-?\d+\])*)\$")
_PATH = re.compile(r"\.([^.\[\]]+)|\[(-?\d+)\]")
_HALF = re.compile(r"\$var\d+\b[^$]*|\bvar\d+(?:\.\w+)*\$")

EXAMPLE = """\
[
  {"name": "search_movies", "arguments": {"genre": "comedy"}, "label": "var1"},
  {"name": "review", "arguments": {"title": "$var1.movies[0].title$"}, "label": "var2"},
  {"name": "var_result", "arguments": {"review": "$var2$"}}
]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(references=References(_REFERENCE, _target))
    for entry, step in reading.records(steps, "output", "plan", tool="name", own="label"):
        arguments = entry.fields.get("arguments")
        _half_references(reading, arguments)
        if step.tool == RESULT:
            steps.result = arguments
            continue
        if "label" not in entry.fields:
            reading.found.add(codes.MISSING_MARK, "this step has no label; it goes by its place", step.span)
        reading.arguments(step, arguments)
        steps.add(step)
    return steps.finish(reading.dialect)


def _target(match: re.Match[str]) -> Target | None:
    return match[1], _path(match[2])


def _path(written: str) -> Path:
    return tuple(key if key else int(index[:9]) for key, index in _PATH.findall(written))


def _half_references(reading: Reading, node: Node | None) -> None:
    """`var1.id$` has lost a mark. It stays text, because text is what its own reader makes of it."""
    match node:
        case Fields(fields=fields):
            for value in fields.values():
                _half_references(reading, value)
        case Items(items=items):
            for value in items:
                _half_references(reading, value)
        case Scalar(value=str() as text) if "var" in text and "$" in text:
            half = _HALF.search(_REFERENCE.sub("", text))
            if half is not None:
                message = f"`{half[0][:40]}` has half of the marks of a reference; it stays text"
                reading.found.add(codes.AT_ODDS, message, node.span, hint="a reference is written $var1.field$")


def marks(sample: Sample) -> int:
    if {"name", "arguments"} <= sample.keys and ("label" in sample.keys or RESULT in sample.text):
        return 90
    return 40 if {"name", "arguments"} <= sample.keys and "function" not in sample.keys else 0


NESTFUL = Dialect(
    "nestful",
    "NESTFUL",
    "a JSON list of calls with labels, `$var1.field$` for a field of an earlier result",
    EXAMPLE,
    read,
    marks,
)
