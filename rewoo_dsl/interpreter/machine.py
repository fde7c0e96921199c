"""The machine: inputs in, commands out, no I/O. It decides everything about a run but when things happen.

    machine = Machine(linked, inputs, run="r1", now="2026-01-01T00:00:00Z")
    commands = machine.feed(Start())
    while not machine.is_over: ...carry out the commands, feed what happens...

The same inputs give the same commands, so a run can be replayed, model-checked over every order of events, or driven
by another engine. Time is what the inputs say it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..ir.linked import LinkedPlan
from ..ir.policy import Policy
from ..tools.rate import Rate
from ..trace.events import (
    ApprovalAsked,
    CancelAsked,
    Reason,
    RunFinished,
    RunLeft,
    RunResumed,
    RunStarted,
    Status,
    TimerRang,
)
from . import approvals, endings, items, steps, stopping, subplans, turns
from .core import Core, Job, Timer
from .limits import Limits
from .messages import Answered, Cancel, Command, Finished, Input, Leave, Resume, SetTimer, Start, TimerFired
from .meters import Meter, Used
from .program import ToolCall, compile_plan
from .state import Ending, Item, Scope

_NO_LIMITS: Mapping[str, Any] = {}


class Machine:
    """One run of one plan.

    Args:
        linked: the checked plan.
        inputs: values of its inputs, checked already (`checked_inputs`).
        run: the run's id, which idempotency keys are made of.
        now: the value of `#now`.
        limits: the host's ceilings.
        seed: what the jitter of retries is drawn from.
        tool_slots: how many calls of a tool may run at once, where that is less than the run's concurrency.
        tool_timeouts: seconds for an attempt of a tool where the step does not say.
        tool_rates: how often calls of a tool may start.
        given: values of steps that do not run; what depends on them does.
        parent: the run that these values are from.
        policy: what the host lets plans do; `request` is what protected values must occur in.
    """

    def __init__(
        self,
        linked: LinkedPlan,
        inputs: Mapping[str, Any] | None = None,
        *,
        run: str,
        now: str,
        limits: Limits | None = None,
        seed: int = 0,
        tool_slots: Mapping[str, int] = _NO_LIMITS,
        tool_timeouts: Mapping[str, float] = _NO_LIMITS,
        tool_rates: Mapping[str, Rate] = _NO_LIMITS,
        given: Mapping[str, Any] = _NO_LIMITS,
        parent: str | None = None,
        policy: Policy | None = None,
        request: str | None = None,
    ) -> None:
        limits = Limits() if limits is None else limits
        self._program = compile_plan(linked, policy, request)
        self._inputs = dict(inputs or {})
        self._now = now
        self._parent = parent
        self._policy = policy
        self._request = request
        self._used = Used()
        self._root: Scope | None = None
        self._cancelled = False
        self.is_over = False
        self._core = Core(
            run=run,
            limits=limits,
            seed=seed,
            asks=linked.asks,
            tool_slots=tool_slots,
            tool_timeouts=tool_timeouts,
            tool_rates=tool_rates,
            free=limits.concurrency,
            result_limits=limits.of_results,
            given=given,
        )

    def feed(self, event: Input) -> list[Command]:
        """What is to be done now that this has happened, in order; trace events are among it."""
        core = self._core
        core.out = []
        if type(event) is Resume:
            for meter in core.clocks:
                meter.waited += event.at - core.at
        elif core.questions:
            self._let_clocks_stand(event.at - core.at)
        core.at = event.at
        if type(event) is Finished:
            items.finished(core, event)
        elif type(event) is TimerFired:
            self._timer_fired(event)
        elif type(event) is Answered:
            approvals.answered(core, event)
        elif type(event) is Start:
            self._start()
        elif type(event) is Cancel:
            self._cancel()
        elif type(event) is Leave:
            core.is_left = True
            core.record(RunLeft(core.at))
        elif type(event) is Resume:
            self._resume(core)
        self._work_off(core)
        return core.out

    @property
    def run(self) -> str:
        """The run's id."""
        return self._core.run

    @property
    def questions(self) -> tuple[ApprovalAsked, ...]:
        """What people are being asked."""
        return tuple(question.asked for question in self._core.questions.values())

    @property
    def waits_for_people(self) -> bool:
        """Whether nothing can happen before somebody answers, or the time to answer is over."""
        core = self._core
        return bool(core.questions) and not (core.flying or core.pausing or core.ready or any(core.parked.values()))

    def _work_off(self, core: Core) -> None:
        """Until nothing is left to do now: first the agenda, then calls into free slots."""
        agenda, ready = core.agenda, core.ready
        while True:
            while agenda:
                job, subject = agenda.popleft()
                _JOBS[job](core, subject)
            if not ready or not core.free or core.is_left:
                break
            self._launch_next(core)
        root = self._root
        if root is not None and not root.unfinished and not core.flying and not self.is_over:
            self._finish(root)

    @staticmethod
    def _launch_next(core: Core) -> None:
        waiting = core.ready.popleft()
        item = steps.begin_plain(core, waiting[0], waiting[1]) if isinstance(waiting, tuple) else waiting
        if item is None:
            return
        action = item.action
        assert type(action) is ToolCall  # nothing else is queued
        if item.phase == "queued":
            if (core.tool_slots or core.tool_rates) and not turns.has_turn(core, action.name):
                turns.park(core, action.name, item)
                return
            if items.launch(core, item):
                return
        turns.unpark(core, action.name)

    # --- the run as a whole ---

    def _start(self) -> None:
        core, program = self._core, self._program
        if self._root is not None:
            raise ValueError("the run has begun already")
        names = tuple(program.names[: program.step_count])
        limits = core.limits
        core.record(
            RunStarted(
                core.run,
                program.plan_hash,
                self._inputs,
                self._now,
                names,
                core.at,
                core.seed,
                limits.as_dict(),
                dict(core.tool_slots),
                dict(core.tool_timeouts),
                {tool: (rate.calls, rate.seconds) for tool, rate in core.tool_rates.items()},
                dict(core.given),
                self._parent,
                None if self._policy is None else self._policy.model_dump(mode="json", exclude_defaults=True),
                self._request,
            )
        )
        host = Meter(
            "the host's limit",
            calls=limits.tool_calls,
            model_calls=limits.model_calls,
            tokens=limits.tokens,
            cost=limits.usd,
            seconds=limits.run_seconds,
            late="deadline",
            timer="host",
            used=self._used,
        )
        subplans.start_clock(core, host)
        self._root = subplans.open_scope(core, program, program.values(self._inputs, self._now), (host,))

    def _cancel(self) -> None:
        if self._root is not None and self._root.unfinished:
            self._cancelled = True
            self._core.record(CancelAsked(self._core.at))
            ending = Ending("cancelled", "cancelled", "the run was cancelled")
            stopping.stop_scope(self._core, self._root, ending, spare_writes=False)

    def _resume(self, core: Core) -> None:
        """What a new driver has to know; attempts that were told to stop have ended with the old one."""
        if self._root is None or self.is_over:
            raise ValueError("only a run that has begun and is not over can be resumed")
        core.is_left = False
        core.record(RunResumed(core.at))
        for number, item in list(core.flying.items()):
            if item.phase == "done":
                items.finished(core, Finished(number, None, core.at, "cancelled", "", lost=True))
            else:
                items.call_again(core, item)
        for number, timer in core.timers.items():
            core.out.append(SetTimer(number, max(0.0, timer.due - core.at), timer.name))
        approvals.ask_again(core)

    def _finish(self, root: Scope) -> None:
        self.is_over = True
        names = root.program.names
        missing: dict[str, str] = {names[place]: reason for place, reason in sorted(root.reasons.items())}
        missing |= dict(sorted(root.lost.items()))
        status = self._status(root)
        usage = self._used.as_dict()
        self._core.record(RunFinished(status, root.returned, root.has_returned, missing, usage, self._core.at))

    def _status(self, root: Scope) -> Status:
        if self._cancelled:
            return "cancelled"
        if not root.reasons:
            return "partial" if root.lost else "succeeded"
        if root.program.has_result:
            return "partial" if root.has_returned else "failed"
        return "partial" if "succeeded" in root.states else "failed"

    # --- time ---

    def _timer_fired(self, event: TimerFired) -> None:
        timer = self._core.timers.pop(event.timer, None)
        if timer is None or self.is_over:
            return
        if _matters(self._core, timer):
            self._core.record(TimerRang(timer.name, self._core.at))
        self._core.later(timer.job, timer.subject)

    def _let_clocks_stand(self, passed: float) -> None:
        """Somebody was asked all that time: it does not count where nothing else went on."""
        for meter in self._core.clocks:
            if _is_idle(self._core, meter):
                meter.waited += passed


def _matters(core: Core, timer: Timer) -> bool:
    """Whether anything comes of it that this time is over."""
    match timer.job:
        case "retry":
            item: Item = timer.subject
            return item.phase == "pausing"
        case "expire":
            return timer.subject in core.questions
        case "rate":
            return bool(core.parked.get(timer.subject))
        case _:
            return timer.subject in core.clocks and not timer.subject.remaining(core.at)


def _is_idle(core: Core, meter: Meter) -> bool:
    """Whether, under this meter, people are asked and nothing else is going on."""
    return (
        any(meter in question.step.scope.meters for question in core.questions.values())
        and not any(meter in item.step.scope.meters for item in core.flying.values())
        and not any(meter in item.step.scope.meters for item in core.pausing)
    )


def _look_at_clock(core: Core, meter: Meter) -> None:
    """The meter's time may be over, or it goes on because the clock stood for a while."""
    if meter not in core.clocks:
        return
    left = meter.remaining(core.at)
    if not left:
        core.later("ceiling", (meter, meter.late, f"{meter.whose} of {meter.seconds:g} s is reached"))
    elif core.questions and _is_idle(core, meter):
        meter.sleeps = True
    else:
        core.set_timer(left, "look_at_clock", meter, meter.timer)


def _reach_ceiling(core: Core, reached: tuple[Meter, Reason, str]) -> None:
    meter, reason, message = reached
    if meter.attempt_of is not None:
        subplans.give_up(core, meter.attempt_of)
    elif meter.scope is not None and meter.scope.unfinished:
        stopping.stop_scope(core, meter.scope, Ending("failed", reason, message), spare_writes=True)


_JOBS: dict[Job, Callable[[Core, Any], None]] = {
    "start": steps.start,
    "block": lambda core, which: endings.block(core, *which),
    "item_done": steps.item_done,
    "enter": subplans.enter,
    "scope_done": subplans.scope_done,
    "retry": items.retry,
    "expire": approvals.expire,
    "look_at_clock": _look_at_clock,
    "ceiling": _reach_ceiling,
    "approved": steps.run_items,
    "rate": turns.rate_allows,
    "declined": lambda core, pair: steps.decline(core, *pair),
}
