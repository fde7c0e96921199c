"""Makes a linked plan happen."""

from .asyncio_driver import Approve, run
from .limits import Limits
from .machine import Machine
from .result import Result, RunSuspended, StepResult
from .resume import UndecidedWrites, WrongDecision, resume

__all__ = [
    "Approve",
    "Limits",
    "Machine",
    "Result",
    "RunSuspended",
    "StepResult",
    "UndecidedWrites",
    "WrongDecision",
    "resume",
    "run",
]
