"""`rewoo run --replay`: a run again from its record, calling nothing; or a variant of it, in which some is called anew.

The record is a run of the journal, or a file of its events (`rewoo show RUN --format events`).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...interpreter.recall import Record
from ...ir.linked import LinkedPlan
from ...ir.signature import Signature
from ...trace import log
from .about import with_about
from .arguments import Options
from .exits import WrongUse
from .recorded import Recorded, open_journal, recorded
from .sources import opened


@dataclass(frozen=True, slots=True)
class Kept:
    """What `--replay` names. `run` is None for a file, which holds events and nothing else."""

    record: Record
    run: Recorded | None

    def plan_or_refuse(self) -> LinkedPlan:
        """The plan that was run. Raises `WrongUse` when the record does not say."""
        linked = None if self.run is None else self.run.linked
        if linked is None:
            raise WrongUse("which plan? Only a run of a journal holds its own; name the plan's file, too")
        return linked

    def options(self, options: Options) -> Options:
        """With the tools of the run, where the command line names none."""
        return options if self.run is None else with_about(options, dict(self.run.record.about or {}))

    @property
    def signatures(self) -> Mapping[str, Signature] | None:
        return None if self.run is None else self.run.tools


def kept_run(options: Options) -> Kept:
    """The record that `--replay` names. Raises `WrongUse`."""
    assert options.replay is not None  # the caller looked
    if os.path.isfile(options.replay) or options.replay == "-":
        return Kept(_read_events(options.replay), None)
    with open_journal(options) as journal:
        one = recorded(journal, options.replay)
        _ = one.questions  # while the journal is open
    return Kept(Record(one.events), one)


def _read_events(name: str) -> Record:
    with opened(name) as stream:
        try:
            return Record(log.load(line.decode() for line in stream))
        except ValueError as error:  # BadTrace and UnicodeDecodeError are such
            raise WrongUse(f"{name}: these are no events of a run: {error}") from None


def given_values(words: list[str]) -> dict[str, Any]:
    """`--with E3=value` and `--done E7=value`: the value as JSON where it reads as such, else as text."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip().removeprefix("#")
        if not equals or not name:
            raise WrongUse(f"{word}: STEP=VALUE is wanted")
        if name in found:
            raise WrongUse(f"{word}: {name} is given twice")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def step_names(words: list[str]) -> tuple[str, ...]:
    """Names of steps as they are typed, with or without `#`."""
    return tuple(word.removeprefix("#") for word in words)
