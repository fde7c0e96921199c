"""Seal-Tools: a JSON list of calls that name every output they give; a later parameter takes one by that name.

A call with one output is that output. Of a call with several, an output is a field of its result.
"""

import re

from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .nodes import Items, Scalar
from .steps import References, Step, Target

_OUTPUT = re.compile(r"\bAPI_call_\d+\b")

EXAMPLE = """\
[{"api": "getDNA", "parameters": {"id": "7"}, "responses": ["API_call_0"]},
 {"api": "compare", "parameters": {"first": "API_call_0"}, "responses": ["API_call_1", "API_call_2"]}]
"""


def read(reading: Reading) -> Imported:
    outputs: dict[str, Target] = {}

    def target(match: re.Match[str]) -> Target:
        return outputs.get(match[0], (match[0], ()))

    steps = reading.steps(references=References(_OUTPUT, target))
    for entry, step in reading.records(steps, "api_call", "calls", tool="api"):
        outputs |= _outputs(step, entry.fields.get("responses"))
        reading.arguments(step, entry.fields.get("parameters"))
        steps.add(step)
    return steps.finish(reading.dialect)


def _outputs(step: Step, responses: object) -> dict[str, Target]:
    named = [one.value for one in responses.items if isinstance(one, Scalar)] if isinstance(responses, Items) else []
    names = [name for name in named if isinstance(name, str)]
    if len(names) == 1:
        return {names[0]: (step.own, ())}
    return {name: (step.own, (name,)) for name in names}


def marks(sample: Sample) -> int:
    return 90 if {"api", "parameters"} <= sample.keys else 0


SEAL_TOOLS = Dialect(
    "seal_tools",
    "Seal-Tools",
    "a JSON list of calls that name their outputs, `API_call_0` for one of them",
    EXAMPLE,
    read,
    marks,
)
