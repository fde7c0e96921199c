"""A run from its start, or from where it was left, to what is shown of it: what `run` and `resume` have in common."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...interpreter import Approve, Result, RunSuspended
from ...ir.plan import Plan
from ...trace.events import Event
from .answers import give_answer, known_values, say_spent
from .approval import question
from .arguments import Options
from .exits import FINE, FOUND, STOPPED
from .recorded import SHORT, quoted
from .results import as_data, complain_of, give_value, say_outcome
from .solving import Solving
from .terminal import Terminal
from .watching import Watch, until_done, watching

Go: TypeAlias = Callable[[Approve | None, Callable[[Event], None]], Awaitable[Result]]
"""Runs it: given who is asked, and who hears the events."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be made.

    Attributes:
        before: what was recorded of it earlier.
        run: its id in a journal; None where it is not kept, and so cannot be left and gone on with.
    """

    plan: Plan
    go: Go
    ask: Callable[[Watch], Approve | None]
    solving: Solving | None = None
    run: str | None = None
    before: Sequence[Event] = ()


def perform(job: Job, options: Options, terminal: Terminal) -> int:
    """Makes the run, shows how it goes and what it came to, and gives the exit code."""
    with watching(job.plan, terminal, quiet=options.quiet) as watch:
        watch.catch_up(job.before)
        approve = job.ask(watch)

        async def work() -> None:
            result = await job.go(approve, watch.on_event)
            if job.solving is not None:
                watch.progress.stage = "answering"
                await job.solving.answer(result)

        try:
            stopped = until_done(work, leaves=job.run is not None)
        except RunSuspended as error:
            suspended: RunSuspended | None = error
        else:
            suspended = None
    if suspended is not None:
        return _waits(suspended, terminal)
    return _shown(watch, job, options, terminal, stopped=stopped)


def _waits(suspended: RunSuspended, terminal: Terminal) -> int:
    """The run waits for people: what they are asked, and how they answer."""
    for asked in suspended.questions:
        terminal.say(question(asked))
    short = suspended.run[:SHORT]
    terminal.say(f"run {short} waits for a person; it goes on with")
    for asked in suspended.questions:
        step = quoted(asked.step)
        terminal.say(f"  rewoo resume {short} --yes {step}    (or --no {step})")
    return FOUND


def _shown(watch: Watch, job: Job, options: Options, terminal: Terminal, *, stopped: int | None) -> int:
    """Show what the run came to, also when it was `stopped` from outside, and give the exit code."""
    result, solving = watch.result, job.solving
    if result is not None:
        if options.quiet:
            complain_of(result, terminal)
        else:
            say_outcome(result, watch.rows, terminal)
        if options.format == "json":
            answer = {} if solving is None else {"answer": solving.as_data(result)}
            terminal.give(json.dumps(as_data(result) | answer, ensure_ascii=False, indent=2) + "\n")
        elif solving is not None and solving.solution is not None:
            give_answer(solving.solution, known_values(result), terminal, quiet=options.quiet)
        elif stopped is None:
            give_value(result, terminal, has_return=job.plan.result is not None)
        if solving is not None:
            say_spent(terminal, quiet=options.quiet, solver=solving.meter.usage)
    if stopped is not None:
        goes_on = "" if job.run is None or result is not None else f"; go on with `rewoo resume {job.run[:SHORT]}`"
        terminal.say(f"{STOPPED[stopped]}{goes_on}")
        return stopped
    if solving is not None and solving.failure is not None:
        terminal.complain(f"the plan has run, but there is no answer: {solving.failure}")
        return FOUND
    return FINE if result is not None and result.status == "succeeded" else FOUND
