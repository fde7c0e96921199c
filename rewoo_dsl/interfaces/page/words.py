"""Short words for numbers and reasons, as all parts of a page say them."""

from collections.abc import Mapping

from ...trace.events import State

SIGNS: Mapping[State, str] = {
    "waiting": "·", "ready": "·", "running": "▸", "succeeded": "✓", "failed": "✗", "skipped": "–", "blocked": "⊘",
    "cancelled": "■",
}  # fmt: skip


def took(seconds: float | None) -> str:
    """`12 ms`, `3.4 s`, `2 m 05 s`, `3 h 10 m`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} m {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} m"


def reason_words(reason: str | None) -> str:
    """`tool error` for `tool_error`."""
    return (reason or "").replace("_", " ")


def amount(number: int, what: str) -> str:
    """`1 step`, `2,300 steps`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
