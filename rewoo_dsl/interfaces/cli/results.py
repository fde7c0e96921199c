"""What a run has come to, for a person and for a program."""

import json
from collections.abc import Sequence
from typing import Any

from ...diag.snippet import printable
from ...interpreter.result import Result
from .progress import Row, reason_of, table, took_text
from .terminal import Terminal

VERSION = 1


def as_data(result: Result) -> dict[str, Any]:
    """The result as plain JSON data, for `--json`."""
    steps = {
        name: {"state": one.state, "reason": one.reason, "message": one.message, "branch": one.branch}
        for name, one in result.items()
    }
    return {
        "version": VERSION,
        "run": result.run_id,
        "status": result.status,
        "value": result.value if result.has_value else None,
        "has_value": result.has_value,
        "evidence": result.evidence,
        "steps": steps,
        "missing": result.missing,
        "usage": result.usage,
        "seconds": round(result.trace[-1].at, 3),
    }


def give_value(result: Result, terminal: Terminal, *, has_return: bool) -> None:
    """The value of `return`, or all evidence where the plan has none: text as text, anything else as JSON."""
    if has_return and not result.has_value:
        return
    value = result.value if has_return else result.evidence
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    # Evidence may hold whatever a tool found. A terminal obeys control characters; a file does not.
    terminal.give((printable(text) if terminal.out_is_terminal else text) + "\n")


def say_outcome(result: Result, rows: Sequence[Row], terminal: Terminal) -> None:
    """The table of steps with what they gave, what is missing and why, and what it cost."""
    seconds = result.trace[-1].at
    for line in table(
        rows, now=seconds, columns=terminal.columns, colour=terminal.err_colour, ascii_only=terminal.err_ascii
    ):
        terminal.say(line)
    for name, reason in result.missing.items():
        if name == "return":
            terminal.say(f"`return` has no value: {reason_of(reason, '')}")
    terminal.say(_sum(result, seconds))


def complain_of(result: Result, terminal: Terminal) -> None:
    """One line for each thing that has no value, where nothing else has been said about the run."""
    for name, reason in result.missing.items():
        message = result[name].message if name in result else ""
        shown = name if name == "return" else f"#{name}"
        terminal.complain(printable(f"{shown} has no value: {reason_of(reason, message)}"))


def _sum(result: Result, seconds: float) -> str:
    usage = result.usage
    parts = [f"{result.status} in {took_text(seconds)}", count(usage.get("calls", 0), "call")]
    tokens = usage.get("input_tokens", 0) + usage.get("output_tokens", 0)
    if tokens:
        parts.append(count(tokens, "token"))
    if usage.get("cost"):
        parts.append(f"${usage['cost']:.4f}")
    return ", ".join(parts)


def count(number: float, what: str) -> str:
    """`1 call`, `2,300 tokens`."""
    return f"{number:,.0f} {what}{'' if number == 1 else 's'}"
