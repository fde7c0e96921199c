"""`rewoo run --solve`: a model answers from the evidence when the plan has run."""

from dataclasses import dataclass, field
from typing import Any

from ...agent.gather import gather, instruction
from ...agent.solver import Solution, Solver
from ...agent.spending import Meter
from ...diag.errors import ModelError
from ...interpreter import Result
from ...ir.plan import Plan
from .answers import answer_data, known_values, spent_data
from .arguments import Options
from .exits import WrongUse
from .models import required_model


@dataclass(slots=True)
class Solving:
    """The Solver's part of a run: its answer or why there is none, and what it cost."""

    solver: Solver
    plan: Plan
    plan_text: str
    solution: Solution | None = None
    failure: ModelError | None = None
    meter: Meter = field(default_factory=Meter)

    async def answer(self, result: Result) -> None:
        wanted = instruction(self.plan)
        try:
            self.solution = await self.solver.answer(
                self.plan.goal or wanted,
                plan=self.plan_text,
                evidence=gather(self.plan, known_values(result), result.missing),
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


def solving_of(plan: Plan, plan_text: str, options: Options) -> Solving | None:
    """None unless `--solve` asks for it. Raises `WrongUse` when there is nothing to answer, or nobody to do it."""
    if not options.solve:
        return None
    if not plan.goal and plan.solve is None:
        raise WrongUse("--solve: the plan asks nothing, it has neither `Goal:` nor `Solve:`")
    return Solving(Solver(required_model(options, options.solver, "--solve")), plan, plan_text)
