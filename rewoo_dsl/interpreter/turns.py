"""Whose turn it is: a call of a tool that has no slot left, or was started too often of late, waits aside.

A waiting call takes no slot of the run, so it holds up nobody else. Its attempt has not started: no `timeout` runs.
"""

from collections import deque

from .core import Core
from .state import Item

_INSTANT = 1e-9
"""Two times closer than this are the same: sums of floats are not exact."""


def has_turn(core: Core, tool: str) -> bool:
    """Whether a call of this tool may start now, as far as its own slots and its rate go."""
    if tool in core.tool_slots and core.in_use.get(tool, 0) >= core.tool_slots[tool]:
        return False
    return tool not in core.tool_rates or not _seconds_to_wait(core, tool)


def take_turn(core: Core, tool: str) -> None:
    """A call of this tool starts; so may the next one that waits for it."""
    if tool in core.tool_slots:
        core.in_use[tool] = core.in_use.get(tool, 0) + 1
    if tool in core.tool_rates:
        starts = core.starts.setdefault(tool, deque(maxlen=core.tool_rates[tool].calls))
        starts.append(core.at)
        unpark(core, tool)  # the rate may allow another one, or this was the last for a while


def give_back(core: Core, tool: str) -> None:
    """A call of this tool is over: the next one that waits for its slot has its turn."""
    if tool in core.tool_slots:
        core.in_use[tool] -= 1
        unpark(core, tool)


def park(core: Core, tool: str, item: Item) -> None:
    """The item waits aside until it has its turn."""
    core.parked.setdefault(tool, deque()).append(item)
    _wait_for_rate(core, tool)


def unpark(core: Core, tool: str) -> None:
    """The next call that waits for this tool has its turn, if there is one to have."""
    parked = core.parked.get(tool)
    if not parked:
        return
    if has_turn(core, tool):
        core.ready.appendleft(parked.popleft())
    else:
        _wait_for_rate(core, tool)


def rate_allows(core: Core, tool: str) -> None:
    """The time is over for which the tool was called too often."""
    core.waiting_for_rate.discard(tool)
    unpark(core, tool)


def _seconds_to_wait(core: Core, tool: str) -> float:
    """Until one more call of the tool keeps its rate; 0 when it does now."""
    rate, starts = core.tool_rates[tool], core.starts.get(tool)
    if starts is None or len(starts) < rate.calls:
        return 0.0
    left = starts[0] + rate.seconds - core.at
    return left if left > _INSTANT else 0.0


def _wait_for_rate(core: Core, tool: str) -> None:
    if tool not in core.tool_rates or tool in core.waiting_for_rate:
        return
    left = _seconds_to_wait(core, tool)
    if left:
        core.waiting_for_rate.add(tool)
        core.set_timer(left, "rate", tool, f"rate {tool}")
