"""The short public verbs. Each imports what it needs when it is called, so that importing the package costs nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .checker import Report
    from .checker.subplans import Library, Load
    from .interpreter import Approve, Limits, Result
    from .interpreter.cache import Cache
    from .interpreter.pool import Pool
    from .interpreter.resume import Answer
    from .ir.costs import Ceilings
    from .ir.linked import LinkedPlan
    from .ir.plan import Plan
    from .ir.policy import Policy
    from .tools.registry import Registry
    from .tools.tool import Tool
    from .trace.events import Event
    from .trace.journal import Journal


def check(
    source: str | Plan | Mapping[str, Any],
    tools: object = None,
    *,
    load: Load | None = None,
    library: Library | None = None,
    from_model: bool = False,
    lenient: bool = False,
    strict: bool = False,
    path: str | None = None,
    policy: Policy | None = None,
    request: str | None = None,
    ceilings: Ceilings | None = None,
) -> Report:
    """Everything that can be said of a plan before its first call. Raises for no text and no JSON whatever.

    Args:
        source: the plan as text, as JSON data, or as a `Plan`.
        tools: a registry, or signatures (several, or by name). Without any, what tools would say is not checked.
        load: gives the text of a sub-plan by its path relative to the plan's own folder.
        library: sub-plans that can be called by name without `use`.
        from_model: a model wrote the plan: stricter sizes, and no `use` of files.
        lenient: reads over what models put around a plan (fences, prose), with a finding for each.
        strict: reports each place where a value of type `any` stops the checking.
        path: what the plan is called in a circle of sub-plans, such as its file name.
        policy: what the host lets any plan do (`rewoo_dsl.ir.policy`).
        request: what the plan is to answer, in the words of the person who asked: where protected values must occur.
        ceilings: what the host allows one run; without any, bounds are computed and held against the plan's own limit.
    """
    from .checker import check

    return check(
        source,
        tools,
        load=load,
        library=library,
        from_model=from_model,
        lenient=lenient,
        strict=strict,
        path=path,
        policy=policy,
        request=request,
        ceilings=ceilings,
    )


def parse(text: str, *, lenient: bool = False) -> Plan:
    """The plan of a text, as far as it can be told without tools.

    Raises:
        PlanError: when there is an error in it; `diagnostics` has them all.
    """
    from .checker import check
    from .diag.errors import PlanError

    report = check(text, lenient=lenient)
    if report.plan is None or not report.ok:
        raise PlanError(report.diagnostics)
    return report.plan


def format_source(text: str) -> str:
    """The text in its one canonical form, comments and blank lines kept; broken statements stay as they are."""
    from .syntax.parser import parse
    from .syntax.printer import print_document

    return print_document(parse(text).document)


def explain(code: str) -> str:
    """What a code such as `RW101` means, with a wrong and a right plan.

    Raises:
        LookupError: when there is no such code.
    """
    from .diag.explain import explain, near

    found = explain(code)
    if found is None:
        raise LookupError(f"there is no code {code!r}; near ones: {', '.join(near(code)) or 'none'}")
    return found


async def run(
    source: str | Plan | Mapping[str, Any] | LinkedPlan,
    registry: Registry,
    *,
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    load: Load | None = None,
    library: Library | None = None,
    policy: Policy | None = None,
    request: str | None = None,
    journal: str | Path | Journal | None = None,
    run_id: str | None = None,
    name: str | None = None,
    about: Mapping[str, Any] | None = None,
    cache: str | Path | Cache | None = None,
    pool: Pool | None = None,
) -> Result:
    """Checks a plan and runs it to its end, whatever its tools do.

    Args:
        source: the plan as text, as JSON data, as a `Plan`, or checked already.
        registry: the tools that it may call.
        inputs: values for its inputs.
        approve: asks a person; without it, a plan that asks is refused, or suspended where it is kept in a journal.
        on_event: hears every event of the trace as it happens. It must not block.
        limits: the host's ceilings.
        load: as in `check`.
        library: as in `check`.
        policy: what the host lets plans do: held against the plan first, and again against every call.
        request: as in `check`.
        journal: keeps the run, so that it can be looked at, and gone on with after a crash (`resume`). Runs at the
            same time share one `Journal`; a path is opened for this run alone.
        run_id: names the run.
        name: what the plan is called in the journal, such as its file name.
        about: JSON data of the host, kept with the run.
        cache: where results of reads are kept that say how long they are good for (`@tool(cache=600)`), and given
            again. Runs at the same time share one `Cache`; a path is opened for this run alone.
        pool: what this run shares with others: threads, and tools that may only be called so often. All runs of an
            event loop share one unless said.

    Raises:
        PlanError: the plan has errors, or the run cannot start: its inputs are wrong, nobody can be asked.
        RunSuspended: only people are waited for, and there is a journal and nobody to ask here.
        JournalError: the journal cannot be opened, or what happens cannot be written down any more.
        CacheError: the cache cannot be opened, or is to keep results of a tool that writes.
    """
    from . import interpreter
    from .ir.linked import LinkedPlan

    _refuse_no_registry(registry)
    if isinstance(source, LinkedPlan):
        linked = source
    else:
        report = check(source, registry, load=load, library=library, policy=policy, request=request)
        linked = report.require()
    async with _tools_of(registry, cache) as tools:
        go = partial(
            interpreter.run,
            linked,
            tools,
            inputs=inputs,
            approve=approve,
            on_event=on_event,
            limits=limits,
            policy=policy,
            request=request,
            run_id=run_id,
            pool=pool,
        )
        if journal is None:
            return await go()
        from . import _durable

        return await _durable.run(go, linked, journal, run_id, source=source, name=name, about=about)


def _refuse_no_registry(registry: object) -> None:
    if not isinstance(registry, Mapping):
        raise TypeError(f"registry: expected a Registry, got {registry!r:.80}")


@asynccontextmanager
async def _tools_of(registry: Registry, cache: str | Path | Cache | None) -> AsyncIterator[Mapping[str, Tool]]:
    """The tools, behind the cache where there is one: its database is not loaded for runs that have none."""
    if cache is None:
        yield registry
        return
    from .interpreter.cache import cached, opened

    async with opened(cache) as kept:
        assert kept is not None  # one was given
        yield cached(registry, kept)


async def resume(
    run_id: str,
    registry: Registry,
    *,
    journal: str | Path | Journal,
    done: Mapping[str, Any] | None = None,
    again: Collection[str] = (),
    failed: Collection[str] = (),
    answers: Mapping[str, Answer] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    plan: str | Plan | Mapping[str, Any] | LinkedPlan | None = None,
    load: Load | None = None,
    library: Library | None = None,
    cache: str | Path | Cache | None = None,
    pool: Pool | None = None,
) -> Result:
    """Goes on with a run of a journal to its end. One that is over gives its result, and nothing is called.

    What was under way is called again under the same key, but for writes that are not idempotent: whether these
    happened is for a person to say. Calls are named `E7`, `E4[2]` for an item, and `E4[2]/E1` in a sub-plan.

    Args:
        run_id: the run, or the beginning of its id.
        registry: the tools that it may call, the same as before.
        journal: where the run is kept.
        done: open calls that happened, with what they gave.
        again: open calls to be made again.
        failed: open calls that are given up.
        answers: to what people are asked, by step: a bool, or a bool and the question's binding.
        approve: asks a person; without it the run is suspended again where only people are waited for.
        on_event: hears every new event.
        plan: what the caller takes the plan to be; when it is another by now, the run is refused. `load` and `library`
            as in `check`.
        cache: as in `run`: for the calls that are still to be made.
        pool: as in `run`.

    Raises:
        RunChanged: the plan, or a tool that it calls, is not what it was.
        UndecidedWrites: somebody has to say first what became of these.
        WrongDecision: a decision names what is not open, or does not fit it.
        RunSuspended: only people are waited for, and nobody can be asked here.
        JournalError: there is no such run, another process drives it, or the journal cannot be read or written.
    """
    from . import _durable
    from .interpreter.resume import Decisions

    _refuse_no_registry(registry)
    decisions = Decisions(done or {}, again, failed, answers or {})
    expected = None if plan is None else partial(_durable.plan_now, plan, registry, load, library)
    async with _tools_of(registry, cache) as tools:
        return await _durable.resume(
            run_id, tools, journal, decisions, approve=approve, on_event=on_event, pool=pool, expected=expected
        )


async def cancel(run_id: str, *, journal: str | Path | Journal) -> Result | None:
    """Ends a run of a journal. Writes that were under way are of unknown outcome.

    None when another process drives it: that one is asked, and cancels it within a second or so.
    """
    from . import _durable

    return await _durable.cancel(run_id, journal)


async def rerun(
    run_id: str,
    registry: Registry,
    *,
    journal: str | Path | Journal,
    from_step: str | None = None,
    given: Mapping[str, Any] | None = None,
    again: Collection[str] = (),
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    cache: str | Path | Cache | None = None,
    pool: Pool | None = None,
) -> Result:
    """A new run that keeps what a run of a journal has, but for what depends on a change: *what if*.

    It is kept in the same journal and names its parent. Reads that depend on what is changed are called anew. Writes
    that the parent made are not made again, whatever depends on what: what they gave is kept.

    Args:
        run_id: the parent, or the beginning of its id.
        registry: the tools, the same as then.
        journal: where it is kept.
        from_step: a step that is called anew, and so is all that depends on it.
        given: values that stand for steps, which then do not run; what depends on them is called anew.
        again: steps whose writes are made again.
        inputs: instead of the parent's.
        approve: asks a person about what is to be called; without it the run is suspended where somebody has to be.
        on_event: hears every event of the new run.
        limits: the host's ceilings.
        cache: as in `run`. What is called anew is looked for there first.
        pool: as in `run`.

    Raises:
        RunChanged: a tool is not what it was.
        ValueError: there is no such step, or a value of `given` is not what its step gives.
        RunSuspended, JournalError: as `run`.
    """
    from . import _durable

    _refuse_no_registry(registry)
    how = {"approve": approve, "on_event": on_event, "limits": limits, "pool": pool}
    changes = {"from_step": from_step, "given": given, "again": again, "inputs": inputs}
    async with _tools_of(registry, cache) as tools:
        return await _durable.rerun(run_id, tools, journal, changes, how)


def replay(
    source: str | Plan | Mapping[str, Any] | LinkedPlan,
    tools: object,
    events: Iterable[Event],
    *,
    inputs: Mapping[str, Any] | None = None,
    load: Load | None = None,
    library: Library | None = None,
) -> Result:
    """A run from its record: every call and every question has its recorded answer. Nothing is called, nobody asked,
    and no time passes, so a recorded run makes a test of a plan.

    Args:
        source: the plan.
        tools: the registry, or signatures.
        events: those of the recorded run: `result.trace`, `journal.events(run)`, or `trace.log.load` of a file.
        inputs: instead of the recorded ones.
        load: as in `check`.
        library: as in `check`.

    Raises:
        NotRecorded: the plan makes a call, or asks a question, that the record does not have.
        PlanError: the plan has errors, or the inputs do not suit it.
    """
    from .interpreter.recall import Record, replayed
    from .ir.linked import LinkedPlan

    linked = source if isinstance(source, LinkedPlan) else check(source, tools, load=load, library=library).require()
    return replayed(linked, Record(events), inputs=inputs)


def run_sync(
    source: str | Plan | Mapping[str, Any] | LinkedPlan,
    registry: Registry,
    *,
    inputs: Mapping[str, Any] | None = None,
    approve: Approve | None = None,
    on_event: Callable[[Event], None] | None = None,
    limits: Limits | None = None,
    load: Load | None = None,
    library: Library | None = None,
    policy: Policy | None = None,
    request: str | None = None,
    journal: str | Path | Journal | None = None,
    run_id: str | None = None,
    name: str | None = None,
    about: Mapping[str, Any] | None = None,
    cache: str | Path | Cache | None = None,
    pool: Pool | None = None,
) -> Result:
    """`run`, for callers without an event loop. Raises `RuntimeError` where one is running."""
    import asyncio

    whole = run(
        source,
        registry,
        inputs=inputs,
        approve=approve,
        on_event=on_event,
        limits=limits,
        load=load,
        library=library,
        policy=policy,
        request=request,
        journal=journal,
        run_id=run_id,
        name=name,
        about=about,
        cache=cache,
        pool=pool,
    )
    try:
        return asyncio.run(whole)
    finally:
        whole.close()  # only where it never began, inside a running loop
