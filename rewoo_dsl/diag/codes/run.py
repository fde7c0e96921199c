"""RW6: runs. Why a run cannot start, and what the reason of a step without a value means.

No text of a plan shows these, so none has examples. `REASONS` leads from a trace's reason class to its code.
"""

from ..diagnostic import Severity
from ._code import Code, FoundBy

_START: tuple[Code, ...] = (
    Code(
        "RW601",
        "missing-input",
        "an input that the plan requires is not given",
        "An `input` without a default must be given when the plan is run: `-i name=value` on the command line, "
        "`inputs={...}` in Python. Give the input a default in the plan if there is a sensible one.",
        found_by=FoundBy.RUN,
    ),
    Code(
        "RW602",
        "unknown-input",
        "a value is given for an input that the plan does not have",
        "A value that nothing reads is most often a slip of the pen, so the run does not start. The names of the "
        "plan's inputs are listed, the nearest one first.",
        found_by=FoundBy.RUN,
    ),
    Code(
        "RW603",
        "wrong-input",
        "the value of an input is not of its declared type",
        "Inputs are held against their declared types before anything runs; nothing is converted silently.",
        found_by=FoundBy.RUN,
    ),
    Code(
        "RW604",
        "nobody-to-ask",
        "the plan asks a person, and the host has nobody to ask",
        "A step with `approve` runs only after a person has said yes. Where nobody can be asked (no terminal, no "
        "`approve=` given), the plan is refused before it starts instead of in the middle.",
        found_by=FoundBy.RUN,
    ),
    Code(
        "RW605",
        "tool-not-here",
        "the plan was checked with a tool that this host does not have",
        "A plan can be checked against a list of signatures where the tools' code is not. To run it, every tool "
        "that it calls must be in the registry.",
        found_by=FoundBy.RUN,
    ),
    Code(
        "RW606",
        "another-tool",
        "a tool is not the one that the plan was checked against",
        "The registry's tool has the same name and another signature than at the check: other parameters, another "
        "effect, another version. What was checked no longer holds, so check the plan again.",
        found_by=FoundBy.RUN,
    ),
)

_REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "tool_error",
        "the tool raised an error",
        "Every attempt of the call ended in an exception of the tool, and no `fallback` stood in. The message is the "
        "last exception's. `retry N` helps against tools that fail now and then, `fallback` against those that fail "
        "for good.",
    ),
    (
        "timeout",
        "no result in time",
        "An attempt took longer than the step's `timeout`, or where there is none than the tool or the host allows, "
        "and was cancelled. A call that writes and may not be repeated ends as unknown_outcome instead.",
    ),
    (
        "wrong_type",
        "the result is not of the declared type",
        "What came back breaks the tool's own schema, the step's declared type, or is no JSON data at all.",
    ),
    (
        "bad_argument",
        "the arguments do not fit the tool",
        "Values that were known only at run time do not fit the tool's parameters. The tool was not called; neither "
        "`retry` nor `fallback` runs, for the arguments would be the same.",
    ),
    (
        "expression",
        "an expression has no value",
        "An index or key that is not there, a division by zero, text that is no number, null where a value is "
        "needed. `default(...)`, `get(...)` and `if` guard against what may be missing.",
    ),
    (
        "fuel",
        "an expression takes too much work",
        "Every evaluation may visit a bounded number of elements and make a bounded amount of text. Use a tool for "
        "heavy work on data.",
    ),
    (
        "too_large",
        "the result is too large",
        "One result, or all evidence together, is beyond the host's limits (`Limits.result_bytes`, "
        "`Limits.evidence_bytes`). Ask the tool for less.",
    ),
    (
        "too_many_items",
        "the list of a `for` is too long",
        "The list has more items than `max` says, or than the host allows where there is no `max`. Nothing was "
        "started. Use `take(#list, n)` to work on the first ones.",
    ),
    (
        "budget",
        "a ceiling is reached",
        "The plan's `limit`, or the host's ceiling on calls, is reached. Nothing further starts, running reads are "
        "cancelled, running writes awaited.",
    ),
    (
        "deadline",
        "the run has taken too long",
        "The host's ceiling on the time of a run (`Limits.run_seconds`) is reached. Waiting for people does not count.",
    ),
    (
        "policy",
        "the host's policy forbids it",
        "The call, or where its arguments come from, is not allowed by the policy under which the plan runs.",
    ),
    (
        "unknown_outcome",
        "nobody knows whether the call did its work",
        "A call that writes and may not be repeated was cut off: a time-out, a lost connection, a cancelled run. It "
        "may or may not have happened, so it is never repeated by itself and nothing stands in for it. Look at the "
        "other side, then decide. Tools that honour the idempotency key should be declared idempotent.",
    ),
    (
        "condition",
        "the step's condition was false",
        "The step is skipped and its value is null; what needs it goes on.",
    ),
    (
        "refused",
        "a person said no",
        "The step is skipped and its value is null. Neither `else` nor `fallback` nor `retry` runs after a no.",
    ),
    (
        "expired",
        "nobody answered in time",
        "The time of `approve ... within` is over without an answer. It means the same as a no.",
    ),
    (
        "needs",
        "something that the step needs has no value",
        "A step is blocked when a step that it names, or one after `after`, has failed, is blocked or was cancelled. "
        "Look at that one.",
    ),
    (
        "cancelled",
        "the run was cancelled",
        "The run was stopped from outside before the step came to its end.",
    ),
)

_NO_FAULT = {"condition", "refused", "expired"}

REASONS: dict[str, Code] = {
    reason: Code(
        f"RW{611 + place}",
        "step-" + reason.replace("_", "-"),
        summary,
        f"{explanation} In traces and results this is the reason `{reason}`.",
        severity=Severity.NOTE if reason in _NO_FAULT else Severity.ERROR,
        found_by=FoundBy.RUN,
    )
    for place, (reason, summary, explanation) in enumerate(_REASONS)
}
"""The code of every reason class of the trace."""

CODES: tuple[Code, ...] = (*_START, *REASONS.values())
