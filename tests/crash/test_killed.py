"""A process that is killed in earnest, at any moment: what it had recorded is kept, and the run comes to its end."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import rewoo_dsl as rw
from rewoo_dsl.interpreter.resume import label
from rewoo_dsl.trace.events import AttemptFinished, AttemptStarted
from tests.journal.shop import calls, shop

PLAN = """input who: list[str] = ["ann", "bob", "cem", "dan", "eva"]
#E1 = search(query="storm")
#E2 = note(text="#w: #{E1[0]}") for #w in #who max 9
#E3 = send(to=#w) for #w in #who max 9
#E4 = search(query="after #E3")
#E5 = send(to=#E4[0]) after #E2
return {notes: #E2, mails: #E3, last: #E5}
"""
CHILD = """
import sys
from pathlib import Path
import rewoo_dsl as rw
from tests.journal.shop import shop
rw.run_sync({plan!r}, shop(Path({world!r}), slow=0.01), journal={path!r}, run_id="r",
            limits=rw.Limits(concurrency=2), on_event=lambda event: print(event.type, flush=True))
"""
ROOT = Path(__file__).parents[2]


def killed(world: Path, path: Path, after: float) -> None:
    """Runs the plan in a process of its own, and kills it so many seconds after the run began."""
    code = CHILD.format(plan=PLAN, world=str(world), path=str(path))
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after)
        child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("seed", range(8))
def test_a_killed_run_comes_to_the_same_end(tmp_path: Path, seed: int) -> None:
    world, path, calm = tmp_path / "world", tmp_path / "runs.db", tmp_path / "calm"
    killed(world, path, random.Random(seed).uniform(0.0, 0.16))
    recorded, result = gone_on_with(world, path)
    whole = rw.run_sync(PLAN, shop(calm), run_id="r")
    assert result.trace[: len(recorded)] == recorded
    assert (result.value, result.evidence) == (whole.value, whole.evidence)
    assert {(tool, key) for tool, _, key, _ in calls(world)} == {(tool, key) for tool, _, key, _ in calls(calm)}
    finished = {name(e) for e in recorded if isinstance(e, AttemptFinished)}
    made = Counter((key, attempt) for _, _, key, attempt in calls(world))
    for event in recorded:
        if isinstance(event, AttemptStarted) and name(event) in finished:
            assert made[event.key, event.attempt] == 1


def gone_on_with(world: Path, path: Path):
    """What was recorded when the process died, and the end; every write in doubt is made again."""
    with rw.Journal(path) as journal:
        if not journal.runs():  # it was killed before anything was durable: nothing was written either
            assert not [one for one in calls(world) if one[0] != "search"]
            return (), rw.run_sync(PLAN, shop(world), journal=journal, run_id="r")
        recorded = tuple(journal.events("r"))
        again: list[str] = []
        while True:
            before = calls(world)
            try:
                return recorded, asyncio.run(rw.resume("r", shop(world), journal=journal, again=again))
            except rw.UndecidedWrites as error:
                assert calls(world) == before
                again = [label(one) for one in error.writes]


def name(event: AttemptStarted | AttemptFinished) -> tuple[object, ...]:
    return event.step, event.item, event.branch, event.attempt
