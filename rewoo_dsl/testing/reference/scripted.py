"""The oracle of scripted tools: one description of outcomes for the reference, the asyncio driver and the machine.

described = {"search": {"parameters": {"query": "string"}, "script": [{"attempt": 1, "raise": "down"}]}}
outcome = reference(linked, scripted(described), timeouts=timeouts_of(described))
result = run_virtual(run(linked, ScriptedTools(described)))
"""

import json
from collections.abc import Mapping
from math import inf
from typing import Any

from ...trace.events import Reason
from ..scripted_tools import Outcome as Line
from ..scripted_tools import answer_of, line_for
from .world import Answer, Attempt, Ending, Oracle, Question

_RAISED: Mapping[str, Ending] = {
    "error": Ending(reason="tool_error"),
    "connection": Ending(reason="tool_error", lost=True),
    "timeout": Ending(reason="tool_error", lost=True),
    "argument": Ending(reason="bad_argument"),
    "tool": Ending(reason="tool_error"),
    "base": Ending(reason="tool_error"),
    "cancelled": Ending(reason="tool_error", lost=True),
    "final": Ending(reason="tool_error", retryable=False),
}
"""What the errors of a script mean: after a time-out, a lost connection, or a task that the tool gave up itself,
nobody knows whether its work was done."""


def scripted(described: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any] | None = None) -> Oracle:
    """The oracle that `ScriptedTools(described)` is to a driver.

    Args:
        described: tools by name, as `ScriptedTools` takes them.
        answers: `yes`, `no`, `never`, or seconds of thinking before a yes, by step; yes where there is none.
    """
    said = answers or {}

    def ends(attempt: Attempt) -> Ending:
        return ending_of(line_for(described[attempt.tool].get("script", ()), attempt.arguments, attempt), attempt)

    def answer(question: Question) -> Answer:
        return _answer(said.get(question.step, "yes"))

    return Oracle(ends, answer)


def timeouts_of(described: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Seconds for an attempt of each tool that says so."""
    return {name: one["timeout"] for name, one in described.items() if one.get("timeout") is not None}


def ending_of(line: Line, attempt: Attempt) -> Ending:
    """How an attempt ends for which a script says this line."""
    usage: Mapping[str, float] = line.get("usage", {})
    seconds = line.get("seconds", 0.0) + line.get("stubborn", 0.0)
    reason: Reason | None = None
    lost, retryable, value = False, True, None
    if "raise" in line:
        raised = _RAISED[line.get("error", "error")]
        reason, lost, retryable = raised.reason, raised.lost, raised.retryable
    elif line.get("hang"):
        seconds = inf
    else:
        value = json.loads(json.dumps(answer_of(line, attempt.arguments, attempt)))
    return Ending(value=value, reason=reason, lost=lost, retryable=retryable, seconds=seconds, usage=usage)


def _answer(said: Any) -> Answer:
    if said == "never":
        return Answer(seconds=inf)
    if isinstance(said, int | float):
        return Answer(seconds=said)
    return Answer(yes=said == "yes")
