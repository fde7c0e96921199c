"""Timing for people who know that machines are noisy: two things in turn, and the median of the pairs' ratios."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Times are medians in seconds for `units` pieces of work."""

    what: str
    against: str
    ours: float
    theirs: float
    ratio: float
    units: int
    goal: str

    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            _each(self.ours, self.units),
            self.against,
            _each(self.theirs, self.units),
            f"{self.ratio:.2f}x",
            self.goal,
        )


def _each(seconds: float, units: int) -> str:
    return f"{seconds:.3f} s" if units == 1 else f"{seconds / units * 1e6:.1f} µs"


def clock(work: Callable[[], object]) -> float:
    """Seconds that one call takes, with the garbage collector paused as `timeit` does."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    finally:
        gc.enable()


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that one call takes, and what it gives, with the garbage collector on as in life."""
    gc.collect()
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def compare(
    what: str,
    ours: Callable[[], float],
    against: str,
    theirs: Callable[[], float],
    *,
    units: int = 1,
    rounds: int = 7,
    goal: str = "",
) -> Row:
    """Runs both in turn, once to warm up and then `rounds` times; each callable gives the seconds it took."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Row(
        what,
        against,
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(a / b for a, b in pairs),
        units,
        goal,
    )


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def __str__(self) -> str:
        """In Markdown, with its title as a sentence above; a short row is filled up with blanks."""
        lines = [(*line, *[""] * (len(self.head) - len(line))) for line in (self.head, *self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        shown = [
            "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines
        ]
        rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
        return "\n".join([f"{self.title}:", "", shown[0], rule, *shown[1:]])


def table(title: str, rows: list[Row]) -> Table:
    return Table(title, ("what", "ours", "against", "theirs", "ratio", "goal"), [row.cells() for row in rows])
