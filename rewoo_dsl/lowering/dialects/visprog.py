"""VisProg programs: `BOX0=LOC(image=IMAGE,object='train')`, one step a line, `RESULT(var=…)` at the end.

`IMAGE`, `LEFT` and `RIGHT` come from outside: they are inputs. `EVAL(expr='{ANSWER0} > 0')` computes: where our
language has the same expression, the step is a pure one; where it has not (`xor`), the call stays. `RESULT` becomes
`return`.
"""

import re
from functools import partial

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Span
from ...ir.expr import Expr, Ref
from ._dialect import Dialect, Reading, Sample
from .calls import Call, pieces, read_call
from .expressions import read_expression
from .imported import Imported
from .nodes import Bare, Node, Scalar
from .steps import References, Step, Steps

_HEAD = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*(?=[A-Za-z_]\w*[ \t]*\()", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*")
_NUMBERED = re.compile(r"[A-Za-z_]*\d+")
_REFERENCE = References(re.compile(r"\{([A-Za-z_]\w*)\}"), lambda match: (match[1], ()))

EXAMPLE = """\
BOX0=LOC(image=IMAGE,object='train')
ANSWER0=COUNT(box=BOX0)
ANSWER1=EVAL(expr="'yes' if {ANSWER0} > 0 else 'no'")
FINAL_RESULT=RESULT(var=ANSWER1)
"""


def read(reading: Reading) -> Imported:
    heads = list(_HEAD.finditer(reading.text))
    known = {head[1] for head in heads}
    steps = reading.steps(references=_REFERENCE, bare=partial(_bare, known))
    at = 0
    for head, limit in pieces(heads, len(reading.text)):
        _between(reading, steps, at, head.start())
        call = read_call(reading.source.part(head.end(), limit), reading.found)
        if call is not None:
            at = head.end() + call.end
            _step(steps, head, call)
    _between(reading, steps, at, len(reading.text))
    return steps.finish(reading.dialect)


def _step(steps: Steps, head: re.Match[str], call: Call) -> None:
    if call.tool == "RESULT" and (var := call.named.get("var", next(iter(call.positional), None))) is not None:
        steps.result = var
        return
    step = Step(head[1], Span(head.start(1), call.span.end), call.tool, call.tool_span)
    step.positional, step.named = call.positional, call.named
    if call.tool == "EVAL":
        step.value = _computed(steps, call.named.get("expr"))
    steps.add(step)


def _computed(steps: Steps, node: Node | None) -> Expr | None:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    return read_expression(node.value, steps.ref)


def _bare(known: set[str], steps: Steps, node: Bare) -> Expr | None:
    """A name is a step, or something from outside; one with a number behind it can only be a step."""
    if not _NAME.fullmatch(node.text):
        return None
    if node.text not in known and not _NUMBERED.fullmatch(node.text):
        steps.add_input(node.text, node.span)
    return Ref(name=steps.names.step(node.text))


def _between(reading: Reading, steps: Steps, start: int, end: int) -> None:
    words = reading.text[start:end].strip(" \t\r\n,;")
    if not words:
        return
    span = Span(start, end)
    if "=" in words or "(" in words:
        steps.leave_out(f"line at {start}", span, "this is not written as NAME=TOOL(argument=value)")
    elif words.rstrip(":").lower() not in ("program", "```", "python"):
        reading.found.add(codes.WRAPPED, "words between the steps are left out", span)


def marks(sample: Sample) -> int:
    return 85 if sample.count(r"^[ \t]*[A-Z_]+\d*[ \t]*=[ \t]*[A-Z_]+[ \t]*\(") else 0


VISPROG = Dialect(
    "visprog",
    "VisProg",
    "one `NAME=TOOL(argument=value)` a line, `RESULT(var=…)` at the end",
    EXAMPLE,
    read,
    marks,
)
