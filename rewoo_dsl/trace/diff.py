"""Two runs side by side, step by step: what they were told to do, what came of it, and where the values part.

    found = diff(Side(plan, events), Side(other_plan, other_events))
    found.differs           # in states or values: what `rewoo diff` ends with

A step is the same step in both when it has the same name. Values are compared as JSON; of two that differ, the first
places are told, and how many there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from ..ir.plan import Plan
from ..ir.signature import Signature, canonical_name
from ..ir.values import equal
from .events import Event
from .places import Path, path_text
from .summary import StepTrace, Trace

PLACES = 5
"""How many differing places of a value are told; the rest is counted."""

Change: TypeAlias = Literal["changed", "added", "removed"]
_MEASURED = ("input_tokens", "output_tokens", "cached_tokens", "cost")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs. `tools` are the signatures that it knew, where somebody has kept them."""

    plan: Plan
    events: Sequence[Event]
    tools: Mapping[str, Signature] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that differs: `.rows[3].name`, `` for the whole. What is not there is None on that side."""

    path: str
    change: Change
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Places:
    """The first places in which two values differ, and how many there are in all."""

    first: tuple[Place, ...] = ()
    count: int = 0

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Pair:
    """What one run has and what the other has instead."""

    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class StepDiff:
    """What differs in one step; what is the same is None.

    Attributes:
        clauses: those that differ in the plans, by name; `do` is what the step does.
        only_in: the run that has the step, where only one has it.
        versions: of the tools that it calls, by tool.
        seconds: how long it took in both; told, but no difference.
        usage: the models' tokens and cost in both; told, but no difference.
    """

    name: str
    clauses: tuple[str, ...] = ()
    only_in: Literal["before", "after"] | None = None
    state: Pair | None = None
    reason: Pair | None = None
    branch: Pair | None = None
    value: Places = field(default_factory=Places)
    attempts: Pair | None = None
    answer: Pair | None = None
    versions: Mapping[str, Pair] = field(default_factory=dict)
    seconds: Pair | None = None
    usage: Pair | None = None

    @property
    def counts(self) -> bool:
        """Whether states or values differ."""
        return self.only_in is not None or self.state is not None or bool(self.value)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to tell but how long it took and what it cost."""
        told = (self.clauses, self.reason, self.branch, self.attempts, self.answer, self.versions)
        return not self.counts and not any(told)


@dataclass(frozen=True, slots=True)
class RunDiff:
    """What differs between two runs. `steps` has those with something to tell, in the order of the plans."""

    runs: Pair
    status: Pair | None
    same_plan: bool
    inputs: Places
    result: Places
    steps: tuple[StepDiff, ...]
    same_steps: int
    seconds: Pair
    usage: Pair

    @property
    def differs(self) -> bool:
        """Whether states or values differ."""
        return self.status is not None or bool(self.result) or any(step.counts for step in self.steps)

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"differs": self.differs, **asdict(self)}


def diff(before: Side, after: Side) -> RunDiff:
    """Compares two runs; `before` is the one that the other is held against."""
    traces = Trace(before.events), Trace(after.events)
    names = dict.fromkeys(name for trace in traces for name in trace.steps if name != "return")
    steps = [_step(name, before, after, *traces) for name in names]
    told = tuple(step for step in steps if not step.is_same)
    one, other = map(_Whole, traces)
    return RunDiff(
        runs=Pair(one.run, other.run),
        status=_pair(one.status, other.status),
        same_plan=before.plan == after.plan,
        inputs=places(one.inputs, other.inputs),
        result=places(one.value, other.value),
        steps=told,
        same_steps=len(steps) - len(told),
        seconds=Pair(one.seconds, other.seconds),
        usage=Pair(one.usage, other.usage),
    )


class _Whole:
    """What a run is as a whole, also one that has not ended."""

    def __init__(self, trace: Trace) -> None:
        started, finished = trace.started, trace.finished
        self.run = "" if started is None else started.run
        self.inputs = {} if started is None else started.inputs
        self.status = "unfinished" if finished is None else finished.status
        self.value = None if finished is None else finished.value
        self.usage = {} if finished is None else finished.usage
        self.seconds = trace.at


def _pair(before: Any, after: Any) -> Pair | None:
    return None if before == after else Pair(before, after)


def _step(name: str, before: Side, after: Side, one: Trace, other: Trace) -> StepDiff:
    mine, theirs = one.steps.get(name), other.steps.get(name)
    clauses = tuple(_clauses(name, before.plan, after.plan))
    if mine is None or theirs is None:
        return StepDiff(name, clauses, only_in="after" if mine is None else "before")
    return StepDiff(
        name=name,
        clauses=clauses,
        state=_pair(mine.state, theirs.state),
        reason=_pair(mine.reason, theirs.reason),
        branch=_pair(mine.branch, theirs.branch),
        value=places(mine.value, theirs.value),
        attempts=_pair(len(mine.attempts), len(theirs.attempts)),
        answer=_pair(mine.answer, theirs.answer),
        versions=dict(_versions(mine, theirs, before, after)),
        seconds=Pair(mine.seconds(one.at), theirs.seconds(other.at)),
        usage=_pair(_usage(mine), _usage(theirs)),
    )


def _clauses(name: str, before: Plan, after: Plan) -> Iterator[str]:
    """The clauses of a step that differ between the plans; of a step of a sub-plan nothing is known."""
    mine, theirs = before.by_name.get(name), after.by_name.get(name)
    if mine is None or theirs is None:
        return
    ours, others = (step.model_dump(mode="json", exclude={"name", "rationale"}) for step in (mine, theirs))
    yield from (clause for clause in ours if ours[clause] != others[clause])


def _versions(mine: StepTrace, theirs: StepTrace, before: Side, after: Side) -> Iterator[tuple[str, Pair]]:
    called = {one.started.tool for step in (mine, theirs) for one in step.attempts}
    for tool in sorted(called):
        found = (before.tools.get(canonical_name(tool)), after.tools.get(canonical_name(tool)))
        pair = _pair(*(None if signature is None else signature.version for signature in found))
        if pair is not None and None not in (pair.before, pair.after):
            yield tool, pair


def _usage(step: StepTrace) -> dict[str, float]:
    total: dict[str, float] = {}
    for attempt in step.attempts:
        for name, amount in ({} if attempt.finished is None else attempt.finished.usage).items():
            if name in _MEASURED and amount:
                total[name] = total.get(name, 0) + amount
    return total


# --- values --------------------------------------------------------------------------------------------------------


def places(before: Any, after: Any, most: int = PLACES) -> Places:
    """Where two JSON values differ.

    >>> places({"a": [1, 2]}, {"a": [1, 3], "b": 0}).first
    (Place(path='.a[1]', change='changed', before=2, after=3), Place(path='.b', change='added', before=None, after=0))
    """
    first, count = [], 0
    for place in _places(before, after, ()):
        count += 1
        if count <= most:
            first.append(place)
    return Places(tuple(first), count)


def _places(before: Any, after: Any, path: Path) -> Iterator[Place]:
    """In order of the value, without recursion: values may be nested as deep as they like."""
    stack: list[tuple[Any, Any, Path]] = [(before, after, path)]
    while stack:
        one, other, at = stack.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            keys = [*one, *(key for key in other if key not in one)]
            stack.extend((one.get(key, _NOTHING), other.get(key, _NOTHING), (*at, key)) for key in reversed(keys))
        elif isinstance(one, list) and isinstance(other, list):
            both = range(max(len(one), len(other)))
            stack.extend((_item(one, i), _item(other, i), (*at, i)) for i in reversed(both))
        elif one is _NOTHING:
            yield Place(path_text(at), "added", None, other)
        elif other is _NOTHING:
            yield Place(path_text(at), "removed", one, None)
        elif not equal(one, other):
            yield Place(path_text(at), "changed", one, other)


_NOTHING = object()


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _NOTHING
