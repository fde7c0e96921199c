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
        "plan-from-model-too-large",
        "a plan from a model is larger than allowed",
        "Plans that a model wrote have tighter limits than files: 64 KiB of text and 256 steps. Put work on many "
        "items into one step with `for`, or into a sub-plan of the host's library.",
    ),
    Code(
        "RW803",
        "plan-from-model-uses-files",
        "a plan from a model may not use files",
        "`use` reads a file, and a model's plan must not choose which. Sub-plans that a model may call come from "
        "the host's library, by name, and look like tools.",
    ),
    Code(
        "RW804",
        "unknown-citation",
        "the answer cites evidence that does not exist",
        "The Solver's answer holds a citation such as `[E7]` or `[E4.9]`, but the run has no such evidence, it was not "
        "shown to the Solver, or its list is shorter. The model is asked once more; what is still wrong is marked.",
        severity=Severity.WARNING,
    ),
    Code(
        "RW805",
        "no-citation",
        "the answer cites nothing",
        "The Solver's answer neither cites evidence nor says that the evidence does not support an answer, so "
        "nobody can trace it. Evidence was there to be cited.",
        severity=Severity.WARNING,
    ),
)
