"""Every limit of the host at its edge: n passes, and with one less the step fails for a reason that names the limit."""

from dataclasses import fields
from typing import Any

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, Result, run
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools

USAGE = {"calls": 1, "input_tokens": 6, "output_tokens": 4, "cost": 0.25}
TOOLS: dict[str, Any] = {
    "read": {"parameters": {"n": "integer"}, "script": [{"value": "xxxxxxxx"}]},
    "text": {"parameters": {"text": "string"}},
    "deep": {"parameters": {}, "script": [{"value": [[[1]]]}]},
    "slow": {"parameters": {"n": "integer"}, "script": [{"seconds": 2.0, "value": 1}]},
    "save": {"effect": "write", "parameters": {"n": "integer"}},
    "llm": {
        "parameters": {"prompt": "string"},
        "calls_model": True,
        "result_is_declared": True,
        "script": [{"usage": USAGE, "value": "x"}],
    },
}
THREE = "#E1 = read(1)\n#E2 = read(2) after #E1\n#E3 = read(3) after #E2\n"
ASKING = "#E1 = LLM[a]\n#E2 = llm(prompt=#E1)\n#E3 = llm(prompt=#E2)\n"
EACH = "#E3 = read(#n) for #n in [1, 2, 3]\n"

EDGES = [
    ("tool_calls", THREE, 3, 2, "budget"),
    ("model_calls", ASKING, 3, 2, "budget"),
    ("tokens", ASKING, 21, 20, "budget"),
    ("usd", ASKING, 0.51, 0.5, "budget"),
    ("argument_bytes", '#E3 = text("xxxx")\n', 16, 15, "too_large"),
    ("result_bytes", "#E3 = read(1)\n", 10, 9, "too_large"),
    ("result_depth", "#E3 = deep()\n", 3, 2, "wrong_type"),
    ("evidence_bytes", THREE, 30, 29, "too_large"),
    ("step_seconds", "#E3 = slow(1)\n", 2.001, 1.999, "timeout"),
    ("run_seconds", "#E1 = slow(1)\n#E2 = slow(2) after #E1\n#E3 = slow(3) after #E2\n", 6.001, 5.999, "deadline"),
    ("items", EACH, 3, 2, "too_many_items"),
    ("write_items", EACH.replace("read", "save"), 3, 2, "too_many_items"),
]
OBSERVED = {"concurrency", "tool_concurrency", "tool_rates", "grace_seconds", "backoff_seconds", "backoff_max_seconds"}
"""These make a run wait, and fail nothing."""


def _run(plan: str, tools: ScriptedTools, **limits: Any) -> Result:
    linked = check(plan, tools.signatures).require()
    return run_virtual(run(linked, tools, limits=Limits(**limits), seed=1, run_id="r"))


@pytest.mark.parametrize(("name", "plan", "enough", "too_little", "reason"), EDGES, ids=[edge[0] for edge in EDGES])
def test_n_passes_and_one_less_fails(name: str, plan: str, enough: Any, too_little: Any, reason: str) -> None:
    assert _run(plan, ScriptedTools(TOOLS), **{name: enough}).status == "succeeded"
    failed = _run(plan, ScriptedTools(TOOLS), **{name: too_little})
    assert (failed["E3"].reason, failed.missing) == (reason, {"E3": reason})
    assert f"{too_little:g}" in failed["E3"].message, "the message names the limit"


def test_every_limit_has_its_edge() -> None:
    assert {one.name for one in fields(Limits)} == {edge[0] for edge in EDGES} | OBSERVED


ALL_AT_ONCE = "#E1 = slow(#n) for #n in [1, 2, 3, 4, 5] parallel 5\n"


@pytest.mark.parametrize("limits", [{"concurrency": 2}, {"tool_concurrency": {"slow": 2}}])
def test_no_more_calls_than_allowed_run_at_once(limits: Any) -> None:
    tools = ScriptedTools(TOOLS)
    result = _run(ALL_AT_ONCE, tools, **limits)
    assert (result.status, tools.most_at_once, result.trace[-1].at) == ("succeeded", 2, 6.0)


def test_no_more_calls_than_allowed_start_in_a_time() -> None:
    tools = ScriptedTools(TOOLS)
    _run(ALL_AT_ONCE, tools, tool_rates={"slow": "2/10s"})
    assert [call.at for call in tools.calls] == [0.0, 0.0, 10.0, 10.0, 20.0]


def test_a_deaf_tool_is_waited_for_so_long() -> None:
    tools = ScriptedTools({"deaf": {"parameters": {}, "script": [{"stubborn": 100.0}]}})
    result = _run("#E1 = deaf() timeout 1s\n", tools, grace_seconds=3.0)
    assert (result["E1"].reason, result.trace[-1].at) == ("timeout", 4.0)


def test_pauses_double_up_to_their_most() -> None:
    tools = ScriptedTools({"down": {"parameters": {}, "script": [{"raise": "down"}]}})
    result = _run("#E1 = down() retry 5\n", tools, backoff_seconds=1.0, backoff_max_seconds=4.0)
    pauses = [event.delay for event in result.trace if event.type == "retry_scheduled"]
    assert [most / 2 <= pause <= most for most, pause in zip([1, 2, 4, 4, 4], pauses, strict=True)] == [True] * 5


@pytest.mark.parametrize(
    "limits",
    [{"concurrency": 0}, {"tool_concurrency": {"a": 0}}, {"result_depth": 65}, {"result_depth": -1}],
)
def test_limits_that_make_no_sense_are_refused_at_the_door(limits: Any) -> None:
    with pytest.raises(ValueError, match=r"concurrency is at least 1|result_depth is 0 to 64"):
        Limits(**limits)
