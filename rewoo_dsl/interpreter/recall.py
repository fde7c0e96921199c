"""What a run's calls gave, given again: a whole run without calling anything, or a new run that keeps part of an old.

    record = Record(events)
    replayed(linked, record)                              # calls nothing, asks nobody, takes no time
    await rerun(linked, tools, record, from_step="E3")    # a new run; what does not depend on E3 is the record's

`replayed` drives the machine on a clock of its own: each attempt takes the time that it took, so that time-outs,
deadlines and pauses come as they came. What the run would call and the record does not have is `NotRecorded`.

`rerun` is for *what if*: steps that depend on what is changed are called anew, all others give what they gave. A
write that the record has is never made again, whatever depends on what, unless it is named in `again`.
"""

import asyncio
import heapq
import inspect
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias, TypedDict, Unpack

from ..diag.abridge import abridge
from ..diag.errors import RewooError
from ..ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ..ir.policy import Policy
from ..ir.signature import Effect, Signature
from ..ir.values import compact, equal
from ..tools.context import CallContext
from ..tools.tool import Tool
from ..trace.events import (
    ApprovalAnswered,
    ApprovalAsked,
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    RunStarted,
)
from ..trace.places import own_step
from .asyncio_driver import Approve, run
from .inputs import checked_inputs, wrong_stand_in
from .limits import Limits
from .log import Log
from .messages import Answered, Ask, Call, Cancel, Command, Finished, Input, SetTimer, Start, Stop, TimerFired, Withdraw
from .outcomes import Recalled
from .pool import Pool
from .replay import AttemptName, finished_of, machine_of, name_of
from .result import Result


class RunOptions(TypedDict, total=False):
    """What `rerun` passes on to `run`, where it is explained."""

    inputs: Mapping[str, Any] | None
    on_event: Callable[[Event], None] | None
    limits: Limits | None
    run_id: str | None
    policy: Policy | None
    request: str | None
    log: Log | None
    pool: Pool | None


Place: TypeAlias = tuple[str, int | None, str]
"""Step, item and branch: what all attempts of one call have in common."""


class NotRecorded(RewooError):
    """A replay came to a call or a question that its record does not have. `step` names where."""

    def __init__(self, step: str, message: str) -> None:
        self.step = step
        super().__init__(message)


@dataclass(slots=True)
class Attempt:
    """One attempt of a record; `finished` is None where the record ends first."""

    started: AttemptStarted
    finished: AttemptFinished | None = None


@dataclass(slots=True)
class Question:
    asked: ApprovalAsked
    answered: ApprovalAnswered | None = None


class Record:
    """What the calls and questions of a run came to. Raises `ValueError` for events that do not begin a run."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.events = tuple(events)
        started = self.events[0] if self.events else None
        if not isinstance(started, RunStarted):
            raise ValueError("a record begins with `run_started`")
        self.started = started
        self.attempts: dict[AttemptName, list[Attempt]] = {}
        self.questions: dict[str, list[Question]] = {}
        self.cancelled_at: float | None = None
        for event in self.events:
            self._add(event)

    def _add(self, event: Event) -> None:
        match event:
            case AttemptStarted(subplan=False):
                self.attempts.setdefault(name_of(event), []).append(Attempt(event))
            case AttemptFinished() if name_of(event) in self.attempts:
                self.attempts[name_of(event)][-1].finished = event
            case ApprovalAsked():
                self.questions.setdefault(event.step, []).append(Question(event))
            case ApprovalAnswered() if event.step in self.questions:
                self.questions[event.step][-1].answered = event
            case CancelAsked():
                self.cancelled_at = event.at


# --- a whole run, calling nothing ------------------------------------------------------------------------------------


def replayed(linked: LinkedPlan, record: Record, *, inputs: Mapping[str, Any] | None = None) -> Result:
    """The run of a plan in which every call and every question is answered by a record.

    Limits, seed and the start (`#now`) are the record's, and so are its inputs unless others are given.

    Raises:
        NotRecorded: the run would make a call, or ask a question, that the record does not have.
        PlanError: the inputs do not suit the plan.
    """
    values = checked_inputs(linked, record.started.inputs if inputs is None else inputs)
    return _Player(linked, record, values).play()


class _Player:
    """A driver whose tools are a record, and whose clock is a heap of what comes next."""

    def __init__(self, linked: LinkedPlan, record: Record, inputs: dict[str, Any]) -> None:
        self._machine = machine_of(linked, (replace(record.started, inputs=inputs),))
        self._attempts = {name: deque(several) for name, several in record.attempts.items()}
        self._questions = {step: deque(several) for step, several in record.questions.items()}
        self._coming: list[tuple[float, int, Input]] = []
        self._number = 0
        self._events: list[Event] = []
        if record.cancelled_at is not None:
            self._later(Cancel(record.cancelled_at))

    def play(self) -> Result:
        self._feed(Start(0.0))
        while not self._machine.is_over:
            if not self._coming:
                raise NotRecorded("", "the record ends before the run does")
            self._feed(heapq.heappop(self._coming)[2])
        return Result(tuple(self._events))

    def _later(self, coming: Input) -> None:
        self._number += 1
        heapq.heappush(self._coming, (coming.at, self._number, coming))

    def _feed(self, coming: Input) -> None:
        for command in self._machine.feed(coming):
            self._carry_out(command, coming.at)

    def _carry_out(self, command: Command, at: float) -> None:
        match command:
            case Call():
                self._later(self._outcome(command, at))
            case SetTimer():
                self._later(TimerFired(command.timer, at + command.delay))
            case Ask():
                self._answer(command, at)
            case Stop() | Withdraw():
                pass  # the record has what came of it
            case _:
                self._events.append(command)

    def _outcome(self, call: Call, at: float) -> Finished:
        started = call.started
        waiting = self._attempts.get(name_of(started))
        recorded = waiting.popleft() if waiting else None
        if recorded is None or not _is_same_call(recorded.started, started):
            raise NotRecorded(started.step, _unlike(started, None if recorded is None else recorded.started))
        if recorded.finished is None:
            raise NotRecorded(started.step, f"the record ends before {call_text(started)} does")
        finished = finished_of(call, recorded.finished)
        finished.at = at + max(0.0, recorded.finished.at - recorded.started.at)
        return finished

    def _answer(self, ask: Ask, at: float) -> None:
        step = ask.asked.step
        waiting = self._questions.get(step)
        recorded = waiting.popleft() if waiting else None
        if recorded is None or recorded.asked.calls != ask.asked.calls:
            raise NotRecorded(step, f"#{step} asks a person about calls that nobody was asked about in the record")
        answered = recorded.answered
        if answered is None:
            raise NotRecorded(step, f"nobody has answered what #{step} asks before the record ends")
        if answered.answer != "expired":  # of one that expired, the time comes
            later = at + max(0.0, answered.at - recorded.asked.at)
            self._later(Answered(ask.question, ask.asked.binding, answered.answer == "yes", later))


def _is_same_call(one: AttemptStarted, other: AttemptStarted) -> bool:
    return one.tool == other.tool and equal(one.arguments, other.arguments)


def _unlike(wanted: AttemptStarted, recorded: AttemptStarted | None) -> str:
    where = f"#{wanted.step}" if wanted.item is None else f"#{wanted.step}[{wanted.item}]"
    said = f"{where} calls {call_text(wanted)}, which the record does not have"
    return said if recorded is None else f"{said}; there it called {call_text(recorded)}"


def call_text(started: AttemptStarted) -> str:
    arguments = ", ".join(f"{name}={compact(value)}" for name, value in started.arguments.items())
    return abridge(f"{started.tool}({arguments})", 200)


# --- part of a run, the rest anew ------------------------------------------------------------------------------------


def dependents(linked: LinkedPlan, names: Collection[str]) -> frozenset[str]:
    """These steps of a plan and all that depend on them, by data or by order."""
    found = set(names)
    for step in linked.steps:  # every need comes first
        if not found.isdisjoint(step.needs):
            found.add(step.name)
    return frozenset(found)


def keeping(
    record: Record, tools: Mapping[str, Tool], *, anew: Collection[str], again: Collection[str] = ()
) -> dict[str, Tool]:
    """Tools that give what a record has, and are called for the rest. What is kept has the origin `record`.

    Args:
        record: the run that is kept.
        tools: the code of the tools.
        anew: steps of the plan whose reads are made anew.
        again: steps of the plan whose writes are made again, although the record has them.
    """
    kept = _Kept(record, frozenset(anew), frozenset(again))
    return {name: replace(tool, call=_recalling(kept, tool)) for name, tool in tools.items()}


def _recalling(kept: "_Kept", tool: Tool) -> Any:
    async def call(arguments: dict[str, Any], context: CallContext) -> Any:
        recorded = kept.of(tool.signature, arguments, (context.step, context.item, context.branch))
        if recorded is None:
            return await tool.call(arguments, context)
        context.origin = "record"
        if recorded.reason is not None:
            raise Recalled(recorded)
        return recorded.value

    return call


class _Kept:
    """Which calls are answered by the record."""

    def __init__(self, record: Record, anew: frozenset[str], again: frozenset[str]) -> None:
        self._anew, self._again = anew, again
        self._last: dict[Place, Attempt] = {}
        self._by_step: dict[str, list[Attempt]] = {}
        for attempts in record.attempts.values():
            for one in attempts:
                self._last[one.started.step, one.started.item, one.started.branch] = one
                self._by_step.setdefault(one.started.step, []).append(one)

    def of(self, tool: Signature, arguments: dict[str, Any], place: Place) -> AttemptFinished | None:
        """What the record gives in place of a call; None when the call is to be made."""
        step = own_step(place[0])
        if step in self._again:
            return None
        last = self._last.get(place)
        if tool.effect is Effect.WRITE:
            made = self._same_write(tool.name, arguments, place[0]) or last
            if made is not None and made.started.tool == tool.name and _may_have_written(made):
                return _end_of_write(made)
        if step in self._anew or last is None or last.finished is None or last.finished.reason == "cancelled":
            return None
        same = last.started.tool == tool.name and equal(last.started.arguments, arguments)
        return replace(last.finished, retryable=False) if same else None

    def all_of(self, asked: ApprovalAsked, tools: Mapping[str, Tool]) -> bool:
        """Whether none of the calls that a person is asked about would be made."""
        return all(
            one["branch"] == "fallback"
            or (
                one["tool"] in tools
                and self.of(tools[one["tool"]].signature, one["arguments"], (asked.step, one["item"], one["branch"]))
            )
            for one in asked.calls
        )

    def _same_write(self, tool: str, arguments: dict[str, Any], step: str) -> Attempt | None:
        """A write of the same step with the same arguments, made for whichever item: lists may have changed."""
        for one in reversed(self._by_step.get(step, [])):
            same = one.started.tool == tool and equal(one.started.arguments, arguments)
            if same and _may_have_written(one):
                return one
        return None


def _may_have_written(attempt: Attempt) -> bool:
    finished = attempt.finished
    return finished is None or finished.lost or finished.reason in (None, "cancelled", "wrong_type", "too_large")


def _end_of_write(attempt: Attempt) -> AttemptFinished:
    """What a write of the record came to; of one whose end nobody knows, just that."""
    if attempt.finished is not None:
        return replace(attempt.finished, retryable=False)
    one = attempt.started
    message = "the record ends while it ran, and nobody knows whether it was done"
    return AttemptFinished(
        one.step, one.item, one.branch, one.attempt, None, "tool_error", message, {}, one.at, lost=True, retryable=False
    )


def asking(
    record: Record,
    linked: LinkedPlan,
    tools: Mapping[str, Tool],
    approve: Approve | None,
    *,
    anew: Collection[str],
    again: Collection[str] = (),
) -> Approve | None:
    """Who is asked: a question has its answer in the record when it is the same, or when none of its calls would be
    made anyway; any other goes to `approve`.

    None when somebody has to be asked and nobody can.
    """
    kept = _Kept(record, frozenset(anew), frozenset(again))
    answers = {
        step: question for step, several in record.questions.items() for question in several if question.answered
    }

    def is_settled(step: str) -> bool:
        """Whether the record has a yes to writes that were made, and stay."""
        question = answers.get(step)
        if question is None or question.answered is None or question.answered.answer != "yes":
            return False
        called = {one["tool"] for one in question.asked.calls}
        writes = all(name in tools and tools[name].signature.effect is Effect.WRITE for name in called)
        return writes and kept.all_of(question.asked, tools)

    asked_anew = [step.name for step in linked.steps if step.name in anew and _asks(step)]
    if approve is None and not all(map(is_settled, asked_anew)):
        return None

    async def ask(asked: ApprovalAsked) -> bool:
        question = answers.get(asked.step)
        is_known = question is not None and (question.asked.calls == asked.calls or kept.all_of(asked, tools))
        if is_known and own_step(asked.step) not in again:
            assert question is not None  # it is known
            assert question.answered is not None  # only such are looked at
            return question.answered.answer == "yes"
        if approve is None:
            return False
        if inspect.iscoroutinefunction(approve):
            return bool(await approve(asked))
        answer = await asyncio.to_thread(approve, asked)
        return answer if isinstance(answer, bool) else await answer

    return ask


def _asks(step: LinkedStep) -> bool:
    if step.step.approve is not None:
        return True
    actions = (step.do, step.otherwise, step.fallback)
    targets = [action.target for action in actions if isinstance(action, LinkedCall)]
    return any(isinstance(target, LinkedPlan) and target.asks for target in targets)


def refuse_wrong_changes(
    linked: LinkedPlan, *, from_step: str | None, given: Mapping[str, Any], again: Collection[str]
) -> None:
    """Raises `ValueError` when `rerun` cannot be asked for this: a step is not there, or cannot give its value."""
    named = {*given, *again, *(() if from_step is None else (from_step,))}
    if unknown := sorted(named.difference(step.name for step in linked.steps)):
        raise ValueError(f"the plan has no step {', '.join(f'#{name}' for name in unknown)}")
    for step in linked.steps:
        why = wrong_stand_in(step, given[step.name]) if step.name in given else None
        if why is not None:
            raise ValueError(f"the value for #{step.name} is not what the step gives: {why}")


async def rerun(
    linked: LinkedPlan,
    tools: Mapping[str, Tool],
    record: Record,
    *,
    from_step: str | None = None,
    given: Mapping[str, Any] | None = None,
    again: Collection[str] = (),
    approve: Approve | None = None,
    **options: Unpack[RunOptions],
) -> Result:
    """A new run that keeps what a record has, but for what depends on a change: *what if*.

    Args:
        linked: the plan.
        tools: the code of its tools.
        record: the run that this one is a variant of, its parent.
        from_step: a step that is called anew, and so is all that depends on it.
        given: values of steps that do not run; what depends on them is called anew.
        again: steps whose writes are made again, although the record has them.
        approve: asks a person about calls that the record does not keep.
        options: as for `run`. The inputs are the record's unless others are given: a read is kept only with the
            arguments that it had. The start (`#now`) is the record's.

    Raises:
        ValueError: there is no such step, or a value of `given` is not what its step gives.
    """
    given = given or {}
    refuse_wrong_changes(linked, from_step=from_step, given=given, again=again)
    called = {*again, *(() if from_step is None else (from_step,))}
    anew = dependents(linked, {*given, *called})
    before = {name: value for name, value in record.started.given.items() if name not in called}
    options.setdefault("inputs", record.started.inputs)
    return await run(
        linked,
        keeping(record, tools, anew=anew, again=again),
        approve=asking(record, linked, tools, approve, anew=anew, again=again),
        now=datetime.fromisoformat(record.started.now),
        given={**before, **given},
        parent=record.started.run,
        **options,
    )
