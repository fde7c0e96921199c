"""The asyncio driver: cancellation, callbacks of the host, two runs side by side, nothing left behind."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hand_linked import call, each, linked, step

from rewoo_dsl.diag.errors import PlanError, StepFailed
from rewoo_dsl.interpreter import Limits, run
from rewoo_dsl.ir.plan import Approval, Input
from rewoo_dsl.ir.types import INT, STR
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.tools.registry import Registry
from rewoo_dsl.trace.events import ApprovalAsked, Event, RunFinished, RunStarted

READ = {"fetch": {"parameters": {"text": "string"}, "script": [{"hang": True}]}}


def test_cancelling_a_run_cancels_its_tools_and_leaves_nothing_behind() -> None:
    tools = ScriptedTools(READ)
    plan = linked(step("E1", call("fetch", text="a")), step("E2", call("fetch", text="#E1")), tools=tools.signatures)
    events: list[Event] = []

    async def main() -> int:
        task = asyncio.create_task(run(plan, tools, on_event=events.append))
        await asyncio.sleep(5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert run_virtual(main()) == 1
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert (end.status, end.at) == ("cancelled", 5.0)
    assert end.missing == {"E1": "cancelled", "E2": "cancelled"}


def test_a_write_under_way_when_the_run_is_cancelled_has_an_unknown_outcome() -> None:
    tools = ScriptedTools({"send": {"effect": "write", "parameters": {"text": "string"}, "script": [{"hang": True}]}})
    plan = linked(step("E1", call("send", text="a")), tools=tools.signatures)
    events: list[Event] = []

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await run(plan, tools, on_event=events.append)

    run_virtual(main())
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert end.missing == {"E1": "unknown_outcome"}


def test_cancelled_before_its_first_step_could_run() -> None:
    tools = ScriptedTools(READ)
    plan = linked(step("E1", call("fetch", text="a")), tools=tools.signatures)

    async def main() -> None:
        task = asyncio.create_task(run(plan, tools))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(main())


def test_two_runs_know_nothing_of_each_other() -> None:
    tools = Registry()

    @tools.tool(effect="read")
    async def fetch(text: str) -> str:
        await asyncio.sleep(1)
        if text == "bad":
            raise RuntimeError(text)
        return text

    plan = linked(
        step("E1", call("fetch", text="#word")),
        step("E2", call("fetch", text="#E1")),
        inputs=(Input(name="word", type=STR),),
        tools=tools.signatures,
    )

    async def main() -> list[Any]:
        return await asyncio.gather(*[run(plan, tools, inputs={"word": word}) for word in ("a", "bad", "b")])

    one, bad, two = run_virtual(main())
    assert (one.evidence, bad.evidence, two.evidence) == ({"E1": "a", "E2": "a"}, {}, {"E1": "b", "E2": "b"})
    assert len({one.run_id, bad.run_id, two.run_id}) == 3


def test_what_a_callback_raises_reaches_the_caller_and_ends_the_run() -> None:
    tools = ScriptedTools(READ)
    plan = linked(step("E1", call("fetch", text="a")), tools=tools.signatures)

    def hear(event: Event) -> None:
        if event.type == "attempt_started":
            raise LookupError("the host's own fault")

    async def main() -> int:
        with pytest.raises(LookupError, match="own fault"):
            await run(plan, tools, on_event=hear)
        return len(asyncio.all_tasks())

    assert run_virtual(main()) == 1


def test_a_callback_that_raises_while_a_worker_reports() -> None:
    tools = ScriptedTools({"fetch": {"parameters": {"text": "string"}, "script": [{"value": 1}]}})
    plan = linked(step("E1", call("fetch", text="a")), tools=tools.signatures)

    def hear(event: Event) -> None:
        if event.type == "step_finished":
            raise LookupError("the host's own fault")

    with pytest.raises(LookupError):
        run_virtual(run(plan, tools, on_event=hear))


@pytest.mark.parametrize("answer", [True, False])
def test_approve_may_be_a_plain_function(answer: bool) -> None:
    asked: list[ApprovalAsked] = []

    def approve(question: ApprovalAsked) -> bool:
        asked.append(question)
        return answer

    tools = ScriptedTools({"send": {"effect": "write", "parameters": {"to": "string"}}})
    plan = linked(
        step("E1", call("send", to="#x"), each=each("x", ["ann", "bob"]), approve=Approval(text=None, within=60)),
        tools=tools.signatures,
    )
    result = run_virtual(run(plan, tools, approve=approve))
    assert [one["arguments"] for one in asked[0].calls] == [{"to": "ann"}, {"to": "bob"}]
    assert len(asked) == 1
    assert result["E1"].state == ("succeeded" if answer else "skipped")
    assert len(tools.calls) == (2 if answer else 0)


def test_approve_that_answers_with_no_bool_is_an_error_of_the_host() -> None:
    tools = ScriptedTools({"send": {"effect": "write"}})
    plan = linked(step("E1", call("send"), approve=Approval()), tools=tools.signatures)

    async def approve(_: ApprovalAsked) -> Any:
        return "yes"

    with pytest.raises(TypeError, match="answers with a bool"):
        run_virtual(run(plan, tools, approve=approve))
    assert tools.calls == []


def test_the_binding_depends_on_every_argument() -> None:
    async def bound(to: str) -> str:
        tools = ScriptedTools({"send": {"effect": "write", "parameters": {"to": "string"}}})
        seen: list[str] = []

        async def approve(asked: ApprovalAsked) -> bool:
            seen.append(asked.binding)
            return True

        plan = linked(step("E1", call("send", to=to), approve=Approval()), tools=tools.signatures)
        await run(plan, tools, approve=approve, run_id="r")
        return seen[0]

    assert run_virtual(bound("ann")) == run_virtual(bound("ann"))
    assert run_virtual(bound("ann")) != run_virtual(bound("bob"))


def test_now_is_the_recorded_start_of_the_run() -> None:
    result = asyncio.run(run(linked(step("E1", "at #{now}")), {}, now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)))
    assert result["E1"].value == "at 2026-01-02T03:04:05Z"
    assert isinstance(result.trace[0], RunStarted)
    assert result.trace[0].now == "2026-01-02T03:04:05Z"
    with pytest.raises(ValueError, match="no time zone"):
        asyncio.run(run(linked(step("E1", 1)), {}, now=datetime(2026, 1, 2)))  # the point of it


def test_wrong_inputs_are_all_named_before_anything_runs() -> None:
    plan = linked(
        step("E1", "#region"),
        inputs=(Input(name="region", type=STR), Input(name="count", type=INT), Input(name="mode", has_default=True)),
    )
    with pytest.raises(PlanError) as caught:
        asyncio.run(run(plan, {}, inputs={"regoin": "EU", "count": "three"}))
    assert [one.code for one in caught.value.diagnostics] == ["RW602", "RW601", "RW603"]
    assert caught.value.diagnostics[0].hint == "did you mean `region`?"


def test_a_tool_that_is_missing_or_another_is_refused() -> None:
    plan = linked(step("E1", call("fetch", text="a")), tools=ScriptedTools(READ).signatures)
    with pytest.raises(PlanError, match="RW605"):
        asyncio.run(run(plan, {}))
    other = ScriptedTools({"fetch": {"effect": "write", "parameters": {"text": "string"}}})
    with pytest.raises(PlanError, match="RW606"):
        asyncio.run(run(plan, other))


def test_a_result_is_a_mapping_by_step() -> None:
    result = asyncio.run(run(linked(step("E1", [1]), step("E2", {"a": "#E1"}), result="#E2"), {}))
    assert list(result) == ["E1", "E2"]
    assert result["#E2"].value == {"a": [1]}
    assert result.value == {"a": [1]}
    assert result.usage["calls"] == 0
    with pytest.raises(KeyError, match="did you mean 'E1'"):
        result["e1"]


def test_the_value_of_a_failed_step_is_not_there() -> None:
    tools = ScriptedTools({"fetch": {"script": [{"raise": "down"}]}})
    plan = linked(step("E1", call("fetch")), result="#E1", tools=tools.signatures)
    result = run_virtual(run(plan, tools))
    with pytest.raises(StepFailed, match="tool_error"):
        _ = result["E1"].value
    with pytest.raises(StepFailed, match="needs"):
        _ = result.value
    assert result.missing == {"E1": "tool_error", "return": "needs"}


@pytest.mark.parametrize(("ceiling", "status"), [(10, "succeeded"), (9, "failed")])
def test_ceiling_of_calls_at_the_edge(ceiling: int, status: str) -> None:
    tools = ScriptedTools({"fetch": {"parameters": {"x": "integer"}}})
    plan = linked(step("E1", call("fetch", x="#n"), each=each("n", list(range(10)))), tools=tools.signatures)
    result = run_virtual(run(plan, tools, limits=Limits(tool_calls=ceiling)))
    assert (result.status, result.usage["calls"]) == (status, ceiling)
    assert len(tools.calls) <= ceiling


@pytest.mark.parametrize(("ceiling", "state"), [(102, "succeeded"), (101, "failed")])
def test_ceiling_of_one_result_at_the_edge(ceiling: int, state: str) -> None:
    tools = ScriptedTools({"fetch": {"script": [{"value": "x" * 100}]}})
    plan = linked(step("E1", call("fetch")), tools=tools.signatures)
    assert run_virtual(run(plan, tools, limits=Limits(result_bytes=ceiling)))["E1"].state == state


@pytest.mark.parametrize(("ceiling", "state"), [(204, "succeeded"), (203, "failed")])
def test_ceiling_of_all_evidence_at_the_edge(ceiling: int, state: str) -> None:
    tools = ScriptedTools({"fetch": {"script": [{"value": "x" * 100}]}})
    plan = linked(step("E1", call("fetch")), step("E2", call("fetch"), after=("E1",)), tools=tools.signatures)
    result = run_virtual(run(plan, tools, limits=Limits(evidence_bytes=ceiling)))
    assert result["E2"].state == state
    assert result["E2"].reason == (None if state == "succeeded" else "too_large")


@pytest.mark.parametrize(("effect", "most"), [("read", 100), ("write", 10)])
def test_items_without_max_at_the_edge(effect: str, most: int) -> None:
    tools = ScriptedTools({"fetch": {"effect": effect, "parameters": {"x": "integer"}}})

    def states(count: int) -> str:
        plan = linked(
            step("E0", list(range(count))), step("E1", call("fetch", x="#n"), each=each("n", "#E0")),
            tools=tools.signatures,
        )  # fmt: skip
        return run_virtual(run(plan, tools))["E1"].state

    assert (states(most), states(most + 1)) == ("succeeded", "failed")


def test_a_deadline_that_has_come_is_over() -> None:
    tools = ScriptedTools({"fetch": {"script": [{"seconds": 3, "value": 1}]}})
    for timeout, state in ((3.5, "succeeded"), (2.5, "failed")):
        plan = linked(step("E1", call("fetch"), timeout=timeout), tools=tools.signatures)
        assert run_virtual(run(plan, tools))["E1"].state == state


def test_one_plan_and_one_seed_give_one_order_of_events() -> None:
    script = [{"attempt": 1, "raise": "x"}, {"item": 1, "seconds": 2, "value": 1}, {"value": 2}]

    def events() -> list[Event]:
        tools = ScriptedTools({"fetch": {"parameters": {"x": "integer"}, "script": script}})
        plan = linked(
            step("E1", call("fetch", x="#n"), each=each("n", [1, 2, 3]), retry=2),
            step("E2", call("fetch", x=1), retry=2),
            tools=tools.signatures,
        )
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return list(run_virtual(run(plan, tools, seed=5, run_id="r", now=now)).trace)

    assert events() == events()


def test_ten_thousand_pure_steps_in_a_chain_are_a_loop() -> None:
    steps = [step("E0", 0), *[step(f"E{i}", f"#E{i - 1}") for i in range(1, 10_001)]]
    assert asyncio.run(run(linked(*steps), {}))["E10000"].value == 0
