"""What a run has used at most, whatever its schedule: enough to say that no ceiling can be met.

Law A holds without ceilings and deadlines. A ceiling that no schedule can meet is as good as none: the reference
adds up calls, tokens, money, bytes, and the seconds of everything as if it happened one after the other.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...interpreter.limits import Limits
from ...ir.plan import Limit
from ...ir.policy import Policy
from .world import Attempt, Question


@dataclass(slots=True)
class Used:
    """Sums over a part of a run. `seconds` are those of attempts and pauses; waiting for people counts nowhere."""

    calls: int = 0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    bytes: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def add(self, other: "Used") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def call(self, usage: Mapping[str, float], *, asks_model: bool) -> None:
        """One attempt of a tool: one that asks models is one model call at least."""
        self.calls += 1
        self.model_calls += max(int(usage.get("calls", 0)), int(asks_model))
        self.input_tokens += int(usage.get("input_tokens", 0))
        self.output_tokens += int(usage.get("output_tokens", 0))
        self.cached_tokens += int(usage.get("cached_tokens", 0))
        self.cost += usage.get("cost", 0.0)

    def as_usage(self) -> dict[str, float]:
        return {
            "calls": self.calls,
            "model_calls": self.model_calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
            "cost": self.cost,
        }


@dataclass(slots=True)
class Ledger:
    """What happened, in no order that means anything."""

    attempts: list[Attempt] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    may_meet: list[str] = field(default_factory=list)

    def meets(self, *what: str | None) -> None:
        self.may_meet += [one for one in what if one is not None]


def met_by_plan(limit: Limit | None, used: Used, where: str) -> list[str]:
    """The ceilings of a plan's `limit` that what it used may meet. A model is not asked once tokens or cost are met."""
    if limit is None:
        return []
    whose = f"the limit of {where or 'the plan'}"
    return [
        f"{whose} on {what}"
        for what, met in (
            ("calls", limit.calls is not None and used.calls > limit.calls),
            ("tokens", limit.tokens is not None and 0 < limit.tokens <= used.tokens),
            ("tokens", limit.tokens == 0 and used.model_calls > 0),
            ("cost", limit.cost is not None and 0 < limit.cost <= used.cost),
            ("cost", limit.cost == 0 and used.model_calls > 0),
            ("time", limit.time is not None and used.seconds >= limit.time),
        )
        if met
    ]


def met_by_host(limits: Limits, used: Used) -> list[str]:
    """The host's ceilings that the whole run may meet."""
    ceilings = (
        ("calls", limits.tool_calls is not None and used.calls > limits.tool_calls),
        ("model calls", limits.model_calls is not None and used.model_calls > limits.model_calls),
        ("tokens", limits.tokens is not None and 0 < limits.tokens <= used.tokens),
        ("tokens", limits.tokens == 0 and used.model_calls > 0),
        ("cost", limits.usd is not None and 0 < limits.usd <= used.cost),
        ("cost", limits.usd == 0 and used.model_calls > 0),
        ("bytes of evidence", limits.evidence_bytes is not None and used.bytes > limits.evidence_bytes),
        ("time", limits.run_seconds is not None and used.seconds >= limits.run_seconds),
    )
    return [f"the host's limit on {what}" for what, met in ceilings if met]


def met_by_policy(policy: Policy | None, ledger: Ledger) -> list[str]:
    """The lines of a policy that allow a tool only so often, and fewer times than it is called."""
    if policy is None:
        return []
    called = Counter(
        glob for one in ledger.attempts for glob, rule in policy.rules(one.tool) if rule.at_most is not None
    )
    most = {glob: rule.at_most for one in ledger.attempts for glob, rule in policy.rules(one.tool)}
    return [f"the policy's `{glob}`" for glob, count in called.items() if count > (most[glob] or 0)]
