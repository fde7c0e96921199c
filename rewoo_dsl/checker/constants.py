"""Literal arguments against a tool's own JSON Schema, exactly.

Where the schema says no more than a type can, the type decides; only what goes beyond (a range, a pattern) asks
jsonschema, which is imported here and nowhere else in this room.
"""

from typing import Any

from ..ir.signature import Signature
from ..ir.types import Answer, Type, fits, is_exact
from ..ir.values import Value
from .messages import at_path


def misfit(value: Value, source: Type, wanted: Type, signature: Signature, name: str) -> str | None:
    """Why a literal `value`, of the type `source`, cannot be the argument `name`; None when it can."""
    found = fits(source, wanted)
    if found.answer is not Answer.YES and is_exact(wanted):
        return found.why + at_path(found)
    if is_exact(wanted):
        return None
    return _schema_misfit(value, signature, name)


def _schema_misfit(value: Value, signature: Signature, name: str) -> str | None:
    from jsonschema import Draft202012Validator  # imported late: most plans never need it
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    document = signature.parameters
    shared = {key: document[key] for key in ("$defs", "definitions") if key in document}
    schema: Any = {**shared, **signature.properties[name]}
    try:
        # An empty registry: a `$ref` to another document is never fetched.
        error = best_match(Draft202012Validator(schema, registry=Registry()).iter_errors(value))
    except Unresolvable:
        return None
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".")
    return str(error.message)[:160] + (f" at {place}" if place else "")
