"""Runs a plan in an event loop: `await run(linked, registry, inputs={...})`.

A thin driver: it starts the calls that the machine commands, keeps its timers, asks people, and feeds what happens.
Each attempt runs in a *worker*, a task that goes on with the first call that the end of its own one has made
possible: a chain of steps is one task. A worker that was told to stop ends after its attempt; one that does not
listen is abandoned after a grace, and its slot is free again.

With a `Log` a run outlives its process (`interpreter.resume`). The driver writes down what came of every input, and
waits for that to be durable in three places: before a call that writes, before a person is asked, and at the end.
"""

import asyncio
import inspect
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from ..diag.errors import JournalError
from ..ir.linked import LinkedPlan
from ..ir.policy import Policy
from ..ir.signature import Effect
from ..tools.context import CallContext
from ..tools.rate import Rate
from ..tools.threads import Threads
from ..tools.tool import Tool
from ..trace.events import ApprovalAsked, AttemptAbandoned, Event, RunFinished
from .inputs import checked_inputs, refuse_unless_ready
from .limits import Limits
from .log import Log
from .machine import Machine
from .messages import (
    Answered,
    Ask,
    Call,
    Cancel,
    Command,
    Finished,
    Input,
    Leave,
    Resume,
    SetTimer,
    Start,
    Stop,
    TimerFired,
    Withdraw,
)
from .outcomes import failure
from .pool import Pool, pool_of_loop
from .result import Result, RunSuspended

Approve: TypeAlias = Callable[[ApprovalAsked], bool | Awaitable[bool]]
"""Asks a person: what would be called, exactly, is in the event. A plain function runs in a thread."""

LEAVE = "leave"
"""The message of a cancellation that leaves a run in its journal where it is."""

_YIELD_EVERY = 32
"""After so many calls in a row a worker lets the event loop look at timers and sockets."""


async def run(
    linked: LinkedPlan,
    tools: Mapping[str, Tool],
    *,
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    now: datetime | None = None,
    seed: int | None = None,
    run_id: str | None = None,
    policy: Policy | None = None,
    request: str | None = None,
    log: Log | None = None,
    given: Mapping[str, Any] | None = None,
    parent: str | None = None,
    pool: Pool | None = None,
) -> Result:
    """Runs a checked plan to its end, whatever its tools do.

    Args:
        linked: the plan, from the checker.
        tools: the code of every tool it calls, by name.
        inputs: values for its inputs.
        approve: asks a person; without it, a plan that asks is refused, or suspended when there is a log.
        on_event: hears every event of the trace as it happens. It must not block.
        limits: the host's ceilings.
        now: what the plan sees as `#now`; the present unless said.
        seed: what the pauses before retries are drawn from.
        run_id: names the run; idempotency keys are made of it.
        policy: what the host lets plans do. A call that it forbids fails its step.
        request: what the plan is to answer, in the words of the person who asked: where protected values must occur.
        log: keeps what happens, so that another process can go on. A task that is cancelled with the message `LEAVE`
            then leaves the run as it is, to be resumed, where otherwise it would cancel it.
        given: values of steps that do not run; what depends on them does.
        parent: the run that this one is a variant of.
        pool: what this run shares with others; all runs of an event loop share one unless said.

    Raises:
        PlanError: the run cannot start: its inputs are wrong, a tool is missing, nobody can be asked.
        RunSuspended: only people are waited for, and nobody can be asked here.
        JournalError: what happens cannot be written down any more.
    """
    values = checked_inputs(linked, inputs)
    can_ask = approve is not None or log is not None
    refuse_unless_ready(linked, {name: tool.signature for name, tool in tools.items()}, can_ask=can_ask)
    limits = (Limits() if limits is None else limits).within(policy)
    machine = Machine(
        linked,
        values,
        run=uuid.uuid4().hex if run_id is None else run_id,
        now=_rfc3339(datetime.now(UTC) if now is None else now),
        limits=limits,
        seed=random.getrandbits(64) if seed is None else seed,
        tool_slots={t.name: t.max_parallel for t in tools.values() if t.max_parallel} | dict(limits.tool_concurrency),
        tool_timeouts={tool.name: tool.timeout for tool in tools.values() if tool.timeout is not None},
        tool_rates={
            name: Rate.parse(rate)
            for name, rate in ({t.name: t.rate for t in tools.values() if t.rate} | dict(limits.tool_rates)).items()
        },
        given=given or {},
        parent=parent,
        policy=policy,
        request=request,
    )
    driver = Driver(machine, tools, limits, approve=approve, on_event=on_event, log=log, pool=pool)
    driver.begin()
    return await driver.run()


def _rfc3339(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("`now` has no time zone, so nobody can tell which moment it is")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(slots=True, eq=False)
class _Worker:
    """One task that carries out calls, one after the other. `call` is the one under way, `holds` the tool of which it
    has a turn that other runs wait for."""

    call: Call
    task: "asyncio.Task[None] | None" = None
    context: CallContext | None = None
    deadline: float | None = None
    told_to_stop: Literal["timeout", "cancelled"] | None = None
    abandoned: bool = False
    has_begun: bool = True
    holds: str | None = None


class Driver:
    """One run in one event loop: `begin` or `go_on`, then `run`, which pumps what comes from outside; workers feed the
    ends of attempts themselves.

    `recorded` and `at` are the events of a run that goes on, and where its clock stands.
    """

    def __init__(
        self,
        machine: Machine,
        tools: Mapping[str, Tool],
        limits: Limits,
        *,
        approve: Approve | None = None,
        on_event: Callable[[Event], None] | None = None,
        log: Log | None = None,
        pool: Pool | None = None,
        recorded: Sequence[Event] = (),
        at: float = 0.0,
    ) -> None:
        self.events: list[Event] = [*recorded]
        self._log = log
        self._suspends = log is not None and approve is None
        self._is_stopped = False
        self._is_left = False
        self._is_cancelled = False
        self._machine = machine
        self._calls = {name: tool.call for name, tool in tools.items()}
        self._approve = approve
        self._hear_end = on_event
        self._on_event = on_event if log is None or on_event is None else _but_the_end(on_event)
        self._grace = limits.grace_seconds
        self._result_limits = limits.of_results
        self._loop = asyncio.get_running_loop()
        self._clock = self._loop.time
        self._began = self._clock() - at
        self._seat = (pool_of_loop() if pool is None else pool).join(tools, limits)
        self._askers: Threads | None = None
        self._inbox: asyncio.Queue[Input | BaseException | None] = asyncio.Queue()
        self._workers: dict[int, _Worker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._questions: dict[int, asyncio.Task[None]] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._watch: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """A new run."""
        self._feed(Start(self._now()))

    def go_on(self, unrecorded: Sequence[Event], ends: Mapping[int, Finished], answers: Mapping[str, bool]) -> None:
        """A run that was under way: what is missing in its log, the ends of attempts that people know, and their
        answers, by step. Times that were over before somebody answered come first."""
        self._keep(unrecorded)
        if self._machine.is_over:
            return
        rest: list[Command] = []
        for command in self._machine.feed(Resume(self._now())):
            match command:
                case Call() if command.attempt in ends:
                    self._inbox.put_nowait(replace(ends[command.attempt], at=self._now()))
                case SetTimer(timer, 0.0):
                    self._inbox.put_nowait(TimerFired(timer, self._now()))
                case Ask(question, asked) if asked.step in answers:
                    self._inbox.put_nowait(Answered(question, asked.binding, answers[asked.step], self._now()))
                case _:
                    rest.append(command)
        first = self._carry_out(rest)
        if first is not None:
            self._start_worker(first)

    async def run(self) -> Result:
        """To the end of the plan. Cancelling this cancels the run: its tools are cancelled, and their ends awaited."""
        if self._log is not None:
            self._log.watch(cancel=self._cancel_from_outside, fail=self._fail_from_outside)
        try:
            try:
                await self._pump()
            except asyncio.CancelledError as error:
                if self._log is not None and error.args == (LEAVE,):
                    await self._leave()
                    raise
                self._feed(Cancel(self._now()))
                await self._pump()
                await self._settle()
                raise
            await self._settle()
        except JournalError:
            await self._let_writes_end()
            raise
        finally:
            await self.close()
        if not self._machine.is_over:
            raise RunSuspended(self._machine.run, self._machine.questions)
        return Result(tuple(self.events))

    async def _pump(self) -> None:
        while not (self._machine.is_over or (self._is_suspended() and self._inbox.empty())):
            event = await self._inbox.get()
            if isinstance(event, BaseException):
                raise event
            if event is not None:
                self._feed(event)

    def _is_suspended(self) -> bool:
        """Whether only people are waited for, whom nobody asks here."""
        return self._suspends and self._machine.waits_for_people

    async def _settle(self) -> None:
        """Nothing is shown as final before it is durable."""
        if self._log is None:
            return
        await self._log.durable()
        if self._machine.is_over and self._hear_end is not None:
            self._hear_end(self.events[-1])

    async def _let_writes_end(self) -> None:
        """Nothing can be written down any more: what writes is not torn apart, and nothing comes after it."""
        self._is_stopped = True
        writing = []
        for worker in self._workers.values():
            assert worker.task is not None  # it was made with the worker
            if worker.has_begun and worker.call.signature.effect is Effect.WRITE:
                writing.append(worker.task)
            else:
                worker.task.cancel()
        if writing:
            await asyncio.wait(writing)

    async def _leave(self) -> None:
        """Another process will go on: nothing new begins, what writes comes to its end, what reads is given up."""
        self._feed(Leave(self._now()))
        self._is_left = True
        await self._let_writes_end()

    async def close(self) -> None:
        """Leaves no task and no timer behind, also when a callback of the host has raised."""
        if self._watch is not None:
            self._watch.cancel()
        for timer in self._timers:
            timer.cancel()
        self._seat.shutdown()
        if self._askers is not None:
            self._askers.shutdown()
        waiting = {*self._tasks, *self._questions.values()}
        for task in waiting:
            task.cancel()
        if waiting:
            _, deaf = await asyncio.wait(waiting, timeout=self._grace)
            for task in deaf:
                _let_go(task)

    def _now(self) -> float:
        return self._clock() - self._began

    # --- commands ---

    def _feed(self, event: Input) -> None:
        call = self._deliver(event)
        if call is not None:
            self._start_worker(call)

    def _deliver(self, event: Input) -> Call | None:
        return self._carry_out(self._machine.feed(event))

    def _carry_out(self, commands: Iterable[Command]) -> Call | None:
        """Carries out what the machine said but for the first call, which is the caller's to make."""
        first: Call | None = None
        events, hear = self.events, self._on_event
        told = len(events)
        for command in commands:
            kind = type(command)
            if kind is Call:
                if first is None:
                    first = command  # type: ignore[assignment]  # its type was looked at
                else:
                    self._start_worker(command)  # type: ignore[arg-type]
            elif kind in _CONTROL:
                _CONTROL[kind](self, command)
            else:
                events.append(command)  # type: ignore[arg-type]  # what is no command is an event
                if hear is not None:
                    hear(command)  # type: ignore[arg-type]
        if self._log is not None and len(events) > told:
            self._log.append(events[told:])
        if self._machine.is_over or (self._suspends and self._machine.waits_for_people):
            self._inbox.put_nowait(None)
        return first

    def _keep(self, events: Sequence[Event]) -> None:
        """Events that the machine did not just give."""
        if not events:
            return
        self.events.extend(events)
        if self._log is not None:
            self._log.append(events)
        if self._on_event is not None:
            for event in events:
                self._on_event(event)

    def _set_timer(self, command: SetTimer) -> None:
        def fire() -> None:
            self._timers.discard(handle)
            self._inbox.put_nowait(TimerFired(command.timer, self._now()))

        handle = self._loop.call_later(command.delay, fire)
        self._timers.add(handle)

    def _ask(self, command: Ask) -> None:
        if self._approve is None or self._is_left:
            return  # it will be asked again when the run goes on
        task = self._loop.create_task(self._answer(command), name=f"approve {command.asked.step}")
        self._questions[command.question] = task
        task.add_done_callback(self._report_crash)

    async def _answer(self, command: Ask) -> None:
        assert self._approve is not None  # nobody is asked otherwise
        approve = self._approve
        if self._log is not None:
            await self._log.durable()
        if inspect.iscoroutinefunction(approve):
            answer = await approve(command.asked)
        else:
            if self._askers is None:  # people take hours, and no tool's thread
                self._askers = Threads()
            answer = await self._loop.run_in_executor(self._askers, approve, command.asked)
            if inspect.isawaitable(answer):
                answer = await answer
        if not isinstance(answer, bool):
            raise TypeError(f"`approve` answers with a bool, not with {answer!r:.80}")
        asked = command.asked
        self._questions.pop(command.question, None)
        self._inbox.put_nowait(Answered(command.question, asked.binding, answer, self._now()))

    def _withdraw(self, command: Withdraw) -> None:
        task = self._questions.pop(command.question, None)
        if task is not None:
            task.cancel()

    def _report_crash(self, task: "asyncio.Task[None]") -> None:
        """What the host's own callbacks raise ends the run and reaches the caller of `run`."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._inbox.put_nowait(error)

    # --- from other threads ---

    def _cancel_from_outside(self) -> None:
        self._from_outside(self._cancel_once)

    def _fail_from_outside(self, error: JournalError) -> None:
        self._from_outside(self._inbox.put_nowait, JournalError(str(error)))

    def _from_outside(self, call: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop may be closed, and the run with it
            self._loop.call_soon_threadsafe(call, *args)

    def _cancel_once(self) -> None:
        if not self._is_cancelled:
            self._is_cancelled = True
            self._inbox.put_nowait(Cancel(self._now()))

    # --- workers ---

    def _start_worker(self, call: Call) -> None:
        worker = _Worker(call)
        self._workers[call.attempt] = worker
        task = worker.task = self._loop.create_task(self._work(worker))
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._worker_ended(worker, task))

    def _worker_ended(self, worker: _Worker, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._report_crash(task)
        if self._workers.pop(worker.call.attempt, None) is not None:
            # Cancelled before its first line ran, or by somebody else: the attempt's end is reported all the same.
            self._inbox.put_nowait(self._given_up(worker))

    async def _work(self, worker: _Worker) -> None:
        made = 0
        while True:
            call = worker.call
            if self._seat.waits_for(call.started.tool):
                finished = await self._in_turn(worker, call)
            else:
                finished = await self._attempt(worker, call)
            if worker.abandoned or self._is_stopped:
                if self._is_left and finished.reason != "cancelled":
                    self._deliver(finished)  # so that nobody has to be asked what became of it; no call follows
                return
            del self._workers[call.attempt]
            if worker.told_to_stop is not None:
                # A cancellation may still be on its way to this task, so another one goes on.
                self._feed(finished)
                return
            following = self._deliver(finished)
            if following is None:
                return
            self._workers[following.attempt] = worker
            worker.call = following
            made += 1
            if made % _YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _in_turn(self, worker: _Worker, call: Call) -> Finished:
        """A call of what runs share. Its time begins when it is this run's turn."""
        tool = call.started.tool
        worker.has_begun = False
        try:
            await self._seat.enter(tool)
        except asyncio.CancelledError:
            if worker.told_to_stop is None:
                raise
            return self._given_up(worker)
        worker.holds = tool
        try:
            if worker.told_to_stop is not None:
                return self._given_up(worker)
            worker.has_begun = True
            return await self._attempt(worker, call)
        finally:
            self._give_back(worker)

    def _give_back(self, worker: _Worker) -> None:
        if worker.holds is not None:
            self._seat.leave(worker.holds)
            worker.holds = None

    async def _attempt(self, worker: _Worker, call: Call) -> Finished:
        """One call of a tool, to its end whatever that is. The only place where a tool's exception is caught."""
        if self._log is not None and call.signature.effect is Effect.WRITE and not await self._may_begin(worker):
            return Finished(call.attempt, None, self._now(), "cancelled", "cancelled before it began")
        started = call.started
        deadline = None if call.timeout is None else self._clock() + call.timeout
        context = worker.context = CallContext(
            started.step,
            started.item,
            started.attempt,
            started.key,
            call.declared,
            deadline,
            self._clock,
            self._result_limits,
            self._seat,
            branch=started.branch,
        )
        worker.deadline = deadline
        if deadline is not None and (self._watch is None or deadline < self._watch.when()):
            self._watch_until(deadline)
        try:
            value = await self._calls[started.tool](started.arguments, context)
        except asyncio.CancelledError as error:
            if worker.told_to_stop is not None:
                finished = self._given_up(worker)
            elif _is_cancelled_from_outside():
                raise
            else:  # The tool gave up a task of its own: it has failed, and what it did nobody knows.
                finished = failure(call.attempt, error, self._now())
                finished.lost = True
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            finished = failure(call.attempt, error, self._now())
        else:
            finished = Finished(call.attempt, value, self._now())
            finished.origin = context.origin
        if worker.told_to_stop is not None:
            finished = self._given_up(worker)
        worker.deadline = None
        if context.has_usage:
            finished.usage = _usage(context)
        return finished

    async def _may_begin(self, worker: _Worker) -> bool:
        """Whether a write is still wanted when all that led to it is durable, its own start included."""
        assert self._log is not None  # the caller looked
        worker.has_begun = False
        try:
            await self._log.durable()
        except asyncio.CancelledError:
            if worker.told_to_stop is None:
                raise
        worker.has_begun = worker.told_to_stop is None
        return worker.has_begun

    def _given_up(self, worker: _Worker) -> Finished:
        call = worker.call
        if not worker.has_begun:
            return Finished(call.attempt, None, self._now(), "cancelled", "cancelled before it began")
        if worker.told_to_stop == "timeout":
            message = f"no result after {call.timeout:g} s"
            return Finished(call.attempt, None, self._now(), "timeout", message, lost=True)
        return Finished(call.attempt, None, self._now(), "cancelled", "cancelled while it ran", lost=True)

    # --- the ends of attempts that do not end by themselves ---

    def _watch_until(self, deadline: float) -> None:
        """One timer watches over all attempts: most end long before their time."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(deadline, self._look_at_deadlines)

    def _look_at_deadlines(self) -> None:
        self._watch = None
        now = self._loop.time()
        following: float | None = None
        for worker in list(self._workers.values()):
            if worker.deadline is None or worker.told_to_stop is not None:
                continue
            if worker.deadline <= now:
                self._stop_worker(worker, "timeout")
            elif following is None or worker.deadline < following:
                following = worker.deadline
        if following is not None:
            self._watch_until(following)

    def _stop(self, command: Stop) -> None:
        worker = self._workers.get(command.attempt)
        if worker is not None and worker.told_to_stop is None:
            self._stop_worker(worker, "cancelled")

    def _stop_worker(self, worker: _Worker, why: Literal["timeout", "cancelled"]) -> None:
        worker.told_to_stop = why
        if worker.context is not None:
            worker.context.cancelled = True
        assert worker.task is not None  # it was made with the worker
        worker.task.cancel()
        handle = self._loop.call_later(self._grace, self._abandon, worker)
        self._timers.add(handle)

    def _abandon(self, worker: _Worker) -> None:
        """It does not listen: nobody waits for it any longer."""
        if self._workers.pop(worker.call.attempt, None) is None:
            return
        worker.abandoned = True
        self._give_back(worker)
        assert worker.task is not None  # it was made with the worker
        self._tasks.discard(worker.task)
        _let_go(worker.task)
        started = worker.call.started
        abandoned = AttemptAbandoned(started.step, started.item, started.branch, started.attempt, self._now())
        self._keep((abandoned,))
        self._inbox.put_nowait(self._given_up(worker))


def _let_go(task: "asyncio.Task[None]") -> None:
    """Nobody waits for a task that ignores its cancellation: neither `asyncio.run`, which would never return, nor
    a warning when the event loop is gone."""
    asyncio.tasks._unregister_task(task)  # documented for those who extend asyncio
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # as asyncio itself does with what it has given up


def _is_cancelled_from_outside() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _but_the_end(hear: Callable[[Event], None]) -> Callable[[Event], None]:
    """Hears everything but the end of a run, which is told when it is durable."""

    def but_the_end(event: Event) -> None:
        if type(event) is not RunFinished:
            hear(event)

    return but_the_end


def _usage(context: CallContext) -> dict[str, float]:
    usage = context.usage
    return {
        "calls": usage.calls,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "cost": usage.cost,
    }


_CONTROL: dict[type, Callable[[Driver, Any], None]] = {
    SetTimer: Driver._set_timer,
    Stop: Driver._stop,
    Ask: Driver._ask,
    Withdraw: Driver._withdraw,
}
