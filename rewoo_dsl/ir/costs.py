"""What a plan may cost: one algebra of bounds, for the checker before a run and for a run against its ceilings.

`Bounds` go from the fewest to the most. The most is None where nobody knows it, and `why` says what is missing. A
`Cost` is one `Bounds` for each quantity. There are two kinds of quantity, and this is all that differs between them:

| kind | quantities | repeated | side by side |
|---|---|---|---|
| `SUMS`: all of it is spent | calls, model calls, tokens, US dollars, seconds of work | times the items | added |
| `SPANS`: it passes once for all | seconds, written seconds | times the rounds | the longest way counts |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from typing import Any

from .._record import Record, record
from .plan import Limit

MANY = 10**15
"""Beyond this nobody counts, so that numbers of a hostile plan stay small: it stands for all that are larger."""


@record
class Bounds:
    """From the fewest to the most; `most` is None where nothing is known, for the reason `why`."""

    least: float
    most: float | None
    why: str = field(default="", compare=False)

    def as_data(self) -> dict[str, float | str | None]:
        if self.most is None or self.most >= MANY:
            return {"least": self.least, "most": None, "why": self.why if self.most is None else amount(self.most)}
        return {"least": self.least, "most": self.most}


def amount(number: float) -> str:
    """A number as people write it: whole ones without a point.

    >>> amount(1200.0), amount(0.25), amount(MANY)
    ('1200', '0.25', 'more than 1e+15')
    """
    if number >= MANY:
        return f"more than {MANY:.0e}"
    return str(int(number)) if number == int(number) else f"{number:.6g}"


NONE = Bounds(0, 0)
ONE = Bounds(1, 1)
UNKNOWN = Bounds(0, None)


def unknown(why: str, least: float = 0) -> Bounds:
    return Bounds(least, None, why)


def plus(one: Bounds, other: Bounds) -> Bounds:
    """Both happen."""
    if one.most is None or other.most is None:
        return Bounds(_cut(one.least + other.least), None, _reason(one, other))
    return Bounds(_cut(one.least + other.least), _cut(one.most + other.most))


def times(one: Bounds, other: Bounds) -> Bounds:
    """One happens as often as the other says."""
    if one.most == 0 or other.most == 0:
        return NONE
    if one.most is None or other.most is None:
        return Bounds(_cut(one.least * other.least), None, _reason(one, other))
    return Bounds(_cut(one.least * other.least), _cut(one.most * other.most))


def either(one: Bounds, other: Bounds) -> Bounds:
    """One of the two happens."""
    least = min(one.least, other.least)
    if one.most is None or other.most is None:
        return Bounds(least, None, _reason(one, other))
    return Bounds(least, max(one.most, other.most))


def up_to(one: Bounds) -> Bounds:
    """It may not happen at all."""
    return Bounds(0, one.most, one.why)


def capped(one: Bounds, most: float | None) -> Bounds:
    """It is stopped there at the latest."""
    if most is None or (one.most is not None and one.most <= most):
        return one
    return Bounds(min(one.least, most), most)


def _cut(number: float) -> float:
    return number if number <= MANY else MANY


def _reason(*parts: Bounds) -> str:
    return next((one.why for one in parts if one.most is None and one.why), "")


# --- all quantities at once ----------------------------------------------------------------------------------------


@record
class Cost(Record):
    """What one thing costs. `seconds` is the longest way through it, `work` all of its attempts one after another.

    `written` are those seconds that a `timeout` in the plan or a tool's own promise stands for; `seconds` counts the
    host's time-out besides, where neither says anything.
    """

    calls: Bounds = NONE
    model_calls: Bounds = NONE
    tokens: Bounds = NONE
    usd: Bounds = NONE
    seconds: Bounds = NONE
    work: Bounds = NONE
    written: Bounds = NONE

    def as_data(self) -> dict[str, dict[str, float | str | None]]:
        return {name: getattr(self, name).as_data() for name in QUANTITIES if name != "written"}


QUANTITIES: tuple[str, ...] = tuple(one.name for one in fields(Cost))
SPANS = frozenset({"seconds", "written"})
SUMS = frozenset(QUANTITIES) - SPANS
FREE = Cost()


def _each(combine: Callable[[Bounds, Bounds], Bounds], one: Cost, other: Cost) -> Cost:
    return Cost(*(combine(getattr(one, name), getattr(other, name)) for name in QUANTITIES))


def then(one: Cost, other: Cost) -> Cost:
    """One after the other."""
    return _each(plus, one, other)


def choice(one: Cost, other: Cost) -> Cost:
    """One of the two."""
    return _each(either, one, other)


def optional(one: Cost) -> Cost:
    """Perhaps, perhaps not."""
    return Cost(*(up_to(getattr(one, name)) for name in QUANTITIES))


def repeated(one: Cost, items: Bounds, rounds: Bounds) -> Cost:
    """Once for each item, in so many rounds of items side by side."""
    return Cost(*(times(rounds if name in SPANS else items, getattr(one, name)) for name in QUANTITIES))


def within(one: Cost, limit: Limit | None, *, writes: bool = False, asked: float | None = 1) -> Cost:
    """The cost under a plan's own `limit`: nothing starts beyond it. `asked`: how often one call asks a model at most.

    Tokens and dollars are counted when a call is over, so that the last calls may go beyond; and running writes are
    awaited, so that time holds for reads alone.
    """
    if limit is None:
        return one
    seconds = None if writes else limit.time
    changed = {
        "calls": capped(one.calls, limit.calls),
        "model_calls": capped(one.model_calls, None if limit.calls is None or asked is None else limit.calls * asked),
        "seconds": capped(one.seconds, seconds),
        "written": capped(one.written, seconds),
    }
    return Cost(*(changed.get(name, getattr(one, name)) for name in QUANTITIES))


# --- the host's side -----------------------------------------------------------------------------------------------


@record
class Ceilings(Record):
    """What the host allows one run, under the names of the interpreter's `Limits`; None means: no ceiling.

    `step_seconds` holds for an attempt where neither the step nor its tool (`tool_seconds`) says how long it may take.
    """

    tool_calls: int | None = 1_000
    model_calls: int | None = 50
    tokens: int | None = None
    usd: float | None = None
    step_seconds: float | None = 60.0
    run_seconds: float | None = 600.0
    concurrency: int | None = 8
    tool_concurrency: Mapping[str, int] = field(default_factory=dict)
    tool_seconds: Mapping[str, float] = field(default_factory=dict)
    backoff_seconds: float = 0.5
    backoff_max_seconds: float = 30.0

    @classmethod
    def of(cls, limits: object, tools: Mapping[str, Any] | None = None) -> Ceilings:
        """The ceilings that a run has under these `Limits`, with the time-outs and slots of the tools themselves."""
        known = {one.name: getattr(limits, one.name) for one in fields(cls) if hasattr(limits, one.name)}
        if tools is not None:
            own = {name: getattr(tool, "max_parallel", None) for name, tool in tools.items()}
            slots = {name: most for name, most in own.items() if most} | dict(known.get("tool_concurrency", {}))
            timeouts = {name: getattr(tool, "timeout", None) for name, tool in tools.items()}
            known |= {"tool_concurrency": slots, "tool_seconds": {n: s for n, s in timeouts.items() if s is not None}}
        return cls(**known)

    @property
    def slots(self) -> int | None:
        """How many attempts surely run at once when that many are ready."""
        every = [*self.tool_concurrency.values(), *(() if self.concurrency is None else (self.concurrency,))]
        return min(every, default=None)

    def pauses(self, retries: int) -> float:
        """The seconds that so many retries may wait before they start, added up."""
        total, pause, left = 0.0, self.backoff_seconds, retries
        while left and 0 < pause < self.backoff_max_seconds:
            total, pause, left = total + pause, pause * 2, left - 1
        return min(total + left * min(pause, self.backoff_max_seconds), MANY)


# --- what comes out ------------------------------------------------------------------------------------------------


@record
class StepCost:
    """One line of the table. `items` is how often the step's call is made, without retries."""

    name: str
    items: Bounds
    cost: Cost


@record
class Table:
    """The cost of a plan, step by step and in all.

    `path` are the steps of the longest way, which decide the total's seconds. `assumed` says in plain words what was
    taken for granted.
    """

    steps: tuple[StepCost, ...]
    total: Cost
    path: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The table as JSON data. The most is null where it is not known, with the reason beside it."""
        return {
            "steps": [{"name": o.name, "items": o.items.as_data(), **o.cost.as_data()} for o in self.steps],
            "total": self.total.as_data(),
            "path": list(self.path),
            "assumed": list(self.assumed),
        }
