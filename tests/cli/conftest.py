"""Fixtures of the command line's tests; see `cli_process`."""

from cli_process import folder, process, rewoo

__all__ = ["folder", "process", "rewoo"]
