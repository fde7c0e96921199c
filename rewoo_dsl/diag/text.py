"""Findings for a person: the message, the place, the source line with the spot underlined, and what to try.

```
error[RW101]: no step produces #E9
 --> plan.rewoo:2:18
  |
2 | #E3 = llm(prompt=#E9)
  |                  ^^^
  = hint: did you mean #E1?
```

Colour only when asked. Nothing here depends on the terminal: the width is an argument.
"""

from collections.abc import Iterable, Mapping
from itertools import takewhile

from .._record import record
from .diagnostic import Diagnostic, Edit, Fix, Severity, Span
from .lines import Lines
from .snippet import Mark, Row, cells, printable, snippet

_RESET = "\x1b[0m"
_COLOURS = {
    Severity.ERROR.value: "\x1b[1;31m",
    Severity.WARNING.value: "\x1b[1;33m",
    Severity.NOTE.value: "\x1b[1;36m",
    "gutter": "\x1b[34m",
    "secondary": "\x1b[34m",
    "strong": "\x1b[1m",
    "added": "\x1b[32m",
    "removed": "\x1b[31m",
}
MAX_ALLOWED = 8
MAX_DIFF_LINES = 6


@record
class _Look:
    """How a rendering looks: colour or not, and how wide."""

    colour: bool
    width: int

    def paint(self, style: str, text: str) -> str:
        return f"{_COLOURS[style]}{text}{_RESET}" if self.colour and style in _COLOURS and text else text


def render_text(
    diagnostics: Iterable[Diagnostic],
    text: str | None = None,
    *,
    file: str = "plan.rewoo",
    sources: Mapping[str, str] | None = None,
    colour: bool = False,
    width: int = 100,
) -> str:
    """All findings one under the other, each ending in an empty line; an empty text when there are none.

    Args:
        text: The plan's text; None for a plan that came as data, whose places are shown as JSON pointers.
        file: What to call the text.
        sources: The texts of sub-plans by the name in `Diagnostic.file`.
        width: Cells a line may take.
    """
    look = _Look(colour, max(width, 40))
    indexes: dict[str | None, Lines | None] = {None: None if text is None else Lines(text)}
    for name, source in (sources or {}).items():
        indexes[name] = Lines(source)
    return "".join(_one(d, indexes.get(d.file), d.file or file, look) + "\n" for d in diagnostics)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings of each severity there are.

    >>> summary([])
    'no findings'
    """
    found = [d.severity for d in diagnostics]
    counts = [(found.count(severity), severity.value) for severity in Severity]
    said = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    return ", ".join(said) or "no findings"


def _one(one: Diagnostic, lines: Lines | None, file: str, look: _Look) -> str:
    head = look.paint(one.severity.value, f"{one.severity}[{one.code}]")
    message = look.paint("strong", _indented(printable(one.message), "  "))
    rows = _rows(one, lines, look)
    margin = max((len(row.gutter) for row in rows if row.bar), default=1)
    out = [f"{head}: {message}", f"{' ' * margin}{look.paint('gutter', '-->')} {_place(one, lines, file)}"]
    if rows:
        rows.insert(0, Row("", ""))
        out += [_framed(row, margin, one.severity, look) for row in rows]
    out += _notes(one, lines, margin, look)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _rows(one: Diagnostic, lines: Lines | None, look: _Look) -> list[Row]:
    if lines is None or one.span is None:
        return []
    marks = [Mark(one.span)]
    marks += [Mark(r.span, printable(r.message), primary=False) for r in one.related if r.span is not None]
    return snippet(lines, marks, look.width - len(str(len(lines))) - 3)


def _place(one: Diagnostic, lines: Lines | None, file: str) -> str:
    if lines is not None and one.span is not None:
        position = lines.position(one.span.start)
        return f"{printable(file)}:{position.line}:{position.column}"
    return f"{printable(file)}: {printable(one.at)}" if one.at else printable(file)


def _framed(row: Row, margin: int, severity: Severity, look: _Look) -> str:
    left = look.paint("gutter", f"{row.gutter:>{margin}} {row.bar}".rstrip())
    style = severity.value if row.style == "primary" else row.style
    return f"{left} {look.paint(style, row.text)}"


def _notes(one: Diagnostic, lines: Lines | None, margin: int, look: _Look) -> list[str]:
    out = []
    if one.hint:
        out.append(_note("hint", printable(one.hint), margin, look))
    if one.allowed and not _says_all(one.hint, one.allowed):
        out.append(_note("one of", _some(one.allowed), margin, look))
    for related in one.related:
        if lines is None or related.span is None:
            where = f"{printable(related.at)}: " if related.at else ""
            out.append(_note("see", where + printable(related.message), margin, look))
    for fix in one.fixes:
        out.append(_note("help" if fix.safe else "help (please check)", printable(fix.message), margin, look))
        if lines is not None:
            out += [" " * (margin + 3) + line for line in _difference(fix, lines, look)]
    return out


def _note(label: str, message: str, margin: int, look: _Look) -> str:
    indent = " " * (margin + 3)
    return f"{' ' * margin} {look.paint('gutter', '=')} {look.paint('strong', label)}: {_indented(message, indent)}"


def _says_all(hint: str | None, allowed: tuple[str, ...]) -> bool:
    return hint is not None and all(name in hint for name in allowed)


def _some(allowed: tuple[str, ...]) -> str:
    shown = ", ".join(map(printable, allowed[:MAX_ALLOWED]))
    more = len(allowed) - MAX_ALLOWED
    return f"{shown} and {more} more" if more > 0 else shown


def _indented(message: str, indent: str) -> str:
    return message.replace("\n", "\n" + indent)


def _difference(fix: Fix, lines: Lines, look: _Look) -> list[str]:
    """The lines that the fix touches, before and after, neighbouring edits in one block."""
    out: list[str] = []
    for group in _groups(fix.edits, lines):
        first = lines.position(group[0].span.start).line
        last = lines.position(max(edit.span.end for edit in group)).line
        whole = Span(lines.span(first).start, lines.span(last).end)
        before = lines.text[whole.start : whole.end].splitlines()
        after = applied(lines.text, group, whole).splitlines()
        before, after = _changed(before, after)
        width = look.width - 8
        start = _shown_from(before, after, width)
        out += [look.paint("removed", f"- {line}") for line in _cut(before, width, start)]
        out += [look.paint("added", f"+ {line}") for line in _cut(after, width, start)]
    return out


def _groups(edits: Iterable[Edit], lines: Lines) -> list[list[Edit]]:
    groups: list[list[Edit]] = []
    last = -1
    for edit in sorted(edits, key=lambda e: e.span):
        first = lines.position(edit.span.start).line
        if groups and first <= last:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        last = max(last, lines.position(edit.span.end).line)
    return groups


def applied(text: str, edits: Iterable[Edit], whole: Span | None = None) -> str:
    """`text` (or the part `whole` of it) after the edits; of two that overlap the later one is left out.

    >>> applied("a=1", [Edit(span=Span(1, 2), text=" = ")])
    'a = 1'
    """
    at, end = whole or Span(0, len(text))
    out = []
    for edit in sorted(edits, key=lambda e: e.span):
        if edit.span.start >= at:
            out += [text[at : edit.span.start], edit.text]
            at = edit.span.end
    return "".join(out) + text[at:end]


def _changed(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Both without the lines that are equal at the beginning and at the end."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


def _shown_from(before: list[str], after: list[str], width: int) -> int:
    """The column from which one changed line is shown, so that a change far to the right can be seen."""
    if len(before) != 1 or len(after) != 1:
        return 0
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before[0], after[0], strict=False)))
    return max(0, alike - width // 2) if max(len(before[0]), len(after[0])) > width else 0


def _cut(lines: list[str], width: int, start: int) -> list[str]:
    before = "…" if start else ""
    shown = [_narrow(before + printable(line[start : start + width * 2]), width) for line in lines[:MAX_DIFF_LINES]]
    return [*shown, "…"] if len(lines) > MAX_DIFF_LINES else shown


def _narrow(line: str, width: int) -> str:
    if cells(line) <= width:
        return line
    while cells(line) > width - 1:
        line = line[:-1]
    return line + "…"
