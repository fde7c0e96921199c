"""`rewoo run`: check a plan, run it while showing how it goes, and give what it returns."""

import json

from ....agent.gather import gather, instruction
from ....agent.solver import Solution, Solver
from ....diag.errors import PlanError
from ....diag.text import summary
from ....interpreter import Result, run
from ....ir.linked import LinkedPlan
from ....llm import Model
from ....trace.events import RunStarted
from ..answers import answer_data, give_answer
from ..arguments import Options
from ..dry_run import told
from ..exits import FINE, FOUND, STOPPED
from ..inputs import read_inputs
from ..means import code_of, refuse_without_model, somebody_to_ask
from ..models import model_named, required_model
from ..plans import check_source, refused, show_findings
from ..results import as_data, complain_of, give_value, say_outcome
from ..sources import read_source
from ..terminal import Terminal
from ..toolset import tools_with
from ..watching import Watch, until_done, watching


def execute(options: Options, terminal: Terminal) -> int:
    tools = tools_with(options, None if options.dry_run else model_named(options))
    checked = check_source(read_source(options.spec), tools.signatures)
    if not checked.report.ok:
        show_findings(checked, terminal, as_result=False)
        return FOUND
    if checked.diagnostics and not options.quiet:
        terminal.say(f"{checked.source.name}: {summary(checked.diagnostics)}; `rewoo check` shows them")
    linked = checked.report.require()
    inputs = read_inputs(options.input, linked.plan)
    if options.dry_run:
        terminal.give(told(linked))
        return FINE
    registry = code_of(tools, options)
    refuse_without_model(linked, tools)
    solver = required_model(options, options.solver, "--solve") if options.solve else None
    solution: Solution | None = None
    with watching(linked.plan, terminal, quiet=options.quiet) as watch:
        approve = somebody_to_ask(linked, options, terminal, watch)

        async def work() -> None:
            nonlocal solution
            result = await run(linked, registry, inputs=inputs, approve=approve, on_event=watch.on_event)
            if solver is not None:
                solution = await _solved(solver, linked, result, checked.source.text)

        try:
            stopped = until_done(work)
        except PlanError as error:
            raise refused(error, checked, terminal) from None
    return _shown(watch, solution, linked, options, terminal, stopped=stopped)


async def _solved(model: Model, linked: LinkedPlan, result: Result, plan_text: str) -> Solution:
    started = result.trace[0]
    assert isinstance(started, RunStarted)
    evidence = gather(linked.plan, {**started.inputs, **result.evidence}, result.missing)
    question = linked.plan.goal or instruction(linked.plan)
    return await Solver(model).answer(question, plan=plan_text, evidence=evidence, instruction=instruction(linked.plan))


def _shown(
    watch: Watch,
    solution: Solution | None,
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
            answer = {} if solution is None else {"answer": answer_data(solution, result.evidence)}
            terminal.give(json.dumps(as_data(result) | answer, ensure_ascii=False, indent=2) + "\n")
        elif solution is not None:
            give_answer(solution, result.evidence, terminal, quiet=options.quiet)
        elif stopped is None:
            give_value(result, terminal, has_return=linked.plan.result is not None)
    if stopped is not None:
        terminal.say(STOPPED[stopped])
        return stopped
    return FINE if result is not None and result.status == "succeeded" else FOUND
