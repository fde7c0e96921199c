"""Tool calls as chat models return them in the shape of OpenAI's Chat Completions.

They are made at once and hold no references. The arguments are JSON inside a JSON text.
"""

import json
from collections.abc import Mapping

from ...diag.codes import dialects as codes
from ...ir.expr import Ref
from ...ir.plan import Plan
from ...ir.signature import Signature
from ._dialect import Dialect, Reading, Sample, Written
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Fields, Node, Scalar
from .steps import Step, Steps
from .writing import Export, as_json

EXAMPLE = """\
[{"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}}]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps()
    for place, entry in enumerate(entries(read_json(reading.source, reading.found), "tool_calls"), 1):
        _call(reading, steps, entry, place)
    return steps.finish(reading.dialect)


def _call(reading: Reading, steps: Steps, entry: Node, place: int) -> None:
    function = entry.fields.get("function", entry) if isinstance(entry, Fields) else entry
    name = function.text("name") if isinstance(function, Fields) else None
    if not isinstance(entry, Fields) or not isinstance(function, Fields) or not name:
        steps.leave_out(str(place), entry.span, "this call names no function")
        return
    if entry.text("type") != "function":
        reading.found.add(codes.MISSING_MARK, 'the call has no `"type": "function"`', entry.span)
    step = Step(str(place), entry.span, name, function.fields["name"].span, label=entry.text("id") or None)
    json_arguments(reading, step, function.fields.get("arguments"))
    steps.add(step)


def json_arguments(reading: Reading, step: Step, node: Node | None) -> None:
    """Gives the step its arguments: an object, or the text of one."""
    match node:
        case Scalar(value=str() as text) if text.strip():
            reading.arguments(step, read_json(reading.source.inside(node.span, text), reading.found))
        case Fields():
            reading.found.add(codes.MISSING_MARK, "the arguments are an object, not the text of one", node.span)
            reading.arguments(step, node)
        case None:
            reading.found.add(codes.MISSING_MARK, "the call has no `arguments`", step.span)
        case Scalar(value=str()):
            reading.found.add(codes.MISSING_MARK, "the arguments are an empty text, not `{}`", node.span)
        case _:
            reading.arguments(step, node)


def write(plan: Plan, tools: Mapping[str, Signature], tool_names: Mapping[str, str]) -> Written:
    """A list of tool calls. They are made at once, so a plan with references cannot be one."""
    export = Export(plan, tools, tool_names)

    def reference(at: str, ref: Ref) -> str:
        export.refuse(at, f"calls that are made at once cannot name each other's results, as #{ref.name} is here")
        return ""

    entries: list[dict[str, object]] = []
    for at, step, call in export.calls():
        given = {name: export.value(place, one, reference) for name, (place, one) in export.named(at, call).items()}
        function = {"name": export.tool(call), "arguments": json.dumps(given, ensure_ascii=False)}
        entries.append({"id": f"call_{step.name}", "type": "function", "function": function})
    export.refuse_result()
    export.leave_out_prose()
    return export.finish(as_json(entries))


def marks(sample: Sample) -> int:
    return 90 if {"function", "name"} <= sample.keys else 0


OPENAI_TOOL_CALLS = Dialect(
    "openai_tool_calls",
    "OpenAI tool calls",
    "a JSON list of tool calls as Chat Completions return them, made at once",
    EXAMPLE,
    read,
    marks,
    write,
)
