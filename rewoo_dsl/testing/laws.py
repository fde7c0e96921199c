"""The three laws of `docs/semantics.md` as checks of any plan, yours included.

    check_law_a(linked, oracle)             # every schedule comes to what the reference says
    check_law_b(linked, oracle)             # so does what is left of it when somebody cancels
    check_law_c(linked, oracle)             # so does a run that crashed after any event, and was resumed

An oracle says how each attempt ends; the descriptions of scripted tools are one, too. A broken law raises `LawBroken`,
which names the law and what came instead, and leaves a file behind that `rewoo replay` runs again.

A `Trial` is one run with everything that it depends on, as values that can be written down; `breaks` says which
sentences it breaks. The rest of this module picks trials.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..interpreter.limits import Limits
from ..interpreter.result import Result
from ..ir.linked import LinkedPlan
from ..trace.events import AttemptStarted, CancelAsked, Event
from .faults import Fault, all_tools, faulty, read_faults
from .interleavings import Schedule
from .invariants import invariants, replayed_alike
from .reference import Oracle, Outcome, breaches, differences, reference, scripted, timeouts_of

if TYPE_CHECKING:
    from .reproducer import Failure

Law: TypeAlias = Literal["A", "B", "C"]
Described: TypeAlias = Mapping[str, Mapping[str, Any]]


class LawBroken(AssertionError):
    """A run is not what the law says.

    Attributes:
        law: which one.
        told: how the run differs, a sentence each.
        failure: all that is needed to run it again.
        file: where that was written.
    """

    def __init__(self, law: Law, told: Sequence[str], failure: "Failure", file: Path) -> None:
        self.law, self.told, self.failure, self.file = law, tuple(told), failure, file
        lines = "\n".join(f"  {one}" for one in told[:_SHOWN])
        more = f"\n  and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        super().__init__(f"law {law} is broken:\n{lines}{more}\nto see it again: rewoo replay {file}")


_SHOWN = 8


@dataclass(frozen=True)
class Trial:
    """One run by hand, without an event loop, and all that it depends on.

    Attributes:
        linked: the plan.
        oracle: how each attempt ends, before `faults`, and what people answer.
        inputs: values for the plan's inputs.
        limits: the host's.
        timeouts: seconds for an attempt of a tool where the step does not say.
        faults: what goes wrong besides.
        order: the seed of what ends next.
        cancel_at: the run is cancelled when so many things have ended; None for never.
        crashes: the process dies when so many events were recorded, and another one goes on; several times over.
    """

    linked: LinkedPlan
    oracle: Oracle
    inputs: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    timeouts: Mapping[str, float] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    order: int = 0
    cancel_at: int | None = None
    crashes: tuple[int, ...] = ()

    @property
    def law(self) -> Law:
        """The law that says what this run comes to."""
        if self.cancel_at is not None or self.outcome.may_meet:
            return "B"
        return "C" if self.crashes else "A"

    @cached_property
    def world(self) -> Oracle:
        """The oracle, with the faults in it."""
        return faulty(self.oracle, self.faults, all_tools(self.linked))

    @cached_property
    def outcome(self) -> Outcome:
        """What the reference says."""
        return reference(self.linked, self.world, self.inputs, limits=self.limits, timeouts=self.timeouts)

    def happening(
        self, *, order: int | None = None, cancel_at: int | None = None, crashes: tuple[int, ...] = ()
    ) -> "Trial":
        """The same plan in the same world, with other things happening to it. The reference is not asked again."""
        other = replace(self, order=self.order if order is None else order, cancel_at=cancel_at, crashes=crashes)
        other.__dict__.update(world=self.world, outcome=self.outcome)
        return other

    def run(self) -> Result:
        """The run, to its end."""
        choose = random.Random(self.order).randrange
        schedule = Schedule(self.linked, self.world, self.inputs, limits=self.limits, timeouts=self.timeouts)
        crashes = sorted(self.crashes, reverse=True)
        ended = 0
        while True:
            if crashes and len(schedule.events) >= crashes[-1]:
                schedule.crash(crashes.pop())
            elif schedule.is_over:
                return schedule.result
            elif ended == self.cancel_at:
                schedule.cancel()
                ended += 1
            elif not schedule.open:
                raise RuntimeError("nothing is under way, and the run is not over")
            else:
                schedule.end(choose(len(schedule.open)))
                ended += 1

    def breaks(self, result: Result | None = None) -> list[str]:
        """What the run breaks, a sentence each. Whatever else it raises is told, too: a machine never does."""
        try:
            result = self.run() if result is None else result
        except Exception as error:
            return [f"the machine raised {type(error).__name__}: {error}"]
        told = invariants(self.linked, result.trace, self.limits)
        if self.law == "B":
            return told + breaches(self.linked, self.outcome, result) + started_after_cancel(result.trace)
        return told + differences(self.outcome, result)


def started_after_cancel(trace: Sequence[Event]) -> list[str]:
    """Attempts that began after the run was cancelled: there is none."""
    place = next((place for place, event in enumerate(trace) if isinstance(event, CancelAsked)), len(trace))
    late = [event.step for event in trace[place:] if isinstance(event, AttemptStarted)]
    return [f"{step} was called after the run was cancelled" for step in late]


def check_law_a(
    linked: LinkedPlan,
    tools: Oracle | Described,
    inputs: Mapping[str, Any] | None = None,
    *,
    faults: Iterable[Fault | str] = (),
    limits: Limits | None = None,
    schedules: int = 20,
    seed: int = 0,
    save: str | Path = "failure.json",
) -> None:
    """Law A, confluence: under `schedules` orders of what ends next, the run comes to what the reference says.

    Args:
        linked: the plan.
        tools: an oracle, or the descriptions of scripted tools.
        inputs: values for the plan's inputs.
        faults: what goes wrong besides.
        limits: the host's. A plan that may meet one of its ceilings is checked by law B.
        schedules: how many orders are tried.
        seed: where these begin.
        save: the file that a failure is written to.

    Raises:
        LawBroken: it does not.
    """
    trial = _trial(linked, tools, inputs, faults, limits)
    for order in range(seed, seed + schedules):
        require(trial.happening(order=order), save)


def check_law_b(
    linked: LinkedPlan,
    tools: Oracle | Described,
    inputs: Mapping[str, Any] | None = None,
    *,
    faults: Iterable[Fault | str] = (),
    limits: Limits | None = None,
    schedules: int = 3,
    seed: int = 0,
    save: str | Path = "failure.json",
) -> None:
    """Law B, stopping: cancelled at every moment of a run, each step ends as by law A or is stopped, and nothing is
    called any more. Arguments and failure are those of `check_law_a`."""
    trial = _trial(linked, tools, inputs, faults, limits)
    for order in range(seed, seed + schedules):
        whole = trial.happening(order=order)
        for moment in range(_ends_of(whole) + 1):
            require(whole.happening(cancel_at=moment), save)


def check_law_c(
    linked: LinkedPlan,
    tools: Oracle | Described,
    inputs: Mapping[str, Any] | None = None,
    *,
    faults: Iterable[Fault | str] = (),
    limits: Limits | None = None,
    schedules: int = 2,
    seed: int = 0,
    save: str | Path = "failure.json",
) -> None:
    """Law C, resume: crashed after every single event and resumed, a run comes to the same, and its trace can be lived
    through again. Arguments and failure are those of `check_law_a`."""
    trial = _trial(linked, tools, inputs, faults, limits)
    for order in range(seed, seed + schedules):
        whole = trial.happening(order=order)
        require(whole, save)
        trace = whole.run().trace
        told = replayed_alike(linked, trace)
        if told:
            broken("C", told, whole, save)
        for place in range(1, len(trace)):
            require(whole.happening(crashes=(place,)), save)


def require(trial: Trial, save: str | Path = "failure.json") -> None:
    """Raises `LawBroken` when the trial breaks its law, and writes the file that runs it again."""
    told = trial.breaks()
    if told:
        broken(trial.law, told, trial, save)


def broken(law: Law, told: Sequence[str], trial: Trial, save: str | Path) -> None:
    """Writes the failure down, and raises it."""
    from .reproducer import Failure

    failure = Failure.of(trial, told)
    raise LawBroken(law, told, failure, failure.write(Path(save)))


def _trial(
    linked: LinkedPlan,
    tools: Oracle | Described,
    inputs: Mapping[str, Any] | None,
    faults: Iterable[Fault | str],
    limits: Limits | None,
) -> Trial:
    oracle = tools if isinstance(tools, Oracle) else scripted(tools)
    timeouts = {} if isinstance(tools, Oracle) else timeouts_of(tools)
    return Trial(linked, oracle, inputs or {}, limits or Limits(), timeouts, read_faults(faults, linked))


def _ends_of(trial: Trial) -> int:
    """How many things end in the run: at most one an event."""
    return len(trial.run().trace)


__all__ = ["Law", "LawBroken", "Trial", "check_law_a", "check_law_b", "check_law_c", "require"]
