"""A no-op run of 10,000 steps with events, limits and checks on, against a hand-written asyncio scheduler.

Both make everything they need from a plan that is there: ours a machine for the linked plan, the floor its counts.
"""

from .measure import Row, clock, compare
from .schedulers import builder
from .shapes import SHAPES

STEPS = 10_000


def rows() -> list[Row]:
    found = []
    for name, shape in SHAPES.items():
        needs = shape(STEPS)
        ours, by_hand = builder("rewoo_dsl")(needs, {}), builder("hand-written asyncio")(needs, {})
        found.append(
            compare(
                f"no-op run of {STEPS:,} steps, {name}",
                lambda ours=ours: clock(ours),
                "hand-written asyncio",
                lambda by_hand=by_hand: clock(by_hand),
                units=STEPS,
                rounds=5,
                goal="≤ 2.5x",
            )
        )
    return found
