"""FinQA programs: `subtract(5829, 5735), divide(#0, 5735)`; `#0` is the first step.

The operations are arithmetic, and our language has it: each step becomes a pure one, which needs no tool to run.
`const_100` is 100, `5.5%` is 0.055. What our language has no operator for (`exp`, the operations on tables) stays a
call.
"""

import re
from decimal import Decimal

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Span
from ...ir.expr import Binary, BinaryOp, Conditional, Constant, Expr, Ref
from ._dialect import Dialect, Reading, Sample
from .calls import Call, read_call
from .imported import Imported
from .nodes import Bare
from .steps import References, Step, Steps

_OPERATION = r"(?:add|subtract|multiply|divide|exp|greater|table_\w+)"
_OPERATORS: dict[str, BinaryOp] = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "greater": ">"}
_REFERENCE = re.compile(r"#(\d{1,9})")
_STEP = References(_REFERENCE, lambda match: (match[1], ()))
_CONSTANT = re.compile(r"const_(m?)(\d{1,15})")
_PERCENT = re.compile(r"(-?\d{1,15}(?:\.\d{0,15})?)%")
_START = re.compile(rf"(?<![\w.]){_OPERATION}\(")
_BETWEEN = re.compile(r"[\s,;]*")

EXAMPLE = """\
subtract(43.81, const_100), divide(#0, const_100)
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(spelt="#{}", references=_STEP, bare=_bare)
    start = _START.search(reading.text)
    at = start.start() if start else 0
    _words(reading, steps, 0, at)
    while call := read_call(reading.source, reading.found, at):
        steps.add(_step(steps, call, len(steps)))
        at = _BETWEEN.match(reading.text, call.end).end()  # type: ignore[union-attr]  # matches always
    _words(reading, steps, at, len(reading.text))
    return steps.finish(reading.dialect)


def _step(steps: Steps, call: Call, number: int) -> Step:
    step = Step(str(number), call.span, call.tool, call.tool_span, label=f"#{number}")
    if call.tool in _OPERATORS and len(call.positional) == 2 and not call.named:
        left, right = map(steps.expr, call.positional)
        step.value = _arithmetic(call.tool, left, right)
    else:
        step.positional, step.named = call.positional, call.named
    return step


def _arithmetic(operation: str, left: Expr, right: Expr) -> Expr:
    found = Binary(op=_OPERATORS[operation], left=left, right=right)
    if operation != "greater":
        return found
    return Conditional(test=found, then=Constant(value="yes"), otherwise=Constant(value="no"))


def _bare(steps: Steps, node: Bare) -> Expr | None:
    if whole := _REFERENCE.fullmatch(node.text):
        return Ref(name=steps.names.step(whole[1]))
    if constant := _CONSTANT.fullmatch(node.text):
        return Constant(value=-int(constant[2]) if constant[1] else int(constant[2]))
    if percent := _PERCENT.fullmatch(node.text):
        return Constant(value=float(Decimal(percent[1]) / 100))
    return None


def _words(reading: Reading, steps: Steps, start: int, end: int) -> None:
    """What stands around the program; with a parenthesis in it, it may be a step."""
    words = reading.text[start:end].strip(" \t\r\n,`")
    if "(" in words:
        steps.leave_out(str(len(steps)), Span(start, end), "this is not written as a call")
    elif words and words != "EOF":
        reading.found.add(codes.WRAPPED, "words around the program are left out", Span(start, end))


def marks(sample: Sample) -> int:
    return 80 if sample.count(rf"\A\s*{_OPERATION}\(") else 0


FINQA = Dialect(
    "finqa",
    "FinQA",
    "arithmetic in a row, `#0` for the first result",
    EXAMPLE,
    read,
    marks,
)
