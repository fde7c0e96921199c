"""Evidence as the Solver sees it: one line a value, delimited so that data stays data.

Every value is written as JSON on one line behind its citation label, so no evidence, whatever it contains, can end
its line and start another or pass for an instruction of ours:

    [E2] "The port of Hamburg"
    [E4.0] {"name":"ACME","risk":"high"}
    [E4.1] {"name":"Umbra","risk":"low"}
    [E5] missing (timeout)

What is missing is named with its reason class and never with an error's text. What is too large is cut, visibly.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..ir.values import Value, compact

Place: TypeAlias = tuple[str | int, ...]
"""Where in a step's result: keys and indexes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value that may be cited: what stands at `place` of the step's result, or the reason why there is none.

    `each` is what is taken of every item when `value` is a list made by `[*]`, for the label's reader.
    """

    step: str
    value: Value = None
    place: Place = ()
    missing: str | None = None
    each: str = ""

    @property
    def label(self) -> str:
        return ".".join([self.step, *map(str, self.place)])


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Evidence as it was shown: its lines, and how many items of a list are among them."""

    evidence: Evidence
    lines: tuple[str, ...]
    shown: int | None = None

    def holds(self, place: Place) -> bool:
        """Whether the place of a citation is among what was shown."""
        own = self.evidence.place
        if self.evidence.missing is not None:
            return False
        if len(place) <= len(own):
            return own[: len(place)] == place
        rest = place[len(own) :]
        if own != place[: len(own)] or (self.shown is not None and _is_beyond(rest[0], self.shown)):
            return False
        return _exists(self.evidence.value, rest)


def exhibit(evidence: Sequence[Evidence], *, limit: int) -> list[Exhibit]:
    """The evidence in lines of together about `limit` characters; the largest pieces are cut first."""
    sizes = [len(_json(one.value)) for one in evidence]
    return [_exhibit(one, room) for one, room in zip(evidence, _rooms(sizes, limit), strict=True)]


def _rooms(sizes: list[int], limit: int) -> list[int]:
    """How many characters each piece may take: small ones all they need, the others equal shares of the rest."""
    rooms = [0] * len(sizes)
    left = limit
    for done, index in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        rooms[index] = min(sizes[index], left // (len(sizes) - done))
        left -= rooms[index]
    return rooms


def _exhibit(one: Evidence, room: int) -> Exhibit:
    if one.missing is not None:
        return Exhibit(one, (f"[{one.label}] missing ({one.missing})",))
    if isinstance(one.value, list):
        return _list_exhibit(one, one.value, room)
    return Exhibit(one, (f"[{one.label}] {_cut(one.value, room)}",))


def _list_exhibit(one: Evidence, items: list[Value], room: int) -> Exhibit:
    lines = [f"[{one.label}] list of {len(items)}{one.each}"]
    shown = 0
    for index, item in enumerate(items):
        if room <= 0:
            lines.append(f"[{one.label}] ({len(items) - index} further items are not shown)")
            break
        lines.append(f"[{one.label}.{index}] {_cut(item, room)}")
        room -= len(_json(item))
        shown += 1
    return Exhibit(one, tuple(lines), shown)


def _cut(value: Value, room: int) -> str:
    whole = _json(value)
    if len(whole) <= room:
        return whole
    text = compact(value)
    return f"{_json(text[:room])} (cut: the first {min(room, len(text))} of {len(text)} characters)"


def _json(value: Value) -> str:
    """One line of JSON; also the line ends that JSON allows inside strings are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _is_beyond(index: str | int, shown: int) -> bool:
    return isinstance(index, int) and index >= shown


def _exists(value: Value, place: Place) -> bool:
    for one in place:
        if isinstance(value, list) and isinstance(one, int) and 0 <= one < len(value):
            value = value[one]
        elif isinstance(value, dict) and str(one) in value:
            value = value[str(one)]
        else:
            return False
    return True
