"""Runs that outlive their process: from a linked plan to what a journal keeps of it, and back.

The journal keeps plans and signatures as data, and only the checker makes something that runs out of them. So a run
that goes on is linked again, with the tools that are there now, and is refused when they or the plan are not what they
were.
"""

from __future__ import annotations

import asyncio
import difflib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import interpreter
from .checker import check
from .checker.callables import signatures_of
from .checker.subplans import Library, Load, resolve
from .diag.abridge import abridge
from .diag.errors import RewooError
from .interpreter import Result, RunSuspended, recall
from .interpreter.recall import Record
from .interpreter.resume import Decisions, cancelled
from .ir.linked import LinkedPlan
from .ir.plan import Plan
from .ir.signature import Signature
from .lowering.raising import to_text
from .trace.journal import Journal, RunRecord

if TYPE_CHECKING:
    from .interpreter import Approve
    from .interpreter.pool import Pool
    from .tools.registry import Registry
    from .tools.tool import Tool
    from .trace.events import Event

_WORDS = frozenset({"description", "cost"})
"""What a signature says beside what a call of it means."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what it was: `what` is `plan` or `tool`, `name` whose, and `text` shows both sides."""

    what: str
    name: str
    text: str


class RunChanged(RewooError):
    """A run cannot go on: its plan, or tools that it calls, are not what it began with. `differences` shows them."""

    def __init__(self, run: str, differences: tuple[Difference, ...]) -> None:
        self.run, self.differences = run, differences
        shown = "\n".join(f"{one.what} {one.name}".rstrip() + f":\n{one.text}" for one in differences)
        super().__init__(f"run {run} cannot go on, for it began with something else\n{shown}")


# --- the verbs ------------------------------------------------------------------------------------------------------


async def run(
    go: Callable[..., Awaitable[Result]],
    linked: LinkedPlan,
    journal: str | Path | Journal,
    run_id: str | None,
    *,
    source: object,
    name: str | None,
    about: Mapping[str, Any] | None,
    parent: str | None = None,
) -> Result:
    """Runs what `go` runs, given the run's id and the log to write to."""
    run_id = uuid.uuid4().hex if run_id is None else run_id
    text = source if isinstance(source, str) else None
    async with _opened(journal) as kept:
        log = kept.begin(record_of(linked, run_id, source=text, name=name, parent=parent, about=about))
        try:
            return await go(run_id=run_id, log=log)
        except RunSuspended:
            await log.suspend()
            raise
        finally:
            log.close()


async def resume(
    run_id: str,
    tools: Mapping[str, Tool],
    journal: str | Path | Journal,
    decisions: Decisions,
    *,
    approve: Approve | None,
    on_event: Callable[[Event], None] | None,
    pool: Pool | None,
    expected: Callable[[], LinkedPlan] | None,
) -> Result:
    """Goes on with a run; `expected` gives the plan that the caller takes it to have."""
    async with _opened(journal, create=False) as kept:
        run_id = kept.find(run_id)
        record = kept.record(run_id)
        if expected is not None:
            refuse_other_plan(record, expected())
        if (finished := _finished(kept, run_id)) is not None:
            return finished
        linked = relink(record, _signatures(tools))
        log = kept.take_over(run_id)
        try:
            return await interpreter.resume(
                linked,
                tools,
                kept.events(run_id),
                log=log,
                elapsed=time.time() - record.started,
                decisions=decisions,
                approve=approve,
                on_event=on_event,
                pool=pool,
            )
        except RunSuspended:
            await log.suspend()
            raise
        finally:
            log.close()


async def rerun(
    run_id: str,
    tools: Mapping[str, Tool],
    journal: str | Path | Journal,
    changes: Mapping[str, Any],
    how: Mapping[str, Any],
) -> Result:
    """A variant of a run, kept beside it."""
    async with _opened(journal, create=False) as kept:
        record = kept.record(kept.find(run_id))
        linked = relink(record, _signatures(tools))
        events = Record(kept.events(record.run))
        inputs = events.started.inputs if changes["inputs"] is None else changes["inputs"]
        go = partial(recall.rerun, linked, tools, events, **{**changes, "inputs": inputs}, **how)
        return await run(
            go, linked, kept, None, source=record.source, name=record.name, about=record.about, parent=record.run
        )


async def cancel(run_id: str, journal: str | Path | Journal) -> Result | None:
    """Ends a run that nobody drives, or asks who drives it."""
    async with _opened(journal, create=False) as kept:
        run_id = kept.find(run_id)
        if (finished := _finished(kept, run_id)) is not None:
            return finished
        if kept.is_driven(run_id):
            kept.ask_to_cancel(run_id)
            return None
        record = kept.record(run_id)
        linked = relink(record, {name: Signature.model_validate(one) for name, one in record.tools.items()})
        log = kept.take_over(run_id)
        try:
            events = list(kept.events(run_id))
            more = cancelled(linked, events, elapsed=time.time() - record.started)
            await asyncio.to_thread(log.end, more)
        finally:
            log.close()
        return Result((*events, *more))


def _signatures(tools: Mapping[str, Tool]) -> dict[str, Signature]:
    return {name: tool.signature for name, tool in tools.items()}


def _finished(journal: Journal, run_id: str) -> Result | None:
    if not journal.is_over(run_id):
        return None
    return Result(tuple(journal.events(run_id)))


@asynccontextmanager
async def _opened(journal: str | Path | Journal, *, create: bool = True) -> AsyncIterator[Journal]:
    """The journal; one that was given as a path is closed again."""
    if isinstance(journal, Journal):
        yield journal
        return
    if not isinstance(journal, str | Path):
        raise TypeError(f"journal: expected a path or a Journal, got {journal!r:.80}")
    opened = await asyncio.to_thread(Journal, journal, create=create)
    try:
        yield opened
    finally:
        await asyncio.to_thread(opened.close)


# --- there ----------------------------------------------------------------------------------------------------------


def record_of(
    linked: LinkedPlan,
    run_id: str,
    *,
    source: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    about: Mapping[str, Any] | None = None,
) -> RunRecord:
    """What a journal keeps of a plan, so that its run can go on."""
    tools = {name: one.model_dump(mode="json") for name, one in sorted(_tools_of(linked).items())}
    return RunRecord(
        run_id, _tree_of(linked), linked.plan.hash, tools, source=source, name=name, parent=parent, about=about
    )


def _tree_of(linked: LinkedPlan) -> dict[str, Any]:
    subplans = {name: _tree_of(one) for name, one in linked.subplans.items()}
    return {"plan": linked.plan.model_dump(mode="json"), "subplans": subplans}


def _tools_of(linked: LinkedPlan) -> dict[str, Signature]:
    found = dict(linked.tools)
    for one in linked.subplans.values():
        found |= _tools_of(one)
    return found


# --- and back -------------------------------------------------------------------------------------------------------


def relink(record: RunRecord, tools: object) -> LinkedPlan:
    """The run's plan, linked with the tools that are there now.

    Raises:
        RunChanged: they are not what they were.
        PlanError: the plan has errors by today's rules.
    """
    here = signatures_of(tools) or {}
    differences = tuple(_tool_differences(record.tools, here))
    if differences:
        raise RunChanged(record.run, differences)
    return _linked(record.plan, here)


def _linked(tree: Mapping[str, Any], tools: Mapping[str, Signature]) -> LinkedPlan:
    files: dict[str, Plan] = {}
    library: dict[str, LinkedPlan] = {}
    plan = _plan_of(tree, "", files, library, tools)
    return check(plan, tools, load=files.__getitem__, library=library).require()


def _plan_of(
    tree: Mapping[str, Any],
    file: str,
    files: dict[str, Plan],
    library: dict[str, LinkedPlan],
    tools: Mapping[str, Signature],
) -> Plan:
    """The plan of a tree, and on the way the sub-plans that it names: by path, or by name in the host's library."""
    plan = Plan.model_validate(tree["plan"])
    paths = {use.name: resolve(use.path, file) for use in plan.uses}
    for name, subtree in tree["subplans"].items():
        path = paths.get(name)
        if path is None:
            library[name] = _linked(subtree, tools)
        else:
            files[path] = _plan_of(subtree, path, files, library, tools)
    return plan


def _tool_differences(then: Mapping[str, Any], now: Mapping[str, Signature]) -> Iterator[Difference]:
    for name, recorded in then.items():
        here = now.get(name)
        if here is None:
            yield Difference("tool", name, "  it is not there any more")
            continue
        lines = list(_unlike("", _meaning(recorded), _meaning(here.model_dump(mode="json"))))
        if lines:
            yield Difference("tool", name, "\n".join(lines))


def _meaning(signature: Mapping[str, Any]) -> dict[str, Any]:
    filled = Signature.model_validate(signature).model_dump(mode="json")  # fields that came later have their defaults
    return {name: value for name, value in filled.items() if name not in _WORDS}


def _unlike(place: str, then: Any, now: Any) -> Iterator[str]:
    """The places where two JSON values differ, one line each."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in [*then, *(key for key in now if key not in then)]:
            yield from _unlike(f"{place}/{key}", then.get(key, _NOTHING), now.get(key, _NOTHING))
    elif type(then) is not type(now) or then != now:
        yield f"  {place}: was {abridge(repr(then), 80)}, is {abridge(repr(now), 80)}"


class _Nothing:
    def __repr__(self) -> str:
        return "not there"


_NOTHING = _Nothing()


def plan_now(
    source: str | Plan | Mapping[str, Any] | LinkedPlan, registry: Registry, load: Load | None, library: Library | None
) -> LinkedPlan:
    """A plan as its source is now."""
    if isinstance(source, LinkedPlan):
        return source
    return check(source, registry, load=load, library=library).require()


def refuse_other_plan(record: RunRecord, now: LinkedPlan) -> None:
    """Raises `RunChanged` when a plan, or one of its sub-plans, is not the run's."""
    differences = tuple(_plan_differences("", record.plan, _tree_of(now)))
    if differences:
        raise RunChanged(record.run, differences)


def _plan_differences(name: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = Plan.model_validate(then["plan"]), Plan.model_validate(now["plan"])
    if before != after:
        lines = difflib.unified_diff(
            _text(before).splitlines(), _text(after).splitlines(), "the run's", "now", lineterm=""
        )
        yield Difference("plan", name, "\n".join(lines))
    for inner in then["subplans"]:
        if inner in now["subplans"]:  # else the plan differs, too
            yield from _plan_differences(inner, then["subplans"][inner], now["subplans"][inner])


def _text(plan: Plan) -> str:
    try:
        return to_text(plan)
    except ValueError:  # a type that text has no form for
        return plan.model_dump_json(indent=1)
