"""RW8: models. What a Planner or Solver model got wrong; no text of a plan shows these, so none has examples."""

from ..diagnostic import Severity
from ._code import Code

CODES: tuple[Code, ...] = (
    Code(
        "RW801",
        "no-plan",
        "the model's answer holds no step",
        "The Planner asked a model for a plan, and its answer has no line that reads as a step (`#E1 = tool(…)`), "
        "also after code fences, prose and reasoning are taken away. The model is told so and asked again.",
    ),
    Code(
        "RW802",
        "unknown-citation",
        "the answer cites evidence that does not exist",
        "The Solver's answer holds a citation such as `[E7]` or `[E4.9]`, but the run has no such evidence, it was not "
        "shown to the Solver, or its list is shorter. The model is asked once more; what is still wrong is marked.",
        severity=Severity.WARNING,
    ),
    Code(
        "RW803",
        "no-citation",
        "the answer cites nothing",
        "The Solver's answer neither cites evidence nor says that the evidence does not support an answer, so "
        "nobody can trace it. Evidence was there to be cited.",
        severity=Severity.WARNING,
    ),
)
