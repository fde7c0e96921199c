"""What a question cost, by role."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..llm import Usage

Role: TypeAlias = Literal["planner", "worker", "solver"]


@dataclass(frozen=True, slots=True)
class Spending:
    """Model usage by role; the worker's part is that of the `llm` tool and of tools that report usage."""

    planner: Usage = field(default_factory=Usage)
    worker: Usage = field(default_factory=Usage)
    solver: Usage = field(default_factory=Usage)

    @property
    def total(self) -> Usage:
        return self.planner + self.worker + self.solver


class Meter:
    """Adds up what the attempts of one role cost; give `add` to a model as `on_usage`."""

    def __init__(self, listener: Callable[[Usage], None] | None = None) -> None:
        self.usage = Usage()
        self._listener = listener

    def add(self, usage: Usage) -> None:
        self.usage += usage
        if self._listener:
            self._listener(usage)
