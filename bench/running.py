"""A no-op run of 10,000 steps with events, limits and checks on, against a hand-written asyncio scheduler.

Building is included on both sides: ours makes a fresh machine for the linked plan, the floor counts needs.
"""

import asyncio
from collections.abc import Mapping

from rewoo_dsl import Registry, check
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.ir.linked import LinkedPlan

from .floor import schedule
from .measure import Row, clock, compare
from .shapes import SHAPES, Needs, as_text

STEPS = 10_000

WIDE_OPEN = Limits(tool_calls=None, model_calls=None, run_seconds=None)
"""Every check stays on; only the ceilings that 10,000 steps would hit are lifted."""


async def no_op(a: int = 0, b: int = 0) -> int:
    return 1


def registry() -> Registry:
    tools = Registry()
    tools.add(no_op, effect="read", name="echo")
    return tools


def linked(needs: Needs, tools: Mapping[str, object]) -> LinkedPlan:
    report = check(as_text(needs), tools)
    assert report.linked is not None, report.diagnostics[:3]
    return report.linked


def rows() -> list[Row]:
    tools = registry()
    found = []
    for name, shape in SHAPES.items():
        needs = shape(STEPS)
        plan = linked(needs, tools)
        found.append(
            compare(
                f"no-op run of {STEPS:,} steps, {name}",
                lambda plan=plan: clock(lambda: asyncio.run(run(plan, tools, limits=WIDE_OPEN))),
                "hand-written asyncio",
                lambda needs=needs: clock(lambda: asyncio.run(schedule(needs, no_op))),
                units=STEPS,
                rounds=5,
                goal="≤ 2.5x",
            )
        )
    return found
