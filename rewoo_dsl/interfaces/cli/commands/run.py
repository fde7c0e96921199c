"""`rewoo run`: check a plan, run it while showing how it goes, and give what it returns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ....agent.gather import gather, instruction
from ....agent.solver import Solution, Solver
from ....agent.spending import Meter
from ....diag.errors import ModelError, PlanError
from ....diag.text import summary
from ....interpreter import Result, run
from ....ir.linked import LinkedPlan
from ....tools.tool import Tool
from ..answers import answer_data, give_answer, known_values, say_spent, spent_data
from ..arguments import Options
from ..dry_run import foretold, told
from ..exits import FINE, FOUND, STOPPED, WrongUse
from ..inputs import read_inputs
from ..judging import judge
from ..means import code_of, refuse_without_model, somebody_to_ask
from ..models import model_named, required_model
from ..plans import refused, show_findings
from ..project import Projects
from ..results import as_data, complain_of, give_value, say_outcome
from ..sources import read_source
from ..terminal import Terminal
from ..toolset import tools_with
from ..watching import Watch, until_done, watching


def execute(options: Options, terminal: Terminal) -> int:
    source = read_source(options.spec)
    project = Projects().of(source)
    wanted = project.options(options)
    tools = tools_with(wanted, None) if options.dry_run else tools_with(options, model_named(options))
    judged = judge(source, tools.signatures, wanted, project)
    checked = judged.checked
    if not checked.report.ok or not judged.passes:
        show_findings(checked, terminal, as_result=False)
        return FOUND
    if checked.diagnostics and not options.quiet:
        terminal.say(f"{checked.source.name}: {summary(checked.diagnostics)}; `rewoo check` shows them")
    linked = checked.report.require()
    inputs = read_inputs(options.input, linked.plan)
    if options.dry_run:
        bounds = checked.report.bounds
        assert bounds is not None  # there is a plan, and it has no errors
        if options.format == "json":
            terminal.give(json.dumps(foretold(linked, bounds), ensure_ascii=False, indent=2) + "\n")
        else:
            terminal.give(told(linked, bounds))
        return FINE
    registry: Mapping[str, Tool] = code_of(tools, options)
    refuse_without_model(linked, tools)
    if options.fault:
        from ..faults import faulty_tools  # what tests are made of, and hardly any run

        registry = faulty_tools(registry, linked, options, terminal)
    solving = _solving(linked, checked.source.text, options) if options.solve else None
    with watching(linked.plan, terminal, quiet=options.quiet) as watch:
        approve = somebody_to_ask(linked, options, terminal, watch)

        async def work() -> None:
            result = await run(linked, registry, inputs=inputs, approve=approve, on_event=watch.on_event)
            if solving is not None:
                watch.progress.stage = "answering"
                await solving.answer(result)

        try:
            stopped = until_done(work)
        except PlanError as error:
            raise refused(error, checked, terminal) from None
    return _shown(watch, solving, linked, options, terminal, stopped=stopped)


@dataclass(slots=True)
class _Solving:
    """The Solver's part of a run: its answer or why there is none, and what it cost."""

    solver: Solver
    linked: LinkedPlan
    plan_text: str
    solution: Solution | None = None
    failure: ModelError | None = None
    meter: Meter = field(default_factory=Meter)

    async def answer(self, result: Result) -> None:
        plan = self.linked.plan
        wanted = instruction(plan)
        try:
            self.solution = await self.solver.answer(
                plan.goal or wanted,
                plan=self.plan_text,
                evidence=gather(plan, known_values(result), result.missing),
                instruction=wanted,
                on_usage=self.meter.add,
            )
        except ModelError as error:
            self.failure = error

    def as_data(self, result: Result) -> dict[str, Any] | None:
        """The answer and its usage as plain JSON data; None without an answer."""
        if self.solution is None:
            return None
        return answer_data(self.solution, known_values(result)) | {"usage": spent_data(self.meter.usage)}


def _solving(linked: LinkedPlan, plan_text: str, options: Options) -> _Solving:
    """Raises `WrongUse` when there is nothing to answer, or nobody to do it."""
    if not linked.plan.goal and linked.plan.solve is None:
        raise WrongUse("--solve: the plan asks nothing, it has neither `Goal:` nor `Solve:`")
    return _Solving(Solver(required_model(options, options.solver, "--solve")), linked, plan_text)


def _shown(
    watch: Watch,
    solving: _Solving | None,
    linked: LinkedPlan,
    options: Options,
    terminal: Terminal,
    *,
    stopped: int | None,
) -> int:
    """Show what the run came to, also when it was `stopped` from outside, and give the exit code."""
    result = watch.result
    if result is not None:
        if options.quiet:
            complain_of(result, terminal)
        else:
            say_outcome(result, watch.rows, terminal)
        if options.format == "json":
            answer = {} if solving is None else {"answer": solving.as_data(result)}
            terminal.give(json.dumps(as_data(result) | answer, ensure_ascii=False, indent=2) + "\n")
        elif solving is not None and solving.solution is not None:
            give_answer(solving.solution, known_values(result), terminal, quiet=options.quiet)
        elif stopped is None:
            give_value(result, terminal, has_return=linked.plan.result is not None)
        if solving is not None:
            say_spent(terminal, quiet=options.quiet, solver=solving.meter.usage)
    if stopped is not None:
        terminal.say(STOPPED[stopped])
        return stopped
    if solving is not None and solving.failure is not None:
        terminal.complain(f"the plan has run, but there is no answer: {solving.failure}")
        return FOUND
    return FINE if result is not None and result.status == "succeeded" else FOUND
