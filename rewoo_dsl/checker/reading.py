"""From whatever `check` was given to a plan and what is already known to be wrong with it.

Text, JSON and a plan built in Python come to the same `Reading`. Sizes are looked at here, in linear time and before
anything recurses, because a plan that did not come as text has passed no parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..diag.diagnostic import Diagnostic, Span
from ..ir.plan import Plan
from .report import SourceMap
from .sizes import too_large


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as far as it could be read. `broken` are names of statements that are left out of it."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...] = ()
    text: str | None = None
    source_map: SourceMap | None = None
    broken: frozenset[str] = frozenset()
    broken_callables: frozenset[str] = frozenset()
    is_whole: bool = True

    def find(self, at: str) -> Span | None:
        """Where a JSON pointer into the plan stands in the text."""
        return None if self.source_map is None else self.source_map.find(at)


def as_reading(source: str | Plan | Mapping[str, Any], *, lenient: bool = False, from_model: bool = False) -> Reading:
    """The reading of a plan in any of its forms.

    Raises:
        TypeError: when `source` is none of them.
    """
    if isinstance(source, Plan):
        found = tuple(too_large(source, from_model=from_model))
        return Reading(None if found else source, found)
    raise TypeError(f"source: expected a plan as text, as JSON data or as a Plan, got {type(source).__name__}")
