"""Runs that a journal keeps, over the real command: seen, explained, gone on with, compared, replayed and ended."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import COMMAND, Ended, Rewoo, environment

Golden = Callable[[str, str], None]

JOURNAL = {"REWOO_JOURNAL": "runs.db"}
TOOLS = ("--tools", "my_tools:registry")
PLAN = """\
Goal: Tell the owners.
input topic: str = "ports"
#E1 = search(query=#topic, k=2)
#E2 = search(query="broken") fallback search(query=#E1[0], k=1)
#E3 = mail(to=["a@example.com"], text=#E1[1]) approve "Send it?" within 2h
return {mailed: #E3, found: #E2}
"""
SLOW_MAIL = """
import pathlib, time
from my_tools import registry as known
from rewoo_dsl import Registry

registry = Registry(*(tool for tool in known.values() if tool.name != "mail"))


@registry.tool()
async def mail(to: list[str], text: str) -> dict[str, int]:
    "Send a mail."
    import asyncio
    pathlib.Path("mailing").touch()
    await asyncio.sleep(SECONDS)
    with open("outbox", "a") as file:
        file.write(text + chr(10))
    return {"sent": len(to)}
"""


@pytest.fixture
def kept(rewoo: Rewoo, folder: Path) -> Rewoo:
    """`rewoo` with a journal in the folder, and a plan."""
    (folder / "plan.rewoo").write_text(PLAN)

    def run(*words: str, **more: object) -> Ended:
        return rewoo(*words, env=JOURNAL, **more)

    return run


def runs(kept: Rewoo) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(kept("runs", "--json").out)["runs"]
    return found


def last(kept: Rewoo) -> str:
    return str(runs(kept)[0]["run"])


def plain(text: str) -> str:
    """Without what is different each time: ids, moments, durations."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "<run>", text)
    text = re.sub(r"\b[0-9a-f]{16}…", "<hash>…", text)
    text = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b", "<run>   ", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<moment>", text)
    return re.sub(r" *\b\d+(\.\d)?m?s\b", " <time>", text)


def test_a_run_waits_for_a_person_and_goes_on_with_the_answer(kept: Rewoo, folder: Path, golden: Golden) -> None:
    first = kept("run", "plan.rewoo", *TOOLS)
    assert (first.code, first.out) == (1, "")
    run = last(kept)
    assert f"rewoo resume {run[:8]} --yes E3    (or --no E3)" in first.err
    assert not (folder / "outbox").exists()
    golden("cli/runs_waiting.txt", plain(kept("runs").out + "\n" + kept("show", run[:6]).out))
    second = kept("resume", run[:8], "--yes", "E3")
    assert second.code == 0
    assert json.loads(second.out) == {"mailed": {"sent": 1}, "found": ["ports 0 0"]}
    assert (folder / "outbox").read_text() == "ports 1\n"
    again = kept("resume", run)
    assert (again.code, json.loads(again.out)["mailed"]) == (0, {"sent": 1})
    assert "has ended already: succeeded" in again.err
    assert (folder / "outbox").read_text() == "ports 1\n"
    golden("cli/runs_why.txt", plain(kept("why", run).out))
    golden("cli/runs_show.txt", plain(kept("show", run).out))


def test_a_no_skips_the_step(kept: Rewoo, folder: Path) -> None:
    kept("run", "-q", "plan.rewoo", *TOOLS)
    ended = kept("resume", last(kept), "--no", "E3")
    assert (ended.code, json.loads(ended.out)["mailed"]) == (0, None)
    assert not (folder / "outbox").exists()


def test_what_is_shown_to_programs(kept: Rewoo) -> None:
    kept("run", "plan.rewoo", *TOOLS)
    found = json.loads(kept("show", last(kept), "--json").out)
    assert (found["status"], found["name"], found["steps"]["E3"]["state"]) == ("suspended", "plan.rewoo", "ready")
    (question,) = found["questions"]
    assert (question["step"], question["calls"][0]["arguments"]["text"]) == ("E3", "ports 1")
    assert len(question["binding"]) == 64
    assert found["next"][0] == f"rewoo resume {found['run'][:8]} --yes E3"
    assert found["evidence"] == {"E1": ["ports 0", "ports 1"], "E2": ["ports 0 0"]}
    assert kept("runs", "--status", "waiting").out.count("plan.rewoo") == 1
    assert kept("runs", "--status", "failed").out == ""
    assert json.loads(kept("why", last(kept), "E2", "--json").out)["start"] == "E2"


def test_one_page_for_a_browser(kept: Rewoo, folder: Path) -> None:
    kept("run", "plan.rewoo", *TOOLS, "--yes")
    ended = kept("show", last(kept), "--html", "-o", "run.html")
    page = (folder / "run.html").read_text()
    assert (ended.code, ended.out) == (0, "")
    assert page.startswith("<!doctype html>")
    assert "ports 1" in page


def test_a_replay_calls_nothing(kept: Rewoo, folder: Path) -> None:
    kept("run", "plan.rewoo", *TOOLS, "--yes")
    run = last(kept)
    (folder / "my_tools.py").rename(folder / "elsewhere.py")
    replayed = kept("run", "--replay", run)
    assert (replayed.code, json.loads(replayed.out)["mailed"]) == (0, {"sent": 1})
    assert f"replays run {run[:8]}: nothing is called" in replayed.err
    assert (folder / "outbox").read_text() == "ports 1\n"
    (folder / "run.jsonl").write_text(kept("show", run, "--format", "events").out)
    (folder / "elsewhere.py").rename(folder / "my_tools.py")
    assert kept("run", "-q", "plan.rewoo", "--replay", "run.jsonl", *TOOLS).code == 0
    assert len(runs(kept)) == 1
    (folder / "plan.rewoo").write_text(PLAN.replace("k=2", "k=3"))
    other = kept("run", "plan.rewoo", "--replay", run)
    assert other.code == 1
    assert "#E1 calls search(query=ports, k=3), which the record does not have" in other.err


def test_what_if(kept: Rewoo, folder: Path, golden: Golden) -> None:
    kept("run", "plan.rewoo", *TOOLS, "--yes")
    parent = last(kept)
    changed = kept("run", "--replay", parent, "--with", 'E1=["quiet", "x"]', "--no-ask")
    assert changed.code == 2  # somebody would have to be asked, had the mail not been sent
    changed = kept("run", "--replay", parent, "--with", 'E1=["quiet", "x"]')
    assert json.loads(changed.out) == {"mailed": {"sent": 1}, "found": ["quiet 0"]}
    assert (folder / "outbox").read_text() == "ports 1\n"
    child = runs(kept)[0]
    assert child["parent"] == parent
    compared = kept("diff", parent, str(child["run"]))
    assert compared.code == 1
    golden("cli/runs_diff.txt", plain(compared.out))
    assert kept("diff", parent, parent).code == 0
    assert json.loads(kept("diff", parent, parent, "--json").out)["differs"] is False
    kept("run", "-q", "--replay", parent, "--again", "E3", "--yes")
    assert (folder / "outbox").read_text() == "ports 1\nports 1\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--from-step", "E9"), "error: the plan has no step #E9\n"),
        (("--again", "E9"), "error: the plan has no step #E9\n"),
        (
            ("--with", "E1=7"),
            "error: the value for #E1 is not what the step gives: the value: 7 is not of type 'array'\n",
        ),
        (
            ("--with", "E1=NaN"),
            "error: the value for #E1 is not what the step gives: a number that is not finite (nan)\n",
        ),
    ],
)
def test_what_cannot_be_varied_is_refused_before_a_run_has_begun(
    kept: Rewoo, change: tuple[str, str], said: str
) -> None:
    kept("run", "plan.rewoo", *TOOLS, "--yes")
    parent = json.loads(kept("runs", "--json").out)["runs"][0]["run"]
    refused = kept("run", "--replay", parent, *change, "--yes")
    assert (refused.code, refused.err) == (2, said)
    assert len(json.loads(kept("runs", "--json").out)["runs"]) == 1


def test_a_damaged_journal_is_not_taken_for_a_wrong_id(kept: Rewoo, folder: Path) -> None:
    kept("run", "plan.rewoo", *TOOLS, "--yes")
    run = json.loads(kept("runs", "--json").out)["runs"][0]["run"]
    whole = bytearray((folder / "runs.db").read_bytes())
    for page in range(8192, len(whole), 4096):
        whole[page : page + 200] = b"\xff" * 200
    (folder / "runs.db").write_bytes(whole)
    ended = kept("show", run)
    assert "is damaged" in ended.err
    assert "lists them" not in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "which plan?"),
        (["run", "plan.rewoo", "--with", "E1=1"], "--replay RUN"),
        (["run", "plan.rewoo", "--replay", "nobody"], "has no run 'nobody'"),
        (["run", "plan.rewoo", "--replay", "plan.rewoo"], "these are no events of a run"),
        (["show", "nobody"], "`rewoo runs` lists them"),
        (["runs", "--status", "odd"], "--status is one of"),
    ],
)
def test_what_makes_no_sense_is_said(kept: Rewoo, words: list[str], said: str) -> None:
    kept("run", "-q", "plan.rewoo", *TOOLS, "--yes")
    ended = kept(*words)
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_journal_has_to_be_named_and_a_project_may(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(PLAN)
    assert "which journal?" in rewoo("runs").err
    assert rewoo("runs", "--journal", "nowhere.db").code == 2
    (folder / "pyproject.toml").write_text('[tool.rewoo]\njournal = "kept.db"\n')
    rewoo("run", "-q", "plan.rewoo", *TOOLS, "--yes")
    assert rewoo("runs").out.count("succeeded") == 1
    (folder / "pyproject.toml").write_text('[tool.rewoo]\njournal = "../kept.db"\n')
    assert "leads out of it" in rewoo("runs").err


def test_a_changed_plan_or_tool_is_refused_with_the_difference(kept: Rewoo, folder: Path) -> None:
    kept("run", "-q", "plan.rewoo", *TOOLS)
    (folder / "plan.rewoo").write_text(PLAN.replace("k=1", "k=5"))
    ended = kept("resume", last(kept), "--yes", "E3")
    assert ended.code == 1
    assert '+#E2 = search(query="broken") fallback search(query=#E1[0], k=5)' in ended.err
    (folder / "plan.rewoo").write_text(PLAN)
    tools = (folder / "my_tools.py").read_text()
    (folder / "my_tools.py").write_text(tools.replace("text: str)", "text: str, urgent: bool = False)"))
    ended = kept("resume", last(kept), "--yes", "E3")
    assert (ended.code, "urgent" in ended.err) == (1, True)
    assert not (folder / "outbox").exists()


def test_a_policy_is_held_against_the_plan_and_its_calls(kept: Rewoo, folder: Path) -> None:
    (folder / "policy.json").write_text(json.dumps({"deny": ["mail"]}))
    ended = kept("run", "plan.rewoo", *TOOLS, "--policy", "policy.json", "--yes")
    assert ended.code != 0
    assert "mail" in ended.err
    assert not (folder / "outbox").exists()


# --- processes that end early --------------------------------------------------------------------------------------


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *words], cwd=folder, env=environment(**JOURNAL), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(path: Path) -> None:
    for _ in range(1500):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path.name} did not come")


def test_a_killed_run_is_interrupted_and_asks_what_became_of_its_write(kept: Rewoo, folder: Path) -> None:
    (folder / "slow.py").write_text(SLOW_MAIL.replace("SECONDS", "60"))
    running = start(folder, "run", "plan.rewoo", "--tools", "slow:registry", "--yes")
    wait_for(folder / "mailing")
    assert runs(kept)[0]["status"] == "running"
    running.kill()
    running.communicate()
    run = last(kept)
    assert runs(kept)[0]["status"] == "interrupted"
    asked = kept("resume", run)
    assert asked.code == 1
    assert f"rewoo resume {run[:8]} --done E3=VALUE" in asked.err
    assert [one["call"] for one in json.loads(kept("show", run, "--json").out)["undecided"]] == ["E3"]
    wrong = kept("resume", run, "--done", "E3=7")
    assert (wrong.code, "is not what mail gives" in wrong.err) == (2, True)
    done = kept("resume", run, "--done", 'E3={"sent": 9}')
    assert (done.code, json.loads(done.out)["mailed"]) == (0, {"sent": 9})
    assert not (folder / "outbox").exists()
    assert "from a person" in kept("why", run).out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_a_run_that_can_go_on_and_lets_a_write_end(
    kept: Rewoo, folder: Path, how: signal.Signals
) -> None:
    (folder / "slow.py").write_text(SLOW_MAIL.replace("SECONDS", "1"))
    running = start(folder, "run", "plan.rewoo", "--tools", "slow:registry", "--yes")
    wait_for(folder / "mailing")
    running.send_signal(how)
    _, said = running.communicate(timeout=30)
    run = last(kept)
    assert running.returncode == (130 if how is signal.SIGINT else 143)
    assert f"go on with `rewoo resume {run[:8]}`" in said.decode()
    assert (folder / "outbox").read_text() == "ports 1\n"
    ended = kept("resume", run)
    assert (ended.code, json.loads(ended.out)["mailed"]) == (0, {"sent": 1})
    assert (folder / "outbox").read_text() == "ports 1\n"


def test_a_run_is_cancelled_wherever_it_goes_on(kept: Rewoo, folder: Path) -> None:
    kept("run", "-q", "plan.rewoo", *TOOLS)
    assert "is cancelled" in kept("cancel", last(kept)).err
    assert runs(kept)[0]["status"] == "cancelled"
    assert kept("cancel", last(kept)).code == 1
    (folder / "slow.py").write_text(SLOW_MAIL.replace("SECONDS", "60"))
    running = start(folder, "run", "plan.rewoo", "--tools", "slow:registry", "--yes")
    wait_for(folder / "mailing")
    assert "is asked to stop" in kept("cancel", last(kept)).err
    running.communicate(timeout=30)
    assert runs(kept)[0]["status"] == "cancelled"
