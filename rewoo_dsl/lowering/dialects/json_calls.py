"""Lists of actions as JSON (tau-bench): `[{"name": …, "kwargs": {…}}]`, in order, without references."""

from ._dialect import Dialect, Reading, Sample
from .imported import Imported

EXAMPLE = """\
[{"name": "get_user_details", "kwargs": {"user_id": "mia_7"}},
 {"name": "cancel_order", "kwargs": {"order_id": "#W2905754", "reason": "ordered by mistake"}}]
"""


def read(reading: Reading) -> Imported:
    steps = reading.steps()
    for entry, step in reading.records(steps, "actions", "calls", tool="name"):
        kwargs = next((entry.fields[key] for key in ("kwargs", "arguments", "args") if key in entry.fields), None)
        reading.arguments(step, kwargs)
        steps.add(step)
    return steps.finish(reading.dialect)


def marks(sample: Sample) -> int:
    if {"name", "kwargs"} <= sample.keys:
        return 90
    return 30 if {"name", "arguments"} <= sample.keys else 0


JSON_CALLS = Dialect(
    "json_calls",
    "JSON actions",
    "a JSON list of names and keyword arguments, without references",
    EXAMPLE,
    read,
    marks,
)
