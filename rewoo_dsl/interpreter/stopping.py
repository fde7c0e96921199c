"""Ceilings, time-outs of sub-plans, and cancellation: a scope in which nothing further starts.

At a ceiling, running reads are cancelled and running writes awaited; a cancelled run cancels both. Whatever has not
come to its end fails, or is cancelled, for the one reason.
"""

from ..trace.events import Reason
from . import approvals
from .core import Core
from .endings import finish
from .items import settle, settle_as
from .messages import Stop
from .state import Ending, Item, Phase, Scope, StepRun


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
        if item.phase is not Phase.DONE:
            _stop_item(core, item, ending, spare_writes=spare_writes)


def _stop_item(core: Core, item: Item, ending: Ending, *, spare_writes: bool) -> None:
    if item.phase is not Phase.RUNNING:
        settle_as(core, item, ending)
    elif item.child is not None:
        stop_scope(core, item.child, ending, spare_writes=spare_writes)
        if not spare_writes:
            item.child = None
            settle_as(core, item, ending)
    elif not spare_writes or not item.action.is_write:  # type: ignore[union-attr]  # only calls run
        _stop_attempt(core, item, ending)


def _stop_attempt(core: Core, item: Item, ending: Ending) -> None:
    core.out.append(Stop(item.attempt_number))
    if item.action.may_repeat:  # type: ignore[union-attr]  # only calls run
        settle_as(core, item, ending)
    else:
        reason: Reason = "unknown_outcome"
        settle(core, item, "failed", reason=reason, message=f"{ending.message} while it was writing")
