"""A run from its record: replayed whole without a call, or varied: what does not change is kept, no write twice."""

import asyncio
from typing import Any

import pytest

import rewoo_dsl as rw
from rewoo_dsl.interpreter.recall import NotRecorded, Record, dependents, replayed, rerun
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.trace.diff import Side, diff
from rewoo_dsl.trace.events import ApprovalAsked, AttemptFinished, AttemptStarted, Event

PLAN = """\
input xs: list[int] = [1, 2]
#E1 = inner(n=#i) retry 1 for #i in #xs max 5
#E2 = look(n=-3) retry 1 fallback look(n=9)
#E3 = look(n=#E1[0]) if #E2 > 1000 else 5
#E4 = look(n=-1)
#E5 = #E4 + 1
#E6 = hang() timeout 2s fallback 4
#E7 = mail(to=#E2) approve "go" within 1h
#E8 = mail(to=#x) for #x in [#E2, 1, 2] max 4
#E9 = mail(to=7) approve "late" within 1s
return {a: #E1[1], b: #E3, c: #E6, d: #E7, e: #E8}
"""
INNER = "input n: int\n#E1 = look(n=#n)\n#E2 = #E1 * 2\nreturn #E2\n"


class World:
    """Tools that remember what they were called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.tools = rw.Registry()

        @self.tools.tool(effect="read")
        async def look(n: int) -> int:
            self.calls.append(("look", n))
            await asyncio.sleep(0.1 * abs(n))
            if n < 0:
                raise ValueError("negative")
            return n + 1

        @self.tools.tool(effect="read")
        async def hang() -> int:
            await asyncio.sleep(1000)
            return 1

        @self.tools.tool()
        async def mail(to: int) -> int:
            self.calls.append(("mail", to))
            return to

    def linked(self, text: str = PLAN) -> LinkedPlan:
        return rw.check(text, self.tools, library={"inner": INNER}).require()


async def answer(asked: ApprovalAsked) -> bool:
    await asyncio.sleep(0 if asked.step == "E7" else 100)
    return True


async def never(_: ApprovalAsked) -> bool:
    raise AssertionError("nobody is asked about what is kept")


def recorded(text: str = PLAN, **inputs: Any) -> tuple[World, LinkedPlan, Record]:
    world = World()
    linked = world.linked(text)
    result = run_virtual(rw.run(linked, world.tools, inputs=inputs, approve=answer))
    world.calls.clear()
    return world, linked, Record(result.trace)


def origins(events: tuple[Event, ...]) -> dict[str, str]:
    subplans = {event.step for event in events if isinstance(event, AttemptStarted) and event.subplan}
    return {e.step: e.origin for e in events if isinstance(e, AttemptFinished) and e.step not in subplans}


def test_a_replay_calls_nothing_and_gives_the_same_events_at_the_same_times() -> None:
    world, linked, record = recorded()
    again = replayed(linked, record)
    assert world.calls == []
    found = diff(Side(linked.plan, record.events), Side(linked.plan, again.trace))
    assert (found.differs, found.steps) == (False, ())
    assert again.trace[-1].at == pytest.approx(record.events[-1].at)
    assert again["E9"].reason == "expired"


def test_what_the_record_does_not_have_is_said_and_not_called() -> None:
    world, linked, record = recorded()
    with pytest.raises(NotRecorded, match=r"look\(n=7\), which the record does not have; there it called look\(n=1\)"):
        replayed(linked, record, inputs={"xs": [7]})
    with pytest.raises(NotRecorded, match="record ends"):
        replayed(linked, Record(record.events[:8]))
    asks_otherwise = world.linked(PLAN.replace("mail(to=#E2) approve", "mail(to=8) approve"))
    with pytest.raises(NotRecorded, match="#E7 asks a person about calls"):
        replayed(asks_otherwise, record)
    assert world.calls == []


def test_from_a_step_on_what_needs_it_is_called_and_the_rest_is_kept() -> None:
    world, linked, record = recorded()
    assert dependents(linked, ["E2"]) == {"E2", "E3", "E7", "E8"}
    result = run_virtual(rerun(linked, world.tools, record, from_step="E2", approve=never))
    assert world.calls == [("look", -3), ("look", -3), ("look", 9)]
    assert result.value == {"a": 6, "b": 5, "c": 4, "d": 10, "e": [10, 1, 2]}
    found = origins(result.trace)
    assert found["E2"] == "tool"
    assert {found[name] for name in ("E1[0]/E1", "E4", "E6", "E7", "E8")} == {"record"}
    assert result.trace[0].parent == record.started.run  # type: ignore[union-attr]  # the start
    assert result.run_id != record.started.run


def test_kept_failures_fail_alike_and_at_once() -> None:
    world, linked, record = recorded()
    result = run_virtual(rerun(linked, world.tools, record, from_step="E8", approve=never))
    assert (result["E4"].reason, result["E4"].message) == ("tool_error", "ValueError: negative")
    assert result["E6"].branch == "fallback"
    assert result.trace[-1].at < 2.0  # E9 waits for its second; neither the hanging nor the failing call is waited for
    assert world.calls == []


def test_a_value_that_is_set_is_not_called_for_and_what_needs_it_is() -> None:
    world, linked, record = recorded()
    result = run_virtual(rerun(linked, world.tools, record, given={"E2": 5000}, approve=never))
    assert world.calls == [("look", 4)]
    assert (result["E2"].value, result["E3"].value) == (5000, 5)
    assert (result["E7"].value, result["E8"].value) == (10, [10, 1, 2])


@pytest.mark.parametrize("value", [object(), {1: 2}, float("nan"), "half \ud800", "no number", None, 10**30])
def test_a_value_that_the_step_cannot_give_is_refused_before_anything_runs(value: Any) -> None:
    world, linked, record = recorded("#E1 = look(n=1)\n#E2 = look(n=#E1)\nreturn #E2\n")
    with pytest.raises(ValueError, match="the value for #E1 is not what the step gives"):
        run_virtual(rerun(linked, world.tools, record, given={"E1": value}))
    assert world.calls == []


def test_a_value_may_be_what_any_of_several_ways_would_give() -> None:
    text = '#E1 = look(n=1) if true\n#E2 = look(n=1) fallback "none"\n#E3 = look(n=#i) for #i in [1, 2]\nreturn 1\n'
    world, linked, record = recorded(text)
    result = run_virtual(rerun(linked, world.tools, record, given={"E1": None, "E2": "none", "E3": [7]}))
    assert (result.status, world.calls) == ("succeeded", [])


def test_a_write_is_made_again_only_when_it_is_named() -> None:
    world, linked, record = recorded()
    result = run_virtual(rerun(linked, world.tools, record, given={"E2": 50}, again=["E8"], approve=never))
    assert world.calls == [("mail", 50), ("mail", 1), ("mail", 2)]
    assert (result["E7"].value, result["E8"].value) == (10, [50, 1, 2])


def test_a_write_of_unknown_end_is_neither_repeated_nor_taken_for_done() -> None:
    world, linked, record = recorded("#E1 = look(n=1)\n#E2 = mail(to=#E1)\nreturn #E2\n")
    start = next(i for i, e in enumerate(record.events) if isinstance(e, AttemptStarted) and e.step == "E2")
    result = run_virtual(rerun(linked, world.tools, Record(record.events[: start + 1]), from_step="E1"))
    assert world.calls == [("look", 1)]
    assert (result.status, result["E2"].reason) == ("failed", "unknown_outcome")


def test_items_that_moved_keep_their_writes() -> None:
    text = "input xs: list[int]\n#E1 = mail(to=#x) for #x in #xs max 5\nreturn #E1\n"
    world, linked, record = recorded(text, xs=[1, 2])
    result = run_virtual(rerun(linked, world.tools, record, inputs={"xs": [2, 1, 3]}))
    assert (result.value, world.calls) == ([2, 1, 3], [("mail", 3)])


def test_a_step_that_is_not_there_is_said() -> None:
    world, linked, record = recorded()
    with pytest.raises(ValueError, match="no step #E77"):
        run_virtual(rerun(linked, world.tools, record, from_step="E77"))
    with pytest.raises(ValueError, match="run_started"):
        Record(record.events[1:])


def test_the_public_verbs(tmp_path: Any) -> None:
    world = World()
    text = "input a: int = 1\n#E1 = look(n=#a)\n#E2 = mail(to=#E1)\n#E3 = look(n=#E1)\nreturn [#E2, #E3]\n"
    journal = tmp_path / "runs.db"
    first = asyncio.run(rw.run(text, world.tools, journal=journal))
    world.calls.clear()
    assert rw.replay(text, world.tools, first.trace).value == first.value == [2, 3]
    with pytest.raises(rw.NotRecorded):
        rw.replay(text, world.tools, first.trace, inputs={"a": 5})
    second = asyncio.run(rw.rerun(first.run_id[:8], world.tools, journal=journal, given={"E1": 4}))
    assert (second.value, world.calls) == ([2, 5], [("look", 4)])
    with rw.Journal(journal) as kept:
        assert {one.run: one.parent for one in kept.runs()} == {first.run_id: None, second.run_id: first.run_id}
        assert rw.replay(text, world.tools, kept.events(first.run_id)).value == [2, 3]


def test_what_is_called_anew_goes_through_cache_and_pool(tmp_path: Any) -> None:
    world, journal = World(), tmp_path / "runs.db"
    first = asyncio.run(rw.run("#E1 = look(n=2)\n#E2 = look(n=#E1)\nreturn #E2\n", world.tools, journal=journal))
    cache = rw.Cache(lifetimes={"look": 60})

    async def main() -> list[rw.Result]:
        pool = rw.Pool(concurrency=1)
        how = {"journal": journal, "cache": cache, "pool": pool, "from_step": "E1"}
        other = pool.join(world.tools, rw.Limits())
        await other.enter("look")
        anew = asyncio.create_task(rw.rerun(first.run_id, world.tools, **how))
        await asyncio.sleep(0.3)
        assert len(world.calls) == 2, "another run has the pool's only turn"
        other.leave("look")
        other.shutdown()
        return [await anew, await rw.rerun(first.run_id, world.tools, **how)]

    one, two = asyncio.run(main())
    assert (one.value, two.value, cache.hits, len(world.calls)) == (4, 4, 2, 4)
