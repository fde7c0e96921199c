"""The fix for a reference that points forward: move one of the two steps, with its `Plan:` lines."""

from __future__ import annotations

from ..diag.diagnostic import Edit, Fix, Span
from .scope import Scope, Source

MOST_APART = 200


def move_before(scope: Scope, later: int, reader: int) -> tuple[Fix, ...]:
    """Moves the step at `later` up before its reader, or the reader down behind it, whichever keeps all else valid."""
    if scope.source is None or later - reader > MOST_APART:
        return ()
    upper, lower = _block(scope.source, reader), _block(scope.source, later)
    if upper is None or lower is None or upper.end > lower.start:
        return ()
    steps = scope.plan.steps
    if all(need < reader for need in scope.needs(later)):
        return (_move(scope.source, lower, upper.start, f"move #{steps[later].name} up"),)
    if not any(reader in scope.needs(between) for between in range(reader + 1, later + 1)):
        return (_move(scope.source, upper, lower.end, f"move #{steps[reader].name} down"),)
    return ()


def _block(source: Source, place: int) -> Span | None:
    """The lines of a step and the `Plan:` lines right above it."""
    step = source.find(f"/steps/{place}")
    if step is None:
        return None
    text = source.text
    start = text.rfind("\n", 0, step.start) + 1
    while start and text.startswith("Plan:", above := text.rfind("\n", 0, start - 1) + 1):
        start = above
    end = text.find("\n", step.end)
    return Span(start, len(text) if end < 0 else end + 1)


def _move(source: Source, block: Span, to: int, message: str) -> Fix:
    moved = source.text[block.start : block.end]
    if not moved.endswith("\n"):
        moved += "\n"
    if to and source.text[to - 1] != "\n":
        moved = "\n" + moved
    edits = (Edit(span=Span(to, to), text=moved), Edit(span=block, text=""))
    return Fix(message=message, edits=tuple(sorted(edits, key=lambda one: one.span)), safe=True)
