"""What is wrong with a journal is told in a sentence; what was recorded before it went wrong is not lost."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from shop import PLAN, calls, shop

import rewoo_dsl as rw
from rewoo_dsl.trace.journal_file import APPLICATION, VERSION


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return tmp_path / "world"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def kept(world: Path, path: Path) -> Path:
    """A journal with a finished run `r`."""
    rw.run_sync(PLAN, shop(world), journal=path, run_id="r")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(rw.JournalError) as caught:
        read(path)
    return str(caught.value)


def read(path: Path) -> None:
    with rw.Journal(path) as journal:
        for run in journal.runs():
            list(journal.events(run.run))


def sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for one in statements:
        connection.execute(one)
    connection.commit()
    connection.close()


# --- opening --------------------------------------------------------------------------------------------------------


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "there is no folder" in refusal(tmp_path / "nowhere" / "runs.db")
    text = tmp_path / "notes.txt"
    text.write_text("no database at all, and long enough to be looked at closely\n" * 20)
    before = text.read_text()
    assert "no SQLite database" in refusal(text)
    assert text.read_text() == before
    with pytest.raises(rw.JournalError, match="there is no journal"):
        rw.Journal(tmp_path / "missing.db", create=False)
    assert not (tmp_path / "missing.db").exists()


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    sql(path, "CREATE TABLE runs (x)")
    before = path.read_bytes()
    assert "of another program" in refusal(path)
    assert path.read_bytes() == before


def test_a_newer_journal_is_refused(kept: Path) -> None:
    sql(kept, f"PRAGMA user_version = {VERSION + 1}")
    assert "by a newer rewoo_dsl" in refusal(kept)


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.touch()
    with rw.Journal(path) as journal:
        assert journal.runs() == []
        assert journal._rows("PRAGMA application_id") == [(APPLICATION,)]
        assert journal._rows("PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("left", [100, 4096, 5000, 12288])
def test_a_truncated_journal_is_refused(kept: Path, left: int) -> None:
    whole = kept.read_bytes()
    assert len(whole) > left
    kept.write_bytes(whole[:left])
    assert refusal(kept).startswith(str(kept))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE events SET lines = '[{}]'", "does not hold events"),
        ("UPDATE events SET sequence = sequence + 1", "events are missing"),
        ("DELETE FROM events", "has no events"),
        ('UPDATE events SET lines = \'[{"type":"step_started","step":"E1","at":0}]\'', "begin with its start"),
    ],
)
def test_a_journal_that_somebody_edited_is_refused(kept: Path, change: str, why: str) -> None:
    sql(kept, change)
    assert why in refusal(kept)


@pytest.mark.parametrize("change", ["UPDATE blobs SET text = text || ' '", "DELETE FROM blobs"])
def test_a_plan_that_somebody_edited_is_refused(kept: Path, change: str) -> None:
    sql(kept, change)
    with rw.Journal(kept) as journal, pytest.raises(rw.JournalError, match="is damaged"):
        journal.record("r")


# --- in the middle --------------------------------------------------------------------------------------------------


def failing(world: Path, path: Path, go_wrong, journal: rw.Journal | None = None) -> str:
    """A run of which the journal goes wrong as soon as its first call has begun; what it says then."""

    async def whole() -> None:
        going = asyncio.ensure_future(rw.run(PLAN, shop(world, slow=0.4), journal=journal or path, run_id="bad"))
        while not calls(world):  # noqa: ASYNC110  # what is waited for is in a file
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        go_wrong()
        await going

    with pytest.raises(rw.JournalError) as caught:
        asyncio.run(whole())
    return str(caught.value)


def goes_on(world: Path, path: Path) -> None:
    """What was committed is still there, and no write was made that is not in it."""
    assert calls(world, "send") == []
    result = asyncio.run(rw.resume("bad", shop(world), journal=path))
    assert result.status == "succeeded"
    assert len(calls(world, "send")) == 1


def test_a_deleted_journal_stops_the_run(world: Path, path: Path) -> None:
    assert "was deleted or replaced" in failing(world, path, path.unlink)
    assert calls(world, "send") == []


def test_a_replaced_journal_stops_the_run(world: Path, path: Path) -> None:
    copy = path.with_name("copy.db")

    def replace() -> None:
        shutil.copy(path, copy)
        copy.replace(path)

    assert "was deleted or replaced" in failing(world, path, replace)


def test_a_locked_journal_stops_the_run(world: Path, path: Path) -> None:
    holds: list[sqlite3.Connection] = []

    def lock() -> None:
        holds.append(sqlite3.connect(path, isolation_level=None))
        holds[0].execute("BEGIN IMMEDIATE")

    with rw.Journal(path, busy_seconds=0.2) as journal:
        assert "has held it locked" in failing(world, path, lock, journal)
    holds[0].close()
    goes_on(world, path)


def test_a_short_lock_is_waited_for(world: Path, path: Path) -> None:
    async def whole() -> rw.Result:
        going = asyncio.ensure_future(rw.run(PLAN, shop(world, slow=0.1), journal=path))
        while not calls(world):  # noqa: ASYNC110  # what is waited for is in a file
            await asyncio.sleep(0.01)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.6)
        connection.close()
        return await going

    assert asyncio.run(whole()).status == "succeeded"


def test_a_full_disk_stops_the_run(world: Path, path: Path) -> None:
    """The system lets no file grow any more, which is as near to a full disk as one comes without one."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import os, resource, signal\nfrom pathlib import Path\nfrom shop import PLAN, shop\nimport rewoo_dsl as rw\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"world, path = Path({str(world)!r}), {str(path)!r}\n"
        "def full(event):\n"
        "    if event.type == 'step_finished' and event.step == 'E1':\n"
        "        size = os.path.getsize(path + '-wal')\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "try:\n"
        "    rw.run_sync(PLAN, shop(world, slow=0.2), journal=path, run_id='bad', on_event=full)\n"
        "except rw.JournalError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(path))
    assert "disk" in done.stdout
    goes_on(world, path)


def test_a_full_database_says_so(world: Path, path: Path) -> None:
    with rw.Journal(path) as journal:
        journal._open_writer()[0]._connection.execute("PRAGMA max_page_count = 8")
        with pytest.raises(rw.JournalError, match="the disk is full"):
            asyncio.run(rw.run(PLAN, shop(world), journal=journal))
        with pytest.raises(rw.JournalError, match="the disk is full"):
            asyncio.run(rw.run(PLAN, shop(world), journal=journal))
    assert calls(world, "send") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_journal_that_may_only_be_read_is_read(kept: Path, world: Path) -> None:
    kept.chmod(0o400)
    with rw.Journal(kept) as journal:
        assert len(journal.runs()) == 1
        with pytest.raises(rw.JournalError, match="may only be read"):
            journal.ask_to_cancel("r")


def test_a_write_under_way_is_not_torn_apart_when_the_journal_fails(world: Path, path: Path) -> None:
    ended = []
    registry = rw.Registry()

    @registry.tool(effect="write")
    async def send(to: str) -> str:
        path.unlink()  # noqa: ASYNC240
        await asyncio.sleep(0.3)
        ended.append(to)
        return to

    @registry.tool(effect="read")
    async def search(query: str) -> str:
        await asyncio.sleep(0.1)
        return query

    plan = '#E1 = send(to="ann")\n#E2 = search(query="x")\n#E3 = send(to=#E2)\nreturn [#E1, #E3]\n'
    with pytest.raises(rw.JournalError, match="was deleted"):
        rw.run_sync(plan, registry, journal=path)
    assert ended == ["ann"]
