"""From whatever `check` was given to a plan and what is already known to be wrong with it.

Text, JSON and a plan built in Python come to the same `Reading`. Sizes are looked at here, in linear time and before
anything recurses, because a plan that did not come as text has passed no parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._record import record
from ..diag.codes.syntax import NO_STEP
from ..diag.diagnostic import Diagnostic, Span
from ..ir.plan import Plan
from ..lowering.lower import lower
from ..syntax.ast import Document
from ..syntax.limits import FILE, MODEL
from ..syntax.parser import parse
from .report import SourceMap
from .sizes import too_large

if TYPE_CHECKING:
    from ..lowering.dialects.imported import Imported
    from ..lowering.dialects.words import Words


@record
class Reading:
    """A plan as far as it could be read. `broken` are names of statements that are left out of it.

    `document` are the statements and comments of its text.
    """

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...] = ()
    text: str | None = None
    document: Document | None = None
    source_map: SourceMap | None = None
    broken: frozenset[str] = frozenset()
    broken_callables: frozenset[str] = frozenset()
    is_whole: bool = True
    words: Words | None = None
    """What a plan in another format calls everything: findings have their words and places in it, and no fixes."""

    @property
    def is_foreign(self) -> bool:
        return self.words is not None

    def find(self, at: str) -> Span | None:
        """Where a JSON pointer into the plan stands in the text."""
        return None if self.source_map is None else self.source_map.find(at)


def as_reading(
    source: str | Plan | Mapping[str, Any] | Imported,
    *,
    from_model: bool = False,
    lenient: bool = False,
    strict: bool = False,
) -> Reading:
    """The reading of a plan in any of its forms.

    Raises:
        TypeError: when `source` is none of them.
    """
    if isinstance(source, str):
        return _of_text(source, from_model=from_model, lenient=lenient, strict=strict)
    if isinstance(source, Plan):
        from ..lowering.plan_json import clauses_without_call  # imported late: most plans are text

        return _of_plan(source, tuple(clauses_without_call(source)), from_model=from_model)
    if isinstance(source, Mapping):
        from ..lowering.plan_json import plan_from_json

        found = plan_from_json(dict(source))
        return _of_plan(found.plan, found.diagnostics, from_model=from_model)
    from ..lowering.dialects.imported import Imported  # imported late: most plans are our own

    if isinstance(source, Imported):
        return _of_imported(source, from_model=from_model)
    raise TypeError(f"source: expected a plan as text, as JSON data or as a Plan, got {type(source).__name__}")


def _of_text(text: str, *, from_model: bool, lenient: bool, strict: bool) -> Reading:
    parsed = parse(text, limits=MODEL if from_model else FILE, lenient=lenient, strict=strict)
    lowered = lower(parsed.document)
    return Reading(
        plan=lowered.plan,
        diagnostics=(*parsed.diagnostics, *lowered.diagnostics),
        text=text,
        document=parsed.document,
        source_map=lowered.source_map,
        broken=lowered.broken,
        broken_callables=lowered.broken_callables,
        is_whole=lowered.is_whole,
    )


def _of_plan(plan: Plan | None, diagnostics: tuple[Diagnostic, ...], *, from_model: bool) -> Reading:
    """A plan that passed no parser. One that is too large to be looked at is not looked at."""
    if plan is None:
        return Reading(None, diagnostics)
    if not plan.steps and plan.result is None:
        empty = Diagnostic(code=NO_STEP.number, message="this plan has no step and no `result`", at="/steps")
        return Reading(plan, (*diagnostics, empty))
    found = tuple(too_large(plan, from_model=from_model))
    return Reading(None if found else plan, (*diagnostics, *found))


def _of_imported(one: Imported, *, from_model: bool) -> Reading:
    found = tuple(too_large(one.plan, from_model=from_model))
    return Reading(
        plan=None if found else one.plan,
        diagnostics=(*one.diagnostics, *found),
        text=one.text,
        source_map=one.source_map,
        broken=one.broken,
        is_whole=not one.broken,
        words=one.words,
    )
