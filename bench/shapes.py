"""Plans of three shapes as needs by step name, and the same as text."""

import random
from collections.abc import Mapping, Sequence

Needs = Mapping[str, Sequence[str]]


def chain(n: int) -> Needs:
    return {f"E{i}": [f"E{i - 1}"] if i > 1 else [] for i in range(1, n + 1)}


def fan_out(n: int) -> Needs:
    """One step, n - 2 that need it, one that needs two of those."""
    middle = {f"E{i}": ["E1"] for i in range(2, n)}
    return {"E1": [], **middle, f"E{n}": ["E2", f"E{n - 1}"]}


def layered(n: int, width: int = 100) -> Needs:
    """Layers of `width` steps, each of which needs two of the layer before."""
    needs: dict[str, list[str]] = {}
    for i in range(n):
        layer, place = divmod(i, width)
        above = [(layer - 1) * width + (place + j) % width for j in (0, 1)] if layer else []
        needs[f"E{i + 1}"] = [f"E{j + 1}" for j in above]
    return needs


SHAPES = {"chain": chain, "fan-out": fan_out, "layered": layered}


def wide(n: int) -> Needs:
    """Layers of eight steps: at most eight can run at once, because steps of the same place form a chain."""
    return layered(n, width=8)


def pauses(needs: Needs) -> dict[str, float]:
    """5 to 50 ms for each step, always the same ones."""
    drawn = random.Random(20)
    return {name: drawn.uniform(0.005, 0.05) for name in needs}


def critical_path(needs: Needs, seconds: Mapping[str, float]) -> float:
    """No scheduler can be faster: the longest way through the plan."""
    ends: dict[str, float] = {}
    for name, of in needs.items():
        ends[name] = seconds[name] + max((ends[need] for need in of), default=0.0)
    return max(ends.values())


def as_text(needs: Needs, seconds: Mapping[str, float] | None = None) -> str:
    """A plan whose steps call `echo(a=…, b=…)` with their needs, each after a line of rationale.

    With `seconds` they call `wait(…, seconds=…)`.
    """
    lines = []
    for name, of in needs.items():
        args = [f"{arg}=#{need}" for arg, need in zip("ab", of, strict=False)]
        args += [f"seconds={seconds[name]:.6f}"] if seconds else []
        lines.append(f"Plan: Step {name}.\n#{name} = {'wait' if seconds else 'echo'}({', '.join(args)})")
    return "\n".join(lines) + "\n"
