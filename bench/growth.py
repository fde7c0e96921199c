"""Runs of 10,000 and of 100,000 steps: whether a step costs the same in both, in time and in memory.

Memory is the peak of what Python allocates while the plan runs, the result with its whole trace included; the plan was
there before, and the evidence is one small number a step.
"""

import gc
import tracemalloc
from collections.abc import Callable

from .measure import Table, seconds
from .schedulers import builder
from .shapes import SHAPES

FEW, MANY = 10_000, 100_000


def tables() -> list[Table]:
    rows = []
    for name, shape in SHAPES.items():
        runs = {steps: builder("rewoo_dsl")(shape(steps), {}) for steps in (FEW, MANY)}
        few, many = (min(seconds(run)[0] for _ in range(3)) / steps * 1e6 for steps, run in runs.items())
        small, large = (peak_bytes(run) / steps for steps, run in runs.items())
        rows.append(
            (name, f"{few:.1f} µs", f"{many:.1f} µs", f"{many / few:.2f}x", f"{small:,.0f} B", f"{large:,.0f} B")
        )
    short, long = f"among {FEW:,}", f"among {MANY:,}"
    head = ("", f"a step {short}", long, "goal: linear", f"peak memory a step {short}", f"{long}, goal: ≤ 2,000 B")
    return [Table("Growth: steps that do nothing, in long plans", head, rows)]


def peak_bytes(run: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    result = run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return peak
