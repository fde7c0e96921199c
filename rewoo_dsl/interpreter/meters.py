"""Ceilings while a plan runs: what has been used, and whether one more call is allowed.

A scope is under the meters of all plans around it and under the host's. Time is measured without waiting for people:
while somebody is asked and nothing else is going on under a meter, its clock stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..trace.events import Reason

if TYPE_CHECKING:
    from .state import Item, Scope

_INSTANT = 1e-9
"""Two times closer than this are the same: sums of floats are not exact."""


@dataclass(slots=True, eq=False)
class Used:
    """What has been used so far. `calls` are started attempts of tools; `model_calls` are what the tools that ask
    models report, at least one for each; `cached_tokens` are part of `input_tokens`."""

    calls: int = 0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def as_dict(self) -> dict[str, float]:
        return {
            "calls": self.calls,
            "model_calls": self.model_calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
            "cost": self.cost,
        }


@dataclass(slots=True, eq=False)
class Meter:
    """The ceilings of one plan, of the host, or of one attempt of a sub-plan.

    `whose` names it in messages. `scope` is what stops at a ceiling. `attempt_of` marks the clock of one attempt of a
    sub-plan: only that attempt is over then. `late` is the reason when the time is over, and `timer` the name of its
    clock, as in `TimerRang`.
    """

    whose: str
    scope: Scope | None = None
    calls: int | None = None
    model_calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    late: Reason = "budget"
    timer: str = "limit"
    attempt_of: Item | None = None
    started: float = 0.0
    waited: float = 0.0
    sleeps: bool = False
    used: Used | None = None

    def admit(self, calls_model: bool) -> str | None:
        """Counts one more call. Why it is beyond a ceiling instead, when it is."""
        used = self.used
        if used is None:
            return None
        if self.calls is not None and used.calls >= self.calls:
            return f"{self.whose} of {self.calls} calls is reached"
        if calls_model:
            refusal = self._refusal_of_model(used)
            if refusal is not None:
                return refusal
            used.model_calls += 1
        used.calls += 1
        return None

    def _refusal_of_model(self, used: Used) -> str | None:
        if self.model_calls is not None and used.model_calls >= self.model_calls:
            return f"{self.whose} of {self.model_calls} model calls is reached"
        if self.tokens is not None and used.tokens >= self.tokens:
            return f"{self.whose} of {self.tokens} tokens is reached"
        if self.cost is not None and used.cost >= self.cost:
            return f"{self.whose} of {self.cost:g} USD is reached"
        return None

    def add(self, usage: Mapping[str, float], *, calls_model: bool) -> str | None:
        """Counts what a call has used; says which ceiling is exceeded by it.

        A tool that is known to call a model was counted as one model call when it started.
        """
        used = self.used
        if used is None:
            return None
        used.model_calls += max(0, int(usage.get("calls", 0)) - calls_model)
        used.input_tokens += int(usage.get("input_tokens", 0))
        used.output_tokens += int(usage.get("output_tokens", 0))
        used.cached_tokens += int(usage.get("cached_tokens", 0))
        used.cost += usage.get("cost", 0.0)
        if self.model_calls is not None and used.model_calls > self.model_calls:
            return f"{self.whose} of {self.model_calls} model calls is exceeded"
        if self.tokens is not None and used.tokens > self.tokens:
            return f"{self.whose} of {self.tokens} tokens is exceeded"
        if self.cost is not None and used.cost > self.cost:
            return f"{self.whose} of {self.cost:g} USD is exceeded"
        return None

    def remaining(self, at: float) -> float:
        """Seconds left on the meter's clock; 0 when it is over."""
        assert self.seconds is not None  # only meters with a clock are asked
        left = self.seconds - (at - self.started - self.waited)
        return left if left > _INSTANT else 0.0
