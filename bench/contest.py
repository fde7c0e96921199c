"""Ours beside what a user would pick instead: no-op steps in three shapes, and the makespan of steps that wait.

Each scheduler is timed in a process of its own, turn by turn with the hand-written one, so that neither disturbs the
others and every figure has its floor beside it. A process that takes too long or too much memory is given up, and the
table says so.

`python -m bench.contest "LangGraph" layered 1000` prints one measurement as JSON.
"""

import json
import resource
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from statistics import median

from .measure import Table, seconds
from .schedulers import SCHEDULERS, builder
from .shapes import SHAPES, critical_path, pauses, wide

FLOOR = next(iter(SCHEDULERS))
SIZES = (1_000, 10_000)
WAITING = "waiting"
WAITING_STEPS = 200

MOST_SECONDS = 60
MOST_MEMORY = 4 << 30
DEEP_STACK = 512 << 20
ENOUGH_SECONDS = 4.0
"""A measurement is repeated, 7 times at most, until it has taken so long."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Medians in seconds. `ratio` is the median of the rounds' ratios: to the floor, or to the critical path."""

    build: float
    run: float
    floor: float
    ratio: float


def measure(name: str, shape: str, steps: int) -> Timed:
    waits = shape == WAITING
    needs = wide(steps) if waits else SHAPES[shape](steps)
    waiting = pauses(needs) if waits else {}
    path = critical_path(needs, waiting) if waits else None
    build, by_hand = builder(name), builder(FLOOR)(needs, waiting)
    rounds: list[tuple[float, float, float]] = []
    began = time.perf_counter()
    while not rounds or (len(rounds) < 7 and time.perf_counter() - began < ENOUGH_SECONDS):
        building, run = seconds(lambda: build(needs, waiting))
        running, _ = seconds(run)
        rounds.append((building, running, seconds(by_hand)[0] if path is None else path))
    return Timed(
        median(one[0] for one in rounds),
        median(one[1] for one in rounds),
        median(one[2] for one in rounds),
        median(one[1] / one[2] for one in rounds),
    )


def measured_apart(name: str, shape: str, steps: int) -> Timed | str:
    """The same from a process of its own, or why there is no figure."""
    command = [sys.executable, "-m", "bench.contest", name, shape, str(steps)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return f"over {MOST_SECONDS} s"
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
        return _why(last)
    return Timed(**json.loads(done.stdout))


def _why(error: str) -> str:
    if "ModuleNotFoundError" in error:
        return "not installed"
    return f"over {MOST_MEMORY >> 30} GB" if "MemoryError" in error else error.split(":")[0]


def tables() -> list[Table]:
    return [*(_no_ops(steps) for steps in SIZES), _makespan()]


def _no_ops(steps: int) -> Table:
    rows: list[tuple[str, ...]] = []
    for name in SCHEDULERS:
        found = [measured_apart(name, shape, steps) for shape in SHAPES]
        rows.append((name, *(_cell(one, steps) for one in found), _built(found[-1], steps)))
    title = f"{steps:,} steps that do nothing: time a step, and as a multiple of the hand-written scheduler"
    return Table(title, ("", *SHAPES, "to build before"), rows)


def _cell(found: Timed | str, steps: int) -> str:
    if isinstance(found, str):
        return found
    return f"{found.run / steps * 1e6:,.1f} µs, {found.ratio:.2f}x"


def _built(found: Timed | str, steps: int) -> str:
    return "" if isinstance(found, str) else f"{found.build / steps * 1e6:,.1f} µs"


def _makespan() -> Table:
    rows: list[tuple[str, ...]] = []
    for name in SCHEDULERS:
        found = measured_apart(name, WAITING, WAITING_STEPS)
        rows.append((name, found) if isinstance(found, str) else (name, f"{found.run:.3f} s", f"{found.ratio:.3f}x"))
    title = f"{WAITING_STEPS} steps of 5 to 50 ms, at most eight at once: time of the whole, against the critical path"
    return Table(title, ("", "makespan", "critical path"), rows)


def main() -> None:
    """One measurement, in a thread with a deep stack: some schedulers walk a long chain by recursion."""
    name, shape, steps = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.setrecursionlimit(1_000_000)
    threading.stack_size(DEEP_STACK)
    found: list[Timed] = []
    thread = threading.Thread(target=lambda: found.append(measure(name, shape, int(steps))))
    thread.start()
    threading.stack_size(0)  # for the threads that a scheduler makes
    thread.join()
    if not found:
        sys.exit(1)  # the thread has told why
    print(json.dumps(asdict(found[0])))


if __name__ == "__main__":
    main()
