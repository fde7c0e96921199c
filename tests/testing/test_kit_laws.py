"""The laws as checks, what always holds, and failures as files: each finds what is wrong, and only that."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.dense import SIGNATURES, World, linked_plan
from rewoo_dsl.testing.drawing import Seeded, drawn
from rewoo_dsl.testing.invariants import Watch, invariants, replayed_alike
from rewoo_dsl.testing.laws import LawBroken, Trial, check_law_a, check_law_b, check_law_c, require
from rewoo_dsl.testing.reference import Attempt, Ending, Oracle
from rewoo_dsl.testing.reproducer import BadReproducer, Failure
from rewoo_dsl.testing.runs import RunFailed, check_run
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.trace.events import AttemptStarted, CancelAsked, Event, RunFinished, StepFinished, StepStarted

PLAN = """\
#E1 = find(x="a") retry 1
#E2 = find(x="b") fallback "none"
#E3 = save(x=[#E1, #E2]) retry 1
return #E3
"""
TOOLS: dict[str, Any] = {
    "find": {"parameters": {"x": "string"}, "script": [{"step": "E1", "attempt": 1, "raise": "down"}]},
    "save": {"parameters": {"x": "array"}, "effect": "write", "idempotent": True},
}


def linked() -> LinkedPlan:
    return check(PLAN, ScriptedTools(TOOLS).signatures).require()


def test_the_laws_hold_for_a_plan_of_ones_own() -> None:
    check_law_a(linked(), TOOLS)
    check_law_b(linked(), TOOLS)
    check_law_c(linked(), TOOLS)
    check_law_c(linked(), TOOLS, faults=["E3:raise@1", "E2:timeout"])


def unsteady() -> Oracle:
    """Answers anew each time it is asked, which no oracle may."""
    asked = iter(range(10**6))
    return Oracle(lambda _: Ending(value=next(asked)))


@pytest.mark.parametrize(
    ("check_law", "law"), [(check_law_a, "A"), (check_law_c, "A"), (check_law_b, "B")], ids=["A", "C", "B"]
)
def test_a_broken_law_is_named_and_written_down(tmp_path: Path, check_law: Any, law: str) -> None:
    plan = check('#E1 = find(x="a")\n#E2 = find(x="b")\n', ScriptedTools(TOOLS).signatures).require()
    file = tmp_path / "failure.json"
    with pytest.raises(LawBroken) as caught:
        check_law(plan, unsteady(), save=file)
    assert caught.value.law == law
    assert f"law {law} is broken" in str(caught.value)
    assert f"rewoo replay {file}" in str(caught.value)
    assert Failure.read(file).found == caught.value.told


# --- what always holds ---------------------------------------------------------------------------------------------


def trace() -> list[Event]:
    return list(Trial(linked(), Oracle(lambda _: Ending(value="done"))).run().trace)


def test_a_run_breaks_nothing_that_always_holds() -> None:
    assert invariants(linked(), trace()) == []
    assert replayed_alike(linked(), trace()) == []


def without(kind: type, step: str) -> list[Event]:
    return [one for one in trace() if not (isinstance(one, kind) and one.step == step)]  # type: ignore[attr-defined]


def changed(kind: type, step: str, **fields: Any) -> list[Event]:
    return [replace(one, **fields) if isinstance(one, kind) and one.step == step else one  # type: ignore[attr-defined, type-var]
            for one in trace()]  # fmt: skip


BROKEN: dict[str, list[Event]] = {
    "E3 started, and #E1 is not over": without(StepFinished, "E1"),
    "E1 is not": without(StepFinished, "E1"),
    "an attempt of E1 started, and the step had not": without(StepStarted, "E1"),
    "E3 started, and #E2 is failed": changed(StepFinished, "E2", state="failed", reason="timeout", value=None),
    "E1 is succeeded for the reason timeout": changed(StepFinished, "E1", reason="timeout"),
    "E1 is failed and has a value": changed(StepFinished, "E1", state="failed", reason="timeout"),
    "has the idempotency key of E1": changed(AttemptStarted, "E2", key=next(
        one.key for one in trace() if isinstance(one, AttemptStarted))),
    "attempt 2 of E1 follows attempt 0": changed(AttemptStarted, "E1", attempt=2),
    "after the end of the run": [*trace(), CancelAsked(99.0)],
    "after the run was cancelled": [trace()[0], CancelAsked(0.0), *trace()[1:]],
    "E1 ended twice": [two for one in trace() for two in ([one, one] if isinstance(one, StepFinished) else [one])],
    "the run has no end": [one for one in trace() if not isinstance(one, RunFinished)],
    "and it was": [*trace()[:-1], replace(trace()[-1], at=-1.0)],  # type: ignore[type-var]
}  # fmt: skip


@pytest.mark.parametrize("told", BROKEN)
def test_what_is_broken_is_told(told: str) -> None:
    assert told in "\n".join(invariants(linked(), BROKEN[told]))


def test_more_calls_at_once_than_are_allowed_are_told() -> None:
    watch = Watch(linked(), Limits(concurrency=1))
    for one in trace():
        watch.see(one)
    assert "2 calls at once, and 1 are allowed" in watch.told


def test_a_trace_that_no_run_wrote_is_told() -> None:
    told = replayed_alike(linked(), changed(StepFinished, "E1", value="other"))
    assert "cannot be replayed" in told[0]


# --- dense plans -----------------------------------------------------------------------------------------------------


def test_a_seed_is_one_plan() -> None:
    assert [linked_plan(Seeded(seed)).plan for seed in range(20)] == [
        linked_plan(Seeded(seed)).plan for seed in range(20)
    ]


@settings(max_examples=60, deadline=None)
@given(drawn(linked_plan), st.integers(0, 10**6))
def test_the_same_plans_under_hypothesis(plan: LinkedPlan, world: int) -> None:
    trial = Trial(plan, World(world).oracle, order=world)
    require(trial)
    length = len(trial.run().trace)
    require(replace(trial, crashes=(world % length or 1,)))
    require(replace(trial, cancel_at=world % length))


# --- files -----------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.none() | st.integers(0, 5), st.lists(st.integers(1, 9), max_size=2))
def test_a_failure_is_run_again_as_it_was(seed: int, cancel_at: int | None, crashes: list[int]) -> None:
    plan, world = linked_plan(Seeded(seed)), World(seed)
    trial = Trial(plan, world.oracle, order=seed, cancel_at=cancel_at, crashes=tuple(crashes))
    again = Failure.from_json(Failure.of(trial, ["x"]).model_dump_json()).trial()
    first, second = trial.run(), again.run()
    assert [type(one) for one in first.trace] == [type(one) for one in second.trace]
    assert (first.evidence, first.missing, first.usage) == (second.evidence, second.missing, second.usage)


def failing(tmp_path: Path) -> Path:
    file = tmp_path / "failure.json"
    with pytest.raises(RunFailed) as caught:
        check_run(PLAN, ScriptedTools(TOOLS), expect={"evidence": {"E2": "other"}}, save=file)
    assert caught.value.told == ("evidence: #E2 is {'x': 'b'}, expected 'other'",)
    return file


def test_a_run_that_is_not_what_was_expected_is_written_down(tmp_path: Path) -> None:
    failure = Failure.read(failing(tmp_path))
    assert failure.replay() == list(failure.found)


def test_a_run_that_is_what_was_expected() -> None:
    result = check_run(
        PLAN,
        ScriptedTools(TOOLS),
        faults=["E2:hang"],
        expect={"status": "succeeded", "states": {"E1": "succeeded"}, "value": {"x": [{"x": "a"}, "none"]}},
    )
    assert result["E2"].branch == "fallback"


def test_a_fault_that_was_never_hit_fails_a_check(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="E2:raise@2 was never hit"):
        check_run(PLAN, ScriptedTools(TOOLS), faults=["E2:raise@2"], save=tmp_path / "f.json")


def test_what_cannot_be_expected_is_refused() -> None:
    with pytest.raises(ValueError, match="`state` cannot be expected"):
        check_run(PLAN, ScriptedTools(TOOLS), expect={"state": {}})


HOSTILE: dict[str, Any] = {
    "/": [],
    "/rewoo_failure": {"rewoo_failure": 2},
    "/plan": {"rewoo_failure": 1, "law": "A"},
    "/plan/plan": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "#E1 = nobody()"}},
    "/crashes/0": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "crashes": ["x"]},
    "/tools/f/script": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "tools": {"f": {"script": 3}}},
    "/tools/f/script/0": {
        "rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "tools": {"f": {"script": [{"exec": "x"}]}}},
    "/tools/f/script/0/error": {
        "rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"},
        "tools": {"f": {"script": [{"raise": "x", "error": "SystemExit"}]}}},
    "/tools": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "tools": {"f": {"effect": "destroy"}}},
    "/limits": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "limits": {"speed": 3}},
    "/faults": {"rewoo_failure": 1, "law": "A", "plan": {"plan": "return 1"}, "faults": ["E1"]},
}  # fmt: skip


@pytest.mark.parametrize("place", HOSTILE)
def test_a_file_that_makes_no_sense_is_refused_at_its_place(place: str) -> None:
    with pytest.raises(BadReproducer) as caught:
        Failure.from_json(json.dumps(HOSTILE[place])).replay()
    assert str(caught.value).startswith(f"{place}: ")


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["rewoo_failure", "plan", "tools", "law"]), one),
)


@given(st.text() | JSON.map(json.dumps))
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(BadReproducer):
        Failure.from_json(text).replay()


def attempt(step: str) -> Attempt:
    return Attempt("find", step, None, "do", 1, {})


def test_a_world_is_a_function_and_can_be_written_down() -> None:
    first, second = World(3), World(3)
    names = [f"E{place}" for place in range(30)]
    assert [first.oracle.ends(attempt(one)) for one in names] == [second.oracle.ends(attempt(one)) for one in names]
    assert len(first.described()["find"]["script"]) == 31
    assert set(first.described()) == set(SIGNATURES)
