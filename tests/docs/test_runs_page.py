"""What the page on runs shows is what happens: its commands are a journey, and its Python runs."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w ]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line[2:] for kind, text in BLOCKS if kind == "console" for line in text.splitlines()]
REWOO = (sys.executable, "-m", "rewoo_dsl.interfaces.cli")


def block(kind: str) -> str:
    return next(text for known, text in BLOCKS if known == kind)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_tools.py").write_text(block("python tools"), encoding="utf-8")
    (tmp_path / "plan.rewoo").write_text(block("rewoo"), encoding="utf-8")
    return tmp_path


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "REWOO_JOURNAL": "runs.db", "COLUMNS": "100"}


def rewoo(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "rewoo"
    return subprocess.run(
        [*REWOO, *words[1:]], cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def ids(folder: Path) -> list[str]:
    return [one["run"] for one in json.loads(rewoo(folder, "rewoo runs --json").stdout)["runs"]]


def test_the_journey(folder: Path) -> None:
    codes = {}
    for command in COMMANDS:
        known = ids(folder) if (folder / "runs.db").exists() else [""]
        named = command.replace("RUN", known[-1]).replace("OTHER", known[0])
        codes[command] = rewoo(folder, named).returncode
    waits, differs = COMMANDS[0], COMMANDS[-1]
    assert {command: code for command, code in codes.items() if code} == {waits: 1, differs: 1}
    assert (folder / "run.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(ids(folder)) == 3


def test_a_killed_run_goes_on_as_the_table_says(folder: Path) -> None:
    rewoo(folder, COMMANDS[0])
    (run,) = ids(folder)
    going_on = subprocess.Popen(
        [*REWOO, "resume", run, "--yes", "E2"], cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        events = rewoo(folder, f"rewoo show {run} --format events").stdout
        if "attempt_started" in events.partition("approval_answered")[2]:
            break
        time.sleep(0.05)
    going_on.send_signal(signal.SIGKILL)
    going_on.wait()
    assert rewoo(folder, f"rewoo resume {run}").returncode == 1
    done = next(line for line in PAGE.splitlines() if "--done" in line).split("`")[1].replace("RUN", run)
    ended = rewoo(folder, done)
    assert json.loads(ended.stdout) == {"sent": {"sent": "ann@example.com"}, "of": 2}


def test_the_python_runs(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")], cwd=folder, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    kept = "{'sent': 'ann@example.com'}"
    assert (done.stdout, done.stderr) == (f"{{'sent': {kept}, 'of': 2}} {{'sent': {kept}, 'of': 1}}\n", "")
