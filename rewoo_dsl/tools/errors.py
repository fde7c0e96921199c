"""How a tool call fails before and after the tool's own code has its say.

    ToolError
    ├── ArgumentError   the arguments do not fit; the tool was not called
    └── ResultError     the tool answered with something that cannot be evidence

Whatever the tool's own code raises passes through as it is: turning it into an event is the driver's work.
"""

from typing import Literal

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
