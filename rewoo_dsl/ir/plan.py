"""A plan as data: what it means, without text and spans.

The JSON form of these models is public (`schemas/plan.schema.json`). Text, JSON from a planner, and Python code all
meet here and pass the same checks. Two plans are equal when their canonical JSON without rationale and goal is.
"""

import hashlib
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .expr import Action, Expr, Text
from .types import JsonType
from .values import canonical

VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Use(_Model):
    """`use "path" as name`: a sub-plan, callable as `name`."""

    path: str
    name: str


class Input(_Model):
    """`input name: type = default`. Without `has_default` it is required; without a type it is `any`."""

    name: str
    type: JsonType | None = None
    has_default: bool = False
    default: Any = None


class Limit(_Model):
    """Ceilings while running. `time` is in seconds without waiting for people, `cost` in US dollars."""

    calls: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    time: float | None = Field(default=None, ge=0)
    cost: float | None = Field(default=None, ge=0)


class Each(_Model):
    """`for #variable in source max N parallel K`."""

    variable: str
    source: Expr
    max: int | None = Field(default=None, ge=0)
    parallel: int | None = Field(default=None, ge=1)


class Approval(_Model):
    """`approve "text" within D`; `within` in seconds. The text may hold references."""

    text: Expr | None = None
    within: float | None = Field(default=None, ge=0)


class Step(_Model):
    """One evidence variable and how it comes to be. `timeout` is in seconds, per attempt."""

    name: str
    rationale: str = ""
    type: JsonType | None = None
    do: Action
    condition: Expr | None = None
    otherwise: Action | None = None
    each: Each | None = None
    retry: int = Field(default=0, ge=0)
    timeout: float | None = Field(default=None, gt=0)
    fallback: Action | None = None
    after: tuple[str, ...] = ()
    approve: Approval | None = None


class Plan(_Model):
    """A whole plan. `result` is what `return` gives, `solve` what the Solver is asked."""

    version: Literal[1] = 1
    goal: str | None = None
    uses: tuple[Use, ...] = ()
    inputs: tuple[Input, ...] = ()
    limit: Limit | None = None
    steps: tuple[Step, ...] = ()
    result: Expr | None = None
    solve: Expr | None = None

    @cached_property
    def by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON without rationale and goal, in hexadecimal."""
        data = self.model_dump(mode="json", exclude={"goal": True, "steps": {"__all__": {"rationale"}}})
        return hashlib.sha256(canonical(data).encode("utf-8", "surrogatepass")).hexdigest()

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Plan) and self.hash == other.hash)

    def __hash__(self) -> int:
        return hash(self.hash)


__all__ = ["VERSION", "Approval", "Each", "Input", "Limit", "Plan", "Step", "Text", "Use"]
