"""What may go wrong with the calls of a plan, as a strategy."""

from hypothesis import strategies as st

from ...checker import check
from ...checker.subplans import Load
from ...ir.linked import LinkedPlan
from ...ir.plan import Plan
from ..drawing import drawn
from ..fault_schedules import draw_faults
from ..faults import Fault


def fault_schedules(
    plan: LinkedPlan | Plan | str,
    registry: object = None,
    *,
    most: int = 3,
    crashes: bool = False,
    load: Load | None = None,
) -> st.SearchStrategy[tuple[Fault, ...]]:
    """At most so many faults, each for a call that the plan makes: what `with_faults` and `check_law_a` take.

    A schedule shrinks to fewer faults, at first calls, of the plainest kind.

    Args:
        plan: checked already, or as `check` takes it.
        registry: the tools, for a plan that is not checked yet.
        most: how many faults at most.
        crashes: whether the process may die, too: before a call, or after it and before its result is written down.
        load: gives the text of a sub-plan by its path.
    """
    linked = plan if isinstance(plan, LinkedPlan) else check(plan, registry, load=load).require()
    return drawn(lambda draw: draw_faults(draw, linked, most=most, crashes=crashes))


__all__ = ["fault_schedules"]
