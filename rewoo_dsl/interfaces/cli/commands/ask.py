"""`rewoo ask`: a question, a plan for it, a run of the plan, and an answer with citations."""

import json
import os
from typing import Any

from ....agent import Agent, Answer, Draft, ModelCalled, PlanDrafted, PlanningFailed, SolvingFailed, TextArrived
from ....agent.agent import PLANNER, SOLVER
from ....agent.events import AgentEvent
from ....diag.errors import ModelError, PlanError
from ....diag.snippet import printable
from ....diag.text import render_text
from ....interpreter import Approve
from ....trace.events import RunFinished
from ..answers import answer_data, give_answer, known_values, say_spent, spent_data
from ..approval import ask_at, yes_to_all
from ..arguments import Options
from ..exits import FINE, FOUND, STOPPED, WrongUse
from ..means import code_of
from ..models import HOW_TO_REACH, VARIABLE, endpoint
from ..results import VERSION, as_data, say_outcome
from ..sources import STDIN, read_source
from ..terminal import Terminal
from ..toolset import tools_with
from ..watching import Watch, until_done, watching


def execute(options: Options, terminal: Terminal) -> int:
    question = read_source(STDIN).text.strip() if options.question == STDIN else options.question.strip()
    if not question:
        raise WrongUse("the question is empty")
    reach, usual = endpoint(options), options.model or os.environ.get(VARIABLE)
    solver = options.solver or usual or SOLVER
    registry = code_of(tools_with(options, reach.model(options.llm or solver)), options)
    planner = options.planner or usual or PLANNER
    came: Answer | SolvingFailed | None = None
    with watching(None, terminal, quiet=options.quiet) as watch:
        listener = _Listener(watch, terminal, show_plan=options.show_plan or not options.quiet)
        agent = Agent(
            registry,
            planner=reach.model(planner),
            solver=reach.model(solver),
            approve=_approver(options, terminal, watch),
        )

        async def work() -> None:
            nonlocal came
            try:
                came = await agent.ask(question, on_event=listener)
            except SolvingFailed as failure:
                came = failure

        try:
            stopped = until_done(work)
        except PlanError as error:
            raise _unplanned(error, terminal) from None
        except ModelError as error:
            unreachable = f"\n{HOW_TO_REACH}" if error.kind in ("auth", "connection", "not_found") else ""
            raise ModelError(f"no plan was written: {error}{unreachable}", kind=error.kind) from None
    if stopped is not None:
        if watch.result is not None and not options.quiet:
            say_outcome(watch.result, watch.rows, terminal)
        terminal.say(STOPPED[stopped])
        return stopped
    assert came is not None  # whatever else can happen was raised
    return _shown(question, came, watch, options, terminal)


class _Listener:
    """Keeps the progress up to date while plan, run and answer come about, and shows the plan before it runs."""

    def __init__(self, watch: Watch, terminal: Terminal, *, show_plan: bool) -> None:
        self._watch, self._terminal, self._show_plan = watch, terminal, show_plan
        self._written = 0
        watch.progress.stage = "planning"

    def __call__(self, event: AgentEvent) -> None:
        match event:
            case PlanDrafted():
                self._drafted(event.draft)
            case TextArrived():
                self._written += len(event.text)
                doing = "planning" if event.role == "planner" else "answering"
                self._watch.progress.stage = f"{doing}, {self._written:,} characters"
            case ModelCalled():
                self._written = 0
            case _:
                self._watch.on_event(event)
                if isinstance(event, RunFinished):
                    self._watch.progress.stage = "answering"

    def _drafted(self, draft: Draft) -> None:
        report = draft.report
        if report.plan is not None:
            self._watch.progress.show(report.plan)
        if not self._show_plan:
            return
        with self._watch.view.paused():
            if report.linked is None:
                count = len(report.errors)
                self._terminal.say(f"plan {draft.attempt} has {count} error{'' if count == 1 else 's'}:")
                for one in report.errors:
                    self._terminal.say(f"  {one.code} {printable(one.message)}")
            else:
                self._terminal.say(printable(draft.text).rstrip("\n") + "\n")


def _approver(options: Options, terminal: Terminal, watch: Watch) -> Approve | None:
    """Whom the plan may ask; a plan that asks where nobody is there is refused before it starts."""
    if options.approval == "yes":
        return yes_to_all
    return ask_at(terminal, watch.view.paused) if options.approval == "terminal" and terminal.can_ask else None


def _unplanned(error: PlanError, terminal: Terminal) -> PlanError:
    """The same error with every finding shown, in the plan where there is one."""
    draft = error.draft if isinstance(error, PlanningFailed) else None
    text = None if draft is None else draft.text
    shown = render_text(error.diagnostics, text, file="the plan", colour=terminal.err_colour, width=terminal.columns)
    return PlanError(error.diagnostics, f"{error}\n\n{shown}".rstrip())


def _shown(question: str, came: Answer | SolvingFailed, watch: Watch, options: Options, terminal: Terminal) -> int:
    """Show the answer, or what there is without one: the run has been paid for."""
    if not options.quiet:
        say_outcome(came.result, watch.rows, terminal)
    if options.format == "json":
        terminal.give(json.dumps(_as_data(question, came), ensure_ascii=False, indent=2) + "\n")
    elif isinstance(came, Answer):
        give_answer(came.solution, known_values(came.result), terminal, quiet=options.quiet)
    say_spent(terminal, quiet=options.quiet, planner=came.usage.planner, solver=came.usage.solver)
    if isinstance(came, SolvingFailed):
        terminal.complain(str(came))
        return FOUND
    return FINE if came.result.status == "succeeded" else FOUND


def _as_data(question: str, came: Answer | SolvingFailed) -> dict[str, Any]:
    answer = answer_data(came.solution, known_values(came.result)) if isinstance(came, Answer) else None
    spent = came.usage
    return {
        "version": VERSION,
        "question": question,
        "answer": answer,
        "plan": came.plan,
        "result": as_data(came.result),
        "usage": {
            "planner": spent_data(spent.planner),
            "worker": spent_data(spent.worker),
            "solver": spent_data(spent.solver),
        },
    }
