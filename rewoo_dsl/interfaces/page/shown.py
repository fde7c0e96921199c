"""What a page shows of a run: all that its parts read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ...ir.linked import LinkedPlan
from ...ir.plan import Plan
from ...ir.signature import Signature
from ...trace import Trace
from ...trace.events import ApprovalAsked, Event


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be done about a run that has not ended, and the command that does it."""

    text: str
    command: str


@dataclass(frozen=True)
class Shown:
    """A run, as much as is kept of it.

    Attributes:
        status: in a word, as `rewoo runs` has it.
        started: seconds since 1970.
        plan: linked where that is possible: then it is known what sub-plans did.
        text: the plan as text; None where there is none.
        questions: what people are asked, and have not answered.
        advice: what can be done next.
    """

    run: str
    status: str
    started: float | None
    plan: Plan | LinkedPlan
    events: Sequence[Event]
    name: str | None = None
    parent: str | None = None
    text: str | None = None
    tools: Mapping[str, Signature] = field(default_factory=dict)
    questions: tuple[ApprovalAsked, ...] = ()
    advice: tuple[Advice, ...] = ()

    @cached_property
    def trace(self) -> Trace:
        return Trace(self.events)

    @property
    def bare_plan(self) -> Plan:
        return self.plan.plan if isinstance(self.plan, LinkedPlan) else self.plan
