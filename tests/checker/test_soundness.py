"""DESIGN §2, soundness: what a check promises to exclude never happens in a run.

A plan without a finding, over tools whose results satisfy their schema, never fails for an argument, a field, a type,
a condition, a list that is none, or a null. With tools that raise, hang and break their schema the same holds: what
fails then is named as theirs. Runs are those of the real driver, on virtual time.
"""

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Result, run
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.strategies import inputs, plan_text, plans, registries, sub_plans
from rewoo_dsl.tools.registry import Registry
from rewoo_dsl.trace.events import ApprovalAsked, ItemFinished, StepFinished

OURS = {"too_many_items", "refused", "expired", "condition", "needs", "budget"}
"""Why a step may have no value in a run whose tools do nothing wrong and whose expressions are total."""

THEIRS = {"tool_error", "timeout", "wrong_type", "unknown_outcome", "deadline"}
"""What failing tools add to it."""

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(st.data())
def test_a_plan_without_a_finding_never_fails_as_its_check_excludes(data: st.DataObject) -> None:
    registry = data.draw(registries())
    _never_fails_otherwise(data, registry, OURS)


@relaxed
@given(st.data())
def test_nor_does_it_when_tools_fail(data: st.DataObject) -> None:
    registry = data.draw(registries(failing=True))
    _never_fails_otherwise(data, registry, OURS | THEIRS)


def _never_fails_otherwise(data: st.DataObject, registry: Registry, allowed: set[str]) -> None:
    files = data.draw(sub_plans(registry, most=1, total=True))
    plan = data.draw(plans(registry, files=files, total=True))
    given_inputs = data.draw(inputs(plan))
    says_yes = data.draw(st.booleans())
    result = _run(plan, registry, files, given_inputs, says_yes=says_yes)
    event(f"{len(plan.steps)} steps, {result.status}")
    for one in result.trace:
        if isinstance(one, StepFinished | ItemFinished) and one.reason is not None:
            assert one.reason in allowed, f"{one}\n{plan_text(plan)}\n{given_inputs}"


def _run(
    plan: Plan, registry: Registry, files: Mapping[str, str], given_inputs: dict[str, Any], *, says_yes: bool
) -> Result:
    linked = check(plan, registry, load=files.__getitem__).require()

    async def approve(_: ApprovalAsked) -> bool:
        return says_yes

    return run_virtual(run(linked, registry, inputs=given_inputs, approve=approve, seed=7, run_id="r"))


@relaxed
@given(st.data())
def test_one_plan_with_one_seed_is_one_trace(data: st.DataObject) -> None:
    """Tools of a drawn registry are a function of what they are asked, so that there is an oracle."""
    registry = data.draw(registries())
    plan = data.draw(plans(registry, max_steps=3, total=True))
    given_inputs = data.draw(inputs(plan))
    first, again = (_run(plan, registry, {}, given_inputs, says_yes=True) for _ in range(2))
    assert first.evidence == again.evidence
    assert [one.type for one in first.trace] == [one.type for one in again.trace]
