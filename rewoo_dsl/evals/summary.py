"""What a whole batch comes to: counts that can be added up, and a few lines for a person."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

from ..diag.codes import slug
from ..diag.snippet import printable
from .judge import Verdict
from .report import Scores

SHOWN = 20
"""How many codes and tools are named, the most frequent ones."""

_FINEST = 10_000
"""Scores are added up in parts of this size, as whole numbers: the order of adding cannot change a sum."""


@dataclass(slots=True)
class Summary:
    """Counts over verdicts. Those of the parts of a batch add up to those of the whole."""

    plans: int = 0
    sound: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    plans_with: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[str] = field(default_factory=Counter)
    scores: Counter[str] = field(default_factory=Counter)
    scored: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        report = verdict.report
        codes = [one.code for one in report.diagnostics]
        self.plans += 1
        self.sound += report.ok
        self.severities.update(one.severity for one in report.diagnostics)
        self.findings.update(codes)
        self.plans_with.update(set(codes))
        self.calls.update(verdict.calls)
        self.wrong.update(verdict.wrong)
        self.unchecked.update(report.unchecked)
        for name, share in () if report.score is None else report.score:
            if share is not None:
                self.scores[name] += round(share * _FINEST)
                self.scored[name] += 1

    def merge(self, other: "Summary") -> None:
        """Adds what another part of the batch came to."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, mine + theirs)

    def mean(self, score: str) -> float | None:
        """The mean of a score over the plans that have it; None when none has."""
        return self.scores[score] / _FINEST / self.scored[score] if self.scored[score] else None

    def lines(self) -> Iterator[str]:
        """The summary for a person."""
        share = f" ({self.sound / self.plans:.1%})" if self.plans else ""
        yield f"{_amount(self.plans, 'plan')}: {self.sound:,} sound{share}, {self.plans - self.sound:,} with errors"
        yield from _table("findings by code:", self.findings, self._finding)
        yield from _table("tools by calls with an error:", self.wrong, self._tool)
        if self.scored["total"]:
            means = ", ".join(f"{name} {self.mean(name):.4f}" for name in Scores.model_fields if self.scored[name])
            yield f"F1 against {_amount(self.scored['total'], 'reference plan')}, mean: {means}"
        for what, count in sorted(self.unchecked.items()):
            yield f"not checked in {_amount(count, 'plan')}: {what}"

    def _finding(self, code: str) -> str:
        return f"{code} {slug(code):24} {self.findings[code]:8,} in {_amount(self.plans_with[code], 'plan')}"

    def _tool(self, tool: str) -> str:
        return f"{printable(tool):30} {self.wrong[tool]:8,} of {_amount(self.calls[tool], 'call')}"


def _table(title: str, counts: Counter[str], row: Callable[[str], str]) -> Iterator[str]:
    """The largest counts first, equal ones by name, and how many there are besides."""
    if counts:
        yield title
    for name in sorted(counts, key=lambda one: (-counts[one], one))[:SHOWN]:
        yield f"  {row(name)}"
    if len(counts) > SHOWN:
        yield f"  and {len(counts) - SHOWN:,} more"


def _amount(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
