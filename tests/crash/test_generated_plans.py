"""Law C on plans that nobody wrote: cut off anywhere, once and again, and held against the reference."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, Result, UndecidedWrites, resume, run
from rewoo_dsl.interpreter.resume import Decisions, label
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.reference import differences, reference, scripted, timeouts_of
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.testing.strategies import descriptions, inputs, plans, sub_plans
from rewoo_dsl.trace.events import ApprovalAsked, Event

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(1, 8))
def test_a_run_cut_off_twice_comes_to_what_the_reference_says(data: st.DataObject, slots: int) -> None:
    described: dict[str, Any] = data.draw(descriptions(failing=True))
    tools = ScriptedTools(described)
    files = data.draw(sub_plans(tools.signatures, most=1))
    plan = data.draw(plans(tools.signatures, max_steps=4, files=files))
    linked = check(plan, tools.signatures, load=files.__getitem__).require()
    given = data.draw(inputs(plan))
    said = {name: data.draw(st.sampled_from(["yes", "no"])) for name in plan.by_name}
    limits = Limits(concurrency=slots, tool_calls=None, model_calls=None, run_seconds=None)
    outcome = reference(linked, scripted(described, said), given, limits=limits, timeouts=timeouts_of(described))
    assume(not outcome.may_meet)

    async def approve(asked: ApprovalAsked) -> bool:
        return said.get(asked.step, "yes") == "yes"

    result = run_virtual(run(linked, tools, inputs=given, approve=approve, limits=limits, seed=3, now=NOW))
    for _ in range(2):
        if len(result.trace) < 2:
            return
        recorded = list(result.trace[: data.draw(st.integers(1, len(result.trace) - 1))])
        result = gone_on_with(linked, described, recorded, approve)
        assert list(result.trace[: len(recorded)]) == recorded
        assert differences(outcome, result) == []


def gone_on_with(linked: LinkedPlan, described: dict[str, Any], recorded: list[Event], approve: Any) -> Result:
    """By somebody who has every write in doubt made again."""
    again: list[str] = []
    while True:
        tools = ScriptedTools(json.loads(json.dumps(described)))
        try:
            return run_virtual(resume(linked, tools, recorded, approve=approve, decisions=Decisions(again=again)))
        except UndecidedWrites as error:
            assert tools.calls == []
            again = [label(one) for one in error.writes]
