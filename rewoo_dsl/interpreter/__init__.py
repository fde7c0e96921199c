"""Makes a linked plan happen."""

from .asyncio_driver import Approve, run
from .limits import Limits
from .machine import Machine
from .result import Result, StepResult

__all__ = ["Approve", "Limits", "Machine", "Result", "StepResult", "run"]
