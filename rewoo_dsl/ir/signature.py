"""What is known of a tool before it is called: its `Signature`, the only thing the checker needs of it."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Schema = dict[str, Any]
"""A JSON Schema (2020-12), as data."""


class Effect(StrEnum):
    """What calling a tool does to the world. Undeclared means `WRITE`."""

    READ = "read"
    WRITE = "write"


class Amount(BaseModel):
    """What one call takes of something, from the least to the most; `most` is None where nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    least: float = Field(default=0, ge=0, allow_inf_nan=False)
    most: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most is not None and self.most < self.least:
            raise ValueError("`most` is less than `least`")
        return self


def _as_amount(value: object) -> object:
    """A lone number is the most."""
    return {"most": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


Spent = Annotated[
    Amount | None, BeforeValidator(_as_amount, json_schema_input_type=Amount | Annotated[float, Field(ge=0)] | None)
]


class CallCost(BaseModel):
    """What one call of a tool costs, as its maker declares it: model tokens, seconds, US dollars.

    A number stands for the most: `{"tokens": 800}`. What is not declared is not known, except that a tool which asks
    no model takes no tokens and no money. `model_calls` are the attempts to ask one, its own retries included; a tool
    that asks a model and does not say asks once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    tokens: Spent = None
    seconds: Spent = None
    usd: Spent = None
    model_calls: Spent = None


class Signature(BaseModel):
    """A tool as plans see it. Arguments and results are described by the tool's own JSON Schemas.

    `parameters` is an object schema whose `properties` are in declared order; `returns` is `{}` when nothing is
    known of the result. `result_is_declared` marks tools whose output schema is the step's declared type
    (`llm`); such a tool returns `str` when the step declares no type. `version` takes part in the cache key.
    `cost` is what a call takes at most, for the bounds of a plan before it runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    description: str = ""
    parameters: Schema = Field(default_factory=lambda: {"type": "object", "properties": {}})
    returns: Schema = Field(default_factory=dict)
    effect: Effect = Effect.WRITE
    idempotent: bool = False
    result_is_declared: bool = False
    calls_model: bool = False
    version: str = "1"
    cost: CallCost | None = None

    @property
    def properties(self) -> dict[str, Any]:
        """Parameter schemas by name, in declared order."""
        found = self.parameters.get("properties", {})
        return found if isinstance(found, dict) else {}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.parameters.get("required", ()))

    @property
    def is_open(self) -> bool:
        """Whether arguments beyond `properties` are accepted.

        A schema that lists properties and says nothing of others means these and no others: so people write them.
        """
        extra = self.parameters.get("additionalProperties")
        return not self.properties if extra is None else extra is not False

    @property
    def positional(self) -> str | None:
        """The parameter that a positional first argument fills: the first declared one."""
        return next(iter(self.properties), None)

    @property
    def text_parameter(self) -> str | None:
        """The parameter that `Tool[text]` fills: the only required one; without required ones, the first.

        None when the tool has several required parameters, or none at all.
        """
        if self.required:
            return self.required[0] if len(self.required) == 1 else None
        return self.positional

    @property
    def surely_writes(self) -> bool:
        """Whether it is said that the tool writes. Where nothing is said it is taken to, which is no reason to warn."""
        return self.effect is Effect.WRITE and "effect" in self.model_fields_set

    @property
    def may_retry(self) -> bool:
        return self.effect is Effect.READ or self.idempotent


def canonical_name(name: str) -> str:
    """The one spelling of a callable's name: `llm` is also `LLM`."""
    return "llm" if name == "LLM" else name
