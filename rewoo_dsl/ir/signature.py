"""What is known of a tool before it is called: its `Signature`, the only thing the checker needs of it."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Schema = dict[str, Any]
"""A JSON Schema (2020-12), as data."""


class Effect(StrEnum):
    """What calling a tool does to the world. Undeclared means `WRITE`."""

    READ = "read"
    WRITE = "write"


class Signature(BaseModel):
    """A tool as plans see it. Arguments and results are described by the tool's own JSON Schemas.

    `parameters` is an object schema whose `properties` are in declared order; `returns` is `{}` when nothing is
    known of the result. `result_is_declared` marks tools whose output schema is the step's declared type
    (`llm`); such a tool returns `str` when the step declares no type. `version` takes part in the cache key.
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
    def may_retry(self) -> bool:
        return self.effect is Effect.READ or self.idempotent


def canonical_name(name: str) -> str:
    """The one spelling of a callable's name: `llm` is also `LLM`."""
    return "llm" if name == "LLM" else name
