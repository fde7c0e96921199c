"""ReWOO plans as a JSON array (NVIDIA NeMo Agent Toolkit).

Each item has a `plan` and its `evidence`: a placeholder, a tool and the tool's input, which is a text, a list or an
object with `#E1` anywhere inside. A list is one input, not several arguments.
"""

from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .json_text import entries, read_json
from .nodes import Fields, Items, Node
from .rewoo import EVIDENCE
from .steps import Step, Steps

EXAMPLE = """\
[{"plan": "Subtract.", "evidence": {"placeholder": "#E1", "tool": "subtract", "tool_input": [2023, 25]}},
 {"plan": "Look it up.", "evidence": {"placeholder": "#E2", "tool": "search", "tool_input": "news of the year #E1"}}]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(references=EVIDENCE)
    for place, entry in enumerate(entries(read_json(reading.source, reading.found), "plan", "plans", "steps"), 1):
        _step(reading, steps, entry, place)
    return steps.finish(reading.dialect)


def _step(reading: Reading, steps: Steps, entry: Node, place: int) -> None:
    evidence = entry.fields.get("evidence") if isinstance(entry, Fields) else None
    tool = evidence.text("tool") if isinstance(evidence, Fields) else None
    if not isinstance(entry, Fields) or not isinstance(evidence, Fields) or not tool:
        steps.leave_out(f"#E{place}", entry.span, "this step has no `evidence` with a `tool`")
        return
    own = evidence.text("placeholder") or f"#E{place}"
    step = Step(own, entry.span, tool, evidence.fields["tool"].span, rationale=entry.text("plan") or "")
    given = evidence.fields.get("tool_input")
    if isinstance(given, Items):
        step.positional = [given]
    else:
        reading.arguments(step, given)
    steps.add(step)


def marks(sample: Sample) -> int:
    return 95 if {"evidence", "tool"} <= sample.keys or {"placeholder", "tool_input"} <= sample.keys else 0


REWOO_JSON = Dialect(
    "rewoo_json",
    "ReWOO as JSON",
    "a JSON list of plans and their evidence, `#E1` for an earlier result",
    EXAMPLE,
    read,
    marks,
)
