"""From a plan's arguments, plain JSON data, to what a Python function takes.

Nothing is converted silently: `"5"` is no `int`. What JSON has no form for is read as the annotation says (a `date`
from text, a dataclass from an object). What the function gets is its own: it may change a list that it was given
without changing the evidence the list came from.
"""

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ..ir.signature import Schema
from .annotations import adapter_of, json_default, problem_of, scalar_types, schemas_of
from .errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that a plan may fill. `default` is Python's own, or pydantic's `Field(...)`."""

    name: str
    annotation: Any
    default: Any = inspect.Parameter.empty
    description: str = ""

    @property
    def is_required(self) -> bool:
        if isinstance(self.default, FieldInfo):
            return self.default.is_required()
        return self.default is inspect.Parameter.empty

    @property
    def type(self) -> Any:
        """The annotation with what `Field(...)` as a default adds to it."""
        return Annotated[self.annotation, self.default] if isinstance(self.default, FieldInfo) else self.annotation


class ArgumentReader:
    """Reads the arguments of one tool. Compiled once at registration, cheap at each call."""

    def __init__(self, tool: str, parameters: Iterable[Parameter], extra: Parameter | None = None) -> None:
        self._tool = tool
        self._parameters = tuple(parameters)
        self._adapters = {one.name: adapter_of(one.type, f"parameter `{one.name}`") for one in self._parameters}
        self._extra = adapter_of(extra.type, f"parameter `**{extra.name}`") if extra else None
        self._required = frozenset(one.name for one in self._parameters if one.is_required)
        self._scalars = {one.name: scalar_types(one.type) for one in self._parameters}
        self._fields = {one.name: one.default for one in self._parameters if isinstance(one.default, FieldInfo)}

    def schema(self) -> Schema:
        """The parameters as JSON Schema: an object, closed unless the function takes `**kwargs`."""
        adapters = self._adapters if self._extra is None else self._adapters | {"**": self._extra}
        found, shared = schemas_of(adapters, "validation")
        schema: Schema = {
            "type": "object",
            "properties": {p.name: _describe(p, found[p.name]) for p in self._parameters},
        }
        if self._required:
            schema["required"] = [one.name for one in self._parameters if one.is_required]
        schema["additionalProperties"] = False if self._extra is None else (found["**"] or True)
        return schema | shared

    def read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments for the function. Raises `ArgumentError`."""
        read: dict[str, Any] = {}
        for name, value in arguments.items():
            scalars = self._scalars.get(name)
            read[name] = value if scalars and type(value) in scalars else self._parse(name, value)
        if self._required and not self._required <= read.keys():
            missing = next(one.name for one in self._parameters if one.is_required and one.name not in read)
            raise ArgumentError(f"{self._tool} needs `{missing}`", argument=missing)
        for name, field in self._fields.items():
            if name not in read:
                read[name] = field.get_default(call_default_factory=True, validated_data=read)
        return read

    def _parse(self, name: str, value: Any) -> Any:
        adapter = self._adapters.get(name, self._extra)
        if adapter is None:
            known = ", ".join(self._adapters) or "none"
            raise ArgumentError(f"{self._tool} takes no `{name}`; its parameters: {known}", argument=name)
        try:
            return adapter.validate_json(json.dumps(value, allow_nan=False), strict=True)
        except ValidationError as error:
            problem = problem_of(error)
        except (TypeError, ValueError, RecursionError) as error:
            raise ArgumentError(f"{self._tool}: `{name}` is no JSON data: {error}", argument=name) from None
        # JSON Schema calls 2.0 an integer, so a plan that passed the check may bring one for an `int`.
        try:
            return adapter.validate_json(json.dumps(_with_whole_numbers(value)), strict=True)
        except ValidationError:
            raise ArgumentError(f"{self._tool}: `{name}{problem.path}`: {problem.text}", argument=name) from None


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: _with_whole_numbers(one) for key, one in value.items()}
    return value


def _describe(parameter: Parameter, schema: Schema) -> Schema:
    """What the docstring says, unless the annotation says it better; and the default, where JSON has it."""
    described = dict(schema)
    if parameter.description:
        described.setdefault("description", parameter.description)
    if not parameter.is_required and "default" not in described:
        described |= json_default(parameter.default)
    return described
