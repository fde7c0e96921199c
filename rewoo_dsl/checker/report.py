"""What `check` answers: every finding, and the plan as far as it could be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Protocol

from .._record import Record, record
from ..diag.diagnostic import Diagnostic, Span
from ..diag.errors import PlanError
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan

if TYPE_CHECKING:
    from ..ir.costs import Table
    from .scope import Scope

_RESIDUAL = frozenset({"RW404", "RW406"})


class SourceMap(Protocol):
    """Where the parts of a plan stand in its text."""

    def find(self, pointer: str, /) -> Span | None: ...


@record
class Report(Record):
    """The findings about one plan, in order of place; those about a sub-plan name its `file` and follow.

    `plan` is what could be read, without broken statements; None when there is no plan at all. `linked` is the plan
    ready to run; None when there are errors, or when no tools were given and the plan calls some. `unchecked` says in
    plain words what nobody could check. `sources` are the texts of sub-plans by the `file` of a finding. `scope` is
    what was looked at; `bounds` are computed from it when somebody asks.
    """

    diagnostics: tuple[Diagnostic, ...]
    plan: Plan | None = None
    linked: LinkedPlan | None = None
    text: str | None = None
    source_map: SourceMap | None = None
    unchecked: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    scope: Scope | None = field(default=None, repr=False, compare=False)

    @property
    def bounds(self) -> Table | None:
        """What the plan may cost, step by step and in all, from the least to the most; None when there is no plan."""
        return None if self.scope is None else self.scope.bounds

    @property
    def residual(self) -> tuple[Diagnostic, ...]:
        """What the policy says that only a run can tell: of arguments that are not known yet, of calls that may be."""
        return tuple(one for one in self.diagnostics if one.code in _RESIDUAL)

    @property
    def ok(self) -> bool:
        """Whether nothing was found that is an error."""
        return not any(one.is_error for one in self.diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.is_error)

    def extended(self, more: Iterable[Diagnostic]) -> Report:
        """The same report with further findings behind its own; with an error among them nothing is linked."""
        diagnostics = (*self.diagnostics, *more)
        sound = not any(one.is_error for one in diagnostics)
        return replace(self, diagnostics=diagnostics, linked=self.linked if sound else None)

    def with_sub_plans(self, reports: Mapping[str, Report]) -> Report:
        """The same report with the findings about sub-plans behind its own; an error in one of them is an error."""
        below = (one.model_copy(update={"file": file}) for file, sub in reports.items() for one in sub.diagnostics)
        sources = {file: sub.text for file, sub in reports.items() if sub.text is not None}
        return replace(self.extended(below), sources=sources)

    def render(self) -> str:
        """The findings for a person, with the lines they are about; an empty text when there are none."""
        from ..diag.text import render_text

        return render_text(self.diagnostics, self.text, sources=self.sources)

    def require(self) -> LinkedPlan:
        """The plan, ready to run.

        Raises:
            PlanError: when there are errors, or when the plan calls tools and none were given.
        """
        if self.linked is not None:
            return self.linked
        if self.ok:
            raise PlanError(self.diagnostics, "no tools were given, so the plan is not linked to any")
        raise PlanError(self.diagnostics)
