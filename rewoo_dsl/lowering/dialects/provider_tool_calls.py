"""Tool calls in the shapes of other interfaces: OpenAI Responses, Anthropic, Gemini. Made at once, no references."""

from ...diag.codes import dialects as codes
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Fields, Node
from .openai_tool_calls import json_arguments
from .steps import Step, Steps

_NO_CALLS = {"text", "thinking", "redacted_thinking", "reasoning", "message"}

EXAMPLE = """\
[{"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}},
 {"type": "function_call", "call_id": "call_1", "name": "get_time", "arguments": "{\\"city\\": \\"Paris\\"}"},
 {"functionCall": {"name": "get_population", "args": {"city": "Paris"}}}]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps()
    for place, entry in enumerate(entries(read_json(reading.source, reading.found), "content", "output", "parts"), 1):
        _call(reading, steps, entry, place)
    return steps.finish(reading.dialect)


def _call(reading: Reading, steps: Steps, entry: Node, place: int) -> None:
    if not isinstance(entry, Fields):
        steps.leave_out(str(place), entry.span, "a call is an object")
        return
    if entry.text("type") in _NO_CALLS or (entry.text("text") is not None and "functionCall" not in entry.fields):
        reading.found.add(codes.WRAPPED, "the model's words are no call", entry.span)
        return
    call = entry.fields.get("functionCall", entry)
    name = call.text("name") if isinstance(call, Fields) else None
    if not isinstance(call, Fields) or not name:
        steps.leave_out(str(place), entry.span, "this call names no tool")
        return
    label = entry.text("call_id") or call.text("id") or None
    step = Step(str(place), entry.span, name, call.fields["name"].span, label=label)
    if "arguments" in call.fields:
        json_arguments(reading, step, call.fields["arguments"])
    else:
        reading.arguments(step, call.fields.get("input", call.fields.get("args")))
    steps.add(step)


def marks(sample: Sample) -> int:
    if "functionCall" in sample.keys:
        return 95
    return 95 if "type" in sample.keys and sample.count(r"[\"'](?:tool_use|function_call)[\"']") else 0


PROVIDER_TOOL_CALLS = Dialect(
    "provider_tool_calls",
    "tool calls of other providers",
    "JSON lists of calls as OpenAI Responses, Anthropic and Gemini return them, made at once",
    EXAMPLE,
    read,
    marks,
)
