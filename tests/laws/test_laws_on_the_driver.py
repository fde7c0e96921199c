"""Laws A and B on checked plans and the asyncio driver, in virtual time, with tools that are slow and fail."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, Result, run
from rewoo_dsl.ir.signature import Effect
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.reference import breaches, differences, reference, scripted, timeouts_of
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.testing.strategies import descriptions, inputs, plans, sub_plans
from rewoo_dsl.trace.events import ApprovalAsked, AttemptStarted, Event

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DELAYS = st.lists(st.sampled_from([0.0, 0.01, 0.1, 0.2]), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(1, 8), DELAYS)
def test_a_run_comes_to_what_the_reference_says(data: st.DataObject, slots: int, delays: list[float]) -> None:
    described: dict[str, Any] = data.draw(descriptions(failing=True))
    for place, one in enumerate(described.values()):
        one["script"] = [{"seconds": delays[place % len(delays)], **line} for line in one["script"]]
    tools = ScriptedTools(described)
    files = data.draw(sub_plans(tools.signatures, most=1))
    plan = data.draw(plans(tools.signatures, max_steps=4, files=files))
    linked = check(plan, tools.signatures, load=files.__getitem__).require()
    given = data.draw(inputs(plan))
    said = {name: data.draw(st.sampled_from(["yes", "no"])) for name in plan.by_name}

    async def approve(asked: ApprovalAsked) -> bool:
        return said.get(asked.step, "yes") == "yes"

    limits = Limits(concurrency=slots, tool_calls=None, model_calls=None, run_seconds=None)
    outcome = reference(linked, scripted(described, said), given, limits=limits, timeouts=timeouts_of(described))
    assume(not outcome.may_meet)
    result = run_virtual(run(linked, tools, inputs=given, approve=approve, limits=limits, seed=3, now=NOW))
    assert differences(outcome, result) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.floats(0.0, 0.5), st.booleans())
def test_law_b_a_deadline_or_a_cancellation_at_any_time(data: st.DataObject, moment: float, cancels: bool) -> None:
    described: dict[str, Any] = data.draw(descriptions())
    for one in described.values():
        one["script"] = [{"seconds": 0.11, **line} for line in one["script"]]
    tools = ScriptedTools(described)
    plan = data.draw(plans(tools.signatures, max_steps=4))
    linked = check(plan, tools.signatures).require()
    given = data.draw(inputs(plan))
    limits = Limits(run_seconds=None if cancels else moment + 0.001)
    events: list[Event] = []

    async def stopped() -> None:
        running = asyncio.ensure_future(
            run(linked, tools, inputs=given, approve=_yes, limits=limits, on_event=events.append, now=NOW)
        )
        if cancels:
            asyncio.get_running_loop().call_later(moment, running.cancel)
        await asyncio.wait([running])

    run_virtual(stopped())
    outcome = reference(linked, scripted(described), given, timeouts=timeouts_of(described))
    assert breaches(linked, outcome, Result(tuple(events))) == []
    writing = frozenset(name for name, one in tools.signatures.items() if one.effect is Effect.WRITE)
    late = [one for one in events if isinstance(one, AttemptStarted) and one.tool in writing and one.at > moment + 0.01]
    assert late == []


async def _yes(_: ApprovalAsked) -> bool:
    return True
