"""HuggingGPT: a JSON list of tasks with `id`, `dep` and `<GENERATED>-0` in the arguments, in any order."""

import re

from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .nodes import Items, Scalar
from .steps import References

_GENERATED = References(re.compile(r"<GENERATED>-(\d+)|<resource-(\d+)>"), lambda match: (match[1] or match[2], ()))

EXAMPLE = """\
[{"task": "pose-control", "id": 0, "dep": [-1], "args": {"image": "/a.jpg"}},
 {"task": "pose-text-to-image", "id": 1, "dep": [0], "args": {"text": "a girl", "image": "<GENERATED>-0"}}]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps(spelt="<GENERATED>-{}", references=_GENERATED, ordered=False)
    for entry, step in reading.records(steps, "tasks", tool="task", own="id"):
        reading.arguments(step, entry.fields.get("args"))
        waits_for = entry.fields.get("dep")
        named = waits_for.items if isinstance(waits_for, Items) else ()
        step.after = [(str(one.value), one.span) for one in named if isinstance(one, Scalar) and one.value != -1]
        steps.add(step)
    return steps.finish(reading.dialect)


def marks(sample: Sample) -> int:
    if "task_nodes" in sample.keys or "task" not in sample.keys:
        return 0
    return 90 if {"dep", "args"} & sample.keys else 30


HUGGINGGPT = Dialect(
    "hugginggpt",
    "HuggingGPT",
    "a JSON list of tasks with `id` and `dep`, `<GENERATED>-0` for an earlier result",
    EXAMPLE,
    read,
    marks,
)
