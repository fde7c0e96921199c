"""What the host allows one run, whatever its plan says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from ..ir.policy import Policy
from ..ir.values import MAX_DEPTH
from ..tools.rate import Rate
from ..tools.results import ResultLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ceilings of the host. None means: no ceiling.

    A plan's own `limit` can only be tighter. Where a ceiling of counts is reached, unfinished steps fail with
    `budget`; at `run_seconds` they fail with `deadline`.

    Attributes:
        tool_calls: started attempts of tools and models, sub-plans included.
        model_calls: how many of these may ask a model.
        tokens: what all models together may use; what they used is known only afterwards, so the call that exceeds
            this has been made, and nothing starts after it. The same holds for `usd`.
        usd: what they may cost.
        argument_bytes: what the arguments of one call may weigh as compact JSON.
        result_bytes: what one result may weigh as compact JSON.
        result_depth: how deep it may be nested, 64 levels at most.
        evidence_bytes: what all evidence together may weigh; the step that goes beyond fails.
        step_seconds: for one attempt, where neither the step nor the tool says how long it may take.
        run_seconds: for the whole run, without waiting for people.
        concurrency: attempts running at once.
        tool_concurrency: the same for single tools, by name; a tool's own `max_parallel` holds where it is silent.
        tool_rates: how often calls of single tools may start, by name, as `10/s` or `100/min`; a tool's own `rate`
            holds where it is silent.
        items: how many items a `for` without `max` may have; `write_items` where its call writes.
        grace_seconds: how long a cancelled tool may take to let go before it is abandoned.
        backoff_seconds: the first pause before a retry; it doubles with each one, up to `backoff_max_seconds`.
    """

    tool_calls: int | None = 1_000
    model_calls: int | None = 50
    tokens: int | None = None
    usd: float | None = None
    argument_bytes: int = 16 << 20
    result_bytes: int = 1 << 20
    result_depth: int = MAX_DEPTH
    evidence_bytes: int | None = 64 << 20
    step_seconds: float | None = 60.0
    run_seconds: float | None = 600.0
    concurrency: int = 8
    tool_concurrency: Mapping[str, int] = field(default_factory=dict)
    tool_rates: Mapping[str, str] = field(default_factory=dict)
    items: int = 100
    write_items: int = 10
    grace_seconds: float = 5.0
    backoff_seconds: float = 0.5
    backoff_max_seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.concurrency < 1 or any(count < 1 for count in self.tool_concurrency.values()):
            raise ValueError("concurrency is at least 1: with less, nothing would ever run")
        if not 0 <= self.result_depth <= MAX_DEPTH:
            raise ValueError(f"result_depth is 0 to {MAX_DEPTH}, not {self.result_depth}")
        for rate in self.tool_rates.values():
            Rate.parse(rate)

    @property
    def of_results(self) -> ResultLimits:
        """What one result is held against."""
        return ResultLimits(self.result_bytes, self.result_depth)

    def within(self, policy: Policy | None) -> Self:
        """These limits, or the policy's where those are tighter."""
        said = {} if policy is None or policy.limits is None else policy.limits.said
        own = {name: getattr(self, name) for name in said}
        return replace(self, **{name: one if own[name] is None else min(one, own[name]) for name, one in said.items()})

    def as_dict(self) -> dict[str, Any]:
        """The limits as JSON data: `Limits(**data)` are the same."""
        data = {one.name: getattr(self, one.name) for one in fields(self)}
        return data | {"tool_concurrency": dict(self.tool_concurrency), "tool_rates": dict(self.tool_rates)}
