"""What changes while a plan runs: a scope for each running plan, a step in it, the items of a step.

Every step has items: one for each element of its `for`, else a single one. An item is what is tried, retried and
stood in for; a step is what others wait for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..trace.events import ApprovalAsked, Branch, Reason, State
from .program import Action, Program, StepCode

if TYPE_CHECKING:
    from hashlib import _Hash

    from .meters import Meter


Phase: TypeAlias = Literal["prepared", "queued", "running", "pausing", "done"]
"""Where an item is in its life.

- `prepared`: its arguments are known; it waits for a yes, or for its turn under `parallel`
- `queued`: its tool call waits for a free slot
- `running`: its attempt runs: a tool, or a sub-plan's scope
- `pausing`: it waits before its next attempt
"""


@dataclass(slots=True, eq=False)
class Scope:
    """A plan that runs: the root's, or one for each sub-plan's call.

    Steps are known by their place in the program; `running` are those under way, and `reasons` those that ended
    without a value. `lost` names, by their whole way there, the steps of finished sub-plans that ended without one
    although the call gave its value: nobody waits for them, and yet the run is not whole. `path` stands before the
    names of its steps in events, `key_path` where keys are made; `keys` has hashed what all of them begin with.
    `caller` is the item that called it. `stopped` is set once nothing further may start in it.
    """

    program: Program
    path: str
    key_path: str
    keys: _Hash
    values: dict[str, Any]
    meters: tuple[Meter, ...]
    states: list[State]
    open_needs: list[int]
    unfinished: int
    caller: Item | None = None
    running: dict[int, StepRun] = field(default_factory=dict)
    reasons: dict[int, Reason] = field(default_factory=dict)
    lost: dict[str, Reason] = field(default_factory=dict)
    stopped: Ending | None = None
    returned: Any = None

    @property
    def has_returned(self) -> bool:
        """Whether `return` gave a value."""
        return self.program.has_result and self.states[-1] == "succeeded"


@dataclass(slots=True, eq=False)
class StepRun:
    """A step under way. `question` is the number of what a person is asked on its behalf."""

    code: StepCode
    scope: Scope
    place: int
    items: list[Item]
    open_items: int = 0
    next_item: int = 0
    question: int | None = None

    @property
    def path(self) -> str:
        """The step's name as events give it."""
        return self.scope.path + self.code.name


@dataclass(slots=True, eq=False)
class Item:
    """One call or value of a step. `action` is what is tried now, on `branch`; `attempt` counts from 1.

    `attempt_number` is the number of the running attempt, unique in the run. `child` is the scope of a sub-plan
    that runs as the attempt.
    """

    step: StepRun
    index: int | None
    names: Mapping[str, Any]
    action: Action
    branch: Branch = "do"
    phase: Phase = "prepared"
    arguments: dict[str, Any] | None = None
    fallback_arguments: dict[str, Any] | None = None
    attempt: int = 0
    attempt_number: int = 0
    child: Scope | None = None
    state: State = "waiting"
    value: Any = None
    reason: Reason | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step or item ends that does not end by itself."""

    state: State
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a person is asked on behalf of a step."""

    step: StepRun
    asked: ApprovalAsked
