"""The end of a step: its event, and what it means for those who wait for it and for its scope."""

from collections.abc import Mapping
from typing import Any

from ..trace.events import Branch, Reason, State, StepFinished
from .core import Core
from .state import Scope

HAS_VALUE: frozenset[State] = frozenset({"succeeded", "skipped"})
FINAL: frozenset[State] = frozenset({"succeeded", "skipped", "failed", "blocked", "cancelled"})
_BECAME: Mapping[State, str] = {"failed": "failed", "blocked": "is blocked", "cancelled": "was cancelled"}
TELLING: tuple[Reason, ...] = ("unknown_outcome", "budget", "deadline")
"""Of several reasons these come first: nobody may try again, and somebody may have to look."""


def finish(
    core: Core,
    scope: Scope,
    place: int,
    state: State,
    value: Any = None,
    *,
    reason: Reason | None = None,
    message: str = "",
    branch: Branch = "do",
) -> None:
    """The step is final: tells those who wait for it, and the scope when it was the last one."""
    program = scope.program
    name = program.names[place]
    scope.states[place] = state
    step = scope.running.pop(place, None)
    if step is not None:
        step.items = []  # steps and items know each other: without this only the garbage collector frees them
    core.out.append(StepFinished(scope.path + name, state, value, reason, message, branch, core.at))
    scope.unfinished -= 1
    if not scope.unfinished:
        core.agenda.append(("scope_done", scope))
    if state in HAS_VALUE:
        if place < program.step_count:
            scope.values[name] = value
        else:
            scope.returned = value
        _tell_dependents(core, scope, place)
    else:
        scope.reasons[place] = reason or "needs"
        if scope.stopped is None:
            for other in program.dependents.get(place, ()):
                core.agenda.append(("block", (scope, other, place)))


def _tell_dependents(core: Core, scope: Scope, place: int) -> None:
    """One need less is open for each step that waits for this one; those without any start."""
    if scope.stopped is not None:
        return
    open_needs = scope.open_needs
    free: list[int] = []
    for other in scope.program.dependents.get(place, ()):
        open_needs[other] -= 1
        if not open_needs[other]:
            free.append(other)
    if free:
        core.agenda.append(("start", (scope, free)))


def block(core: Core, scope: Scope, place: int, need: int) -> None:
    """A need has no value, so this step never starts."""
    if scope.states[place] == "waiting":
        name = scope.program.names[need]
        message = f"#{name} {_BECAME.get(scope.states[need], 'has no value')}"
        finish(core, scope, place, "blocked", reason="needs", message=message)
