"""How much a finding weighs, as a project wants it: levels of its own, and from which one on a check fails.

An error of the checker stays one whatever a project says: a plan that has it does not run. So levels raise, lower or
drop what is no error, and nothing that is.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from .diagnostic import Diagnostic, Severity

Level: TypeAlias = Literal["error", "warning", "note", "off"]
FailOn: TypeAlias = Literal["error", "warning", "note", "never"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note", "off")
FAIL_ON: tuple[FailOn, ...] = ("error", "warning", "note", "never")
_RANK = [Severity.NOTE, Severity.WARNING, Severity.ERROR]


def at_levels(diagnostics: Iterable[Diagnostic], levels: Mapping[str, Level]) -> tuple[Diagnostic, ...]:
    """The findings at the levels of their codes, without those that are `off`."""
    changed = (_at(one, levels.get(one.code)) for one in diagnostics)
    return tuple(one for one in changed if one is not None)


def _at(one: Diagnostic, level: Level | None) -> Diagnostic | None:
    if level is None or one.is_error or level == one.severity.value:
        return one
    return None if level == "off" else one.model_copy(update={"severity": Severity(level)})


def is_failure(one: Diagnostic, fail_on: FailOn) -> bool:
    """Whether a finding of this severity fails a check."""
    return fail_on != "never" and _RANK.index(one.severity) >= _RANK.index(Severity(fail_on))
