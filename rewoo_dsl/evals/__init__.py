"""How good plans are, many at a time. Open `README.md` for the order of reading."""

from .judge import Judge, Settings, Verdict
from .report import PlanReport, Scores
from .summary import Summary

__all__ = ["Judge", "PlanReport", "Scores", "Settings", "Summary", "Verdict"]
