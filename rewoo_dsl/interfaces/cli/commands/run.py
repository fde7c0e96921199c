"""`rewoo run`: check a plan, run it while showing how it goes, and give what it returns.

With `--replay` the run is one that was recorded (`reuse.py`): all of it, or as much as does not depend on a change.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...._durable import relink
from ...._durable import run as run_durably
from ....diag.errors import JournalError, PlanError
from ....diag.text import summary
from ....interpreter import Approve, Result, run
from ....interpreter.recall import refuse_wrong_changes, replayed, rerun
from ....ir.linked import LinkedPlan
from ....ir.policy import Policy
from ....tools.tool import Tool
from ....trace.events import Event
from ....trace.journal import Journal
from ..about import about_of
from ..arguments import Options
from ..caching import cache_of, through
from ..dry_run import foretold, told
from ..exits import FINE, FOUND, WrongUse
from ..inputs import read_inputs
from ..judging import judge
from ..means import code_of, refuse_without_model, somebody_to_ask
from ..models import model_named
from ..performing import Job, perform
from ..plans import Checked, read_policy_file, refused, show_findings
from ..project import Projects
from ..recorded import SHORT, journal_path
from ..reuse import Kept, given_values, kept_run, step_names
from ..solving import solving_of
from ..sources import Source, read_source
from ..terminal import Terminal
from ..toolset import Toolset, tools_with
from ..watching import Watch

if TYPE_CHECKING:
    from ....interpreter.cache import Cache


@dataclass(frozen=True, slots=True)
class _Planned:
    """What is to be run. `checked` is None where the plan is that of an earlier run, which was checked then."""

    linked: LinkedPlan
    tools: Toolset
    source: Source
    checked: Checked | None
    policy: Policy | None


def execute(options: Options, terminal: Terminal) -> int:
    _refuse_odd(options)
    kept = None if options.replay is None else kept_run(options)
    planned = _planned(options, kept, terminal)
    if planned is None:
        return FOUND
    if options.dry_run:
        return _dry_run(planned, options, terminal)
    path = journal_path(options, Projects().of(planned.source))
    with _journal(path if _is_kept(options) else None) as journal, cache_of(options) as cache:
        job = _job(planned, kept, journal, cache, options, terminal)
        try:
            return perform(job, options, terminal)
        except PlanError as error:
            if planned.checked is None:
                raise
            raise refused(error, planned.checked, terminal) from None


def _refuse_odd(options: Options) -> None:
    if not options.spec and options.replay is None:
        raise WrongUse("which plan? Name its file, `-` for standard input, or with --replay an earlier run")
    if options.replay is None and _varies(options):
        raise WrongUse(
            "--from-step, --with and --again say how a run differs from an earlier one: name that by --replay RUN"
        )
    if options.replay is not None and (options.dry_run or options.fault):
        raise WrongUse("--replay goes with neither --dry-run nor --fault")


def _varies(options: Options) -> bool:
    return bool(options.from_step or options.given or options.again)


def _is_kept(options: Options) -> bool:
    """A replay makes nothing happen, so there is nothing to keep."""
    return options.replay is None or _varies(options)


def _journal(path: Path | None) -> AbstractContextManager[Journal | None]:
    if path is None:
        return nullcontext()
    try:
        return Journal(path)
    except JournalError as error:
        raise WrongUse(str(error)) from None


# --- the plan ------------------------------------------------------------------------------------------------------


def _planned(options: Options, kept: Kept | None, terminal: Terminal) -> _Planned | None:
    """None when the plan has findings that fail it: they have been shown then."""
    policy = read_policy_file(options.policy)
    if not options.spec:
        assert kept is not None  # `_refuse_odd` has looked
        return _planned_before(options, kept, policy)
    source = read_source(options.spec)
    project = Projects().of(source)
    wanted = project.options(options)
    tools = _tools(options, wanted, kept)
    judged = judge(source, tools.signatures, wanted, project, policy)
    checked = judged.checked
    if not checked.report.ok or not judged.passes:
        show_findings(checked, terminal, as_result=False)
        return None
    if checked.diagnostics and not options.quiet:
        terminal.say(f"{checked.source.name}: {summary(checked.diagnostics)}; `rewoo check` shows them")
    return _Planned(checked.report.require(), tools, source, checked, policy)


def _tools(options: Options, wanted: Options, kept: Kept | None) -> Toolset:
    if options.dry_run:
        return tools_with(wanted, None)
    if kept is not None:
        options = kept.options(options)
    if kept is not None and not _varies(options) and kept.signatures is not None and options.tools is None:
        return Toolset(kept.signatures, None)  # nothing is called, so nobody has to be there
    return tools_with(options, model_named(options))


def _planned_before(options: Options, kept: Kept, policy: Policy | None) -> _Planned:
    """The plan of the earlier run, with the tools of today where some are called."""
    linked = kept.plan_or_refuse()
    assert kept.run is not None  # only a run of a journal has a plan
    source = Source(kept.run.record.name or f"run {kept.run.short}", kept.run.text, None)
    if not _varies(options):
        return _Planned(linked, Toolset(linked.tools, None), source, None, policy)
    options = kept.options(options)
    tools = tools_with(options, model_named(options))
    return _Planned(relink(kept.run.record, tools.signatures), tools, source, None, policy)


def _dry_run(planned: _Planned, options: Options, terminal: Terminal) -> int:
    bounds = None if planned.checked is None else planned.checked.report.bounds
    assert bounds is not None  # there is a plan, and it has no errors
    if options.format == "json":
        terminal.give(json.dumps(foretold(planned.linked, bounds), ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.give(told(planned.linked, bounds))
    return FINE


# --- the run -------------------------------------------------------------------------------------------------------


def _job(
    planned: _Planned,
    kept: Kept | None,
    journal: Journal | None,
    cache: Cache | None,
    options: Options,
    terminal: Terminal,
) -> Job:
    linked, plan = planned.linked, planned.linked.plan
    solving = solving_of(plan, planned.source.text, options)
    inputs = read_inputs(options.input, plan)
    if kept is not None and not _varies(options):
        if not options.quiet:
            terminal.say(f"replays run {kept.record.started.run[:SHORT]}: nothing is called")
        again = partial(_replay, linked, kept, {**kept.record.started.inputs, **inputs})
        return Job(plan, again, lambda _: None, solving)
    registry = _registry(planned, cache, options, terminal)
    go: Callable[..., Any] = partial(
        run, linked, registry, inputs=inputs, policy=planned.policy, request=options.request
    )
    if kept is not None:
        go = _rerun(linked, registry, kept, inputs, planned.policy, options)
    run_id = uuid.uuid4().hex
    return Job(
        plan,
        partial(_go, go, planned, journal, run_id, kept, options),
        partial(_who_is_asked, linked, journal, run_id, options, terminal),
        solving,
        run=None if journal is None else run_id,
    )


def _who_is_asked(
    linked: LinkedPlan, journal: Journal | None, run_id: str, options: Options, terminal: Terminal, watch: Watch
) -> Approve | None:
    """The last thing to be known before it begins; then the run has its name."""
    approve = somebody_to_ask(linked, options, terminal, watch, may_wait=journal is not None)
    if journal is not None and not options.quiet:
        with watch.view.paused():
            terminal.say(f"run {run_id[:SHORT]} is kept in {journal.path.name}")
    return approve


def _registry(planned: _Planned, cache: Cache | None, options: Options, terminal: Terminal) -> Mapping[str, Tool]:
    registry = through(cache, code_of(planned.tools, options), options, terminal)
    refuse_without_model(planned.linked, planned.tools)
    if not options.fault:
        return registry
    from ..faults import faulty_tools  # what tests are made of, and hardly any run

    return faulty_tools(registry, planned.linked, options, terminal)


async def _go(
    go: Callable[..., Any],
    planned: _Planned,
    journal: Journal | None,
    run_id: str,
    kept: Kept | None,
    options: Options,
    approve: Approve | None,
    on_event: Callable[[Event], None],
) -> Result:
    whole = partial(go, approve=approve, on_event=on_event)
    if journal is None:
        result: Result = await whole(run_id=run_id)
        return result
    return await run_durably(
        whole,
        planned.linked,
        journal,
        run_id,
        source=planned.source.text,
        name=planned.source.name,
        about=about_of(options if kept is None else kept.options(options), planned.source),
        parent=None if kept is None else kept.record.started.run,
    )


def _rerun(
    linked: LinkedPlan,
    registry: Mapping[str, Tool],
    kept: Kept,
    inputs: dict[str, Any],
    policy: Policy | None,
    options: Options,
) -> Callable[..., Awaitable[Result]]:
    """What goes on with part of a record. Raises `WrongUse` before the run has a name."""
    from_step = None if options.from_step is None else options.from_step.removeprefix("#")
    given, again = given_values(options.given), step_names(options.again)
    try:
        refuse_wrong_changes(linked, from_step=from_step, given=given, again=again)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return partial(
        rerun,
        linked,
        registry,
        kept.record,
        from_step=from_step,
        given=given,
        again=again,
        inputs={**kept.record.started.inputs, **inputs},
        policy=policy,
        request=options.request,
    )


async def _replay(
    linked: LinkedPlan, kept: Kept, inputs: dict[str, Any], _: Approve | None, on_event: Callable[[Event], None]
) -> Result:
    result = replayed(linked, kept.record, inputs=inputs)
    for event in result.trace:
        on_event(event)
    return result
