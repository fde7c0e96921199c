"""What runs plans: ours, one written by hand, and what a user would pick instead, all behind one function.

Each module has `build(needs, seconds)`: the plan made ready, as a function that runs it once and returns when all steps
have ended. `seconds` says how long a step waits; one that it does not name does nothing at all.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from ..shapes import Needs

Seconds = Mapping[str, float]
Build = Callable[[Needs, Seconds], Callable[[], object]]

SCHEDULERS = {
    "hand-written asyncio": "by_hand",
    "rewoo_dsl": "ours",
    "Hamilton": "hamilton_sync",
    "Hamilton, async": "hamilton_async",
    "Dask, threads": "dask_threads",
    "LangGraph": "langgraph_async",
    "LLMCompiler's loop": "llmcompiler_loop",
}
"""Name in tables -> module. The first is the floor that the others are held against."""


def builder(name: str) -> Build:
    """Raises `ImportError` where what the module wraps is not installed."""
    return import_module(f".{SCHEDULERS[name]}", __name__).build  # type: ignore[no-any-return]


def ends(needs: Needs) -> list[str]:
    """The steps that nobody waits for: what a lazy scheduler has to be asked for."""
    used = {need for of in needs.values() for need in of}
    return [name for name in needs if name not in used]
