"""Where a command writes, and what it may do there: colour, width, live pictures.

Results go to `out`, everything said about the work goes to `err`, so that a pipe gets the result alone. Both are
streams of our own: what tools print is kept off the results, and a tool that closes its output does not close ours.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TextIO

from ..._record import record
from .exits import WrongUse

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
        out, err = _of_our_own(sys.stdout), _of_our_own(sys.stderr)
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
    def out_ascii(self) -> bool:
        """Whether standard output cannot show box-drawing characters."""
        return _is_ascii(self.out)

    @property
    def err_ascii(self) -> bool:
        """The same for standard error."""
        return _is_ascii(self.err)

    def give(self, text: str) -> None:
        """Write a result. Raises `BrokenPipeError` when nobody reads any more, `WrongUse` when it cannot be kept."""
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise WrongUse(f"standard output cannot be written: {(error.strerror or str(error)).lower()}") from None

    def say(self, text: str) -> None:
        """Write a line about the work. Where nobody can hear it, the work goes on."""
        with suppress(OSError):
            self.err.write(text + "\n")
            self.err.flush()

    def complain(self, message: str) -> None:
        """Say what went wrong."""
        head = f"{_RED}error{_RESET}" if self.err_colour else "error"
        self.say(f"{head}: {message}")

    def close(self) -> None:
        """Close the streams that are our own."""
        for ours, theirs in ((self.out, sys.stdout), (self.err, sys.stderr)):
            if ours is not theirs:
                with suppress(OSError):  # nobody reads any more
                    ours.close()


def _of_our_own(stream: TextIO | None) -> TextIO:
    """A stream to the same place. A character that it cannot show becomes an escape, never an exception."""
    if stream is None:  # closed
        return io.StringIO()
    try:
        number = os.dup(stream.fileno())
    except (OSError, ValueError):  # not of the system: somebody collects what we write
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        return stream
    return open(number, "w", buffering=1, encoding=stream.encoding, errors="backslashreplace")


@contextmanager
def prints_beside_results() -> Iterator[None]:
    """While it lasts, what anybody else writes to standard output, tools and the programs they start, goes to standard
    error: results stay alone."""
    with _joined(sys.stdout, sys.stderr), redirect_stdout(sys.stderr):
        yield


@contextmanager
def _joined(one: TextIO | None, other: TextIO | None) -> Iterator[None]:
    """The same for the system's own streams, where both are such."""
    try:
        out, err = one.fileno(), other.fileno()  # type: ignore[union-attr]  # None is what the except is for
    except (AttributeError, OSError, ValueError):
        yield
        return
    kept = os.dup(out)
    os.dup2(err, out)
    try:
        yield
    finally:
        os.dup2(kept, out)
        os.close(kept)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _is_ascii(stream: TextIO) -> bool:
    try:
        "┌─▼".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
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
