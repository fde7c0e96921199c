"""Names of other plans as our language can write them.

A step keeps its own name where our language has it: `#E1` is E1, `var1` stays var1. A number becomes E and the number,
so that `$3`, `<node-3>` and `#3` are all E3; anything else is spelt with letters, digits and `_`.
"""

import re

from ...ir.builtins import BUILTINS
from ...ir.signature import canonical_name

MOST = 64
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_WORDS = frozenset(
    ["true", "false", "null", "not", "and", "or", "in", "if", "else", "for", "True", "False", "None", "now"]
)
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


class Names:
    """Gives every name of a plan one of ours, the same for the same name and no two alike."""

    def __init__(self) -> None:
        self.ours: dict[str, str] = {}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def step(self, own: str) -> str:
        """Our name of a step, an input, or of what a reference names that is neither."""
        return self.ours.get(own) or self._give(own, _step_name(own.lstrip("#$")))

    def tool(self, own: str) -> str:
        """Our name of a tool."""
        return self.ours.get(own) or self._give(own, _tool_name(own))

    def _give(self, own: str, name: str) -> str:
        free = name
        while free in self._taken:
            count = self._next[name] = self._next.get(name, 1) + 1
            free = f"{name[: MOST - 8]}_{count}"
        self._taken.add(free)
        self.ours[own] = free
        return free


def _step_name(own: str) -> str:
    if own.isascii() and own.isdecimal() and len(own) < MOST:
        return f"E{own}"
    return own if _fits(own) and own not in _WORDS else _spelt(own, "E")


def _tool_name(own: str) -> str:
    name = canonical_name(own)
    if len(name) <= MOST and all(_fits(part) and part not in _WORDS for part in name.split(".")):
        return f"{name}_" if name in BUILTINS else name
    name = _spelt(name, "tool")
    return f"{name}_" if name in BUILTINS or name in _WORDS else name


def _fits(name: str) -> bool:
    return len(name) <= MOST and _PART.fullmatch(name) is not None


def _spelt(own: str, prefix: str) -> str:
    name = _OTHER.sub("_", own[: 4 * MOST]).strip("_")[: MOST - 8]
    if not name:
        return f"{prefix}_"
    return name if _fits(name) and name not in _WORDS else f"{prefix}_{name}"
