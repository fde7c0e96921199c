"""Faults for the calls of a plan, drawn: what may go wrong with what it really calls."""

from ..ir.linked import LinkedPlan
from .drawing import Draw
from .faults import KINDS, Fault, Kind, calls_of

_DRAWN: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "crash")
_SECONDS = (0.001, 3.0, 30.0, 3600.0)


def draw_faults(draw: Draw, linked: LinkedPlan, *, most: int = 3, crashes: bool = False) -> tuple[Fault, ...]:
    """At most so many faults, none as likely as any other number, each for a call that the plan makes.

    Args:
        draw: who chooses.
        linked: the plan.
        most: how many at most.
        crashes: whether the process may die, too.
    """
    calls = list(calls_of(linked))
    if not calls:
        return ()
    found = []
    for _ in range(draw.number(0, most)):
        way, step, branch, _ = draw.pick(calls)
        items = [None] if step.step.each is None else [None, 0, 1]
        attempts = [1, None, *range(2, step.step.retry + 2)] if branch != "fallback" else [1]
        fault = Fault(
            step=way,
            kind=draw.pick(KINDS if crashes else _DRAWN),
            item=draw.pick(items),
            branch=draw.pick((branch, None)),
            attempt=draw.pick(attempts),
            seconds=draw.pick(_SECONDS),
            when=draw.pick(("before", "after")),
        )
        found.append(Fault.parse(str(fault)))  # what its text does not say is as usual
    return tuple(dict.fromkeys(found))


__all__ = ["draw_faults"]
