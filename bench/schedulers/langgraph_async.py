"""LangGraph: a node a step, an edge a need. Values meet in one dict that is changed in place, which is the cheapest."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from langgraph.graph import START, StateGraph

from ..shapes import Needs
from . import Seconds


def _merged(old: dict[str, int], new: dict[str, int]) -> dict[str, int]:
    old.update(new)
    return old


class _State(TypedDict):
    values: Annotated[dict[str, int], _merged]


def build(needs: Needs, seconds: Seconds) -> Callable[[], object]:
    graph = StateGraph(_State)
    for name in needs:
        graph.add_node(name, _node(name, seconds))  # type: ignore[call-overload]  # any coroutine function will do
    for name, of in needs.items():
        graph.add_edge(START if not of else of[0] if len(of) == 1 else list(of), name)
    compiled = graph.compile()
    return lambda: asyncio.run(compiled.ainvoke({"values": {}}, {"recursion_limit": len(needs) + 10}))


def _node(name: str, seconds: Seconds) -> Callable[[Any], Any]:
    async def no_op(_state: _State) -> dict[str, dict[str, int]]:
        return {"values": {name: 1}}

    async def wait(_state: _State) -> dict[str, dict[str, int]]:
        await asyncio.sleep(seconds[name])
        return {"values": {name: 1}}

    return wait if seconds else no_op
