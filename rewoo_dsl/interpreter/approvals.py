"""`approve`: a person is asked once a step, over the exact arguments of everything a yes allows."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from ..ir.fuel import EvaluationError, Fuel
from ..ir.values import canonical, compact
from ..trace.events import ApprovalAnswered, ApprovalAsked
from .core import Core
from .items import reason_of, settle
from .messages import Answered, Ask, Withdraw
from .program import PureValue
from .state import Item, Question, StepRun


def ask(core: Core, step: StepRun, items: list[Item]) -> bool:
    """Asks, unless nothing would be called. True when the step has to wait, or has ended here."""
    calls = list(_calls(items))
    if not calls:
        return False
    try:
        text = (
            "" if step.code.clauses.question is None else compact(step.code.clauses.question(step.scope.values, Fuel()))
        )
    except EvaluationError as error:
        for item in items:
            settle(core, item, "failed", reason=reason_of(error), message=error.message)
        return True
    binding = binding_of(core.run, step.path, calls)
    asked = ApprovalAsked(step.path, text, calls, binding, step.code.clauses.within, core.at)
    number = step.question = core.number()
    core.questions[number] = Question(step, asked)
    core.record(asked)
    core.out.append(Ask(number, asked))
    if step.code.clauses.within is not None:
        core.set_timer(step.code.clauses.within, "expire", number, f"within {step.path}")
    return True


def _calls(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    for item in items:
        taken, fallback = item.action, item.step.code.clauses.fallback
        if not isinstance(taken, PureValue):
            yield _call(item, item.branch, taken.name, item.arguments)
        if fallback is not None and not isinstance(fallback, PureValue):
            yield _call(item, "fallback", fallback.name, item.fallback_arguments)


def _call(item: Item, branch: str, tool: str, arguments: dict[str, Any] | None) -> dict[str, Any]:
    return {"item": item.index, "branch": branch, "tool": tool, "arguments": arguments}


def binding_of(run: str, step: str, calls: list[Any]) -> str:
    """What an answer is bound to: a yes to these calls is a yes to no others."""
    asked = canonical({"run": run, "step": step, "calls": calls})
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def answered(core: Core, event: Answered) -> None:
    """A yes lets the step run; a no, like no answer in time, skips it. Answers that nobody waits for are dropped."""
    question = core.questions.get(event.question)
    if question is None:
        return
    if event.binding != question.asked.binding:
        raise ValueError(f"the answer is bound to other calls than those of #{question.step.code.name}")
    _close(core, event.question)
    if event.yes:
        _record(core, question, "yes")
        core.later("approved", question.step)
    else:
        _record(core, question, "no")
        core.later("declined", (question.step, "refused"))


def expire(core: Core, number: int) -> None:
    """Nobody answered in time."""
    question = core.questions.get(number)
    if question is not None:
        core.out.append(Withdraw(number))
        _close(core, number)
        _record(core, question, "expired")
        core.later("declined", (question.step, "expired"))


def withdraw(core: Core, step: StepRun) -> None:
    """The step ends without an answer."""
    if step.question is not None:
        core.out.append(Withdraw(step.question))
        _close(core, step.question)


def ask_again(core: Core) -> None:
    """A new driver is told what people are still asked."""
    for number, question in core.questions.items():
        core.out.append(Ask(number, question.asked))


def _close(core: Core, number: int) -> None:
    """Clocks that stood while somebody was asked go on."""
    core.questions.pop(number).step.question = None
    for meter in core.clocks:
        if meter.sleeps:
            core.wake(meter)


def _record(core: Core, question: Question, answer: Literal["yes", "no", "expired"]) -> None:
    core.record(ApprovalAnswered(question.step.path, question.asked.binding, answer, core.at))
