"""Findings for a model that will repair the plan: one line each, exact, with the legal alternatives.

```
#E3 line 5: RW101 no step produces #E9; use one of #E1, #E2
```
"""

import re
from collections.abc import Callable, Iterable, Sequence

from .diagnostic import Diagnostic
from .lines import Lines
from .snippet import printable

MAX_LINE = 320
MAX_ALLOWED = 12
_STEP_POINTER = re.compile(r"/steps/(\d+)(?:/|\Z)")
_STEP_HEAD = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*)[ \t]*[:=]")


def render_short(
    diagnostics: Iterable[Diagnostic],
    text: str | None = None,
    *,
    steps: Sequence[str] = (),
    called: Callable[[str], str] = "#{}".format,
) -> str:
    """One line per finding; an empty text when there are none.

    Args:
        text: The plan's text, for line numbers.
        steps: The names of the plan's steps in order, for findings that only point into the IR.
        called: What a step is called by its name.
    """
    names = [called(one) for one in steps]
    lines = None if text is None else Lines(text)
    return "".join(_one(d, lines, names) + "\n" for d in diagnostics)


def _one(one: Diagnostic, lines: Lines | None, steps: Sequence[str]) -> str:
    mild = "" if one.is_error else f" ({one.severity})"
    where = _where(one, lines, steps)
    said = f"{where}{one.code}{mild} {one.message}{_advice(one)}"
    flat = " ".join(printable(said.replace("\n", " ")).split())
    return flat if len(flat) <= MAX_LINE else flat[: MAX_LINE - 1] + "…"


def _where(one: Diagnostic, lines: Lines | None, steps: Sequence[str]) -> str:
    step = _step_by_pointer(one, steps)
    if lines is None or one.span is None:
        place = step or (one.at or "")
        return f"{place}: " if place else ""
    number = lines.position(one.span.start).line
    step = step or _step_by_text(lines, number)
    return f"{step} line {number}: " if step else f"line {number}: "


def _step_by_pointer(one: Diagnostic, steps: Sequence[str]) -> str | None:
    found = _STEP_POINTER.match(one.at or "")
    if found is None or int(found[1]) >= len(steps):
        return None
    return steps[int(found[1])]


def _step_by_text(lines: Lines, number: int) -> str | None:
    """The step whose head stands on the line itself: enough for findings that no rule made."""
    line = lines.span(number)
    found = _STEP_HEAD.match(lines.text, line.start, line.end)
    return f"#{found[1]}" if found else None


def _advice(one: Diagnostic) -> str:
    if one.allowed:
        more = ", …" if len(one.allowed) > MAX_ALLOWED else ""
        return "; use " + ("one of " if len(one.allowed) > 1 else "") + ", ".join(one.allowed[:MAX_ALLOWED]) + more
    if one.hint:
        return f"; {one.hint}"
    return f"; {one.fixes[0].message}" if one.fixes else ""
