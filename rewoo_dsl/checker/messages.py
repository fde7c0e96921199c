"""Words and edits that several rules share."""

import json
import re
from collections.abc import Iterable

from ..diag.diagnostic import Edit, Fix, Span
from ..diag.spell import is_slip, nearest
from ..ir.types import Fit
from .scope import Scope, Source

MAX_ALLOWED = 20
MAX_EXPLAINED = 50
"""For how many findings of a rule near names are looked for, so that a plan full of faults is checked in no time."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST_BETWEEN = 64
_BETWEEN = re.compile(r"[\"']?\s*[=:]\s*\(*\s*[\"']?")


def at_path(found: Fit) -> str:
    """Where inside a value a misfit is, as the end of a sentence; empty when it is the value itself.

    >>> at_path(Fit(Answer.NO, "", ("rows", "[*]", "odd key")))
    ' at `rows[*]["odd key"]`'
    """
    if not found.path:
        return ""
    return f" at `{''.join(map(_shown_key, found.path)).removeprefix('.')}`"


def _shown_key(key: str) -> str:
    if key in ("[*]", "{*}"):
        return key
    return f".{key}" if _NAME.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"


def did_you_mean(near: list[str], mark: str = "`") -> str | None:
    """A hint that names the near candidates, or None when nothing is near."""
    if not near:
        return None
    shown = [f"#{name}" if mark == "#" else f"`{name}`" for name in near]
    return f"did you mean {' or '.join(shown)}?"


def alternatives(near: list[str], every: Iterable[str]) -> tuple[str, ...]:
    """The near names first, then the others, cut at a length that a model can still read."""
    return tuple(dict.fromkeys([*near, *every]))[:MAX_ALLOWED]


def usable_names(scope: Scope, before: int) -> list[str]:
    """What may be read at that place: inputs, and the steps above, the last one first. At most `MAX_ALLOWED`."""
    above = scope.plan.steps[max(0, before - MAX_ALLOWED) : before]
    names = [*(one.name for one in scope.plan.inputs[:MAX_ALLOWED]), *(step.name for step in reversed(above))]
    return [f"#{name}" for name in dict.fromkeys(names)][:MAX_ALLOWED]


def near_names(scope: Scope, name: str, before: int) -> list[str]:
    """The inputs and earlier steps that the author of `#name` may have meant."""
    usable = (known for known, one in scope.names.items() if one.kind == "input" or one.index < before)
    return nearest(name, usable)


def name_before(source: Source | None, at: str, name: str) -> Span | None:
    """Where an argument's name stands, in front of the value at `at`; None when it is not found there."""
    span = source.find(at) if source is not None else None
    if source is None or span is None:
        return None
    begin = source.text.rfind(name, max(0, span.start - len(name) - _MOST_BETWEEN), span.start)
    between = source.text[begin + len(name) : span.start]
    return Span(begin, begin + len(name)) if begin >= 0 and _BETWEEN.fullmatch(between) else None


def rename(source: Source | None, at: str, old: str, new: str, *, mark: str = "") -> tuple[Fix, ...]:
    """A fix that writes `new` for `old` at the start of the place, after `#` or `#{`; none without text."""
    span = source.find(at) if source is not None else None
    if source is None or span is None:
        return ()
    start = span.start
    while source.text[start : start + 1] in ("#", "{", '"', "'"):
        start += 1
    if not source.text.startswith(old, start):
        return ()
    return (rewrite(Span(start, start + len(old)), old, new, mark=mark),)


def rewrite(span: Span, old: str, new: str, *, mark: str = "", written: str | None = None) -> Fix:
    """A fix that writes `new`, or as it is `written`, for the name `old`; safe when `old` can only be a slip of it."""
    edit = Edit(span=span, text=new if written is None else written)
    return Fix(message=f"write `{mark}{new}`", edits=(edit,), safe=is_slip(old, new))
