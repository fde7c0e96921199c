"""Planner, Worker, Solver, and the loop that joins them. Open `README.md` for the order of reading.

All but `llm_tool` are imported when they are first used, so that it can be had without checker and interpreter.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .llm_tool import Prices, llm_tool

if TYPE_CHECKING:
    from .agent import Agent, Answer, SolvingFailed
    from .events import AgentEvent, ModelCalled, PlanDrafted, TextArrived
    from .evidence import Evidence
    from .planner import Draft, Planner, PlanningFailed
    from .solver import Solution, Solver
    from .spending import Spending

_HOMES = {
    "Agent": "agent",
    "AgentEvent": "events",
    "Answer": "agent",
    "Draft": "planner",
    "Evidence": "evidence",
    "ModelCalled": "events",
    "PlanDrafted": "events",
    "Planner": "planner",
    "PlanningFailed": "planner",
    "Solution": "solver",
    "Solver": "solver",
    "SolvingFailed": "agent",
    "Spending": "spending",
    "TextArrived": "events",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


__all__ = [
    "Agent",
    "AgentEvent",
    "Answer",
    "Draft",
    "Evidence",
    "ModelCalled",
    "PlanDrafted",
    "Planner",
    "PlanningFailed",
    "Prices",
    "Solution",
    "Solver",
    "SolvingFailed",
    "Spending",
    "TextArrived",
    "llm_tool",
]
