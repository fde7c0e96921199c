"""The command line: `rewoo check`, `fmt`, `run`, `ask`, `graph`, `explain` and `tools`."""

from .main import main

__all__ = ["main"]
