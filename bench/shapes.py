"""Plans of three shapes as needs by step name, and the same as text."""

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


def as_text(needs: Needs) -> str:
    """A plan whose steps call `echo(a=…, b=…)` with their needs, each after a line of rationale."""
    lines = []
    for name, of in needs.items():
        args = ", ".join(f"{arg}=#{need}" for arg, need in zip("ab", of, strict=False))
        lines.append(f"Plan: Step {name}.\n#{name} = echo({args})")
    return "\n".join(lines) + "\n"
