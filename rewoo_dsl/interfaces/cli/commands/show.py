"""`rewoo show`: one run as it stands, for a person, a program, or a browser."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from ....diag.abridge import abridge
from ....diag.snippet import printable
from ....interpreter.resume import label
from ....ir.values import Value, compact
from ....trace import log
from ...page import page
from ..approval import question
from ..arguments import Options
from ..exits import FINE
from ..progress import Progress, preview, reason_of, table, took_text
from ..recorded import Recorded, data_of, open_journal, recorded, status_words
from ..results import count
from ..sources import write_atomically
from ..terminal import Terminal


def execute(options: Options, terminal: Terminal) -> int:
    with open_journal(options) as journal:
        one = recorded(journal, options.run)
        text = _FORMATS[options.format](one, terminal)
    if options.output is None:
        terminal.give(text)
    else:
        write_atomically(Path(options.output), text)
    return FINE


def _html(one: Recorded, _: Terminal) -> str:
    return page(one.shown)


def _json(one: Recorded, _: Terminal) -> str:
    return json.dumps(data_of(one), ensure_ascii=False, indent=2) + "\n"


def _text(one: Recorded, terminal: Terminal) -> str:
    return "".join(f"{line}\n" for line in _lines(one, terminal))


def _events(one: Recorded, _: Terminal) -> str:
    return "".join(f"{line}\n" for line in log.dump(one.events))


_FORMATS = {"text": _text, "json": _json, "html": _html, "events": _events}


def _lines(one: Recorded, terminal: Terminal) -> Iterator[str]:
    record, trace = one.record, one.trace
    yield printable(f"run {one.run}" + (f"  {record.name}" if record.name else ""))
    if one.plan.goal:
        yield printable(one.plan.goal)
    yield _standing(one)
    yield ""
    progress = Progress(one.plan)
    for event in one.events:
        progress.feed(event)
    rows = list(progress.rows.values())
    yield from table(
        rows,
        now=trace.at,
        columns=terminal.columns,
        colour=terminal.out_colour,
        ascii_only=terminal.out_ascii,
        still=True,
    )
    finished = trace.finished
    if finished is not None and one.plan.result is not None:
        yield ""
        yield f"return = {_cut(finished.value, 2_000)}" if finished.has_value else _no_return(one)
    for name, reason in ({} if finished is None else finished.missing).items():
        if "/" in name:
            yield printable(f"#{name} has no value: {reason_of(reason, trace.steps[name].message)}")
    for asked in one.questions:
        yield ""
        yield question(asked)
        yield f"  (a yes is bound to exactly these calls: {asked.binding[:16]}…)"
    for write in one.undecided:
        yield ""
        arguments = ", ".join(f"{name}={_cut(value, 200)}" for name, value in write.arguments.items())
        yield printable(f"#{label(write)} was writing, and nobody knows whether it happened: {write.tool}({arguments})")
    if one.advice:
        yield ""
        width = max(len(each.text) for each in one.advice)
        for each in one.advice:
            yield f"{each.text:{width}}  {each.command}"


def _standing(one: Recorded) -> str:
    started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.record.started))
    calls = sum(not attempt.started.subplan for step in one.trace.steps.values() for attempt in step.attempts)
    parts = [status_words(one.summary.status), f"started {started}", took_text(one.trace.at), count(calls, "call")]
    if one.record.parent is not None:
        parts.append(f"what if of {one.record.parent}")
    if one.record.inputs:
        parts.append(", ".join(f"#{name}={_cut(value, 40)}" for name, value in one.record.inputs.items()))
    return printable(" · ".join(parts))


def _no_return(one: Recorded) -> str:
    step = one.trace.steps.get("return")
    return "return has no value" + (f": {reason_of(step.reason, step.message)}" if step is not None else "")


def _cut(value: Value, most: int) -> str:
    whole = compact(value)
    return preview(whole, most) + ("" if abridge(whole, most) == whole else " (--json has it whole)")
