"""Exceptions for Python callers.

RewooError
├── PlanError         a plan that cannot be used; carries the diagnostics
├── StepFailed        asked for the value of a step that has none
├── BudgetExceeded    a ceiling of the run was reached
├── PolicyViolation   the host's policy forbids it
├── ToolError         a tool cannot be registered, or says itself that it failed
├── ModelError        a model could not be reached or did not answer as it must
├── JournalError      a journal cannot be opened, read or written
├── CacheError        a cache cannot be opened, or is to keep what cannot be kept
└── InternalError     our bug, please report
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnostic import Diagnostic


class RewooError(Exception):
    """Whatever this package raises on purpose."""


class PlanError(RewooError):
    """A plan that cannot be used; `diagnostics` says why, in order of place."""

    def __init__(self, diagnostics: Sequence[Diagnostic], message: str | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [d for d in self.diagnostics if d.is_error]
        first = f"{errors[0].code}: {errors[0].message}" if errors else "no error was recorded"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(message or first + more)


class StepFailed(RewooError):
    """The value of a step was asked for that has none. `reason` is one of the reason classes of the trace."""

    def __init__(self, step: str, reason: str, message: str = "") -> None:
        self.step, self.reason = step, reason
        super().__init__(f"#{step} has no value: {reason}" + (f" ({message})" if message else ""))


class BudgetExceeded(RewooError):
    """A ceiling was reached. `limit` names it (`calls`, `tokens`, `time`, `cost`, …)."""

    def __init__(self, limit: str, ceiling: float) -> None:
        self.limit, self.ceiling = limit, ceiling
        super().__init__(f"the limit on {limit} ({ceiling:g}) is reached")


class PolicyViolation(RewooError):
    """The host's policy forbids it."""


class ToolError(RewooError):
    """Raised by a tool that failed for a reason worth telling, or at registration. `retryable` is a hint only."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        self.retryable = retryable
        super().__init__(message)


class ModelError(RewooError):
    """A model could not be reached or did not answer as it must. `kind` classifies (`timeout`, `refusal`, …)."""

    def __init__(self, message: str, *, kind: str = "error") -> None:
        self.kind = kind
        super().__init__(message)


class JournalError(RewooError):
    """A journal cannot be opened, read or written, or does not hold what was asked for."""


class CacheError(RewooError):
    """A cache cannot be opened, or is asked to keep what cannot be kept."""


class InternalError(RewooError):
    """Our bug, please report."""
