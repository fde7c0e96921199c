"""Citations in an answer: `[E3]`, `[papers]`, `[E4.2]`, several in one pair of brackets, and each one verified."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .evidence import Exhibit, Place

_ONE = r"#?[A-Za-z_]\w*(?:\.\w+|\[\d+\])*\??"
_BRACKETS = re.compile(rf"\[\s*{_ONE}(?:\s*[,;]\s*{_ONE})*\s*\]")
_MENTION = re.compile(r"#?([A-Za-z_]\w*)((?:\.\w+|\[\d+\])*)(\??)")
_EVIDENCE_NAME = re.compile(r"E\d+")
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the evidence that an answer names; `start` and `end` are where in the answer's text."""

    step: str
    place: Place
    start: int
    end: int

    def __str__(self) -> str:
        return ".".join([self.step, *map(str, self.place)])


def citations(text: str, names: Collection[str]) -> list[Citation]:
    """What the brackets in `text` cite: names of steps (`names`), and all that looks like one (`E` and digits).

    Other brackets, and citations already marked as unknown (`[E9?]`), are left alone.
    """
    return [
        Citation(found[1], _place(found[2]), found.start(), found.end())
        for brackets in _BRACKETS.finditer(text)
        for found in _MENTION.finditer(text, brackets.start() + 1, brackets.end() - 1)
        if not found[3] and (found[1] in names or _EVIDENCE_NAME.fullmatch(found[1]))
    ]


def unknown(found: Iterable[Citation], exhibits: Sequence[Exhibit]) -> list[Citation]:
    """Those that name nothing that was shown."""
    return [
        one
        for one in found
        if not any(one.step == shown.evidence.step and shown.holds(one.place) for shown in exhibits)
    ]


def marked(text: str, wrong: Iterable[Citation]) -> str:
    """The text with a question mark behind every wrong citation: `[E9?]`."""
    for one in sorted(wrong, key=lambda c: c.end, reverse=True):
        text = f"{text[: one.end]}?{text[one.end :]}"
    return text


def _place(path: str) -> Place:
    parts = path.replace("[", ".").replace("]", "").split(".")[1:]
    return tuple(
        int(part) if part.isascii() and part.isdigit() and len(part) <= _MAX_DIGITS else part for part in parts
    )
