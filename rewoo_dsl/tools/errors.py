"""How tools fail apart from their own code: a call before and after that code has its say, a list of tools.

    ToolError
    ├── ArgumentError   the arguments do not fit; the tool was not called
    ├── ResultError     the tool answered with something that cannot be evidence
    └── ManifestError   a list of tools that cannot be used

Whatever the tool's own code raises passes through as it is: turning it into an event is the driver's work.
"""

from collections.abc import Sequence
from typing import Literal

from ..diag.diagnostic import Diagnostic
from ..diag.errors import ToolError


class ArgumentError(ToolError):
    """The arguments do not fit the tool's parameters, so it was not called. Never worth a retry."""

    def __init__(self, message: str, *, argument: str | None = None) -> None:
        self.argument = argument
        super().__init__(message, retryable=False)


class ResultError(ToolError):
    """What the tool gave back cannot be evidence.

    `reason` is `size` when it is beyond the limit on bytes (an iterator without end is, sooner or later), and `type`
    for everything else: not what the tool declares, or nothing that JSON can carry unchanged.
    """

    def __init__(self, message: str, *, reason: Literal["type", "size"] = "type") -> None:
        self.reason = reason
        super().__init__(message)


class ManifestError(ToolError):
    """A list of tools that cannot be used. `diagnostics` point into it by JSON pointer (`at`)."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [one for one in self.diagnostics if one.is_error]
        first = errors[0]
        place = f" at {first.at}" if first.at else ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first.code}{place}: {first.message}{more}", retryable=False)
