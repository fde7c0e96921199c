"""A cache changes how often tools are called, and nothing else: what it may give, when, and how it fails."""

import asyncio
import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import CacheError, ToolError
from rewoo_dsl.interpreter import run
from rewoo_dsl.interpreter.cache import Cache, cached, key_of
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.testing.strategies import inputs, plans
from rewoo_dsl.testing.strategies.registries import scripted_tools
from rewoo_dsl.trace.events import AttemptFinished

READ = {"search": {"parameters": {"query": "string"}, "returns": {"type": "array"}, "script": [{"value": ["a"]}]}}
PLAN = '#E1 = search("x")\n'


def _run(plan: str, tools: ScriptedTools, cache: Cache) -> rw.Result:
    linked = check(plan, tools.signatures).require()
    return run_virtual(run(linked, cached(tools, cache), seed=1, run_id="r"))


def _origins(result: rw.Result) -> list[str]:
    return [event.origin for event in result.trace if isinstance(event, AttemptFinished)]


# --- the laws -------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_evidence_is_the_same_with_and_without_a_cache(data: st.DataObject) -> None:
    tools = data.draw(scripted_tools())
    plan = data.draw(plans(tools.signatures))
    given = data.draw(inputs(plan))
    linked = check(plan, tools.signatures).require()
    reads = {name for name, one in tools.items() if one.signature.effect == "read"}
    cache = Cache(lifetimes=dict.fromkeys(reads, math.inf))

    def once(whole: Any) -> rw.Result:
        tools.calls.clear()
        return run_virtual(run(linked, whole, inputs=given, approve=_yes, seed=1, run_id="r"))

    without = once(tools)
    first = once(cached(tools, cache))
    assert sum(call.tool in reads for call in tools.calls) == cache.misses
    second = once(cached(tools, cache))
    assert [call.tool for call in tools.calls if call.tool in reads] == [], "all that was read is known"
    for result in (first, second):
        assert (result.status, result.evidence, result.missing) == (without.status, without.evidence, without.missing)
    reading = sum(event.type == "attempt_started" and event.tool in reads for event in second.trace)
    assert _origins(second).count("cache") == reading
    assert (cache.misses, cache.hits) == (2 * reading - cache.hits, _origins(first).count("cache") + reading)


async def _yes(_: Any) -> bool:
    return True


def test_a_hit_is_told_and_counted() -> None:
    cache, tools = Cache(lifetimes={"search": 60}), ScriptedTools(READ)
    first, second = _run(PLAN, tools, cache), _run(PLAN, tools, cache)
    assert (first["E1"].value, second["E1"].value) == (["a"], ["a"])
    assert (_origins(first), _origins(second), len(tools.calls)) == (["tool"], ["cache"], 1)
    assert (cache.hits, cache.misses) == (1, 1)


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_what_says_nothing_is_not_kept_and_what_writes_cannot_be() -> None:
    tools = ScriptedTools({"search": READ["search"], "send": {"effect": "write", "parameters": {}}})
    assert cached(tools, Cache()) == dict(tools)
    with pytest.raises(CacheError, match="`send` writes"):
        cached(tools, Cache(lifetimes={"send": 1}))
    with pytest.raises(ToolError, match="`cache` is for reads"):
        rw.tool(lambda: None, name="send", cache=5)
    with pytest.raises(ToolError, match="cache is seconds from 0"):
        rw.tool(lambda: None, name="read", effect="read", cache=-1)


def test_a_tool_says_how_long_and_the_host_says_otherwise() -> None:
    @rw.tool(effect="read", cache=600)
    async def search(query: str) -> str:
        return query

    assert Cache().lifetime_of(search) == 600
    assert Cache(lifetimes={"search": 60}).lifetime_of(search) == 60
    assert Cache(lifetimes={"search": 0}).lifetime_of(search) == 0
    for wrong in (-1, math.nan):
        with pytest.raises(ValueError, match="lifetimes: search"):
            Cache(lifetimes={"search": wrong})


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_a_result_is_good_for_its_lifetime_and_no_longer(kept: str, tmp_path: Path) -> None:
    now = [1000.0]
    path = None if kept == "memory" else tmp_path / "cache.db"
    cache, tools = Cache(path, lifetimes={"search": 60}, clock=lambda: now[0]), ScriptedTools(READ)
    for at, calls in ((1000.0, 1), (1059.9, 1), (1060.0, 2), (1119.9, 2), (900.0, 3)):
        now[0] = at
        _run(PLAN, tools, cache)
        assert len(tools.calls) == calls, at
    cache.close()


def test_name_version_arguments_and_declared_type_make_a_difference() -> None:
    def one(query: str) -> Any:
        return query

    a = rw.tool(one, name="a", effect="read")
    keys = {
        key_of(a, {"query": "x"}, None),
        key_of(a, {"query": "y"}, None),
        key_of(a, {"query": "x", "k": 1}, None),
        key_of(a, {"query": "x"}, {"type": "string"}),
        key_of(rw.tool(one, name="b", effect="read"), {"query": "x"}, None),
        key_of(rw.tool(one, name="a", effect="read", version="2"), {"query": "x"}, None),
    }
    assert len(keys) == 6
    assert key_of(a, {"query": "x", "k": 1}, None) == key_of(a, {"k": 1, "query": "x"}, None)


@pytest.mark.parametrize("bad", ["x", {"a": 1}])
def test_only_what_fits_is_kept(bad: Any) -> None:
    script = [{"attempt": 1, "value": bad}, {"value": ["good"]}]
    tools = ScriptedTools({"search": READ["search"] | {"script": script}})
    cache = Cache(lifetimes={"search": 60})
    first = _run(PLAN.strip() + " retry 1\n", tools, cache)
    assert (first["E1"].value, len(tools.calls)) == (["good"], 2), "the second attempt looks for nothing, and is kept"
    second = _run(PLAN, tools, cache)
    assert (second["E1"].value, len(tools.calls), _origins(second)) == (["good"], 2, ["cache"])


def test_a_hit_is_a_copy_of_its_own() -> None:
    @rw.tool(effect="read", cache=60)
    async def rows() -> list[Any]:
        return [1]

    whole = cached({"rows": rows}, Cache())

    async def main() -> list[Any]:
        found = []
        for _ in range(3):
            found.append(await whole["rows"].call({}, rw.CallContext()))
            found[-1].append(2)
        return found

    assert asyncio.run(main()) == [[1, 2]] * 3


# --- calls in flight ------------------------------------------------------------------------------------------------

FOUR = '#E1 = search("x")\n#E2 = search("x")\n#E3 = search("x")\n#E4 = search("y")\n'


def _slow() -> ScriptedTools:
    return ScriptedTools({"search": READ["search"] | {"script": [{"seconds": 5, "value": ["a"]}]}})


def test_identical_calls_in_flight_are_made_once() -> None:
    tools = _slow()
    result = _run(FOUR, tools, Cache(lifetimes={"search": 60}))
    assert (len(tools.calls), sorted(_origins(result))) == (2, ["cache", "cache", "tool", "tool"])
    assert result.trace[-1].at == 5.0


FAILS = """#E0 = pause()
#E1 = search("x") timeout 2s
#E2 = search("x") after #E0
#E3 = search("x") after #E0
"""
"""E1 makes a call that fails after two seconds; E2 and E3 have waited for it for one."""


@pytest.mark.parametrize("how", [{"seconds": 2, "raise": "down"}, {"seconds": 2, "value": "no list"}, {"hang": True}])
def test_who_waited_for_a_call_that_failed_makes_its_own(how: Any) -> None:
    pause = {"parameters": {}, "script": [{"seconds": 1, "value": None}]}
    script = [{"step": "E1", **how}, {"seconds": 5, "value": ["a"]}]
    tools = ScriptedTools({"search": READ["search"] | {"script": script}, "pause": pause})
    result = _run(FAILS, tools, Cache(lifetimes={"search": 60}))
    assert (result["E1"].state, result["E2"].value, result["E3"].value) == ("failed", ["a"], ["a"])
    made = [(call.step, call.at) for call in tools.calls if call.tool == "search"]
    assert made == [("E1", 0.0), ("E2", 2.0), ("E3", 2.0)]
    assert result.trace[-1].at == 7.0


def test_a_cancelled_run_leaves_the_others_their_calls() -> None:
    tools, cache = _slow(), Cache(lifetimes={"search": 60})
    linked = check(PLAN, tools.signatures).require()

    async def main() -> rw.Result:
        first = asyncio.ensure_future(run(linked, cached(tools, cache)))
        await asyncio.sleep(1)
        second = asyncio.ensure_future(run(linked, cached(tools, cache)))
        await asyncio.sleep(1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert run_virtual(main())["E1"].value == ["a"]
    assert len(tools.calls) == 2


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_file_serves_the_next_process_and_others_at_the_same_time(tmp_path: Path) -> None:
    path, tools = tmp_path / "cache.db", ScriptedTools(READ)
    with Cache(path, lifetimes={"search": 60}) as first:
        _run(PLAN, tools, first)
        _run(PLAN, tools, first)
    with Cache(path, lifetimes={"search": 60}) as one, Cache(path, lifetimes={"search": 60}) as other:
        assert [_origins(_run(PLAN, tools, cache)) for cache in (one, other)] == [["cache"], ["cache"]]
    assert len(tools.calls) == 1


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_a_cache_is_forgotten_whole_or_by_tool(kept: str, tmp_path: Path) -> None:
    path, tools = (None if kept == "memory" else tmp_path / "cache.db"), ScriptedTools(READ)
    with Cache(path, lifetimes={"search": 60}) as cache:

        def calls() -> int:
            _run(PLAN, tools, cache)
            return len(tools.calls)

        assert (calls(), calls()) == (1, 1)
        cache.forget("other")
        assert calls() == 1
        cache.forget("search")
        assert calls() == 2
        cache.forget()
        assert calls() == 3


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_the_oldest_make_room(kept: str, tmp_path: Path) -> None:
    now = [0.0]
    path = None if kept == "memory" else tmp_path / "cache.db"
    tools = ScriptedTools({"search": READ["search"] | {"script": [{"value": ["x" * 96]}]}})
    with Cache(path, lifetimes={"search": math.inf}, max_bytes=1000, clock=lambda: now[0]) as cache:
        for number in range(30):
            now[0] = float(number)
            _run(f'#E1 = search("{number}")\n', tools, cache)
    if path is not None:
        found = sqlite3.connect(path).execute("SELECT stored, size FROM entries ORDER BY stored").fetchall()
        assert sum(size for _, size in found) <= 1000
        assert found[-1][0] == 29.0
        return
    calls = len(tools.calls)
    with Cache(lifetimes={"search": math.inf}, max_bytes=1000) as cache:
        for number in [*range(30), 29, 28, 0]:
            _run(f'#E1 = search("{number}")\n', tools, cache)
    assert len(tools.calls) == calls + 31, "29 and 28 were there, 0 was not"


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()


DOORS: list[tuple[Callable[[Path], Any], str]] = [
    (lambda path: path.write_text("no database, but quite long " * 100), "is not a cache: it is no SQLite database"),
    (_foreign, "is a database of another program, not a cache"),
    (lambda path: path.mkdir(), "is a folder, not a cache"),
    (lambda path: rw.Journal(path).close(), "is a database of another program, not a cache"),
]


@pytest.mark.parametrize(("spoil", "told"), DOORS)
def test_what_is_no_cache_is_refused_at_the_door(spoil: Callable[[Path], Any], told: str, tmp_path: Path) -> None:
    spoil(tmp_path / "cache.db")
    with pytest.raises(CacheError, match=told):
        Cache(tmp_path / "cache.db")
    with pytest.raises(CacheError, match="there is no folder"):
        Cache(tmp_path / "none" / "cache.db")


def test_a_file_that_breaks_in_the_middle_is_a_miss(tmp_path: Path) -> None:
    path, tools = tmp_path / "cache.db", ScriptedTools(READ)
    with Cache(path, lifetimes={"search": 60}) as cache:
        _run(PLAN, tools, cache)
    with Cache(path, lifetimes={"search": 60}) as cache:
        for one in tmp_path.iterdir():
            one.write_bytes(b"\0" * 8192)
        assert _run(PLAN, tools, cache)["E1"].value == ["a"]
        assert (len(tools.calls), cache.hits) == (2, 0)
        assert cache.fault is not None


def test_an_entry_that_somebody_changed_is_a_miss(tmp_path: Path) -> None:
    path, tools = tmp_path / "cache.db", ScriptedTools(READ)
    for text in ("[", '"no list"', "[1e999]", "null"):
        with Cache(path, lifetimes={"search": 60}) as cache:
            _run(PLAN, tools, cache)
        connection = sqlite3.connect(path)
        connection.execute("UPDATE entries SET text = ?", (text,))
        connection.commit()
        connection.close()
        with Cache(path, lifetimes={"search": 60}) as cache:
            assert _run(PLAN, tools, cache)["E1"].value == ["a"]
            assert cache.hits == 0
        path.unlink()


def test_a_locked_file_holds_up_no_run(tmp_path: Path) -> None:
    path, tools = tmp_path / "cache.db", ScriptedTools(READ)
    with Cache(path, lifetimes={"search": 60}) as cache:
        locking = sqlite3.connect(path, isolation_level=None)
        locking.execute("BEGIN EXCLUSIVE")
        assert [_run(PLAN, tools, cache)["E1"].value for _ in range(2)] == [["a"], ["a"]]
        assert len(tools.calls) == 1, "what waits to be written is there"
        locking.execute("ROLLBACK")
        locking.close()


# --- the short way --------------------------------------------------------------------------------------------------


def test_a_path_is_enough(tmp_path: Path) -> None:
    registry = rw.Registry()
    calls = []

    @registry.tool(effect="read", cache=math.inf)
    def search(query: str) -> str:
        calls.append(query)
        return query.upper()

    for _ in range(2):
        assert rw.run_sync('#E1 = search("x")\n', registry, cache=tmp_path / "cache.db")["E1"].value == "X"
    assert calls == ["x"]
