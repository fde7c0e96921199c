"""Plans by the thousand under all three laws, for as long as somebody wants: what `make soak` does.

    report = soak(seconds=60, seed=7)
    print(report.text())

Every number is a plan, a world, faults, an order of ends, crash points and a moment of cancelling, drawn from the seed
and that number. The same number is the same trial in every process, so `--seed S --first N` looks at one again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from ..interpreter.limits import Limits
from ..trace.events import Event
from .coverage import Matrix
from .dense import World, library, linked_plan
from .drawing import Seeded
from .driven import driven
from .fault_schedules import draw_faults
from .invariants import replayed_alike
from .laws import Trial
from .reproducer import Failure

_BATCH = 200
_FAILURES = 10
_EVERY_POINT = 50
"""One plan in so many is crashed after every single event; the others after one or two."""
_DRIVEN = 25
"""One plan in so many is run by the asyncio driver, too, and resumed by it."""


@dataclass
class Report:
    """What was tried, and what was found.

    Attributes:
        failures: trials that broke their law, as files' contents, each as small as it could be made.
    """

    seed: int
    plans: int = 0
    runs: int = 0
    events: int = 0
    faults: int = 0
    crash_points: int = 0
    cancellations: int = 0
    driven: int = 0
    seconds: float = 0.0
    matrix: Matrix = field(default_factory=Matrix)
    failures: list[Failure] = field(default_factory=list)

    def join(self, other: "Report") -> None:
        """Adds what another process has done."""
        for name in ("plans", "runs", "events", "faults", "crash_points", "cancellations", "driven"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.matrix.join(other.matrix)
        self.failures += other.failures

    def text(self) -> str:
        """For a person."""
        rate = self.plans / self.seconds if self.seconds else 0.0
        found = "no divergence" if not self.failures else f"{len(self.failures)} divergences"
        tried = (
            f"seed {self.seed}: {self.plans:,} plans, {self.runs:,} runs, {self.events:,} events, "
            f"{self.faults:,} faults, {self.crash_points:,} crash points, {self.cancellations:,} cancellations, "
            f"{self.driven:,} runs of the driver"
        )
        return f"{self.matrix.table()}\n{tried} in {self.seconds:.1f} s ({rate:,.0f} plans/s): {found}\n"


def soak(
    *,
    seconds: float | None = None,
    plans: int | None = None,
    seed: int = 0,
    first: int = 0,
    jobs: int = 1,
    say: Callable[[str], object] = lambda _: None,
) -> Report:
    """Tries plans until the time is over, so many were tried, or ten were found that break a law.

    Args:
        seconds: how long; None for as long as it takes.
        plans: how many; None for as many as there is time for.
        seed: what everything is drawn from.
        first: the number of the first plan.
        jobs: processes to use.
        say: hears how it goes, now and then.
    """
    began = time.monotonic()
    whole = Report(seed)
    told = began
    for part in _parts(_batches(began, seconds, plans, seed, first), jobs):
        whole.join(part)
        whole.seconds = time.monotonic() - began
        if time.monotonic() - told > 10:
            told = time.monotonic()
            say(f"{whole.plans:,} plans, {whole.crash_points:,} crash points, {len(whole.failures)} failures")
        if len(whole.failures) >= _FAILURES:
            break
    whole.seconds = time.monotonic() - began
    return whole


def _batches(
    began: float, seconds: float | None, plans: int | None, seed: int, first: int
) -> Iterator[tuple[int, int, int]]:
    number = first
    while (plans is None or number < first + plans) and (seconds is None or time.monotonic() - began < seconds):
        count = _BATCH if plans is None else min(_BATCH, first + plans - number)
        yield seed, number, count
        number += count


def _parts(batches: Iterator[tuple[int, int, int]], jobs: int) -> Iterator[Report]:
    if jobs == 1:
        yield from map(_tried, batches)
        return
    with get_context("spawn").Pool(jobs, initializer=library) as pool:
        waiting = [pool.apply_async(_tried, (one,)) for one, _ in zip(batches, range(2 * jobs), strict=False)]
        while waiting:
            yield waiting.pop(0).get()
            following = next(batches, None)
            if following is not None:
                waiting.append(pool.apply_async(_tried, (following,)))


def _tried(batch: tuple[int, int, int]) -> Report:
    seed, first, count = batch
    report = Report(seed)
    for number in range(first, first + count):
        _try(report, seed, number)
    return report


def _try(report: Report, seed: int, number: int) -> None:
    """One plan: a whole run, one that is cancelled, and one or all that crash; now and then all of it at once."""
    draw = Seeded(seed * 1_000_003 + number)
    linked = linked_plan(draw)
    world = World(draw.number(0, 10**9), calm=draw.chance(3))
    slots = draw.number(1, 8)
    faults = draw_faults(draw, linked)
    calls = draw.number(0, 6) if draw.chance(8) else None
    limits = Limits(concurrency=slots) if calls is None else Limits(concurrency=slots, tool_calls=calls)
    trial = Trial(linked, world.oracle, limits=limits, faults=faults, order=number)
    report.plans += 1
    report.faults += len(faults)
    length = len(_ran(report, trial))
    if length < 2:
        return
    for one in _further(draw, trial, length):
        report.crash_points += len(one.crashes)
        report.cancellations += one.cancel_at is not None
        _ran(report, one)
    if draw.chance(_DRIVEN):
        _drive(report, trial, world, draw.number(1, length - 1))


def _drive(report: Report, trial: Trial, world: World, place: int) -> None:
    """The same plan by the asyncio driver, whole and resumed. What is called twice is counted twice there."""
    faults = tuple(one for one in trial.faults if one.kind != "duplicate")
    trial = replace(trial, faults=faults)
    if trial.outcome.may_meet:
        return
    for crash_after in (None, place):
        report.driven += 1
        told = _driven(trial, world, crash_after)
        if told:
            kept = replace(trial, crashes=() if crash_after is None else (crash_after,))
            report.failures.append(Failure.of(kept, told).model_copy(update={"kind": "driver"}))


def _driven(trial: Trial, world: World, crash_after: int | None) -> list[str]:
    try:
        return driven(
            trial.linked,
            world.described(),
            answers=world.answers,
            faults=trial.faults,
            limits=trial.limits,
            crash_after=crash_after,
        )
    except Exception as error:
        return [f"the driver raised {type(error).__name__}: {error}"]


def _further(draw: Seeded, trial: Trial, length: int) -> Iterator[Trial]:
    moment, place = draw.number(0, length // 2), draw.number(1, length - 1)
    yield trial.happening(cancel_at=moment)
    if draw.chance(_EVERY_POINT):
        yield from (trial.happening(crashes=(one,)) for one in range(1, length))
    elif draw.chance(4):
        yield trial.happening(crashes=(place, draw.number(1, length - 1)), cancel_at=moment)
    else:
        yield trial.happening(crashes=(place,))


def _ran(report: Report, trial: Trial) -> tuple[Event, ...]:
    """Runs a trial, counts what it has shown, and keeps it when it breaks its law."""
    report.runs += 1
    try:
        result = trial.run()
    except Exception as error:
        report.failures.append(smallest(trial, [f"the machine raised {type(error).__name__}: {error}"]))
        return ()
    told = trial.breaks(result)
    if not told and report.runs % 4 == 0:
        told = replayed_alike(trial.linked, result.trace)
    if told:
        report.failures.append(smallest(trial, told))
    report.matrix.add(trial.linked, result.trace, trial.faults)
    report.events += len(result.trace)
    return result.trace


def smallest(trial: Trial, told: list[str]) -> Failure:
    """The failure, with as little plan, faults and crash points in it as still breaks the law."""
    from .shrinking import shrink_trial

    less = shrink_trial(trial)
    return Failure.of(less, less.breaks() or told)


__all__ = ["Report", "smallest", "soak"]
