"""A language for plans of language models: written before any tool runs, checked, bounded, then run.

Names are imported when they are first asked for, so that `import rewoo_dsl` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._api import cancel as cancel
    from ._api import check as check
    from ._api import explain as explain
    from ._api import format_source as format_source
    from ._api import parse as parse
    from ._api import replay as replay
    from ._api import rerun as rerun
    from ._api import resume as resume
    from ._api import run as run
    from ._api import run_sync as run_sync
    from ._durable import RunChanged as RunChanged
    from .agent import Agent as Agent
    from .checker.report import Report as Report
    from .diag.diagnostic import Diagnostic as Diagnostic
    from .diag.errors import JournalError as JournalError
    from .diag.errors import ModelError as ModelError
    from .diag.errors import PlanError as PlanError
    from .diag.errors import RewooError as RewooError
    from .diag.errors import StepFailed as StepFailed
    from .diag.errors import ToolError as ToolError
    from .interpreter import Limits as Limits
    from .interpreter import Result as Result
    from .interpreter import RunSuspended as RunSuspended
    from .interpreter import UndecidedWrites as UndecidedWrites
    from .interpreter.cache import Cache as Cache
    from .interpreter.pool import Pool as Pool
    from .interpreter.recall import NotRecorded as NotRecorded
    from .ir.plan import Plan as Plan
    from .ir.signature import Effect as Effect
    from .ir.signature import Signature as Signature
    from .llm import Endpoint as Endpoint
    from .tools.context import CallContext as CallContext
    from .tools.registry import Registry as Registry
    from .tools.tool import tool as tool
    from .trace.journal import Journal as Journal

_HOMES = {
    "Agent": "agent",
    "Cache": "interpreter.cache",
    "CallContext": "tools.context",
    "Diagnostic": "diag.diagnostic",
    "Effect": "ir.signature",
    "Endpoint": "llm",
    "Journal": "trace.journal",
    "JournalError": "diag.errors",
    "Limits": "interpreter",
    "ModelError": "diag.errors",
    "NotRecorded": "interpreter.recall",
    "Plan": "ir.plan",
    "PlanError": "diag.errors",
    "Pool": "interpreter.pool",
    "Registry": "tools.registry",
    "Report": "checker.report",
    "Result": "interpreter",
    "RewooError": "diag.errors",
    "RunChanged": "_durable",
    "RunSuspended": "interpreter",
    "Signature": "ir.signature",
    "StepFailed": "diag.errors",
    "ToolError": "diag.errors",
    "UndecidedWrites": "interpreter",
    "cancel": "_api",
    "check": "_api",
    "explain": "_api",
    "format_source": "_api",
    "parse": "_api",
    "replay": "_api",
    "rerun": "_api",
    "resume": "_api",
    "run": "_api",
    "run_sync": "_api",
    "tool": "tools.tool",
}
"""The module of every public name."""

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
