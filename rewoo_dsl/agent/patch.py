"""A plan and the statements a model sent to repair it: which were wrong, and what the two make together.

A *block* is a statement with the `Plan:` lines and comments above it. Blocks are known by what they define, so a
repair is a set of blocks that take the place of those of the same name. A new step goes in front of the block that
follows it in the model's answer. An answer that repeats everything that was right is the whole plan anew.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..diag.diagnostic import Diagnostic
from ..syntax.cutter import Piece, cut
from ..syntax.limits import MODEL

_NAMED = re.compile(r"(#|use\b.*\bas\s+|input\s+#?)([A-Za-z_]\w*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A statement with what stands above it; `key` tells what it defines: `#E1`, `Solve`, `return`, …"""

    key: str
    text: str
    start: int
    end: int

    @property
    def is_step(self) -> bool:
        return self.key.startswith("#")


def blocks(text: str) -> list[Block]:
    """The blocks of a plan's text, in order. Rationale that no statement follows is a block of its own."""
    found: list[Block] = []
    begun: int | None = None
    pieces = [one for one in cut(text, MODEL) if isinstance(one, Piece)]
    for piece in pieces:
        begun = piece.start if begun is None else begun
        if not text.startswith("Plan:", piece.start) or piece is pieces[-1]:
            found.append(Block(_key(text[piece.start : piece.end]), text[begun : piece.end], begun, piece.end))
            begun = None
    return found


def wrong_blocks(text: str, errors: Iterable[Diagnostic]) -> list[Block]:
    """The blocks in which an error was found; one that has no place, or is about a sub-plan's file, is in none."""
    spans = [one.span for one in errors if one.span is not None and one.file is None]
    return [one for one in blocks(text) if any(one.start <= span.start <= one.end for span in spans)]


def merged(text: str, wrong: Sequence[Block], answer: str) -> str:
    """The plan's text with the blocks of the model's answer in their places."""
    old, new = blocks(text), blocks(answer)
    good = {one.key for one in old if one.is_step} - {one.key for one in wrong}
    if good <= {one.key for one in new if one.is_step}:
        return answer
    return "\n".join(one.text for one in _woven(old, new)) + "\n"


def _woven(old: list[Block], new: list[Block]) -> list[Block]:
    known = {one.key for one in old}
    replacement = {one.key: one for one in new}
    before: dict[str | None, list[Block]] = {}
    waiting: list[Block] = []
    for one in new:
        if one.key in known:
            before[one.key], waiting = waiting, []
        else:
            waiting.append(one)
    out: list[Block] = []
    for one in old:
        out += [*before.get(one.key, ()), replacement.get(one.key, one)]
    return _with_tail(out, waiting)


def _with_tail(out: list[Block], tail: list[Block]) -> list[Block]:
    """New steps at the end go behind the last step, other new statements behind everything."""
    last = max((place for place, one in enumerate(out) if one.is_step), default=-1) + 1
    steps = [one for one in tail if one.is_step]
    return [*out[:last], *steps, *out[last:], *(one for one in tail if not one.is_step)]


def _key(statement: str) -> str:
    if named := _NAMED.match(statement):
        return f"#{named[2]}" if named[1] == "#" else f"{named[1].split()[0]} {named[2]}"
    word = _WORD.match(statement)
    return word[0] if word else statement
