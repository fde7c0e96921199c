"""What a tool's exception means for the run."""

import traceback

from ..diag.abridge import abridge
from ..diag.errors import ModelError, ToolError
from ..tools.errors import ArgumentError, ResultError
from ..trace.events import AttemptFinished
from .messages import Finished

FINAL = frozenset({"auth", "quota", "not_found", "request"})
"""Kinds of a `ModelError` that asking again cannot change."""
_SHOWN = 400
_CHAIN = 16


class Recalled(Exception):
    """An attempt fails as it did in the record of an earlier run: `finished` says how."""

    def __init__(self, finished: AttemptFinished) -> None:
        self.finished = finished
        super().__init__(finished.message)


def failure(attempt: int, error: BaseException, at: float) -> Finished:
    """The end of an attempt whose tool raised."""
    if isinstance(error, Recalled):
        was = error.finished
        return Finished(attempt, None, at, was.reason, was.message, was.lost, was.retryable, origin="record")
    if isinstance(error, ArgumentError):
        return Finished(attempt, None, at, "bad_argument", _short(str(error)))
    if isinstance(error, ResultError):
        reason = "too_large" if error.reason == "size" else "wrong_type"
        return Finished(attempt, None, at, reason, _short(str(error)))  # type: ignore[arg-type]  # both are reasons
    if isinstance(error, ToolError):
        message, retryable = _short(str(error)), error.retryable
        return Finished(attempt, None, at, "tool_error", message, lost=is_lost(error), retryable=retryable)
    if isinstance(error, ModelError):
        retryable = error.kind not in FINAL
        return Finished(attempt, None, at, "tool_error", _short(str(error)), lost=is_lost(error), retryable=retryable)
    return Finished(attempt, None, at, "tool_error", _told(error), lost=is_lost(error))


def is_lost(error: BaseException) -> bool:
    """Whether the tool cannot know if its work was done: a time-out or a broken connection, or an error out of one.

    Clients wrap these in errors of their own, so the causes are looked at, too.
    """
    seen: BaseException | None = error
    for _ in range(_CHAIN):
        if seen is None:
            return False
        if isinstance(seen, TimeoutError | ConnectionError | EOFError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _told(error: BaseException) -> str:
    """Type and message, also of an exception that cannot even be printed."""
    return _short(traceback.format_exception_only(error)[-1].strip())


def _short(text: str) -> str:
    """Cut to a size that one can read; halves of characters, which no file can hold, are spelt out."""
    return abridge(text, _SHOWN).encode("utf-8", "backslashreplace").decode()
