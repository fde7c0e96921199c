"""What runs have shown so far: clauses × states × faults, counted, and every cell that was never hit.

    matrix = Matrix()
    matrix.add(linked, result.trace, faults)
    print(matrix.table())

A cell counts the steps that had the clause, met the fault, and ended in the state. What cannot happen is declared by a
rule with its reason; everything else that was never hit is printed, because a law that was never tried there has not
been shown to hold there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..ir.expr import Call
from ..ir.linked import LinkedPlan, LinkedStep
from ..trace.events import (
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    RunResumed,
    StepFinished,
    StepStarted,
)
from .faults import Fault
from .invariants import step_at

Cell: TypeAlias = tuple[str, str, str]
"""Clause, state, fault."""

CLAUSES = (
    "call", "value", "sub-plan", "retry", "timeout", "fallback call", "fallback value", "if", "if of item", "else call",
    "else value", "for", "for parallel", "after", "approve", "approve within", "type", "limit", "inside", "return",
)  # fmt: skip
"""What a step may say. `limit` is that of its plan; `inside` are steps of sub-plans."""

STATES = ("succeeded", "failed", "skipped", "blocked", "cancelled")

ATTEMPT_FAULTS = (
    "raise", "refuse", "timeout", "hang", "wrong_type", "bad_argument", "slow", "duplicate",
)  # fmt: skip
RUN_FAULTS = ("cancel", "crash", "budget")
FAULTS = ("none", *ATTEMPT_FAULTS, *RUN_FAULTS)
"""What a step may meet: in one of its attempts, or as part of a run. `none` is a run without any."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """Cells that no run can hit, and why. None stands for every clause, state or fault."""

    why: str
    clauses: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None
    faults: tuple[str, ...] | None = None

    def holds(self, cell: Cell) -> bool:
        wanted = (self.clauses, self.states, self.faults)
        return all(among is None or one in among for one, among in zip(cell, wanted, strict=True))


IMPOSSIBLE = (
    Impossible(
        "what was called is not blocked, and what is blocked was never called", None, ("blocked",), ATTEMPT_FAULTS
    ),
    Impossible("skipping comes before the first attempt", None, ("skipped",), ATTEMPT_FAULTS),
    Impossible("`return` calls nothing", ("return",), None, ATTEMPT_FAULTS),
    Impossible("`return` has no `if` and asks nobody", ("return",), ("skipped",), None),
    Impossible("after a refused argument nothing is tried again", ("call",), ("succeeded",), ("bad_argument",)),
    Impossible("only somebody who cancels makes a step cancelled", None, ("cancelled",), ("none",)),
    Impossible("where a ceiling is met, steps fail", None, ("succeeded", "skipped", "cancelled"), ("budget",)),
)


@dataclass
class Matrix:
    """Counts by cell."""

    hits: Counter[Cell] = field(default_factory=Counter)

    def add(self, linked: LinkedPlan, trace: Sequence[Event], faults: Iterable[Fault] = ()) -> None:
        """One more run: its plan, its trace, and the faults that were put into it."""
        self.hits.update(cells_of(linked, trace, faults))

    def join(self, other: "Matrix") -> None:
        """What another process has counted."""
        self.hits.update(other.hits)

    @property
    def never_hit(self) -> list[Cell]:
        """Cells that can be hit, and were not."""
        return [cell for cell in _cells() if not self.hits[cell] and why_impossible(cell) is None]

    @property
    def wrongly_impossible(self) -> list[Cell]:
        """Cells that were hit although a rule says that none can be: the rule is wrong, or the run was."""
        return [cell for cell in _cells() if self.hits[cell] and why_impossible(cell) is not None]

    def table(self) -> str:
        """A row for each clause and state, a column for each fault. `.` was never hit, `-` cannot be."""
        width = max(map(len, CLAUSES))
        head = f"{'clause':{width}}  {'state':9}  " + "  ".join(f"{fault:>12}" for fault in FAULTS)
        rows = [head, "-" * len(head)]
        for clause in CLAUSES:
            for state in STATES:
                counts = "  ".join(f"{self._shown((clause, state, fault)):>12}" for fault in FAULTS)
                rows.append(f"{clause:{width}}  {state:9}  {counts}")
        possible = [cell for cell in _cells() if why_impossible(cell) is None]
        never = self.never_hit
        rows.append(f"\n{len(possible) - len(never)} of {len(possible)} cells hit (`-`: cannot be)")
        rows += [f"never hit: {' x '.join(cell)}" for cell in never]
        rows += [f"hit, and held to be impossible: {' x '.join(cell)}" for cell in self.wrongly_impossible]
        rows += ["", "cannot be:", *(f"  {rule.why}" for rule in IMPOSSIBLE)]
        return "\n".join(rows) + "\n"

    def _shown(self, cell: Cell) -> str:
        count = self.hits[cell]
        return str(count) if count else "." if why_impossible(cell) is None else "-"


def why_impossible(cell: Cell) -> str | None:
    """Why no run can hit the cell; None when one can."""
    return next((rule.why for rule in IMPOSSIBLE if rule.holds(cell)), None)


def _cells() -> Iterator[Cell]:
    return ((clause, state, fault) for clause in CLAUSES for state in STATES for fault in FAULTS)


def cells_of(linked: LinkedPlan, trace: Sequence[Event], faults: Iterable[Fault] = ()) -> Iterator[Cell]:
    """The cells that one run hits, once for each step that does."""
    faults = tuple(faults)
    of_run = frozenset(_faults_of_run(trace))
    met: dict[str, set[str]] = {}
    known: dict[str, tuple[str, ...]] = {}
    for event in trace:
        if type(event) is StepStarted:
            met[event.step] = set()
        elif type(event) is AttemptStarted and faults:
            met[event.step] |= {one.kind for one in faults if one.kind in ("slow", "duplicate") and one.hits(event)}
        elif type(event) is AttemptFinished and (kind := _kind(event)) is not None:
            met[event.step].add(kind)
        elif type(event) is StepFinished:
            if event.step not in known:
                known[event.step] = tuple(_clauses(linked, event.step))
            found = met.pop(event.step, set()) | (of_run - {"budget"})
            if event.reason in ("budget", "deadline") or (event.state == "blocked" and "budget" in of_run):
                found = found | {"budget"}
            for clause in known[event.step]:
                for fault in found or ("none",):
                    yield clause, event.state, fault


def _faults_of_run(trace: Sequence[Event]) -> Iterator[str]:
    for event in trace:
        if type(event) is CancelAsked:
            yield "cancel"
        elif type(event) is RunResumed:
            yield "crash"
        elif type(event) is StepFinished and event.reason in ("budget", "deadline"):
            yield "budget"


def _kind(event: AttemptFinished) -> str | None:
    """What went wrong with an attempt, by the name of a fault."""
    match event.reason:
        case "tool_error" if event.lost:
            return "timeout"
        case "tool_error" | "unknown_outcome":
            return "raise" if event.retryable else "refuse"
        case "timeout":
            return "hang"
        case "wrong_type" | "bad_argument":
            return event.reason
        case _:
            return None


def _clauses(linked: LinkedPlan, way: str) -> Iterator[str]:
    """What the step says, by the words of `CLAUSES`."""
    if "/" in way:
        yield "inside"
    if linked.plan.limit is not None:
        yield "limit"
    if way.rpartition("/")[2] == "return":
        yield "return"
        return
    step = step_at(linked, way)
    if step is not None:
        yield from _said(step)


def _said(linked: LinkedStep) -> Iterator[str]:
    step = linked.step
    do = linked.do
    yield "value" if not isinstance(step.do, Call) else "sub-plan" if getattr(do, "is_subplan", False) else "call"
    for what, action in (("fallback", step.fallback), ("else", step.otherwise)):
        if action is not None:
            yield f"{what} call" if isinstance(action, Call) else f"{what} value"
    if step.condition is not None:
        yield "if of item" if linked.item_condition else "if"
    if step.each is not None:
        yield "for" if step.each.parallel is None else "for parallel"
    if step.approve is not None:
        yield "approve" if step.approve.within is None else "approve within"
    for what, is_there in (
        ("retry", step.retry),
        ("timeout", step.timeout),
        ("after", step.after),
        ("type", step.type),
    ):
        if is_there:
            yield what


__all__ = ["CLAUSES", "FAULTS", "IMPOSSIBLE", "STATES", "Cell", "Impossible", "Matrix", "cells_of", "why_impossible"]
