"""How a command ends: its exit code, and the exception for what cannot be done."""

from ...diag.errors import RewooError

FINE = 0
FOUND = 1
"""Findings, or a run that did not wholly succeed."""
WRONG_USE = 2
OUR_BUG = 3
INTERRUPTED = 130
"""As shells say it of a process that Ctrl-C ended."""
TERMINATED = 143
"""As shells say it of a process that was told to end (SIGTERM), as by a time limit or a shutdown."""
NOBODY_READS = 141
"""As shells say it of a process whose output nobody reads any more (`| head`)."""
STOPPED = {INTERRUPTED: "interrupted", TERMINATED: "terminated"}
"""What is said of a run that was ended from outside."""


class WrongUse(RewooError):
    """What was asked for cannot be done: a file that cannot be read, tools that cannot be loaded, a missing key."""
