"""What a step may call: the registry, tools made from Python functions, and those that come with the package."""

from .context import CallContext, Usage
from .errors import ArgumentError, ResultError
from .registry import Registry
from .results import ResultLimits
from .threads import Threads
from .tool import Tool, tool

__all__ = [
    "ArgumentError",
    "CallContext",
    "Registry",
    "ResultError",
    "ResultLimits",
    "Threads",
    "Tool",
    "Usage",
    "tool",
]
