"""Literal arguments against a tool's own JSON Schema, exactly.

Where the schema says no more than a type can, the type decides; only what goes beyond (a range, a pattern) asks
jsonschema, which is imported here and nowhere else in this room.
"""

import re
from typing import Any

from ..ir.signature import Schema, Signature
from ..ir.types import Answer, Type, fits, holds_any, is_exact
from ..ir.values import Value, canonical
from .messages import at_path


def misfit(value: Value, source: Type, wanted: Type, signature: Signature, name: str) -> str | None:
    """Why a literal `value`, of the type `source`, cannot be the argument `name`; None when it can."""
    found = fits(source, wanted)
    if found.answer is Answer.NO:
        return found.why + at_path(found)
    if not is_exact(wanted) or (holds_any(wanted) and _refers(signature.properties[name])):
        return _schema_misfit(value, signature, name)
    return None if found.answer is Answer.YES else found.why + at_path(found)


def _refers(schema: Schema) -> bool:
    """Whether `any` in its type may stand for a `$ref` that turns back on itself, which no type can say."""
    return "$ref" in canonical(schema)


def _schema_misfit(value: Value, signature: Signature, name: str) -> str | None:
    """jsonschema's answer. A schema that cannot be used is the manifest's fault, which is told where it is read."""
    from jsonschema import Draft202012Validator  # imported late: most plans never need it
    from jsonschema.exceptions import UnknownType, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    document = signature.parameters
    shared = {key: document[key] for key in ("$defs", "definitions") if key in document}
    schema: Any = {**shared, **signature.properties[name]}
    try:
        # An empty registry: a `$ref` to another document is never fetched.
        error = best_match(Draft202012Validator(schema, registry=Registry()).iter_errors(value))
    except (Unresolvable, UnknownType, re.error, RecursionError, TypeError):
        return None
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".")
    why = str(error.message).replace(repr(error.instance), canonical(error.instance), 1)
    return why[:160] + (f" at `{place}`" if place else "")
