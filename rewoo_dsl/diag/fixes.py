"""Fixes applied to the text they belong to: what `rewoo fix` does, as two pure functions.

`apply` makes the edits of one check that do not meet; a fix that would touch what another one changes is left for the
next check. `settle` checks what came of it and goes on until nothing is left to apply. It keeps a promise that no
single fix can: a fix is undone when it brings up errors of the stage it belongs to or of an earlier one. Errors of a
later stage may come to light, as the unknown argument of a tool whose name was misspelt: they were there before, and
nobody could tell.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .._record import record
from .codes import syntax
from .diagnostic import Diagnostic, Edit, Fix, Span

MAX_ROUNDS = 16
MAX_CHECKS = 64
"""How often `settle` checks at most: fixes that lead nowhere are searched for by halves, and there may be many."""

_FIRST_OF_MEANING = "RW050"
_SLIPS = frozenset(code.number for code in (syntax.MISSING_SIGIL, syntax.FOREIGN_WORD, syntax.MISSING_BLANK))
"""What does not keep a statement from being read, and come to light when nothing else does."""


@record
class Applied:
    """A finding, and the one of its fixes that was taken."""

    finding: Diagnostic
    fix: Fix


@record
class Fixed:
    """A text after its fixes: which they were, in order, and the findings that are left."""

    text: str
    applied: tuple[Applied, ...]
    left: tuple[Diagnostic, ...]


Find = Callable[[str], Sequence[Diagnostic]]


def apply(text: str, diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> Fixed:
    """The text with one fix for each finding that has a safe one. Fixes that meet are taken in order of the findings.

    `unsafe` also takes a fix that is not safe where it is the only one: between several, a person has to choose.
    Findings about other files are left, as is whatever does not lie inside the text. Nothing is checked again, so
    `left` are the findings as they were given, with the places they had.
    """
    applied: list[Applied] = []
    left: list[Diagnostic] = []
    edits: list[Edit] = []
    taken: list[Span] = []
    for one in diagnostics:
        fix = chosen(one, unsafe=unsafe)
        if fix is None or not _fits(fix, taken, len(text)):
            left.append(one)
            continue
        for edit in fix.edits:
            insort(taken, edit.span)
        edits += fix.edits
        applied.append(Applied(one, fix))
    return Fixed(_edited(text, edits), tuple(applied), tuple(left))


def chosen(one: Diagnostic, *, unsafe: bool = False) -> Fix | None:
    """The fix that may be applied without asking; None when there is none."""
    if one.file is not None:
        return None
    safe = next((fix for fix in one.fixes if fix.safe), None)
    return one.fixes[0] if safe is None and unsafe and len(one.fixes) == 1 else safe


def settle(text: str, find: Find, *, unsafe: bool = False) -> Fixed:
    """`apply` with the findings of `find`, again and again until nothing more helps.

    `left` are the findings about the text that is given back. The same text comes back when no fix helps.
    """
    return _Settling(find, unsafe).run(text)


@dataclass(slots=True)
class _Settling:
    """One `settle`: how to check, and how often that may still be done."""

    find: Find
    unsafe: bool
    checks: int = MAX_CHECKS

    def run(self, text: str) -> Fixed:
        now = Fixed(text, (), tuple(self.find(text)))
        for _ in range(MAX_ROUNDS):
            better = self.better(now, now.left)
            if better is None:
                break
            now = Fixed(better.text, (*now.applied, *better.applied), better.left)
        return now

    def better(self, now: Fixed, candidates: Sequence[Diagnostic]) -> Fixed | None:
        """What comes of the candidates' fixes where that is better, else of as many of them as are; None for none."""
        next_ = apply(now.text, candidates, unsafe=self.unsafe)
        if not next_.applied or self.checks <= 0:
            return None
        self.checks -= 1
        found = tuple(self.find(next_.text))
        if _is_better(found, now.left):
            return Fixed(next_.text, next_.applied, found)
        if len(next_.applied) == 1:
            return None
        findings = [one.finding for one in next_.applied]
        half = len(findings) // 2
        return self.better(now, findings[:half]) or self.better(now, findings[half:])


def _is_better(after: Iterable[Diagnostic], before: Iterable[Diagnostic]) -> bool:
    """Whether the first difference, errors first and stage after stage, is one less."""
    counts_after, counts_before = _counts(after), _counts(before)
    for stage in sorted(counts_after.keys() | counts_before.keys()):
        if counts_after[stage] != counts_before[stage]:
            return counts_after[stage] < counts_before[stage]
    return False


def _counts(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[bool, str]]:
    """How many findings there are of each stage."""
    return Counter((not one.is_error, _stage(one.code)) for one in diagnostics)


def _stage(code: str) -> str:
    """All that keeps a statement from being read is one stage, then each code is one."""
    return "" if code < _FIRST_OF_MEANING and code not in _SLIPS else code


def _fits(fix: Fix, taken: Sequence[Span], length: int) -> bool:
    return bool(fix.edits) and all(edit.span.end <= length and _is_free(edit.span, taken) for edit in fix.edits)


def _is_free(span: Span, taken: Sequence[Span]) -> bool:
    """Whether there is a character at least between `span` and everything that is taken."""
    place = bisect_left(taken, span)
    behind = place == len(taken) or span.end < taken[place].start
    return behind and (place == 0 or taken[place - 1].end < span.start)


def _edited(text: str, edits: Iterable[Edit]) -> str:
    parts, at = [], 0
    for edit in sorted(edits, key=lambda one: one.span):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join(parts) + text[at:]
