"""`rewoo resume`: a run goes on, after a crash or with what a person says.

The tools are those that the run began with unless others are named. A plan whose file has changed, or a tool that is
not what it was, is refused with the difference.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ...._api import resume
from ....interpreter import Approve, Result, UndecidedWrites, WrongDecision
from ....interpreter.resume import label
from ....trace.events import AttemptStarted, Event
from ....trace.journal import Journal
from ..about import with_about
from ..arguments import Options
from ..deciding import Decided, decide_at
from ..exits import FINE, FOUND, WrongUse
from ..means import code_of, refuse_without_model, somebody_to_ask
from ..models import model_named
from ..performing import Job, perform
from ..recorded import Recorded, open_journal, quoted, recorded, status_words
from ..results import give_value
from ..reuse import given_values, step_names
from ..sources import Folder, read_source
from ..terminal import Terminal
from ..toolset import tools_with


def execute(options: Options, terminal: Terminal) -> int:
    with open_journal(options) as journal:
        one = recorded(journal, options.run)
        if one.summary.is_over:
            return _over(one, terminal)
        decided = _decided(one, options)
        if terminal.can_ask:
            decided = decide_at(terminal, _open_writes(one, decided), decided)
        try:
            return _go_on(one, journal, decided, options, terminal)
        except UndecidedWrites as error:
            _say_undecided(one, error.writes, terminal)
            return FOUND
        except WrongDecision as error:
            raise WrongUse(str(error)) from None


def _over(one: Recorded, terminal: Terminal) -> int:
    terminal.say(f"run {one.short} has ended already: {status_words(one.summary.status)}")
    result = Result(tuple(one.events))
    give_value(result, terminal, has_return=one.plan.result is not None)
    return FINE if result.status == "succeeded" else FOUND


def _decided(one: Recorded, options: Options) -> Decided:
    yes, no = step_names(options.yes), step_names(options.no)
    if both := set(yes) & set(no):
        raise WrongUse(f"{min(both)} is answered with both --yes and --no")
    bindings = {asked.step: asked.binding for asked in one.questions}
    answers = {step: (answer, bindings.get(step, "")) for steps, answer in ((yes, True), (no, False)) for step in steps}
    if unasked := answers.keys() - bindings.keys():
        raise WrongUse(f"nothing is asked for {min(unasked)}; asked: {', '.join(bindings) or 'nothing'}")
    return Decided(given_values(options.done), step_names(options.again), step_names(options.failed), answers)


def _open_writes(one: Recorded, decided: Decided) -> Sequence[AttemptStarted]:
    return [write for write in one.undecided if label(write) not in decided.names]


def _go_on(one: Recorded, journal: Journal, decided: Decided, options: Options, terminal: Terminal) -> int:
    wanted = with_about(options, None if one.record.about is None else dict(one.record.about))
    tools = tools_with(wanted, model_named(wanted))
    registry = code_of(tools, wanted)
    linked = one.linked
    if linked is not None:
        refuse_without_model(linked, tools)
    go = partial(
        _resume,
        partial(
            resume,
            one.run,
            registry,
            journal=journal,
            done=decided.done,
            again=decided.again,
            failed=decided.failed,
            answers=decided.answers,
            **_plan_now(one),
        ),
    )
    if linked is None or not terminal.can_ask:
        return perform(Job(one.plan, go, lambda _: None, run=one.run, before=one.events), options, terminal)
    ask = partial(somebody_to_ask, linked, options, terminal, may_wait=True)
    return perform(Job(one.plan, go, ask, run=one.run, before=one.events), options, terminal)


def _plan_now(one: Recorded) -> dict[str, Any]:
    """The plan's file as it is now, to be held against the run's plan; nothing where it is gone."""
    named = (one.record.about or {}).get("plan")
    if named is None or not Path(named).is_file():
        return {}
    return {"plan": read_source(named).text, "load": Folder(Path(named).parent)}


async def _resume(go: Callable[..., Any], approve: Approve | None, on_event: Callable[[Event], None]) -> Result:
    result: Result = await go(approve=approve, on_event=on_event)
    return result


def _say_undecided(one: Recorded, writes: Sequence[AttemptStarted], terminal: Terminal) -> None:
    for write in writes:
        name = quoted(label(write))
        terminal.complain(f"#{label(write)} ({write.tool}) was writing, and nobody knows whether it happened; say:")
        for option, meaning in _CHOICES.items():
            terminal.say(f"  rewoo resume {one.short} {option.format(name):24}  {meaning}")


_CHOICES: Mapping[str, str] = {
    "--done {}=VALUE": "it happened, and gave this value",
    "--again {}": "it did not happen: make the call again",
    "--failed {}": "nobody can tell: the step fails",
}
