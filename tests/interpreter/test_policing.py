"""What a policy forbids and the checker could not know fails its step before anything is called."""

import asyncio

import pytest

import rewoo_dsl as rw
from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.interpreter.replay import machine_of, replay
from rewoo_dsl.ir.policy import load_policy
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.trace.log import dump, load

TOOLS = {
    "find": {"effect": "read", "parameters": {"query": "string"}, "returns": {"type": "string"}},
    "mail": {"effect": "write", "parameters": {"to": {"type": ["string", "null"]}}, "returns": {}},
    "pay": {"effect": "write", "idempotent": True, "parameters": {"amount": "number"}},
}


def _result(plan: str, policy: dict, found: object = "ann@example.org", request: str | None = None, **options):
    tools = ScriptedTools({**TOOLS, "find": TOOLS["find"] | {"script": [{"value": found}]}} | options)
    linked = check(plan, tools.signatures).require()
    held_to = load_policy({"version": 1, **policy})
    result = run_virtual(run(linked, tools, policy=held_to, request=request, seed=1, run_id="r"))
    replayed = machine_of(linked, result.trace)
    replay(replayed, load(dump(result.trace)))
    assert replayed.is_over, "a policy is part of what a log brings back"
    return result, tools


FOUND_THEN_MAILED = '#E1 = find(query="ann")\n#E2 = mail(to=#E1) fallback "not sent"\n'
ONLY_HERE = {"tools": {"mail": {"arguments": {"to": {"pattern": "[^@]+@example\\.org"}}}}}


@pytest.mark.parametrize(("address", "state"), [("ann@example.org", "succeeded"), ("eve@evil.test", "failed")])
def test_an_argument_is_held_to_its_rule_when_its_value_is_known(address: str, state: str) -> None:
    result, tools = _result(FOUND_THEN_MAILED, ONLY_HERE, address)
    assert result["E2"].state == state
    assert [call.tool for call in tools.calls] == (["find", "mail"] if state == "succeeded" else ["find"])
    if state == "failed":
        assert result["E2"].reason == "policy"
        assert "mail: the policy does not allow this `to`" in result["E2"].message


def test_nobody_is_asked_about_what_the_policy_forbids() -> None:
    asked = []

    async def approve(question):
        asked.append(question)
        return True

    tools = ScriptedTools(TOOLS | {"find": TOOLS["find"] | {"script": [{"value": "eve@evil.test"}]}})
    linked = check('#E1 = find(query="ann")\n#E2 = mail(to=#E1) approve\n', tools.signatures).require()
    result = run_virtual(run(linked, tools, policy=load_policy({"version": 1, **ONLY_HERE}), approve=approve))
    assert (result["E2"].reason, asked) == ("policy", [])


def test_a_protected_value_must_occur_in_the_request_wherever_it_came_from() -> None:
    policy = {"tools": {"mail": {"arguments": {"to": {"from_request": True}}}}}
    refused, _ = _result(FOUND_THEN_MAILED, policy, "eve@evil.test", request="Write to ann@example.org, please.")
    allowed, _ = _result(FOUND_THEN_MAILED, policy, "ann@example.org", request="Write to ann@example.org, please.")
    assert (refused["E2"].reason, allowed["E2"].state) == ("policy", "succeeded")


def test_calls_beyond_at_most_fail_attempts_and_items_included() -> None:
    plan = '#E1 = pay(amount=#n) for #n in [1, 2, 3] max 3 parallel 1\n#E2 = find(query="after")\n'
    result, tools = _result(plan, {"tools": {"pa*": {"at_most": 2}}})
    assert [call.arguments for call in tools.calls if call.tool == "pay"] == [{"amount": 1}, {"amount": 2}]
    assert (result["E1"].reason, result["E2"].state) == ("policy", "succeeded")
    down = {"pay": TOOLS["pay"] | {"script": [{"raise": "down"}]}}
    result, tools = _result("#E1 = pay(amount=1) retry 5\n", {"tools": {"pay": {"at_most": 2}}}, **down)
    assert (len(tools.calls), result["E1"].reason) == (2, "policy")


def test_a_plan_that_was_checked_without_the_policy_is_held_to_it_all_the_same() -> None:
    result, tools = _result('#E1 = mail(to="ann@example.org")\n', {"deny": ["mail"]})
    assert (result["E1"].reason, tools.calls) == ("policy", [])


def test_what_the_checker_can_tell_is_refused_before_the_run() -> None:
    registry = rw.Registry()

    @registry.tool(effect="write")
    async def mail(to: str) -> None: ...

    with pytest.raises(rw.PlanError, match="RW403"):
        asyncio.run(
            rw.run('#E1 = mail(to="eve@evil.test")\n', registry, policy=load_policy({"version": 1, **ONLY_HERE}))
        )


def test_limits_of_a_policy_are_those_of_the_run_where_they_are_tighter() -> None:
    plan = '#E1 = find(query="a")\n#E2 = find(query=#E1)\n#E3 = find(query=#E2)\n'
    result, tools = _result(plan, {"limits": {"tool_calls": 2, "usd": 0.5}})
    assert (len(tools.calls), result["E3"].reason) == (2, "budget")
    assert Limits(tool_calls=1, run_seconds=None).within(
        load_policy({"version": 1, "limits": {"tool_calls": 2, "run_seconds": 9}})
    ) == Limits(tool_calls=1, run_seconds=9)


def test_bounds_are_held_against_the_limits_of_a_policy() -> None:
    tools = ScriptedTools(TOOLS)
    plan = '#E1 = find(query="a") retry 3\n#E2 = find(query=#E1)\n'
    for ceiling, codes in ((1, {"RW509"}), (2, {"RW510"}), (5, set())):
        report = check(plan, tools.signatures, policy=load_policy({"version": 1, "limits": {"tool_calls": ceiling}}))
        assert {one.code for one in report.diagnostics} & {"RW509", "RW510"} == codes
