"""Runs in a journal: kept, listed, gone on with, suspended, cancelled."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from shop import ASKING, CALLING, PLAN, SUB, calls, shop

import rewoo_dsl as rw
from rewoo_dsl.interpreter import WrongDecision
from rewoo_dsl.trace.events import RunFinished

WHOLE = {"mailed": "sent port strike!", "found": ["after sent port strike!!", "two"]}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return tmp_path / "world"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def resume(run: str, world: Path, path: Path, **said) -> rw.Result:
    return asyncio.run(rw.resume(run, said.pop("registry", shop(world)), journal=path, **said))


def suspended(world: Path, path: Path, text: str = ASKING) -> rw.RunSuspended:
    with pytest.raises(rw.RunSuspended) as caught:
        rw.run_sync(text, shop(world), journal=path, name="mail.rewoo", about={"for": "me"})
    return caught.value


def interrupted(world: Path, path: Path, tool: str, text: str = PLAN) -> str:
    """The id of a run whose process died in the middle of a call of this tool."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nimport rewoo_dsl as rw\nfrom shop import shop\n"
        f"rw.run_sync({text!r}, shop(Path({str(world)!r}), dies_in={tool!r}), journal={str(path)!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with rw.Journal(path) as journal:
        return journal.runs()[0].run


async def begun(world: Path) -> None:
    """Until something was called, and that is in the journal."""
    while not calls(world):  # noqa: ASYNC110  # what is waited for is in a file
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)


def test_a_finished_run_is_kept_and_gives_its_result_again(world: Path, path: Path) -> None:
    heard = []
    result = rw.run_sync(PLAN, shop(world), journal=path, name="mail.rewoo", run_id="first", on_event=heard.append)
    assert result.value == WHOLE
    assert tuple(heard) == result.trace
    with rw.Journal(path, create=False) as journal:
        (run,) = journal.runs()
        assert (run.run, run.status, run.goal, run.name) == ("first", "succeeded", "Tell the owners.", "mail.rewoo")
        assert run.is_over
        assert run.value is not None
        assert run.value.startswith('{"mailed":')
        assert tuple(journal.events("fi")) == result.trace
        record = journal.record("first")
        assert (record.source, record.inputs) == (PLAN, {"who": ["ann", "bob", "cem"]})
        assert sorted(record.tools) == ["note", "search", "send"]
    before = calls(world)
    again = resume("first", world, path)
    assert again.value == WHOLE
    assert again.trace == result.trace
    assert calls(world) == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["runs.db", "world"]


def test_an_approval_waits_for_another_process(world: Path, path: Path) -> None:
    waits = suspended(world, path)
    (question,) = waits.questions
    assert (question.step, question.text) == ("E3", "Mail port strike!?")
    with rw.Journal(path) as journal:
        (run,) = journal.runs()
        assert (run.status, run.ended, journal.questions(run.run)) == ("suspended", None, waits.questions)
        assert journal.record(run.run).about == {"for": "me"}
    assert calls(world, "send") == []
    with pytest.raises(rw.RunSuspended):
        resume(waits.run, world, path)
    with pytest.raises(WrongDecision, match="other arguments"):
        resume(waits.run, world, path, answers={"E3": (True, "0" * 64)})
    with pytest.raises(WrongDecision, match="nothing is asked for `E9`; asked: E3"):
        resume(waits.run, world, path, answers={"E9": True})
    with pytest.raises(WrongDecision, match="with a bool"):
        resume(waits.run, world, path, answers={"E3": "yes"})
    with rw.Journal(path) as journal:
        assert journal.runs()[0].status == "suspended"
    assert resume(waits.run, world, path, answers={"E3": (True, question.binding)}).value == WHOLE
    assert len(calls(world, "note")) == 3


def test_no_is_an_answer(world: Path, path: Path) -> None:
    result = resume(suspended(world, path).run, world, path, answers={"E3": False})
    assert (result["E3"].reason, calls(world, "send")) == ("refused", [])


def test_the_time_to_answer_goes_on_while_nobody_drives_the_run(world: Path, path: Path) -> None:
    text = ASKING.replace("within 2h", "within 0.05s")
    run = suspended(world, path, text).run
    with rw.Journal(path) as journal:
        journal._connection.execute("UPDATE runs SET started = started - 3600")
    result = resume(run, world, path, answers={"E3": True})
    assert (result["E3"].reason, calls(world, "send")) == ("expired", [])
    assert result.trace[-1].at > 3600


def test_a_write_in_doubt_is_for_a_person_to_decide(world: Path, path: Path) -> None:
    run = interrupted(world, path, "send")
    with rw.Journal(path) as journal:
        assert journal.runs()[0].status == "interrupted"
    before = calls(world)
    with pytest.raises(rw.UndecidedWrites, match=r"#E3 \(send\)") as caught:
        resume(run, world, path)
    (write,) = caught.value.writes
    assert (write.step, write.item, write.tool, write.arguments) == ("E3", None, "send", {"to": "port strike!"})
    for said, why in (
        ({"done": {"E3": 7}}, "is not what send gives"),
        ({"done": {"E3": {1}}}, "not JSON"),
        ({"done": {"E9": 7}}, "no call `E9` is open; open: E3"),
        ({"again": ["E3"], "failed": ["E3"]}, "cannot be both"),
    ):
        with pytest.raises(WrongDecision, match=why):
            resume(run, world, path, **said)
    assert calls(world) == before
    result = resume(run, world, path, done={"E3": "sent by hand"})
    assert result.value["mailed"] == "sent by hand"
    assert len(calls(world, "send")) == 1
    assert [e.origin for e in result.trace if e.type == "attempt_finished" and e.step == "E3"] == ["person"]


def test_a_write_in_doubt_is_called_again_under_its_key(world: Path, path: Path) -> None:
    assert resume(interrupted(world, path, "send"), world, path, again=["E3"]).value == WHOLE
    first, second = calls(world, "send")
    assert first == second


def test_a_write_in_doubt_may_be_given_up(world: Path, path: Path) -> None:
    result = resume(interrupted(world, path, "send"), world, path, failed=["E3"])
    assert (result["E3"].reason, result.status) == ("unknown_outcome", "failed")
    assert len(calls(world, "send")) == 1


@pytest.mark.parametrize("tool", ["search", "note"])
def test_reads_and_idempotent_writes_need_no_decision(world: Path, path: Path, tool: str) -> None:
    assert resume(interrupted(world, path, tool), world, path).value == WHOLE
    keys = [(one[2], one[3]) for one in calls(world)]
    assert len(set(keys)) == 6  # six calls, some of them made twice, under the same key


def test_two_crashes_in_a_row(world: Path, path: Path) -> None:
    run = interrupted(world, path, "note")
    code = (
        f"import asyncio, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nimport rewoo_dsl as rw\nfrom shop import shop\n"
        f"asyncio.run(rw.resume({run!r}, shop(Path({str(world)!r}), dies_in='send'), journal={str(path)!r}))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    result = resume(run, world, path, done={"E3": "sent port strike!"})
    assert result.value == WHOLE
    assert [e.type for e in result.trace].count("run_resumed") == 2
    times = [e.at for e in result.trace]
    assert times == sorted(times)


def test_sub_plans_are_kept_whole(world: Path, path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nimport rewoo_dsl as rw\nfrom shop import CALLING, SUB, shop\n"
        f"rw.run_sync(CALLING, shop(Path({str(world)!r}), dies_in='send'), journal={str(path)!r}, "
        "load={'sub.rewoo': SUB}.__getitem__)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with rw.Journal(path) as journal:
        run = journal.runs()[0].run
    assert resume(run, world, path, again=["E2"]).value == "sent a!"
    other = SUB.replace("[0]", "[1]")
    with pytest.raises(rw.RunChanged, match=r"plan profile:\n(.|\n)*-return #E1\[0\]\n\+return #E1\[1\]"):
        resume(run, world, path, plan=CALLING, load={"sub.rewoo": other}.__getitem__)


def test_a_changed_plan_is_refused_with_the_difference(world: Path, path: Path) -> None:
    run = suspended(world, path).run
    with pytest.raises(rw.RunChanged) as caught:
        resume(run, world, path, plan=ASKING.replace("port strike", "flood"), answers={"E3": True})
    assert '-#E1 = search(query="port strike")\n+#E1 = search(query="flood")' in str(caught.value)
    (difference,) = caught.value.differences
    assert difference.what == "plan"
    assert resume(
        run, world, path, plan="Plan: why\n" + ASKING.replace("Goal: Tell the owners.\n", ""), answers={"E3": True}
    )


def test_a_changed_tool_is_refused_with_the_difference(world: Path, path: Path) -> None:
    run = suspended(world, path).run
    other = rw.Registry()
    for name, tool in shop(world).items():
        if name != "note":
            other.add(tool)

    @other.tool(effect="write", description="in other words")
    async def note(text: str, loud: bool = False) -> str:
        return text

    with pytest.raises(rw.RunChanged) as caught:
        resume(run, world, path, registry=other, answers={"E3": True})
    (difference,) = caught.value.differences
    assert (difference.what, difference.name) == ("tool", "note")
    assert "/idempotent: was True, is False" in difference.text
    assert "/parameters/properties/loud: was not there" in difference.text
    assert "description" not in difference.text
    with pytest.raises(rw.RunChanged, match="not there any more"):
        resume(run, world, path, registry=rw.Registry(), answers={"E3": True})


def test_a_run_that_nobody_drives_is_cancelled(world: Path, path: Path) -> None:
    run = interrupted(world, path, "send")
    result = asyncio.run(rw.cancel(run, journal=path))
    assert result is not None
    assert (result.status, result["E3"].reason, result["E4"].reason) == ("cancelled", "unknown_outcome", "cancelled")
    assert resume(run, world, path).trace == result.trace
    assert asyncio.run(rw.cancel(run[:8], journal=path)) is not None
    with rw.Journal(path) as journal:
        assert journal.runs()[0].status == "cancelled"


def test_a_run_is_cancelled_from_outside(world: Path, path: Path) -> None:
    async def both() -> rw.Result:
        going = asyncio.ensure_future(rw.run(PLAN, shop(world, slow=30), journal=path, run_id="r"))
        await begun(world)
        assert await rw.cancel("r", journal=path) is None
        return await asyncio.wait_for(going, 10)

    result = asyncio.run(both())
    assert result.status == "cancelled"
    assert isinstance(result.trace[-1], RunFinished)


def test_a_run_is_driven_once(world: Path, path: Path) -> None:
    async def both() -> None:
        with rw.Journal(path) as journal:
            going = asyncio.ensure_future(rw.run(PLAN, shop(world, slow=30), journal=journal, run_id="r"))
            await begun(world)
            with pytest.raises(rw.JournalError, match="in this process"):
                await rw.resume("r", shop(world), journal=journal)
            with pytest.raises(rw.JournalError, match="in another process"):
                await rw.resume("r", shop(world), journal=path)
            with pytest.raises(rw.JournalError, match="already"):
                await rw.run(PLAN, shop(world), journal=journal, run_id="r")
            assert journal.runs()[0].status == "running"
            going.cancel()
            with pytest.raises(asyncio.CancelledError):
                await going
            assert journal.runs()[0].status == "cancelled"

    asyncio.run(both())


def test_fifty_runs_share_one_journal(world: Path, path: Path) -> None:
    async def all_of_them(journal: rw.Journal) -> list[rw.Result]:
        runs = (rw.run(PLAN, shop(world), journal=journal, run_id=f"run-{place:02}") for place in range(50))
        return await asyncio.gather(*runs)

    with rw.Journal(path) as journal:
        results = asyncio.run(all_of_them(journal))
        assert all(result.value == WHOLE for result in results)
        assert {run.status for run in journal.runs()} == {"succeeded"}
        for result in results:
            assert tuple(journal.events(result.run_id)) == result.trace
        with pytest.raises(rw.JournalError, match="several runs whose id begins with 'run-1': run-10, "):
            journal.find("run-1")
        with pytest.raises(rw.JournalError, match="no run"):
            journal.find("")


def test_a_journal_that_is_closed_too_early_ends_its_runs(world: Path, path: Path) -> None:
    async def whole(journal: rw.Journal) -> None:
        going = asyncio.ensure_future(rw.run(PLAN, shop(world, slow=0.3), journal=journal, run_id="r"))
        await begun(world)
        journal.close()
        await going

    with pytest.raises(rw.JournalError, match="closed while runs were going on"):
        asyncio.run(whole(rw.Journal(path)))
    assert calls(world, "send") == []
    assert resume("r", world, path).value == WHOLE


def test_an_error_that_no_file_can_hold_is_spelt_out(path: Path) -> None:
    registry = rw.Registry()

    @registry.tool(effect="read")
    async def search(query: str) -> str:
        raise ValueError("half \ud800")

    result = rw.run_sync('#E1 = search(query="x")\n', registry, journal=path, run_id="r")
    assert result["E1"].message == "ValueError: half \\ud800"
    with rw.Journal(path) as journal:
        assert tuple(journal.events("r")) == result.trace


def test_unjournaled_runs_load_no_database(world: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nimport rewoo_dsl as rw\nfrom shop import PLAN, shop\n"
        f"rw.run_sync(PLAN, shop(Path({str(world)!r})))\nprint(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sqlite3", "filelock", "rewoo_dsl._durable", "rewoo_dsl.trace.journal"} & set(done.stdout.split())


def test_what_is_called_when_it_goes_on_goes_through_cache_and_pool(world: Path, path: Path) -> None:
    run = suspended(world, path, ASKING.replace('"after #E3")', '"port strike") after #E3')).run
    cache, tools = rw.Cache(lifetimes={"search": 60}), shop(world)
    rw.run_sync('#E1 = search(query="port strike")', tools, cache=cache)

    async def main() -> rw.Result:
        pool = rw.Pool(concurrency=1)
        other = pool.join(tools, rw.Limits())
        await other.enter("send")
        going_on = asyncio.create_task(
            rw.resume(run, tools, journal=path, answers={"E3": True}, cache=cache, pool=pool)
        )
        await asyncio.sleep(0.3)
        assert calls(world, "send") == [], "another run has the pool's only turn"
        other.leave("send")
        other.shutdown()
        return await going_on

    assert (asyncio.run(main()).status, cache.hits, len(calls(world, "search"))) == ("succeeded", 1, 2)
