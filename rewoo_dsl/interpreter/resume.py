"""A run that goes on: in another process, after a crash, or days later with the answer of a person.

    result = await resume(linked, tools, events, log=log, done={"E7": {"sent": 3}})

The log brings a machine to where the run was (`replay`). What was in flight is called again under the same key, when
that can do no harm. A write that is not idempotent and whose end nobody recorded may have happened or not: that is
for a person to say, before anything is called.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..diag.errors import RewooError
from ..ir.linked import LinkedPlan
from ..ir.values import problem
from ..tools.tool import Tool
from ..trace.events import ApprovalAsked, AttemptStarted, Event
from .asyncio_driver import Approve, Driver
from .inputs import refuse_unless_ready
from .limits import Limits
from .log import Log
from .machine import Machine
from .messages import Call, Cancel, Command, Finished, Resume
from .pool import Pool
from .replay import Replayed, machine_of, name_of, replay
from .result import Result
from .schemas import check_of

Answer: TypeAlias = bool | tuple[bool, str]
"""A person's yes or no; with the binding of the question, it is a yes or no to exactly these calls."""


class UndecidedWrites(RewooError):
    """Writes were under way when the run was interrupted, and nobody knows whether they happened.

    Attributes:
        run: the run's id.
        writes: their starts, with step, item, attempt, tool, arguments and key.
    """

    def __init__(self, run: str, writes: Sequence[AttemptStarted]) -> None:
        self.run, self.writes = run, tuple(writes)
        shown = ", ".join(f"#{label(one)} ({one.tool})" for one in writes)
        super().__init__(
            f"run {run}: nobody knows whether these writes happened: {shown}; say for each whether it is done and what "
            "it gave, is to be called again, or has failed"
        )


class WrongDecision(RewooError, ValueError):
    """What was said about an open call or question does not fit it. Nothing was run."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people say when a run goes on. Calls are named `E7`, `E4[2]`, and in sub-plans `E4[2]/E1`.

    Attributes:
        done: calls that happened, with what they gave.
        again: calls to be made again, under the same key.
        failed: calls that are given up: their steps fail with `unknown_outcome`.
        answers: to the questions of steps, by the step's name.
    """

    done: Mapping[str, Any] = field(default_factory=dict)
    again: Collection[str] = ()
    failed: Collection[str] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)


_NOTHING = Decisions()


def label(started: AttemptStarted) -> str:
    """What people call a call: its step and item."""
    return started.step if started.item is None else f"{started.step}[{started.item}]"


async def resume(
    linked: LinkedPlan,
    tools: Mapping[str, Tool],
    events: Iterable[Event],
    *,
    log: Log | None = None,
    elapsed: float = 0.0,
    decisions: Decisions = _NOTHING,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    pool: Pool | None = None,
) -> Result:
    """Goes on with a run to its end. A run that is over gives its result, and nothing is called.

    Args:
        linked: the run's plan.
        tools: the code of every tool it calls, by name.
        events: what was recorded of it.
        log: keeps what happens from now on.
        elapsed: seconds since the run began, by the clock on the wall. The time in which nobody drove it counts for no
            limit, but for people who had a time to answer.
        decisions: what people say.
        approve: asks a person; without it, and with a log, the run is suspended again where only people are waited for.
        on_event: hears every new event.
        pool: what this run shares with others, as for `run`.

    Raises:
        ReplayError: the events are not those of a run of this plan.
        UndecidedWrites: somebody has to say first what became of these.
        WrongDecision: a decision names what is not open, or does not fit it.
        PlanError: a tool is missing, or nobody can be asked.
        RunSuspended: only people are waited for, and nobody can be asked here.
    """
    recorded = list(events)
    machine = machine_of(linked, recorded)
    replayed = replay(machine, recorded)
    if machine.is_over and not replayed.unrecorded:
        return Result(tuple(recorded))
    can_ask = approve is not None or log is not None
    refuse_unless_ready(linked, {name: tool.signature for name, tool in tools.items()}, can_ask=can_ask)
    at = max(replayed.at, elapsed)
    ends = _ends(machine.run, replayed, decisions)
    answers = dict(_answers(machine.questions, decisions.answers))
    limits = Limits(**recorded[0].limits)  # type: ignore[union-attr]  # `machine_of` has looked
    driver = Driver(
        machine, tools, limits, approve=approve, on_event=on_event, log=log, pool=pool, recorded=recorded, at=at
    )
    driver.go_on(replayed.unrecorded, ends, answers)
    return await driver.run()


def cancelled(linked: LinkedPlan, events: Iterable[Event], *, elapsed: float = 0.0) -> list[Event]:
    """The events that end a run which nobody drives: those that its log lacks, and those of its cancellation.

    Writes that were under way are of unknown outcome. Empty when the run is over.
    """
    recorded = list(events)
    machine = machine_of(linked, recorded)
    replayed = replay(machine, recorded)
    found = list(replayed.unrecorded)
    if machine.is_over:
        return found
    at = max(replayed.at, elapsed)
    flying = [command.attempt for command in _fed(machine, Resume(at), found) if isinstance(command, Call)]
    _fed(machine, Cancel(at), found)
    for attempt in flying:
        _fed(machine, Finished(attempt, None, at, "cancelled", "nobody waits for it any more", lost=True), found)
    return found


def _fed(machine: Machine, happened: Resume | Cancel | Finished, found: list[Event]) -> list[Command]:
    commands = machine.feed(happened)
    found += [command for command in commands if hasattr(command, "type")]  # type: ignore[misc]  # only events have it
    return commands


# --- decisions ------------------------------------------------------------------------------------------------------


def _ends(run: str, replayed: Replayed, decisions: Decisions) -> dict[int, Finished]:
    """The ends that people know, by number of the attempt. When they are told is the driver's to say."""
    calls = {label(call.started): call for call in replayed.open_calls.values()}
    _refuse_unknown(calls, decisions)
    decided = {*decisions.done, *decisions.again, *decisions.failed}
    unbegun = {name_of(event) for event in replayed.unrecorded if isinstance(event, AttemptStarted)}
    undecided = [
        call.started
        for name, call in calls.items()
        if name not in decided and not call.signature.may_retry and name_of(call.started) not in unbegun
    ]
    if undecided:
        raise UndecidedWrites(run, undecided)
    ends = {calls[name].attempt: _done(name, calls[name], value) for name, value in decisions.done.items()}
    return ends | {calls[name].attempt: _failed(calls[name]) for name in decisions.failed}


def _refuse_unknown(calls: Mapping[str, Call], decisions: Decisions) -> None:
    said: dict[str, str] = {}
    for what, names in (("done", decisions.done), ("again", decisions.again), ("failed", decisions.failed)):
        for name in names:
            if name not in calls:
                among = ", ".join(sorted(calls)) or "none is"
                raise WrongDecision(f"{what}: no call `{name}` is open; open: {among}")
            if name in said:
                raise WrongDecision(f"`{name}` cannot be both {said[name]} and {what}")
            said[name] = what


def _done(name: str, call: Call, value: Any) -> Finished:
    why = problem(value)
    if why is not None:
        raise WrongDecision(f"done: the value for `{name}` is {why}")
    for schema in (call.signature.returns, call.declared):
        check = None if schema is None else check_of(schema)
        why = None if check is None else check(value)
        if why is not None:
            raise WrongDecision(f"done: the value for `{name}` is not what {call.started.tool} gives: {why}")
    return Finished(call.attempt, value, 0.0, origin="person")


def _failed(call: Call) -> Finished:
    message = "interrupted, and given up by a person"
    return Finished(call.attempt, None, 0.0, "unknown_outcome", message, lost=True, origin="person")


def _answers(questions: Iterable[ApprovalAsked], answers: Mapping[str, Answer]) -> Iterable[tuple[str, bool]]:
    asked = {question.step: question for question in questions}
    for step, answer in answers.items():
        if step not in asked:
            raise WrongDecision(f"answers: nothing is asked for `{step}`; asked: {', '.join(asked) or 'nothing'}")
        yes, binding = answer if isinstance(answer, tuple) else (answer, asked[step].binding)
        if not isinstance(yes, bool):
            raise WrongDecision(f"answers: `{step}` is answered with a bool, not with {yes!r:.80}")
        if binding != asked[step].binding:
            raise WrongDecision(f"answers: the answer for `{step}` is bound to other arguments than those asked about")
        yield step, yes
