"""`rewoo_dsl`: building is from the plan's text to a checked, linked plan and its hash; running makes all the rest."""

import asyncio
from collections.abc import Callable

from rewoo_dsl import Registry, check
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.ir.linked import LinkedPlan

from ..shapes import Needs, as_text
from . import Seconds

WIDE_OPEN = Limits(tool_calls=None, model_calls=None, run_seconds=None)
"""Every check stays on; only the ceilings that thousands of steps would hit are lifted."""


async def echo(a: int = 0, b: int = 0) -> int:
    return 1


async def wait(a: int = 0, b: int = 0, seconds: float = 0.0) -> int:
    await asyncio.sleep(seconds)
    return 1


def registry() -> Registry:
    tools = Registry()
    tools.add(echo, effect="read")
    tools.add(wait, effect="read")
    return tools


def linked(needs: Needs, tools: Registry, seconds: Seconds) -> LinkedPlan:
    return checked(as_text(needs, seconds), tools)


def checked(text: str, tools: Registry) -> LinkedPlan:
    report = check(text, tools)
    assert report.linked is not None, report.diagnostics[:3]
    return report.linked


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    tools = registry()
    plan = linked(needs, tools, seconds)
    assert plan.plan.hash  # worked out once a plan, and written into every trace of it
    return lambda: asyncio.run(run(plan, tools, limits=WIDE_OPEN))
