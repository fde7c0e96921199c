"""NESTFUL: a JSON list of calls with labels; `$var1.field$` takes a field of an earlier result.

The closing `var_result` names the answer and is no step: it becomes `return`.
"""

import re
from collections.abc import Mapping

from ...diag.codes import dialects as codes
from ...ir.expr import ObjectOf, Path, Ref
from ...ir.plan import Plan
from ...ir.signature import Signature
from ._dialect import Dialect, Reading, Sample, Written
from .imported import Imported
from .nodes import Fields, Items, Node, Scalar
from .steps import References, Target
from .writing import Export, as_json

RESULT = "var_result"
_REFERENCE = re.compile(r"\$(\w+)((?:\.[^.$\[\]]+|\[-?\d+\])*)\$")
_PATH = re.compile(r"\.([^.\[\]]+)|\[(-?\d+)\]")
_HALF = re.compile(r"\$var\d+\b|\bvar\d+(?:\.\w++)*+\$?")

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
            found = _HALF.finditer(_REFERENCE.sub("", text))
            half = next((one[0] for one in found if "$" in one[0]), None)
            if half is not None:
                message = f"`{half[:40]}` has half of the marks of a reference; it stays text"
                reading.found.add(codes.AT_ODDS, message, node.span, hint="a reference is written $var1.field$")


# --- writing ---------------------------------------------------------------------------------------------------------

_LOOKS_SO = re.compile(r"\$\w+[^$]*\$")
_ODD_KEY = re.compile(r"[.$\[\]]|^$")


def write(plan: Plan, tools: Mapping[str, Signature], tool_names: Mapping[str, str]) -> Written:
    """NESTFUL's list. The plan's result becomes `var_result`, which the format has last."""
    export = Export(plan, tools, tool_names, reads_as_reference=_LOOKS_SO)

    def reference(at: str, ref: Ref) -> str:
        if any(key is None or (isinstance(key, str) and _ODD_KEY.search(key)) for key in ref.path):
            export.refuse(at, "this path cannot be written between two `$`")
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in ref.path)
        return f"${ref.name}{path}$"

    entries: list[dict[str, object]] = []
    for at, step, call in export.calls():
        if export.tool(call) == RESULT:
            export.refuse(f"{at}/do/tool", f"`{RESULT}` is no tool in this format")
        given = {name: export.value(place, one, reference) for name, (place, one) in export.named(at, call).items()}
        entries.append({"name": export.tool(call), "arguments": given, "label": step.name})
    if isinstance(plan.result, ObjectOf):
        entries.append({"name": RESULT, "arguments": export.value("/result", plan.result, reference)})
    elif plan.result is not None:
        export.refuse("/result", "`var_result` names its values; return an object", hint="return {answer: …}")
    export.leave_out_prose()
    return export.finish(as_json(entries))


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
    write,
)
