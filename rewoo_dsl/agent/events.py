"""What a host hears while a question is answered, besides the events of the run itself."""

from dataclasses import dataclass
from typing import TypeAlias

from ..llm import Usage
from ..trace.events import Event
from .planner import Draft
from .spending import Role


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A piece of what the Planner or the Solver is writing."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ModelCalled:
    """One attempt of the Planner's or the Solver's model is over, whatever came of it."""

    role: Role
    usage: Usage


@dataclass(frozen=True, slots=True)
class PlanDrafted:
    """The Planner has written a plan; `draft.report` says whether it is good."""

    draft: Draft


AgentEvent: TypeAlias = TextArrived | ModelCalled | PlanDrafted | Event
