"""A plan as its project wants it judged: the one place where `[tool.rewoo]` meets what the checker says.

`check`, `run`, `graph` and `fix` all come here, so that a plan passes everywhere or nowhere. `check --jsonl` gives the
same levels to the judge of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..._record import record
from ...diag.diagnostic import Diagnostic
from ...diag.severities import FailOn, at_levels, is_failure
from ...ir.signature import Signature
from .arguments import Options
from .plans import Checked, check_source
from .project import Project
from .sources import Source

if TYPE_CHECKING:
    from ...ir.policy import Policy


@record
class Judged:
    """A plan's findings at the levels of its project, and from which one on they fail the check."""

    checked: Checked
    fail_on: FailOn

    def fails(self, finding: Diagnostic) -> bool:
        return is_failure(finding, self.fail_on)

    @property
    def passes(self) -> bool:
        return not any(map(self.fails, self.checked.diagnostics))


def judge(
    source: Source,
    tools: Mapping[str, Signature] | None,
    wanted: Options,
    project: Project,
    policy: Policy | None = None,
) -> Judged:
    """What there is to say of a plan. `wanted` are the options that `project` made of those of the command line."""
    checked = check_source(
        source,
        tools,
        dialect=wanted.dialect,
        from_model=wanted.from_model,
        strict=wanted.strict,
        policy=policy,
        request=wanted.request,
    )
    leveled = replace(checked, diagnostics=at_levels(checked.diagnostics, project.levels))
    return Judged(leveled, wanted.fail_on or "error")
