"""Journals that earlier versions wrote are read, and their runs go on (`data/README.md`)."""

import asyncio
import shutil
from pathlib import Path

import pytest
from shop import PLAN, calls, shop

import rewoo_dsl as rw
from rewoo_dsl.trace.journal_file import VERSION

DATA = Path(__file__).parent / "data"
FOLDERS = sorted(one for one in DATA.iterdir() if one.is_dir() and one.name.startswith("v"))
MAILED = {"mailed": "sent port strike!", "found": ["after sent port strike!!", "two"]}


def test_there_is_a_journal_of_every_version() -> None:
    assert [one.name for one in FOLDERS] == [f"v{version}" for version in range(1, VERSION + 1)]


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, for a journal that is opened is written to."""
    return Path(shutil.copytree(request.param, tmp_path / "journals"))


def resume(path: Path, world: Path, **said) -> rw.Result:
    return asyncio.run(rw.resume("r", shop(world), journal=path, **said))


def test_they_are_listed(folder: Path) -> None:
    found = {}
    for path in sorted(folder.glob("*.db")):
        with rw.Journal(path, create=False) as journal:
            (run,) = journal.runs()
            found[path.stem] = (run.status, run.name, len(journal.questions("r")))
    assert found == {
        "finished": ("succeeded", "finished", 0),
        "killed": ("interrupted", "killed", 0),
        "sub_plans": ("interrupted", "sub_plans", 0),
        "suspended": ("suspended", "suspended", 1),
    }


def test_a_finished_run_gives_its_result(folder: Path, tmp_path: Path) -> None:
    result = resume(folder / "finished.db", tmp_path / "world")
    assert (result.value, calls(tmp_path / "world")) == (MAILED, [])
    with rw.Journal(folder / "finished.db") as journal:
        assert journal.record("r").source == PLAN
        assert result.inputs == {"who": ["ann", "bob", "cem"]}


def test_a_suspended_run_gets_its_answer(folder: Path, tmp_path: Path) -> None:
    path, world = folder / "suspended.db", tmp_path / "world"
    with rw.Journal(path) as journal:
        journal._connection.execute("UPDATE runs SET started = unixepoch()")  # else its two hours are long over
        (question,) = journal.questions("r")
    assert resume(path, world, answers={"E3": (True, question.binding)}).value == MAILED
    assert [tool for tool, *_ in calls(world)] == ["send", "search"]


def test_a_killed_run_goes_on(folder: Path, tmp_path: Path) -> None:
    world = tmp_path / "world"
    with pytest.raises(rw.UndecidedWrites):
        resume(folder / "killed.db", world)
    assert resume(folder / "killed.db", world, done={"E3": "sent port strike!"}).value == MAILED
    assert [tool for tool, *_ in calls(world)] == ["search"]


def test_a_run_with_sub_plans_goes_on(folder: Path, tmp_path: Path) -> None:
    world = tmp_path / "world"
    result = resume(folder / "sub_plans.db", world, again=["E2"])
    assert (result.value, result["E1"].value) == ("sent a!", ["a!", "b!"])
    assert [tool for tool, *_ in calls(world)] == ["send"]
