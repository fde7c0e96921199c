"""Faults by name, over real tools and in the world of the reference."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Result, run
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.faults import KINDS, Fault, FaultError, FaultyTools, faulty, read_faults, with_faults
from rewoo_dsl.testing.reference import differences, reference, scripted
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.testing.strategies import fault_schedules

TOOLS = {
    "search": {"parameters": {"query": "string"}, "returns": {"type": "object"}},
    "save": {"effect": "write", "idempotent": True, "parameters": {"query": "string"}, "returns": {"type": "object"}},
}
PLAN = """\
#E1 = search(query="a") retry 2 timeout 10s fallback {none: true}
#E2 = search(query=#s) for #s in ["x", "y"] max 2 retry 1
#E3 = save(query="b") retry 1
return [#E1, #E2, #E3]
"""
SUB = "input name: str\n#E1 = search(query=#name)\nreturn #E1\n"
WITH_SUB = 'use "part.rewoo" as part\n#E1 = part(name=#s) for #s in ["x"]\n#E2 = len(#E1)\nreturn [#E1, #E2]\n'


def linked(text: str = PLAN) -> LinkedPlan:
    return check(text, ScriptedTools(TOOLS).signatures, load={"part.rewoo": SUB}.__getitem__).require()


def ran(*faults: str, text: str = PLAN) -> tuple[Result, FaultyTools, ScriptedTools]:
    scripted_tools = ScriptedTools(TOOLS)
    tools = with_faults(scripted_tools, faults, linked=linked(text))
    return run_virtual(run(linked(text), tools, seed=1, run_id="r")), tools, scripted_tools


FAULTS = st.builds(
    Fault,
    step=st.sampled_from(["E1", "E4[2]/E1", "E4.fallback/E1", "a_b/c[0]/d"]),
    kind=st.sampled_from(KINDS),
    item=st.none() | st.integers(0, 30),
    branch=st.sampled_from([None, "do", "otherwise", "fallback"]),
    attempt=st.none() | st.integers(1, 12),
)


@given(FAULTS)
def test_the_text_of_a_fault_says_all_of_it(fault: Fault) -> None:
    assert Fault.parse(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "seconds"), [("E4:slow=30s", 30.0), ("E4:slow=250ms", 0.25), ("E4:slow=2m", 120.0), ("E4:slow=1.5", 1.5)]
)
def test_slowness_is_told_in_units(text: str, seconds: float) -> None:
    assert Fault.parse(text).seconds == seconds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("E3", "one is written `STEP:KIND`"),
        ("E3:rase", "did you mean `raise`?"),
        ("E3:raise@0", "attempts count from 1"),
        ("E3:slow=soon", "`slow` takes seconds"),
        ("E3:hang=3", "`hang` takes no value"),
        ("E3:crash=later", "`before` or `after`"),
        ("E9:raise", "did you mean #E"),
        ("E1[0]:raise", "has no `for`"),
        ("E1/E2:raise", "#E1 calls no sub-plan there"),
        ("E1.otherwise:raise", "calls no tool"),
    ],
)
def test_what_is_no_fault_of_the_plan_is_refused(text: str, told: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_faults([text], linked())
    assert told in str(caught.value)


def test_a_fault_of_a_sub_plan_belongs_to_its_step() -> None:
    with pytest.raises(FaultError, match="as `E1/E1`"):
        read_faults(["E1:raise"], linked(WITH_SUB))
    result, tools, _ = ran("E1[0]/E1:raise", text=WITH_SUB)
    assert result["E1"].state == "failed"
    assert tools.never_hit == ()


@pytest.mark.parametrize(
    ("fault", "state", "branch", "calls"),
    [
        ("E1:raise@1", "succeeded", "do", 1),
        ("E1:raise", "succeeded", "fallback", 0),
        ("E1:refuse", "succeeded", "fallback", 0),
        ("E1:hang", "succeeded", "fallback", 0),
        ("E1:timeout@1", "succeeded", "do", 1),
        ("E1:slow=30s@1", "succeeded", "do", 2),
        ("E1:slow=3s", "succeeded", "do", 1),
        ("E1:wrong_type@2", "succeeded", "do", 1),
        ("E1:wrong_type", "succeeded", "fallback", 3),
    ],
)
def test_each_kind_does_what_it_says(fault: str, state: str, branch: str, calls: int) -> None:
    result, _, tools = ran(fault)
    assert (result["E1"].state, result["E1"].branch) == (state, branch)
    assert len([one for one in tools.calls if one.step == "E1"]) == calls


def test_an_item_is_hit_alone() -> None:
    result, tools, scripted_tools = ran("E2[1]:raise@1")
    assert result["E2"].state == "succeeded"
    assert tools.hits == {Fault.parse("E2[1]:raise@1"): 1}
    assert len([one for one in scripted_tools.calls if one.step == "E2"]) == 2


def test_a_duplicate_has_the_same_key() -> None:
    _, _, tools = ran("E3:duplicate")
    keys = [one.key for one in tools.calls if one.step == "E3"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_was_never_hit_is_told() -> None:
    _, tools, _ = ran("E1:raise@3", "E3:slow=1s")
    assert tools.never_hit == (Fault.parse("E1:raise@3"),)


def test_a_crash_is_what_the_caller_makes_of_it() -> None:
    class Crash(Exception):
        pass

    def crash() -> None:
        raise Crash

    calls = {}
    for when in ("before", "after"):
        scripted_tools = ScriptedTools(TOOLS)
        tools = with_faults(scripted_tools, [f"E3:crash={when}@1"], crash=crash)
        run_virtual(run(linked(), tools, seed=1, run_id="r"))
        calls[when] = [one.attempt for one in scripted_tools.calls if one.step == "E3"]
    assert calls == {"before": [2], "after": [1, 2]}


@given(st.lists(st.builds(Fault, st.sampled_from(["E1", "E2", "E3"]), st.sampled_from(KINDS[:-1]),
                          attempt=st.sampled_from([None, 1, 2])), max_size=3))  # fmt: skip
def test_tools_and_oracle_go_wrong_alike(faults: list[Fault]) -> None:
    tools = with_faults(ScriptedTools(TOOLS), faults)
    result = run_virtual(run(linked(), tools, seed=1, run_id="r"))
    assert differences(reference(linked(), faulty(scripted(TOOLS), faults, tools.signatures)), result) == []


@given(st.data())
def test_a_schedule_is_for_the_plan(data: st.DataObject) -> None:
    faults = data.draw(fault_schedules(PLAN, ScriptedTools(TOOLS).signatures, crashes=True))
    assert read_faults(map(str, faults), linked()) == faults
    assert len(faults) <= 3


def test_a_schedule_shrinks_to_few_faults() -> None:
    schedules = fault_schedules(linked(), most=5)
    found = find(schedules, lambda faults: any(one.kind == "hang" for one in faults), settings=settings(database=None))
    assert found == (Fault("E1", "hang", branch="do", attempt=1),)


def test_who_answers_too_late_has_said_what_it_used() -> None:
    described = {
        "search": TOOLS["search"] | {"script": [{"usage": {"input_tokens": 7}, "value": {}}]},
        "save": TOOLS["save"],
    }
    faults = read_faults(["E1:slow=1h"])
    tools = with_faults(ScriptedTools(described), faults)
    result = run_virtual(run(linked(), tools, seed=1, run_id="r"))
    assert differences(reference(linked(), faulty(scripted(described), faults, tools.signatures)), result) == []
    assert result.usage["input_tokens"] == 7 * 5
