"""An answer from evidence: its text, what it cites, and where that comes from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...agent.solver import Solution
from ...diag.snippet import printable
from ...interpreter.result import Result
from ...llm import Usage
from .progress import cut, preview
from .results import count
from .terminal import Terminal

MAX_SHOWN = 8
"""Of how many passages of one step the places are shown."""
MIN_COLUMNS = 40


def answer_data(solution: Solution, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as plain JSON data."""
    cited = cited_values(solution, evidence)
    return {
        "text": solution.text,
        "supported": solution.supported,
        "citations": [{"label": label, "value": value} for label, value in cited],
        "warnings": [one.message for one in solution.diagnostics],
    }


def give_answer(solution: Solution, evidence: Mapping[str, Any], terminal: Terminal, *, quiet: bool) -> None:
    """The answer as the result; beside it, each citation with what it names and the document that it is from."""
    terminal.give((printable(solution.text) if terminal.out_is_terminal else solution.text).rstrip() + "\n")
    if quiet:
        return
    for line in sources(solution, evidence):
        terminal.say(cut(line, max(terminal.columns, MIN_COLUMNS)))
    for one in solution.diagnostics:
        terminal.say(f"  {one.severity}: {one.message}")


def sources(solution: Solution, evidence: Mapping[str, Any]) -> Iterator[str]:
    """What the citations name, a line for each: passages by their place and their first words, anything else as JSON.

    A step that gave several passages is shown passage by passage.
    """
    told = set()
    for label, value in cited_values(solution, evidence):
        several = isinstance(value, list) and any(place_of(one) for one in value)
        shown = [(f"{label}.{index}", one) for index, one in enumerate(value)] if several else [(label, value)]
        for part, one in shown[:MAX_SHOWN]:
            if part not in told:
                told.add(part)
                yield f"  [{part}] {_told(one)}"
        if len(shown) > MAX_SHOWN:
            yield f"  [{label}] … {len(shown) - MAX_SHOWN} more"


def _told(value: Any) -> str:
    place = place_of(value)
    if place is None:
        return preview(value)
    text = value.get("text")
    return f"{place}: {preview(text)}" if isinstance(text, str) else place


def cited_values(solution: Solution, evidence: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Label and value of everything that is cited, each once, in order."""
    seen = set()
    for one in solution.citations:
        if str(one) in seen or one.step not in evidence:
            continue
        seen.add(str(one))
        yield str(one), _at(evidence[one.step], one.place)


def _at(value: Any, place: Iterable[str | int]) -> Any:
    for one in place:
        if isinstance(value, list) and isinstance(one, int) and one < len(value):
            value = value[one]
        elif isinstance(value, dict) and str(one) in value:
            value = value[str(one)]
        else:
            return None
    return value


def place_of(value: Any) -> str | None:
    """Where a passage stands, when the value is one: `file:start-end`."""
    match value:
        case {"source": str() as source, "start": int() as start, "end": int() as end}:
            return printable(f"{source}:{start}-{end}")
        case {"source": str() as source}:
            return printable(source)
    return None


def known_values(result: Result) -> dict[str, Any]:
    """What an answer may cite: the plan's inputs and its evidence."""
    return {**result.inputs, **result.evidence}


def say_spent(terminal: Terminal, *, quiet: bool, **by_role: Usage) -> None:
    """What models were asked beside the plan's own steps, on one line, if any was."""
    told = [
        f"{role} {count(used.calls, 'call')}" + (f", {count(used.tokens, 'token')}" if used.tokens else "")
        for role, used in by_role.items()
        if used.calls
    ]
    if told and not quiet:
        terminal.say("; ".join(told))


def spent_data(used: Usage) -> dict[str, int]:
    """The same of one role, as plain data."""
    return {
        "calls": used.calls,
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "cached_tokens": used.cached_tokens,
    }
