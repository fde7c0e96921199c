"""Where a command writes, and what it may do there: colour, width, live pictures.

Results go to `out`, everything said about the work goes to `err`, so that a pipe gets the result alone.
"""

import io
import os
import sys
from typing import TextIO

from ..._record import record

_RED, _RESET = "\x1b[1;31m", "\x1b[0m"


@record
class Terminal:
    """The streams of this process. `is_live`: progress may be redrawn; `can_ask`: somebody is there to answer."""

    out: TextIO
    err: TextIO
    out_is_terminal: bool
    out_colour: bool
    err_colour: bool
    is_live: bool
    can_ask: bool
    columns: int

    @classmethod
    def of_process(cls) -> "Terminal":
        out, err = (stream or io.StringIO() for stream in (sys.stdout, sys.stderr))  # None when closed
        for stream in (out, err):
            # A terminal that cannot show a character gets its escape, never an exception.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        return cls(
            out=out,
            err=err,
            out_is_terminal=_is_terminal(out),
            out_colour=_colour(out),
            err_colour=_colour(err),
            is_live=_is_terminal(err) and os.environ.get("TERM") != "dumb",
            can_ask=_is_terminal(sys.stdin) and _is_terminal(err),
            columns=columns(out, err),
        )

    @property
    def ascii_only(self) -> bool:
        """Whether standard output cannot show box-drawing characters."""
        try:
            "┌─▼".encode(self.out.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return True
        return False

    def give(self, text: str) -> None:
        """Write a result."""
        self.out.write(text)

    def say(self, text: str) -> None:
        """Write a line about the work."""
        self.err.write(text + "\n")
        self.err.flush()

    def complain(self, message: str) -> None:
        """Say what went wrong."""
        head = f"{_RED}error{_RESET}" if self.err_colour else "error"
        self.say(f"{head}: {message}")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return _is_terminal(stream) and os.environ.get("TERM") != "dumb"


def columns(*streams: TextIO | None) -> int:
    """The width of the terminal; 100 where there is none, as in a file."""
    if (said := os.environ.get("COLUMNS", "")).isdigit() and int(said) > 0:
        return int(said)
    for stream in streams:
        if stream is not None and _is_terminal(stream):
            try:
                return os.get_terminal_size(stream.fileno()).columns or 100
            except OSError:
                continue
    return 100
