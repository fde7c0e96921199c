"""RW8: models. What a Solver's answer got wrong; no text of a plan shows these, so none has examples."""

from ..diagnostic import Severity
from ._code import Code, FoundBy

CODES: tuple[Code, ...] = (
    Code(
        "RW801",
        "unknown-citation",
        "the answer cites evidence that does not exist",
        "The Solver's answer holds a citation such as `[E7]` or `[E4.9]`, but the run has no such evidence, it was not "
        "shown to the Solver, or its list is shorter. The model is asked once more; what is still wrong is marked.",
        severity=Severity.WARNING,
        found_by=FoundBy.MODEL,
    ),
    Code(
        "RW802",
        "no-citation",
        "the answer cites nothing",
        "The Solver's answer neither cites evidence nor says that the evidence does not support an answer, so "
        "nobody can trace it. Evidence was there to be cited.",
        severity=Severity.WARNING,
        found_by=FoundBy.MODEL,
    ),
)
