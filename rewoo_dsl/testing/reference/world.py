"""What the reference is told of the world, and what it tells: attempts and their endings, questions and answers,
outcomes.

An *oracle* says how each attempt of a call ends. It is a function: the same attempt of the same step, item and branch
always ends alike, whoever asks and when. With it a run has one meaning, and `reference` says which.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from ...ir.signature import Schema
from ...trace.events import Branch, Reason, State, Status


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call. `step` is its whole way, such as `E4[2]/E1` in a sub-plan; `attempt` counts from 1.

    `declared` is the type that the step declares, as JSON Schema.
    """

    tool: str
    step: str
    item: int | None
    branch: Branch
    attempt: int
    arguments: dict[str, Any]
    declared: Schema | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ends after so many `seconds`: with a value, or with an error when there is a `reason`.

    `lost` says that nobody knows whether the tool did its work, `retryable` is False where the tool itself says that
    trying again is no use. An attempt whose time is over before its seconds are ends as `timeout` instead.
    """

    value: Any = None
    reason: Reason | None = None
    message: str = ""
    lost: bool = False
    retryable: bool = True
    seconds: float = 0.0
    usage: Mapping[str, float] = field(default_factory=dict)


HANGS = Ending(seconds=inf)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: the exact calls that a yes allows."""

    step: str
    text: str
    calls: list[dict[str, Any]]
    within: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person says after so many `seconds`; never is `inf`."""

    yes: bool = True
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Oracle:
    """How every attempt ends, and what people say."""

    ends: Callable[[Attempt], Ending]
    answers: Callable[[Question], Answer] = lambda _: Answer()


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a step or of one item: `branch` tells which clause was tried last, `reason` why there is no value.

    `items` are those of a `for`; None for any other step, and for one that ended before its items did.
    """

    state: State
    value: Any = None
    reason: Reason | None = None
    branch: Branch = "do"
    items: tuple["Ended", ...] | None = None

    @property
    def has_value(self) -> bool:
        return self.state in ("succeeded", "skipped")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run comes to.

    Attributes:
        steps: every step by its whole way, those of sub-plans included (of the last attempt); `return` is one.
        top: the names of the plan's own steps, in order; `return` is not among them.
        missing: what has no value, with its reason class.
        attempts: every attempt of a tool, in no order that means anything.
        may_meet: ceilings and clocks that some schedule may meet, in words. When there is none, this is what every
            run comes to (law A); else it is what a run comes to that meets none of them (law B).
    """

    steps: Mapping[str, Ended]
    top: tuple[str, ...]
    status: Status
    missing: Mapping[str, Reason]
    usage: Mapping[str, float]
    attempts: tuple[Attempt, ...]
    asked: tuple[Question, ...]
    may_meet: tuple[str, ...]

    @property
    def returned(self) -> Ended | None:
        """The end of `return`; None when the plan has none."""
        return self.steps.get("return")

    @property
    def evidence(self) -> dict[str, Any]:
        """The values of the plan's own steps that have one; null for skipped ones."""
        return {name: self.steps[name].value for name in self.top if self.steps[name].has_value}
