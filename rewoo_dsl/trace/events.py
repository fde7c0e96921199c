"""What happens in a run, as typed, versioned events. The list of them is the run.

Progress, results, traces, journals and metrics are readers of this list. The classes are slots dataclasses because
the machine makes several a step; pydantic turns them into JSON and back at the border (`dump`, `load`), by the field
`type`. `step` names a step, inside sub-plans by its whole way there: `E4[2]/E1` is step E1 of the sub-plan that the
third item of E4 called. `item` counts from 0 and is None outside `for`. `at` is in seconds since the run began, on
the run's clock.

Some events tell what reached the run from outside: `RunStarted`, `AttemptFinished` of a tool, `TimerRang`,
`ApprovalAnswered` by a person, `CancelAsked`, `RunLeft`, `RunResumed`. All others follow from these, which is why a log
can be replayed, and held against itself (`interpreter.replay`).
"""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

VERSION = 1

State: TypeAlias = Literal["waiting", "ready", "running", "succeeded", "failed", "skipped", "blocked", "cancelled"]
Branch: TypeAlias = Literal["do", "otherwise", "fallback"]
Reason: TypeAlias = Literal[
    "tool_error", "timeout", "wrong_type", "bad_argument", "expression", "fuel", "too_large", "too_many_items",
    "budget", "deadline", "policy", "unknown_outcome", "condition", "refused", "expired", "needs", "cancelled",
]  # fmt: skip
Origin: TypeAlias = Literal["tool", "cache", "record", "person"]
"""Who gave a result: the tool; a store of earlier results; the record of another run; a person who knew it."""
Status: TypeAlias = Literal["succeeded", "partial", "failed", "cancelled"]


@dataclass(slots=True)
class RunStarted:
    """With the plan, all that a run depends on but what happens in it.

    `limits` are the host's; `tool_slots`, `tool_timeouts` and `tool_rates` (calls in so many seconds) are those of
    single tools; `seed` is what pauses are drawn from. `given` are values that stand for steps which do not run, and
    `parent` is the run they are from. `policy` is the host's, and `request` what protected values must occur in.
    """

    run: str
    plan_hash: str
    inputs: dict[str, Any]
    now: str
    """The start of the run in RFC 3339: the value of `#now`."""
    steps: tuple[str, ...]
    at: float = 0.0
    seed: int = 0
    limits: dict[str, Any] = field(default_factory=dict)
    tool_slots: dict[str, int] = field(default_factory=dict)
    tool_timeouts: dict[str, float] = field(default_factory=dict)
    tool_rates: dict[str, tuple[int, float]] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    parent: str | None = None
    policy: dict[str, Any] | None = None
    request: str | None = None
    version: int = VERSION
    type: Literal["run_started"] = "run_started"


@dataclass(slots=True)
class StepStarted:
    """All needs are final. `items` is the length of a `for`, None outside one and where its list was not read."""

    step: str
    at: float
    items: int | None = None
    type: Literal["step_started"] = "step_started"


@dataclass(slots=True)
class AttemptStarted:
    """One call of a tool, or of a sub-plan (`subplan`), which counts as no call itself: those of its steps do.

    `key` is the idempotency key, the same for all attempts of this step, item and branch.
    """

    step: str
    item: int | None
    branch: Branch
    attempt: int
    tool: str
    arguments: dict[str, Any]
    key: str
    at: float
    subplan: bool = False
    type: Literal["attempt_started"] = "attempt_started"


@dataclass(slots=True)
class AttemptFinished:
    """`reason` is None when the attempt gave a value.

    `lost` says that nobody knows whether the tool did its work, `retryable` is False when it said itself that trying
    again is no use, and `origin` tells who gave the value.
    """

    step: str
    item: int | None
    branch: Branch
    attempt: int
    value: Any
    reason: Reason | None
    message: str
    usage: dict[str, float]
    at: float
    lost: bool = False
    retryable: bool = True
    origin: Origin = "tool"
    type: Literal["attempt_finished"] = "attempt_finished"


@dataclass(slots=True)
class AttemptAbandoned:
    """A cancelled tool did not let go in time. Nobody waits for it any more, but its code may still be running."""

    step: str
    item: int | None
    branch: Branch
    attempt: int
    at: float
    type: Literal["attempt_abandoned"] = "attempt_abandoned"


@dataclass(slots=True)
class RetryScheduled:
    """Attempt number `attempt` will start after `delay` seconds."""

    step: str
    item: int | None
    attempt: int
    delay: float
    at: float
    type: Literal["retry_scheduled"] = "retry_scheduled"


@dataclass(slots=True)
class TimerRang:
    """A time was over that the run had to wait for: `retry E3[2]`, `within E7`, `timeout E4`, `rate search`, `limit
    E4` or `host`.

    Only those are told that change something. `limit` alone is the plan's own limit of time, and `host` the host's.
    """

    timer: str
    at: float
    type: Literal["timer_rang"] = "timer_rang"


@dataclass(slots=True)
class ApprovalAsked:
    """`calls` lists the exact arguments of every call that a yes allows; `binding` is the hash of them."""

    step: str
    text: str
    calls: list[dict[str, Any]]
    binding: str
    within: float | None
    at: float
    type: Literal["approval_asked"] = "approval_asked"


@dataclass(slots=True)
class ApprovalAnswered:
    step: str
    binding: str
    answer: Literal["yes", "no", "expired"]
    at: float
    type: Literal["approval_answered"] = "approval_answered"


@dataclass(slots=True)
class ItemFinished:
    """One item of a `for`."""

    step: str
    item: int
    state: State
    value: Any
    reason: Reason | None
    message: str
    branch: Branch
    at: float
    type: Literal["item_finished"] = "item_finished"


@dataclass(slots=True)
class StepFinished:
    """`branch` tells which clause gave the value: `fallback` marks a step whose fallback stood in."""

    step: str
    state: State
    value: Any
    reason: Reason | None
    message: str
    branch: Branch
    at: float
    type: Literal["step_finished"] = "step_finished"


@dataclass(slots=True)
class CancelAsked:
    """Somebody cancelled the run."""

    at: float
    type: Literal["cancel_asked"] = "cancel_asked"


@dataclass(slots=True)
class RunLeft:
    """The process that runs it is about to end: no call begins any more, and writes under way come to their end."""

    at: float
    type: Literal["run_left"] = "run_left"


@dataclass(slots=True)
class RunResumed:
    """A new process goes on with the run. What was in flight begins again, under the same keys."""

    at: float
    type: Literal["run_resumed"] = "run_resumed"


@dataclass(slots=True)
class RunFinished:
    """`missing` names what has no value, with its reason class; steps of sub-plans by their whole way there."""

    status: Status
    value: Any
    has_value: bool
    missing: dict[str, str]
    usage: dict[str, float]
    at: float
    type: Literal["run_finished"] = "run_finished"


Event: TypeAlias = (
    RunStarted | StepStarted | AttemptStarted | AttemptFinished | AttemptAbandoned | RetryScheduled | TimerRang
    | ApprovalAsked | ApprovalAnswered | ItemFinished | StepFinished | CancelAsked | RunLeft | RunResumed | RunFinished
)  # fmt: skip
