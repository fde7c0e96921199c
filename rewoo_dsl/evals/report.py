"""What a batch says of one plan: a line of JSON, public and versioned (`schemas/report.schema.json`)."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..diag.findings import Finding

VERSION: Literal[1] = 1

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
"""Rounded to four places, so that it is written alike everywhere."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Scores(_Frozen):
    """F1 against a reference plan, up to the names and the order of steps.

    `nodes` are calls by their tool, `edges` say which step names which, `arguments` are values under their names; None
    where the reference does not say them. `total` is the F1 of all of these together.
    """

    nodes: Share
    edges: Share
    arguments: Share | None
    total: Share


class PlanReport(_Frozen):
    """One plan of a batch.

    `line` counts from 1. Steps, edges and tools go by the plan's own names, or by its steps' places from 1 where it
    gives them none; `dialect` is the format that it was read as, None when it was not read. Places of findings are
    those in the text of the plan, `at` points into the plan as it was read. `unchecked` says what nobody could check.
    """

    version: Literal[1] = VERSION
    line: int = Field(ge=1)
    id: str | int | None
    dialect: str | None = None
    ok: bool
    steps: int = Field(default=0, ge=0)
    edges: tuple[tuple[str, str], ...] = ()
    tools: tuple[str, ...] = ()
    diagnostics: tuple[Finding, ...]
    unchecked: tuple[str, ...] = ()
    score: Scores | None = None
