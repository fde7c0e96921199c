"""What is known of a tool before it is called: its `Signature`, the only thing the checker needs of it."""

import re
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

    model_config = ConfigDict(frozen=True, extra="forbid")

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


MAX_NAME = 64
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_KEYWORDS = {
    "true", "false", "null", "not", "and", "or", "in", "if", "else", "for", "None", "True", "False",
}  # fmt: skip
_BUILT_INS = {
    "len", "sum", "min", "max", "sorted", "take", "unique", "flatten", "keys", "values", "all", "any",
    "join", "split", "lower", "upper", "strip", "replace", "contains", "number", "lines", "between",
    "match", "round", "floor", "abs", "date", "add_days", "days_between", "weekday", "format", "get",
    "default",
}  # fmt: skip


def canonical_name(name: str) -> str:
    """The one spelling of a callable's name: `llm` is also `LLM`."""
    return "llm" if name == "LLM" else name


def name_problem(name: str) -> str | None:
    """Why no plan could call a tool of this name, or None when one can: identifiers, perhaps joined by dots."""
    parts = name.split(".")
    if not all(_PART.fullmatch(part) for part in parts):
        return "a name is letters, digits and `_`, does not begin with a digit, and may be joined by dots"
    if max(map(len, parts)) > MAX_NAME:
        return f"a name has at most {MAX_NAME} characters"
    if not _KEYWORDS.isdisjoint(parts):
        return "that is a word of the language"
    return "that is a built-in of the language" if name in _BUILT_INS else None
