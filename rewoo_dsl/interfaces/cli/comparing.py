"""`rewoo diff` for a person: what is different between two runs, and what is not, in a few lines a step."""

from collections.abc import Iterator
from typing import Any

from ...diag.snippet import printable
from ...ir.plan import Plan
from ...lowering.raising import step_text
from ...trace.diff import Pair, Place, Places, RunDiff, StepDiff
from .progress import cut, preview, took_text
from .results import count

_SHOWN_STEPS = 200


def told(found: RunDiff, before: Plan, after: Plan, *, columns: int) -> str:
    """The lines."""
    return "".join(f"{cut(printable(line), columns)}\n" for line in _lines(found, before, after))


def _lines(found: RunDiff, before: Plan, after: Plan) -> Iterator[str]:
    yield f"- {found.runs.before}"
    yield f"+ {found.runs.after}"
    if not found.same_plan:
        yield "the plans differ"
    if found.status is not None:
        yield f"status: {_arrow(found.status)}"
    yield from _places("input ", found.inputs)
    for step in found.steps[:_SHOWN_STEPS]:
        yield from _step(step, before, after)
    if len(found.steps) > _SHOWN_STEPS:
        yield f"… {count(len(found.steps) - _SHOWN_STEPS, 'more step')} with differences"
    yield from _places("return ", found.result)
    yield f"{count(found.same_steps, 'step')} alike; {_totals(found)}"


def _step(step: StepDiff, before: Plan, after: Plan) -> Iterator[str]:
    notes = [
        {None: "", "before": "only in -", "after": "only in +"}[step.only_in],
        "" if step.state is None else _arrow(step.state),
        "" if step.reason is None else f"reason {_arrow(step.reason)}",
        "" if step.branch is None else f"branch {_arrow(step.branch)}",
        "" if step.attempts is None else f"attempts {_arrow(step.attempts)}",
        "" if step.answer is None else f"answer {_arrow(step.answer)}",
        *(f"{tool} version {_arrow(pair)}" for tool, pair in step.versions.items()),
        _time(step.seconds),
    ]
    yield f"#{step.name}: {', '.join(filter(None, notes))}".rstrip(": ")
    if step.clauses:
        yield f"  - {step_text(before.by_name[step.name])}"
        yield f"  + {step_text(after.by_name[step.name])}"
    yield from _places("  ", step.value)


def _time(seconds: Pair | None) -> str:
    if seconds is None or seconds.before is None or seconds.after is None:
        return ""
    return f"{took_text(seconds.before)} → {took_text(seconds.after)}"


def _arrow(pair: Pair) -> str:
    return f"{_word(pair.before)} → {_word(pair.after)}"


def _word(value: Any) -> str:
    return "none" if value is None else str(value).replace("_", " ")


def _places(before: str, found: Places) -> Iterator[str]:
    for place in found.first:
        yield f"{before}{_place(place)}"
    if found.count > len(found.first):
        yield f"{before}… and {count(found.count - len(found.first), 'more place')}"


def _place(place: Place) -> str:
    path = place.path or "value"
    match place.change:
        case "added":
            return f"{path}: + {preview(place.after, 160)}"
        case "removed":
            return f"{path}: - {preview(place.before, 160)}"
        case _:
            return f"{path}: {preview(place.before, 70)} → {preview(place.after, 70)}"


def _totals(found: RunDiff) -> str:
    parts = [f"{took_text(found.seconds.before)} → {took_text(found.seconds.after)}"]
    one, other = found.usage.before, found.usage.after
    for name, word in (("calls", "calls"), ("input_tokens", "tokens in"), ("output_tokens", "tokens out")):
        if one.get(name) or other.get(name):
            parts.append(f"{one.get(name, 0):,.0f} → {other.get(name, 0):,.0f} {word}")
    if one.get("cost") or other.get("cost"):
        parts.append(f"${one.get('cost', 0):.4f} → ${other.get('cost', 0):.4f}")
    return ", ".join(parts)
