"""What strangers say of their tools (an MCP server, an OpenAPI document), made fit for a registry.

None of it is believed and all of it reaches a Planner's prompt, so descriptions are cut to length and stripped of what
nobody can see, names are made writable in a plan, and schemas lose what could fetch, loop or run for ever. Each
signature carries a fingerprint of what was said, word for word, as its `version` (`pins.py`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from .._record import record
from ..ir.signature import Effect, Schema, Signature
from ..ir.types import MAX_SCHEMA_DEPTH
from ..ir.validation import UnusableSchemaError, Validator
from ..ir.values import Value, canonical
from .errors import ArgumentError
from .manifest import VERSION, load_manifest
from .names import MAX_LENGTH, name_problem

MAX_DESCRIPTION = 1_000
MAX_FIELD_DESCRIPTION = 300

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_RUNS_REGULAR_EXPRESSIONS = frozenset({"pattern", "patternProperties"})
_CHANGES_WHERE_REFERENCES_LEAD = frozenset({"$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$schema"})
_DROPPED = _RUNS_REGULAR_EXPRESSIONS | _CHANGES_WHERE_REFERENCES_LEAD | {"$comment", "examples"}
_SCHEMAS = frozenset({
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
})  # fmt: skip
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_BY_NAME = frozenset({"properties", "$defs", "definitions", "dependentSchemas"})


@record
class Stranger:
    """A tool in its owner's words. `name` is what plans call it (`legal_names`), `said` is all that it was made of."""

    name: str
    description: str
    parameters: Value
    returns: Value
    effect: Effect
    idempotent: bool
    said: Value


def signatures_of(strangers: Iterable[Stranger]) -> dict[str, Signature]:
    """Their signatures by name. Raises `ManifestError` with everything that is wrong, by its place in the list."""
    tools: list[Value] = [
        {
            "name": one.name,
            "description": clean_text(one.description, MAX_DESCRIPTION),
            "parameters": clean_schema(one.parameters),
            "returns": clean_schema(one.returns),
            "effect": str(one.effect),
            "idempotent": one.idempotent,
            "version": fingerprint(one.said),
        }
        for one in strangers
    ]
    return load_manifest({"version": VERSION, "tools": tools})


def fingerprint(said: Value) -> str:
    """Sixteen hex digits that change with every word."""
    return sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def clean_text(text: str, limit: int) -> str:
    """Without what nobody can see (control characters, text that runs backwards, zero widths), and of this length.

    >>> clean_text("Adds\\u202e numbers.\\x1b[2J Hidden:\\U000e0041\\n\\n\\n\\nEnd", 100)
    'Adds numbers.[2J Hidden:\\n\\nEnd'
    """
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\t", " ")
    seen = "".join(one for one in text if one == "\n" or unicodedata.category(one) not in _INVISIBLE)
    seen = re.sub(r"\n{3,}", "\n\n", re.sub(r" {3,}", "  ", seen)).strip()
    return seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"


def clean_schema(schema: Value, *, depth: int = 0) -> Value:
    """The schema without regular expressions and references to other documents, its descriptions cleaned.

    What is dropped only ever makes it admit more: the tool's owner holds calls against the rest.
    """
    if not isinstance(schema, dict) or depth > MAX_SCHEMA_DEPTH:
        return schema
    dropped = _DROPPED | ({"additionalProperties", "unevaluatedProperties"} if "patternProperties" in schema else set())
    return {
        key: _clean_words(key, rebuilt(key, value, lambda below: clean_schema(below, depth=depth + 1)))
        for key, value in schema.items()
        if _stays(key, value, dropped)
    }


def rebuilt(key: str, value: Value, of: Callable[[Value], Value]) -> Value:
    """The value of a keyword with every schema directly in it replaced by `of(schema)`."""
    if key in _SCHEMAS:
        return of(value)
    if key in _LISTS and isinstance(value, list):
        return [of(one) for one in value]
    if key in _BY_NAME and isinstance(value, dict):
        return {name: of(one) for name, one in value.items()}
    return value


def _stays(key: str, value: Value, dropped: frozenset[str]) -> bool:
    if key == "$ref" and isinstance(value, str):
        return value == "#" or value.startswith("#/")
    return key not in dropped


def _clean_words(key: str, value: Value) -> Value:
    if key in ("description", "title") and isinstance(value, str):
        return clean_text(value, MAX_FIELD_DESCRIPTION)
    return value


def legal_names(names: Sequence[str]) -> list[str]:
    """A name for each that a plan can write, no two alike; those that can be written already stay as they are.

    >>> legal_names(["get-pet", "get_pet", "len", "llm", "2fa/verify"])
    ['get_pet_2', 'get_pet', 'len_', 'llm_', '_2fa_verify']
    """
    taken = {name for name in names if _is_free(name)}
    legal: dict[int, str] = {}
    for i, name in enumerate(names):
        if name in taken and name not in legal.values():
            legal[i] = name
            continue
        wanted = _writable(name)
        found, number = wanted, 1
        while found in taken:
            number += 1
            found = f"{wanted}_{number}"
        taken.add(found)
        legal[i] = found
    return [legal[i] for i in range(len(names))]


def _is_free(name: str) -> bool:
    """Whether a plan can write it. `llm` is the host's own: no stranger answers in its place."""
    return name_problem(name) is None and name not in ("llm", "LLM")


def _writable(name: str) -> str:
    found = re.sub(r"\W+", "_", name, flags=re.ASCII)[: MAX_LENGTH - 8] or "_"
    found = f"_{found}" if found[0].isdigit() else found
    return found if _is_free(found) else f"{found}_"


def argument_check(signature: Signature) -> Callable[[Mapping[str, Any]], None]:
    """What raises `ArgumentError` when arguments do not fit the signature's parameters."""
    schema: Schema = signature.parameters
    if not signature.is_open:
        schema = {**schema, "additionalProperties": False}
    validator = Validator(schema)

    def check(arguments: Mapping[str, Any]) -> None:
        try:
            error = validator.error(dict(arguments))
        except UnusableSchemaError as unusable:
            raise ArgumentError(f"`{signature.name}` cannot be called: {unusable}") from unusable
        if error is None:
            return
        place = error.json_path.removeprefix("$").removeprefix(".")
        raise ArgumentError(f"{place or signature.name}: {clean_text(error.message, 200)}", argument=place or None)

    return check
