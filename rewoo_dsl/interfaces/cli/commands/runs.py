"""`rewoo runs`: the runs that a journal keeps, the last one first."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....diag.snippet import cells, printable
from ....trace import Trace
from ....trace.journal import Journal, RunSummary
from ..arguments import Options
from ..exits import FINE, WrongUse
from ..progress import cut, took_text
from ..recorded import STATUS_WORDS, open_journal, short_ids, status_words
from ..terminal import Terminal

STATUSES = ("running", "waiting", "interrupted", "succeeded", "partial", "failed", "cancelled")
_COLOURS = {"running": "36", "suspended": "35", "interrupted": "33", "succeeded": "32", "failed": "31", "partial": "33"}


@dataclass(frozen=True, slots=True)
class _Run:
    """A line of the table."""

    summary: RunSummary
    short: str
    steps: int
    finished: int
    seconds: float


def execute(options: Options, terminal: Terminal) -> int:
    wanted = None if options.status is None else _status(options.status)
    with open_journal(options) as journal:
        summaries = journal.runs()
        short = short_ids([one.run for one in summaries])
        runs = [_run(journal, one, short[one.run]) for one in summaries if wanted in (None, one.status)]
    if options.format == "json":
        data = {"version": 1, "runs": [_data(one) for one in runs]}
        terminal.give(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    elif runs:
        terminal.give("".join(f"{line}\n" for line in _table(runs, terminal)))
    elif not options.quiet:
        terminal.say("no runs" if wanted is None else f"no runs that are {status_words(wanted)}")
    return FINE


def _status(word: str) -> str:
    known = {shown.split()[0]: status for status, shown in STATUS_WORDS.items()}
    if word not in STATUSES and word not in known.values():
        raise WrongUse(f"--status is one of {', '.join(STATUSES)}, not {word!r}")
    return known.get(word, word)


def _run(journal: Journal, summary: RunSummary, short: str) -> _Run:
    trace = Trace(journal.events(summary.run))
    seconds = max(0.0, time.time() - summary.started) if summary.status == "running" else trace.at
    return _Run(summary, short, len(trace.top_level), sum(step.is_final for step in trace.top_level), seconds)


def _data(one: _Run) -> dict[str, Any]:
    summary = one.summary
    return {
        "run": summary.run,
        "status": summary.status,
        "name": summary.name,
        "goal": summary.goal,
        "parent": summary.parent,
        "started": summary.started,
        "ended": summary.ended,
        "seconds": round(one.seconds, 3),
        "steps": one.steps,
        "finished": one.finished,
    }


def _table(runs: Sequence[_Run], terminal: Terminal) -> list[str]:
    rows = [("run", "plan", "status", "started", "took", "steps"), *map(_row, runs)]
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    widths[1] = max(4, min(widths[1], terminal.columns - sum(widths) + widths[1] - 2 * len(widths)))
    lines = []
    for row, run in zip(rows, (None, *runs), strict=True):
        parts = [_wide(cut(text, width), width) for text, width in zip(row, widths, strict=True)]
        if terminal.out_colour:
            colour = "90" if run is None else _COLOURS.get(run.summary.status)
            parts = [f"\x1b[90m{part}\x1b[0m" if run is None else part for part in parts]
            if run is not None and colour is not None:
                parts[2] = f"\x1b[{colour}m{parts[2]}\x1b[0m"
        lines.append("  ".join(parts).rstrip())
    return lines


def _row(one: _Run) -> tuple[str, ...]:
    summary = one.summary
    started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(summary.started))
    steps = f"{one.steps}" if one.finished == one.steps else f"{one.finished}/{one.steps}"
    name = summary.name or summary.goal or ""
    shown = f"{name} (what if of {summary.parent[:8]})" if summary.parent else name
    shown = " ".join(printable(shown).split())
    return one.short, shown, status_words(summary.status), started, took_text(one.seconds), steps


def _wide(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
