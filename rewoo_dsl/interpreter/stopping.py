"""Ceilings, time-outs of sub-plans, and cancellation: a scope in which nothing further starts.

At a ceiling, running reads are cancelled and running writes awaited; a cancelled run cancels both. Whatever has not
come to its end fails, or is cancelled, for the one reason.
"""

from . import approvals
from .core import Core
from .endings import finish
from .items import settle, settle_as
from .messages import Stop
from .state import Ending, Item, Scope, StepRun


def stop_scope(core: Core, scope: Scope, ending: Ending, *, spare_writes: bool) -> None:
    """Nothing further starts in the scope and in those of the sub-plans it called."""
    if scope.stopped is not None and spare_writes:
        return
    scope.stopped = ending
    for place, state in enumerate(scope.states):
        if state == "waiting" or (state == "ready" and place not in scope.running):
            finish(core, scope, place, ending.state, reason=ending.reason, message=ending.message)
    for step in list(scope.running.values()):
        _stop_step(core, step, ending, spare_writes=spare_writes)


def _stop_step(core: Core, step: StepRun, ending: Ending, *, spare_writes: bool) -> None:
    approvals.withdraw(core, step)
    step.next_item = len(step.items)
    for item in step.items:
        if item.phase != "done":
            _stop_item(core, item, ending, spare_writes=spare_writes)


def _stop_item(core: Core, item: Item, ending: Ending, *, spare_writes: bool) -> None:
    if item.phase != "running":
        settle_as(core, item, ending)
    elif item.child is not None:
        in_doubt = has_write_in_doubt(item.child)
        stop_scope(core, item.child, ending, spare_writes=spare_writes)
        if not spare_writes:
            item.child = None
            _settle_stopped(core, item, ending, in_doubt=in_doubt)
    elif not spare_writes or not item.action.is_write:  # type: ignore[union-attr]  # only calls run
        _stop_attempt(core, item, ending)


def _stop_attempt(core: Core, item: Item, ending: Ending) -> None:
    core.out.append(Stop(item.attempt_number))
    _settle_stopped(core, item, ending, in_doubt=not item.action.may_repeat)  # type: ignore[union-attr]  # only calls run


def _settle_stopped(core: Core, item: Item, ending: Ending, *, in_doubt: bool) -> None:
    if in_doubt:
        settle(core, item, "failed", reason="unknown_outcome", message=f"{ending.message} while it was writing")
    else:
        settle_as(core, item, ending)


def has_write_in_doubt(scope: Scope) -> bool:
    """Whether a write has begun there of which nobody knows if it was done, and which may not be done twice."""
    if "unknown_outcome" in scope.reasons.values():
        return True
    return any(_is_in_doubt(item) for step in scope.running.values() for item in step.items)


def _is_in_doubt(item: Item) -> bool:
    if item.phase != "running":
        return item.reason == "unknown_outcome"
    if item.child is not None:
        return has_write_in_doubt(item.child)
    return not item.action.may_repeat  # type: ignore[union-attr]  # only calls run
