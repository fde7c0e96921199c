"""Plans with exactly one fault: `broken_plans("RW206")`.

A sound plan is drawn, and a mutation of the code puts one fault into it; `MUTATIONS` joins the tables of the families,
one module each. `bench.py` is what they work with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

from ....diag.codes import CODES, FoundBy
from ....diag.explain import find, near
from . import budget, flow, graph, names, structure, syntax, types
from .bench import Bench, BrokenPlan

Mutation: TypeAlias = Callable[[Bench], None]

MUTATIONS: dict[str, Mutation] = {
    **syntax.MUTATIONS,
    **structure.MUTATIONS,
    **names.MUTATIONS,
    **types.MUTATIONS,
    **graph.MUTATIONS,
    **flow.MUTATIONS,
    **budget.MUTATIONS,
}
"""What breaks a plan, by the code that says so. Every code that `check` finds is here."""

CHECKABLE: tuple[str, ...] = tuple(number for number, code in CODES.items() if code.found_by is FoundBy.CHECK)
"""The codes that `broken_plans` takes."""


def broken_plans(code: str) -> st.SearchStrategy[BrokenPlan]:
    """Plans in which `check` finds this code, and no other error.

    Args:
        code: a number such as `RW206`, or its slug.

    Raises:
        LookupError: when there is no such code.
        ValueError: when no check of a plan can give it, but only a run, a model or a list of tools.
    """
    known = find(code)
    if known is None:
        raise LookupError(f"there is no code {code!r}; near ones: {', '.join(near(code)) or 'none'}")
    if known.found_by is not FoundBy.CHECK:
        raise ValueError(f"{known.number} is not found by a check of a plan, but by: {known.found_by.value}")
    return _broken(known.number)


@st.composite
def _broken(draw: Callable[[st.SearchStrategy[Any]], Any], code: str) -> BrokenPlan:
    bench = Bench(draw, code)
    MUTATIONS[code](bench)
    return bench.broken()


__all__ = ["CHECKABLE", "MUTATIONS", "BrokenPlan", "broken_plans"]
