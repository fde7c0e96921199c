"""`check --bounds`: what a plan may cost, from the least to the most, as a table for people."""

from collections.abc import Callable, Sequence

from ...ir.costs import Bounds, Cost, Table, amount

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("calls", "calls"),
    ("model calls", "model_calls"),
    ("tokens", "tokens"),
    ("seconds", "seconds"),
    ("US dollars", "usd"),
)


def told(table: Table, called: Callable[[str], str]) -> str:
    """A line a step as it is `called`, the sum, the steps that decide how long it takes, and what was assumed."""
    rows = [["step", "items", *(title for title, _ in _COLUMNS)]]
    rows += [[called(one.name), _range(one.items), *_cells(one.cost)] for one in table.steps]
    rows.append(["in all", "", *_cells(table.total)])
    lines = _aligned(rows)
    if table.path:
        lines.append(f"the longest way: {' → '.join(map(called, table.path))}")
    lines += [f"{title}: {bounds.why}" for title, bounds in _unknown(table.total)]
    lines += table.assumed
    return "\n".join(lines) + "\n"


def _cells(cost: Cost) -> list[str]:
    return [_range(getattr(cost, name)) for _, name in _COLUMNS]


def _range(one: Bounds) -> str:
    if one.most is None:
        return f"{amount(one.least)} to ?"
    return amount(one.most) if one.least == one.most else f"{amount(one.least)} to {amount(one.most)}"


def _unknown(total: Cost) -> list[tuple[str, Bounds]]:
    """The quantities of which nobody knows the most, with a reason to tell."""
    found = [(title, getattr(total, name)) for title, name in _COLUMNS]
    return [(title, one) for title, one in found if one.most is None and one.why]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        f"{row[0].ljust(widths[0])}  " + "  ".join(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
