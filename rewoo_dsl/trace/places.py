"""Names in a trace: the way to a step inside sub-plans, and the path to a place in a value, as people read them."""

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

_CALL = re.compile(r"(?P<step>[^\[.]+)(\[(?P<item>\d+)\])?(\.(?P<branch>otherwise|fallback))?")
_PLAIN = re.compile(r"[^\W\d]\w*")

Path: TypeAlias = tuple[str | int | None, ...]
"""Fields, indices, and None for `[*]`."""


@dataclass(frozen=True, slots=True)
class CallName:
    """A step's call of a sub-plan: its name, the item's index in a `for`, and the clause that called."""

    step: str
    item: int | None
    branch: str


def split_way(name: str) -> tuple[tuple[CallName, ...], str]:
    """The calls that lead to a step, from the outermost, and its name in its own plan.

    >>> split_way("E4[2].fallback/E1")
    ((CallName(step='E4', item=2, branch='fallback'),), 'E1')
    """
    *calls, own = name.split("/")
    return tuple(map(_call, calls)), own


def _call(text: str) -> CallName:
    found = _CALL.fullmatch(text)
    if found is None:
        return CallName(text, None, "do")
    item = found["item"]
    return CallName(found["step"], None if item is None else int(item), found["branch"] or "do")


def inside(step: str, item: int | None, branch: str) -> str:
    """What stands before the names of steps of the sub-plan that this call runs; the other way round.

    >>> inside("E4", 2, "fallback")
    'E4[2].fallback/'
    """
    place = step if item is None else f"{step}[{item}]"
    return f"{place}/" if branch == "do" else f"{place}.{branch}/"


def own_step(name: str) -> str:
    """The step of the run's own plan that an event belongs to.

    >>> own_step("E4[2].fallback/E1")
    'E4'
    """
    calls, own = split_way(name)
    return calls[0].step if calls else own


def path_text(path: Path) -> str:
    """A path as a plan writes it.

    >>> path_text(("rows", None, 0, "odd key"))
    '.rows[*][0]["odd key"]'
    """
    return "".join(map(_segment, path))


def _segment(one: str | int | None) -> str:
    if one is None:
        return "[*]"
    if isinstance(one, int):
        return f"[{one}]"
    return f".{one}" if _PLAIN.fullmatch(one) else f"[{json.dumps(one, ensure_ascii=False)}]"
