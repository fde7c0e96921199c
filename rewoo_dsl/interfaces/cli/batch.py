"""`rewoo check --jsonl`: many plans, a line of JSON for each, and what they come to.

What is said of a plan is decided in `evals`; here are files, standard output and the sharing of work. Lines come out in
the order in which they came in, and the same lines give the same bytes, however many processes there are. What a
project says of severities, tools and failures holds for a batch in its folder, too.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ..._record import record
from ...diag.severities import FAIL_ON
from ...evals import Judge, Settings, Summary
from ...evals.lines import MAX_LINE, Unusable, read_id, read_object, reference_of
from ...lowering.dialects import AUTO
from .arguments import Options
from .exits import FINE, FOUND, WrongUse
from .formats import known_format
from .plans import read_policy_file
from .processes import Task, in_order
from .project import Project, Projects
from .sources import STDIN, Folder, Source, opened
from .terminal import Terminal
from .toolset import named_tools

MOST_LINES, MOST_BYTES = 100, 1 << 20
"""How much one process takes at once."""

Lines = list[tuple[int, bytes]]
"""Some lines with their numbers."""


@record
class Part:
    """What some lines came to: their report, its summary, and the ids that were in them."""

    text: str
    summary: Summary
    ids: frozenset[str | int | None]


def check_batch(options: Options, terminal: Terminal) -> int:
    """Writes the report of `--jsonl` to standard output and its summary beside it."""
    path = None if options.jsonl in (None, STDIN) else Path(options.jsonl)
    project = Projects().of(Source(options.jsonl or STDIN, "", path))
    options = project.options(options)
    settings, jobs = _settings(options, project), _jobs(options)
    summary, ids = Summary(), set[str | int | None]()
    with opened(options.jsonl or STDIN) as stream:
        for part in in_order(partial(_judging, settings), _parts(stream), jobs):
            terminal.give(part.text)
            summary.merge(part.summary)
            ids |= part.ids
    if not options.quiet:
        for line in summary.lines():
            terminal.say(line)
        if settings.gold is not None and (missing := settings.gold.keys() - ids):
            terminal.say(f"{len(missing):,} of {len(settings.gold):,} reference plans have no plan here")
    return FOUND if _fails(summary, options) else FINE


def _fails(summary: Summary, options: Options) -> bool:
    least = options.fail_on or "error"
    return least != "never" and any(summary.severities[one] for one in FAIL_ON[: FAIL_ON.index(least) + 1])


def _judging(settings: Settings) -> Task[Lines, Part]:
    """What a process does: it judges some lines after the other."""
    judge = Judge(settings)

    def work(lines: Lines) -> Part:
        summary, said = Summary(), []
        for number, text in lines:
            verdict = judge(number, text)
            summary.add(verdict)
            said.append(verdict.report)
        return Part(
            text="".join(one.model_dump_json() + "\n" for one in said),
            summary=summary,
            ids=frozenset(one.id for one in said),
        )

    return work


# --- what was asked for --------------------------------------------------------------------------------------------


def _settings(options: Options, project: Project) -> Settings:
    _refuse_what_is_for_files(options)
    named = named_tools(options)
    return Settings(
        dialect=known_format(options.dialect or AUTO),
        tools=None if named is None else named.signatures,
        policy=read_policy_file(options.policy),
        request=options.request,
        from_model=options.from_model,
        strict=options.strict,
        levels=project.levels,
        gold=None if options.gold is None else _references(options.gold),
        load=ToolLists(Path() if options.jsonl in (None, STDIN) else Path(options.jsonl).parent),
    )


def _refuse_what_is_for_files(options: Options) -> None:
    if options.files:
        raise WrongUse(f"--jsonl FILE takes no other files; {options.files[0]} is checked by itself")
    if options.format != "text":
        raise WrongUse("the report of --jsonl has a format of its own; --format and --json are for files")
    if options.bounds:
        raise WrongUse("--bounds is for files; the report of --jsonl has none")
    if options.baseline is not None or options.write_baseline:
        raise WrongUse("a baseline is for files; --gold compares a batch with reference plans")


def _jobs(options: Options) -> int:
    if options.jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if options.jobs < 1:
        raise WrongUse(f"--jobs {options.jobs}: at least one process is needed")
    return options.jobs


def _references(name: str) -> dict[str | int, Any]:
    """Reference plans by id. Raises `WrongUse` for the first line that holds none."""
    found: dict[str | int, Any] = {}
    with opened(name) as stream:
        for number, line in _lines(stream):
            try:
                data = read_object(line)
                key, value = read_id(data), reference_of(data)
            except Unusable as problem:
                raise WrongUse(f"--gold {name}:{number}: {problem}") from None
            if key in found:
                raise WrongUse(f"--gold {name}:{number}: there is another reference plan for {key!r} before this one")
            found[key] = value
    return found


class ToolLists:
    """Reads what `tools_ref` names: below the folder of the batch, or below the one above it."""

    def __init__(self, folder: Path) -> None:
        self._folders = (Folder(folder), Folder(folder.resolve().parent))

    def __call__(self, path: str) -> str:
        below, above = self._folders
        try:
            return below(path)
        except FileNotFoundError:
            return above(path)


# --- lines ---------------------------------------------------------------------------------------------------------


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers. Of one that is too long only so much as shows it."""
    number = 0
    while line := stream.readline(MAX_LINE + 2):
        number += 1
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 2)
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text := text.strip():
            yield number, text


def _parts(stream: BinaryIO) -> Iterator[Lines]:
    part: Lines = []
    size = 0
    for number, line in _lines(stream):
        part.append((number, line))
        size += len(line)
        if len(part) >= MOST_LINES or size >= MOST_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
