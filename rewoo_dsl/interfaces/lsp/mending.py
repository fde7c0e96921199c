"""Edits on offer: the fixes of the findings at a place, and all safe ones at once."""

from collections.abc import Callable, Sequence

from ..._record import record
from ...checker.survey import Survey
from ...diag.diagnostic import Diagnostic, Edit, Fix, Span
from ...diag.fixes import apply, settle
from ...syntax.parser import parse
from ...syntax.printer import print_document

Check = Callable[[str], Sequence[Diagnostic]]


@record
class Offer:
    """One fix of one finding. The preferred one is what its author surely meant: at most one a finding."""

    finding: Diagnostic
    fix: Fix
    is_preferred: bool


def offers(survey: Survey, start: int, end: int) -> list[Offer]:
    """The fixes of the findings that touch the selection, safe ones first."""
    found = []
    for one in survey.report.diagnostics:
        if one.file is None and one.span is not None and one.span.start <= end and start <= one.span.end:
            safe = next((fix for fix in one.fixes if fix.safe), None)
            found += [Offer(one, fix, fix is safe) for fix in one.fixes if _fits(fix, len(survey.text))]
    return sorted(found, key=lambda offer: not offer.is_preferred)


def _fits(fix: Fix, length: int) -> bool:
    return all(0 <= edit.span.start <= edit.span.end <= length for edit in fix.edits)


def can_mend(survey: Survey) -> bool:
    """Whether any finding has a safe fix; cheap."""
    return bool(apply(survey.text, survey.report.diagnostics).applied)


def mended(survey: Survey, check: Check) -> list[Edit]:
    """Everything that `rewoo fix` would do to the text; nothing when nothing helps."""
    return replacing(survey.text, settle(survey.text, check).text)


def formatted(text: str) -> list[Edit]:
    """Everything that `rewoo fmt` would do to the text; nothing when it cannot be read."""
    parsed = parse(text)
    return [] if parsed.errors else replacing(text, print_document(parsed.document))


def replacing(text: str, new: str) -> list[Edit]:
    """The one edit that makes `new` of `text`, without what both begin and end with alike."""
    if text == new:
        return []
    start = _common(text, new)
    end = _common(text[start:][::-1], new[start:][::-1])
    return [Edit(span=Span(start, len(text) - end), text=new[start : len(new) - end])]


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
