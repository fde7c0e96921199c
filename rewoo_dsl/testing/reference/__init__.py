"""What a plan means, in code that is read rather than run: `reference(linked, oracle, inputs) -> Outcome`."""

from .compare import breaches, differences, writes_after
from .scripted import scripted, timeouts_of
from .steps import reference
from .world import HANGS, Answer, Attempt, Ended, Ending, Oracle, Outcome, Question

__all__ = [
    "HANGS",
    "Answer",
    "Attempt",
    "Ended",
    "Ending",
    "Oracle",
    "Outcome",
    "Question",
    "breaches",
    "differences",
    "reference",
    "scripted",
    "timeouts_of",
    "writes_after",
]
