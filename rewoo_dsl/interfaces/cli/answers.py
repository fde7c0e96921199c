"""An answer from evidence: its text, what it cites, and where that comes from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...agent.solver import Solution
from ...diag.snippet import printable
from .progress import preview
from .terminal import Terminal


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
    for label, value in cited_values(solution, evidence):
        place = source_of(value)
        terminal.say(f"  [{label}] {f'{place}: ' if place else ''}{preview(_text_of(value), 160)}")
    for one in solution.diagnostics:
        terminal.say(f"  {one.severity}: {one.message}")


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


def source_of(value: Any) -> str | None:
    """Where a passage stands, when the value is one: `file:start-end`."""
    match value:
        case {"source": str() as source, "start": int() as start, "end": int() as end}:
            return f"{source}:{start}-{end}"
        case {"source": str() as source}:
            return source
        case [first, *_]:
            return source_of(first)
    return None


def _text_of(value: Any) -> Any:
    return value["text"] if isinstance(value, dict) and isinstance(value.get("text"), str) else value
