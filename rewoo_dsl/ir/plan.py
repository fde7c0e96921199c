"""A plan as data: what it means, without text and spans.

The JSON form of these models is public (`schemas/plan.schema.json`). Text, JSON from a planner, and Python code all
meet here and pass the same checks. Two plans are equal when their canonical JSON without rationale and goal is.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from .expr import Action, Constant, Expr, Name, Ref, Text
from .part import Part
from .types import JsonType
from .values import canonical

VERSION = 1

Prompt: TypeAlias = Annotated[Constant | Ref | Text, Field(discriminator="kind")]
"""Text for a reader, with or without references in it."""

Count: TypeAlias = Annotated[int, Field(strict=True, ge=0)]
Amount: TypeAlias = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class Use(Part):
    """`use "path" as name`: a sub-plan, callable as `name`."""

    path: str
    name: Name


class Input(Part):
    """`input name: type = default`. Without `has_default` it is required; without a type it is `any`."""

    name: Name
    type: JsonType | None = None
    has_default: bool = False
    default: Any = None

    @model_validator(mode="before")
    @classmethod
    def _default_is_one(cls, data: Any) -> Any:
        """Whoever gives a default has one, without saying so twice."""
        if isinstance(data, dict) and "default" in data and "has_default" not in data:
            return {**data, "has_default": True}
        return data


class Limit(Part):
    """Ceilings while running. `time` is in seconds without waiting for people, `cost` in US dollars."""

    calls: Count | None = None
    tokens: Count | None = None
    time: Amount | None = None
    cost: Amount | None = None


class Each(Part):
    """`for #variable in source max N parallel K`."""

    variable: Name
    source: Expr
    max: Count | None = None
    parallel: Annotated[int, Field(strict=True, ge=1)] | None = None


class Approval(Part):
    """`approve "text" within D`; `within` in seconds. The text may hold references."""

    text: Prompt | None = None
    within: Amount | None = None


class Step(Part):
    """One evidence variable and how it comes to be. `timeout` is in seconds, per attempt."""

    name: Name
    rationale: str = ""
    type: JsonType | None = None
    do: Action
    condition: Expr | None = None
    otherwise: Action | None = None
    each: Each | None = None
    retry: Count = 0
    timeout: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    fallback: Action | None = None
    after: tuple[Name, ...] = ()
    approve: Approval | None = None

    @model_validator(mode="after")
    def _else_needs_if(self) -> Self:
        if self.otherwise is not None and self.condition is None:
            raise ValueError("`otherwise` is what stands in when `condition` is false, and there is no condition")
        return self


class Plan(Part):
    """A whole plan. `result` is what `return` gives, `solve` what the Solver is asked."""

    version: Literal[1] = 1
    goal: str | None = None
    uses: tuple[Use, ...] = ()
    inputs: tuple[Input, ...] = ()
    limit: Limit | None = None
    steps: tuple[Step, ...] = ()
    result: Expr | None = None
    solve: Prompt | None = None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same plan but for `update`; what was worked out of this one is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("by_name", "hash"):
            copy.__dict__.pop(name, None)
        return copy

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


__all__ = ["VERSION", "Approval", "Each", "Input", "Limit", "Plan", "Prompt", "Step", "Use"]
