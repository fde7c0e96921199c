"""Lists of calls written as Python (BFCL): `["f(a=1)", "g(x=[1, 2])"]`, in order, without references.

A list of texts as JSON, or the calls themselves with or without brackets around them.
"""

import re

from ...diag.codes import dialects as codes
from ...ir.expr import Expr
from ._dialect import Dialect, Reading, Sample
from .calls import read_call
from .excerpt import Excerpt
from .expressions import read_expression
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Bare, Scalar
from .steps import Step, Steps

_IS_JSON = re.compile(r"[^\[]*\[\s*[\"']")
_CALL = re.compile(r"(?<![\w.\-])[A-Za-z_][\w.\-]*+\(")
_BETWEEN = re.compile(r"[\s,;\[\]]*")

EXAMPLE = """\
["cd(folder='project')", "sort(file_name='report.txt', limit=20*3)"]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(bare=_bare)
    if _IS_JSON.match(reading.text):
        for entry in entries(read_json(reading.source, reading.found)):
            text = entry.value if isinstance(entry, Scalar) else None
            if isinstance(text, str):
                _calls(reading, steps, reading.source.inside(entry.span, text))
            else:
                steps.leave_out(str(len(steps) + 1), entry.span, "this is no text of a call")
    else:
        _calls(reading, steps, reading.source)
    return steps.finish(reading.dialect)


def _calls(reading: Reading, steps: Steps, source: Excerpt) -> None:
    """The calls of one text; there should be one, and there may be more."""
    start = _CALL.search(source.text)
    if start is None:
        steps.leave_out(str(len(steps) + 1), source.whole, "this is not written as a call")
        return
    at = start.start()
    _words(reading, steps, source.part(0, at))
    while call := read_call(source, reading.found, at):
        steps.add(
            Step(
                own=str(len(steps) + 1),
                span=call.span,
                tool=call.tool,
                tool_span=call.tool_span,
                positional=call.positional,
                named=call.named,
            )
        )
        at = _BETWEEN.match(source.text, call.end).end()  # type: ignore[union-attr]  # matches always
    _words(reading, steps, source.part(at, len(source.text)))


def _words(reading: Reading, steps: Steps, around: Excerpt) -> None:
    """What stands around the calls; with a parenthesis in it, it may be one."""
    words = around.text.strip(" \t\r\n,;[]`")
    if "(" in words:
        steps.leave_out(str(len(steps) + 1), around.whole, "this is not written as a call")
    elif words:
        reading.found.add(codes.WRAPPED, "words around the calls are left out", around.whole)


def _bare(_steps: Steps, node: Bare) -> Expr | None:
    return read_expression(node.text, lambda _name: None)


def marks(sample: Sample) -> int:
    if sample.count(r"\A\s*\[\s*[\"'][A-Za-z_][\w.]*\("):
        return 90
    return 60 if sample.count(r"\A\s*+\[?\s*+[A-Za-z_][\w.]*\((?:[a-z_]+=|[\"'\d)])") else 0


PYTHON_CALLS = Dialect(
    "python_calls",
    "Python calls",
    "a list of calls written as Python, in order, without references",
    EXAMPLE,
    read,
    marks,
)
