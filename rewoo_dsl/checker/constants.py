"""Literal arguments against a tool's own JSON Schema, exactly.

Where the schema says no more than a type can, the type decides; only what goes beyond (a range, a pattern) asks
jsonschema, by `ir.validation`.
"""

from ..diag.abridge import abridge
from ..ir.signature import Schema
from ..ir.types import Answer, Type, fits, holds_any, is_exact
from ..ir.validation import UnusableSchemaError, Validator
from ..ir.values import Value, canonical
from .callables import Target
from .messages import at_path


def misfit(value: Value, source: Type, wanted: Type, target: Target, name: str) -> str | None:
    """Why a literal `value`, of the type `source`, cannot be the argument `name`; None when it can."""
    found = fits(source, wanted)
    if found.answer is Answer.NO:
        return found.why + at_path(found)
    if not is_exact(wanted) or (holds_any(wanted) and _refers(target.signature.properties[name])):
        return _schema_misfit(value, target, name)
    return None if found.answer is Answer.YES else found.why + at_path(found)


def _refers(schema: Schema) -> bool:
    """Whether `any` in its type may stand for a `$ref` that turns back on itself, which no type can say."""
    return "$ref" in canonical(schema)


def _schema_misfit(value: Value, target: Target, name: str) -> str | None:
    """jsonschema's answer. A schema that cannot be used is the manifest's fault, which is told where it is read."""
    if name not in target.validators:
        document = target.signature.parameters
        shared: Schema = {key: document[key] for key in ("$defs", "definitions") if key in document}
        target.validators[name] = Validator({**shared, **target.signature.properties[name]})
    try:
        error = target.validators[name].error(value)
    except UnusableSchemaError:
        return None
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".")
    why = str(error.message).replace(repr(error.instance), canonical(error.instance), 1)
    return abridge(why, 160) + (f" at `{place}`" if place else "")
