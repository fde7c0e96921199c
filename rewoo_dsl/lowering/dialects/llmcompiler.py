"""LLMCompiler: numbered calls, `$1` or `${1}` for an earlier result, `join()` and `<END_OF_PLAN>` at the end.

`join` hands everything to whoever answers and is no step. A line that begins with a number and a call always begins a
step, so a parenthesis that is never closed costs no step behind it. `Thought:` lines say why.
"""

import json
import re
from collections.abc import Mapping

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Span
from ...ir import expr as ir
from ...ir.expr import Expr, Ref, escape
from ...ir.plan import Plan
from ...ir.signature import Signature
from ._dialect import Dialect, Reading, Sample, Written
from .calls import Call, pieces, read_call
from .imported import Imported
from .literals import clean
from .nodes import Bare, Fields
from .steps import References, Step, Steps, Target
from .writing import Export

END = "<END_OF_PLAN>"
_HEAD = re.compile(r"^[ \t]*(?:\$?(\d+)\s*[.)]|(?=join\())[ \t]*", re.MULTILINE)
_CALL = re.compile(r"(?:\w+\s*=\s*)?[A-Za-z_][\w.\-]*[ \t]*\(")
_REFERENCE = re.compile(r"\$(?:\{(\d+)\}|(\d+))")
_ARGUMENT = re.compile(r"[A-Za-z_]\w*")
_THOUGHT = re.compile(r"^[ \t]*Thought:[ \t]*(.*)$", re.MULTILINE)
_LOST = re.compile(r"^[ \t]*(?:\$?(\d+)[ \t]*(?:[.)]|=(?!=)).*|[A-Za-z_][\w.\-]*\(.*\)[ \t]*)$", re.MULTILINE)
"""A line that reads as a step: it has a number, or is a call."""

EXAMPLE = """\
1. search("current temperature in San Francisco")
2. math("raise it to the 3rd power", ["$1"])
Thought: I can answer now.
3. join()<END_OF_PLAN>
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(spelt="${}", references=References(_REFERENCE, _target), bare=_bare)
    text = reading.text
    heads = [head for head in _HEAD.finditer(text) if _CALL.match(text, head.end())]
    at, is_joined = 0, False
    for head, limit in pieces(heads, len(text)):
        rationale = _between(reading, steps, at, head.start())
        start = _call_start(text, head.end())
        call = read_call(reading.source.part(start, limit), reading.found)
        if call is None:
            continue
        at = start + call.end
        if call.tool == "join":
            is_joined = True
        else:
            steps.add(_step(reading, head, call, rationale))
    _ending(reading, steps, at, is_joined=is_joined)
    return steps.finish(reading.dialect)


def _call_start(text: str, at: int) -> int:
    """Where the tool's name is; `x = tool(…)` names a variable that nothing can use."""
    named = re.compile(r"\w+\s*=\s*").match(text, at)
    return named.end() if named else at


def _step(reading: Reading, head: re.Match[str], call: Call, rationale: str) -> Step:
    step = Step(head[1], Span(head.start(), call.span.end), call.tool, call.tool_span, rationale=rationale)
    match call.positional, call.named:
        case [Fields() as only], {}:
            message = "an object is the only argument; its fields are read as named arguments"
            reading.found.add(codes.MISSING_MARK, message, only.span)
            step.named = only.fields
        case _:
            step.positional, step.named = call.positional, call.named
    return step


def _target(match: re.Match[str]) -> Target:
    return match[1] or match[2], ()


def _bare(steps: Steps, node: Bare) -> Expr | None:
    whole = _REFERENCE.fullmatch(node.text)
    return steps.ref(whole[1] or whole[2]) if whole else None


def _between(reading: Reading, steps: Steps, start: int, end: int) -> str:
    """The thoughts between two steps. Other words are left out with a note, what looks like a step with an error."""
    between = reading.text[start:end]
    words = _THOUGHT.sub("", between).replace(END, "").strip(" \t\r\n.`")
    if words:
        lost = list(_LOST.finditer(between))
        for one in lost:
            indent = len(one[0]) - len(one[0].lstrip())
            span = Span(start + one.start() + indent, start + one.start() + len(one[0].rstrip()))
            steps.leave_out(one[1], span, "this reads as a step and is not written as one")
        if not lost:
            reading.found.add(codes.WRAPPED, "words between the steps are left out", Span(start, end))
    return clean("\n".join(thought.strip() for thought in _THOUGHT.findall(between)))


def _ending(reading: Reading, steps: Steps, at: int, *, is_joined: bool) -> None:
    text = reading.text
    _between(reading, steps, at, len(text))
    last = Span(len(text.rstrip()), len(text.rstrip()))
    if not is_joined and _HEAD.search(text):
        reading.found.add(codes.CUT_SHORT, "there is no join(): the plan was cut short", last)
    elif is_joined and END not in text:
        reading.found.add(codes.MISSING_MARK, f"{END} is missing at the end", last)


# --- writing ---------------------------------------------------------------------------------------------------------


def write(plan: Plan, tools: Mapping[str, Signature], tool_names: Mapping[str, str]) -> Written:
    """Numbered calls with `join()` at the end. A reference is a number, so it has no path."""
    export = Export(plan, tools, tool_names, reads_as_reference=_REFERENCE)
    numbers = {step.name: number for number, step in enumerate(plan.steps, 1)}

    def reference(at: str, ref: Ref) -> str:
        if ref.path:
            export.refuse(at, f"`$1` is a whole result; a field of #{ref.name} cannot be named")
        return f"${{{numbers.get(ref.name, 0)}}}"

    def written(at: str, one: Expr) -> str:
        if isinstance(one, Ref):
            return reference(at, one).replace("{", "").replace("}", "")
        return _python(export.value(at, one, reference))

    lines = []
    for at, step, call in export.calls():
        lines += [f"Thought: {' '.join(step.rationale.split())}"] if step.rationale else []
        first = [] if call.first is None else [written(f"{at}/do/first", call.first)]
        named = [f"{name}={written(f'{at}/do/args/{escape(name)}', one)}" for name, one in call.args.items()]
        _check_names(export, at, call)
        lines.append(f"{numbers[step.name]}. {export.tool(call)}({', '.join([*first, *named])})")
    export.refuse_result()
    return export.finish("\n".join([*lines, f"{len(plan.steps) + 1}. join(){END}", ""]))


def _check_names(export: Export, at: str, call: ir.Call) -> None:
    if not _CALL.fullmatch(f"{export.tool(call)}("):
        export.refuse(f"{at}/do/tool", "this name of a tool cannot be written in front of a parenthesis")
    if export.tool(call) == "join":
        export.refuse(f"{at}/do/tool", "`join` is no tool in this format")
    for name in call.args:
        if not _ARGUMENT.fullmatch(name):
            export.refuse(f"{at}/do/args/{escape(name)}", f"{name!r} cannot be written in front of a `=`")


def _python(value: object) -> str:
    """JSON data as Python writes it, texts in double quotes."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(_python, value))}]"
        case dict():
            return "{" + ", ".join(f"{_python(key)}: {_python(one)}" for key, one in value.items()) + "}"
    return repr(value)


def marks(sample: Sample) -> int:
    calls = sample.count(r"^[ \t]*\$?\d+\.[ \t]*[A-Za-z_][\w.\-]*\(")
    return 90 if calls else 0


LLMCOMPILER = Dialect(
    "llmcompiler",
    "LLMCompiler",
    "numbered calls, `$1` for an earlier result, `join()` at the end",
    EXAMPLE,
    read,
    marks,
    write,
)
