"""Runs that a journal keeps: where it is, one run of it, how that stands, and what to type next.

The journal is that of `--journal`, of REWOO_JOURNAL, or of `[tool.rewoo]` in the project, in this order.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..._durable import relink
from ...diag.errors import JournalError, PlanError
from ...interpreter.replay import ReplayError, machine_of, replay
from ...interpreter.resume import label
from ...ir.linked import LinkedPlan
from ...ir.plan import Plan
from ...ir.signature import Signature
from ...lowering.raising import to_text
from ...trace import Trace
from ...trace.events import ApprovalAsked, AttemptStarted, Event
from ...trace.journal import Journal, RunRecord, RunSummary
from ..page import Advice, Shown
from .arguments import Options
from .exits import WrongUse
from .project import Project, Projects
from .sources import Source

VARIABLE = "REWOO_JOURNAL"
SHORT = 8
"""So many characters of an id are shown, and more where these do not tell runs apart."""

STATUS_WORDS = {"suspended": "waiting for a person"}
"""What a status is called to people, where that is not its own name."""


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, status)


def journal_path(options: Options, project: Project) -> Path | None:
    """Where runs are kept, if anywhere."""
    said = options.journal or os.environ.get(VARIABLE)
    return Path(said) if said else project.journal_file


def open_journal(options: Options) -> Journal:
    """The journal to look into. Raises `WrongUse` when nobody says which, or it is none."""
    path = journal_path(options, Projects().of(Source("", "", None)))
    if path is None:
        raise WrongUse(f"which journal? Name it with --journal FILE, {VARIABLE}, or `journal` in [tool.rewoo]")
    try:
        return Journal(path, create=False)
    except JournalError as error:
        raise WrongUse(str(error)) from None


@dataclass(frozen=True)
class Recorded:
    """One run, whole."""

    journal: Journal
    summary: RunSummary
    record: RunRecord
    events: Sequence[Event]
    short: str

    @property
    def run(self) -> str:
        return self.record.run

    @cached_property
    def trace(self) -> Trace:
        return Trace(self.events)

    @cached_property
    def tools(self) -> Mapping[str, Signature]:
        return {name: Signature.model_validate(one) for name, one in self.record.tools.items()}

    @cached_property
    def linked(self) -> LinkedPlan | None:
        """The plan as it ran; None when it has errors by today's rules."""
        try:
            return relink(self.record, self.tools)
        except PlanError:
            return None

    @cached_property
    def plan(self) -> Plan:
        return Plan.model_validate(self.record.plan["plan"])

    @property
    def text(self) -> str:
        """The plan's text as it was, or as we write it where it came as data."""
        return to_text(self.plan) if self.record.source is None else self.record.source

    @cached_property
    def questions(self) -> tuple[ApprovalAsked, ...]:
        return () if self.summary.is_over else self.journal.questions(self.run)

    @cached_property
    def undecided(self) -> tuple[AttemptStarted, ...]:
        """Writes that were under way when the process died, and of which nobody knows whether they happened."""
        if self.summary.status not in ("interrupted", "suspended") or self.linked is None:
            return ()
        try:
            machine = machine_of(self.linked, self.events)
            open_calls = replay(machine, self.events).open_calls.values()
        except ReplayError:
            return ()
        return tuple(call.started for call in open_calls if not call.signature.may_retry)

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What to type next, the likeliest first."""
        return tuple(_advice(self.short, self.summary.status, self.undecided, self.questions))

    @cached_property
    def shown(self) -> Shown:
        """The run as a page shows it."""
        return Shown(
            run=self.run,
            status=status_words(self.summary.status),
            started=self.record.started,
            plan=self.linked or self.plan,
            events=self.events,
            name=self.record.name,
            parent=self.record.parent,
            text=self.record.source,
            tools=self.tools,
            questions=self.questions,
            advice=self.advice,
        )


def recorded(journal: Journal, run: str) -> Recorded:
    """A run by the beginning of its id. Raises `WrongUse` when it does not tell which."""
    summaries = journal.runs()
    ids = [one.run for one in summaries]
    try:
        whole = journal.find(run)
    except JournalError as error:
        if sum(one.startswith(run) for one in ids) == 1:
            raise  # there is such a run: it is the file that is damaged
        raise WrongUse(f"{error}; `rewoo runs` lists them") from None
    summary = next(one for one in summaries if one.run == whole)
    return Recorded(journal, summary, journal.record(whole), tuple(journal.events(whole)), short_ids(ids)[whole])


def short_ids(runs: Sequence[str]) -> dict[str, str]:
    """Beginnings of ids that tell them apart, as short as may be.

    >>> short_ids(["aaaaaaaa11", "aaaaaaaa22", "b"])
    {'aaaaaaaa11': 'aaaaaaaa1', 'aaaaaaaa22': 'aaaaaaaa2', 'b': 'b'}
    """
    found = {}
    ordered = sorted(set(runs))
    for before, run, after in zip(("", *ordered), ordered, (*ordered[1:], ""), strict=False):
        same = max(_alike(run, other) for other in (before, after))
        found[run] = run[: max(SHORT, same + 1)]
    return found


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _advice(
    run: str, status: str, undecided: Sequence[AttemptStarted], questions: Sequence[ApprovalAsked]
) -> list[Advice]:
    found = []
    for write in undecided:
        name = quoted(label(write))
        found.append(Advice(f"#{label(write)} ({write.tool}) happened", f"rewoo resume {run} --done {name}=VALUE"))
        found.append(Advice("it did not happen, call it again", f"rewoo resume {run} --again {name}"))
        found.append(Advice("nobody can tell, give it up", f"rewoo resume {run} --failed {name}"))
    for asked in questions:
        found.append(Advice(f"yes to #{asked.step}", f"rewoo resume {run} --yes {quoted(asked.step)}"))
        found.append(Advice(f"no to #{asked.step}", f"rewoo resume {run} --no {quoted(asked.step)}"))
    if status == "interrupted" and not undecided and not questions:
        found.append(Advice("go on", f"rewoo resume {run}"))
    if status in ("interrupted", "suspended", "running"):
        found.append(Advice("end it", f"rewoo cancel {run}"))
    return found


def quoted(word: str) -> str:
    """A word as a shell takes it: `E4[2]` would be a pattern."""
    return f"'{word}'" if any(sign in word for sign in "[]/") else word


def data_of(one: Recorded) -> dict[str, Any]:
    """A run as plain JSON data, for `--json`."""
    trace, record = one.trace, one.record
    finished = trace.finished
    return {
        "version": 1,
        "run": one.run,
        "status": one.summary.status,
        "name": record.name,
        "parent": record.parent,
        "started": record.started,
        "seconds": round(trace.at, 3),
        "inputs": record.inputs,
        "value": None if finished is None else finished.value,
        "has_value": finished is not None and finished.has_value,
        "evidence": {step.name: step.value for step in trace.top_level if step.state in ("succeeded", "skipped")},
        "steps": {name: _step_data(one, name) for name in trace.steps},
        "missing": {} if finished is None else finished.missing,
        "questions": [
            {"step": asked.step, "text": asked.text, "calls": asked.calls, "binding": asked.binding}
            for asked in one.questions
        ],
        "undecided": [
            {"call": label(write), "tool": write.tool, "arguments": write.arguments, "key": write.key}
            for write in one.undecided
        ],
        "next": [advice.command for advice in one.advice],
        "usage": {} if finished is None else finished.usage,
        "plan": record.plan["plan"],
    }


def _step_data(one: Recorded, name: str) -> dict[str, Any]:
    step = one.trace.steps[name]
    return {
        "state": step.state,
        "reason": step.reason,
        "message": step.message,
        "branch": step.branch,
        "seconds": step.seconds(one.trace.at),
        "attempts": [
            {
                "tool": attempt.started.tool,
                "item": attempt.started.item,
                "branch": attempt.started.branch,
                "attempt": attempt.started.attempt,
                "arguments": attempt.started.arguments,
                "reason": attempt.reason,
                "origin": None if attempt.finished is None else attempt.finished.origin,
                "seconds": attempt.seconds,
            }
            for attempt in step.attempts
        ],
    }
