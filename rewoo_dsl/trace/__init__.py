"""What happened in a run: events, their log, and what they come to."""

from .events import Event
from .summary import AttemptTrace, StepTrace, Trace

__all__ = ["AttemptTrace", "Event", "StepTrace", "Trace"]
