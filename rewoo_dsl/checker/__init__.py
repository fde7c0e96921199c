"""Everything that can be known of a plan before its first call. Open `README.md` for the order of reading."""

from .check import check
from .edges import edges
from .report import Report

__all__ = ["Report", "check", "edges"]
