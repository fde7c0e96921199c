"""`rewoo resume` at a terminal: what became of a write is asked, and so is what a step asks."""

import json
import subprocess
import time
from pathlib import Path

from cli_process import COMMAND, environment
from test_cli_terminal import Session

PLAN = """\
#E1 = mail(to=["a@example.com"], text="one")
#E2 = mail(to=["b@example.com"], text="two") after #E1 approve "And the other?" within 2h
return {one: #E1, two: #E2}
"""
HANGING = """
import pathlib, asyncio
from my_tools import registry as known
from rewoo_dsl import Registry

registry = Registry(*(tool for tool in known.values() if tool.name != "mail"))


@registry.tool()
async def mail(to: list[str], text: str) -> dict[str, int]:
    "Send a mail."
    if not pathlib.Path("mailing").exists():
        pathlib.Path("mailing").touch()
        await asyncio.sleep(60)
    return {"sent": len(to)}
"""


def interrupted(folder: Path) -> str:
    (folder / "plan.rewoo").write_text(PLAN)
    (folder / "hanging.py").write_text(HANGING)
    words = ("run", "plan.rewoo", "--tools", "hanging:registry", "--journal", "runs.db")
    running = subprocess.Popen(
        [*COMMAND, *words], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not (folder / "mailing").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.kill()
    running.wait()
    listed = subprocess.run(
        [*COMMAND, "runs", "--json", "--journal", "runs.db"], cwd=folder, env=environment(), capture_output=True,
        check=True,
    )  # fmt: skip
    return str(json.loads(listed.stdout)["runs"][0]["run"])


def test_both_are_asked_and_the_run_goes_on(folder: Path) -> None:
    session = Session(folder, "resume", interrupted(folder)[:8], "--journal", "runs.db")
    try:
        session.until("Did it happen?")
        session.type("d\n")
        session.until("What did it give?")
        session.type('{"sent": 7}\n')
        assert 'text = "two"' in session.until("Approve? [y/N]")
        session.type("y\n")
        assert session.end() == 0
        assert '"sent": 7' in session.shown
        assert '"sent": 1' in session.shown
    finally:
        session.close()


def test_who_does_not_know_is_not_pressed(folder: Path) -> None:
    session = Session(folder, "resume", interrupted(folder)[:8], "--journal", "runs.db")
    try:
        session.until("Did it happen?")
        session.type("\n")
        assert session.end() == 2
        assert "#E1 is undecided, so the run does not go on" in session.shown
    finally:
        session.close()
