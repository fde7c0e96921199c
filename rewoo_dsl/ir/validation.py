"""The whole of JSON Schema 2020-12 over one value, without the ways in which a hostile schema costs time or fetches.

Nothing is fetched: a `$ref` to another document is a `LookupError`. Regular expressions run on RE2, in linear time; one
that RE2 cannot read (look-around, back-references) is not looked at. This is the only module of the room that imports
jsonschema, late: most plans never need it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .builtins._pattern import problem_of, searches
from .values import Value

Schema = Mapping[str, Any]
MAX_FOLLOWED = 80
"""References inside references: one for each level that a value may have, and some more."""


class UnusableSchemaError(Exception):
    """A schema that jsonschema cannot work with: a type that is none, a `$ref` without end, another document."""


class _RoundForEverError(Exception):
    """References lead on beyond all sense."""


class _Followed(threading.local):
    """How many references are being followed, one inside another, in this thread."""

    now: int = 0


_followed = _Followed()


class Validator:
    """One schema, made ready at the first value."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._made: Any = None

    def error(self, value: Value) -> Any:
        """What jsonschema thinks is wrong with the value, or None.

        Raises:
            UnusableSchemaError: when the schema cannot be used for this value.
        """
        from jsonschema.exceptions import UnknownType, best_match
        from referencing import Registry
        from referencing.exceptions import Unresolvable

        if self._made is None:
            self._made = _kind()(self._schema, registry=Registry())
        try:
            return best_match(self._made.iter_errors(value))
        except Unresolvable as unresolvable:
            raise UnusableSchemaError(
                f"the schema refers to {unresolvable.ref!r}, which is not part of it"
            ) from unresolvable
        except _RoundForEverError as error:
            raise UnusableSchemaError("the schema refers to itself without end, or too often") from error
        except (UnknownType, re.error, RecursionError, TypeError, AttributeError) as error:
            raise UnusableSchemaError(f"the schema cannot be used: {type(error).__name__}") from error


@cache
def _kind() -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    words = {
        "$ref": _counted(Draft202012Validator.VALIDATORS["$ref"]),
        "$dynamicRef": _counted(Draft202012Validator.VALIDATORS["$dynamicRef"]),
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _unevaluated(Draft202012Validator.VALIDATORS["unevaluatedProperties"]),
    }
    return extend(Draft202012Validator, words)  # type: ignore[no-untyped-call]  # jsonschema has no types of its own


def _counted(usual: Any) -> Any:
    """jsonschema's own rule, stopped well before Python's stack ends: inside Rust code that end is a panic."""

    def counted(validator: Any, reference: Any, value: Any, schema: Any) -> Iterator[Any]:
        if _followed.now >= MAX_FOLLOWED:
            raise _RoundForEverError
        _followed.now += 1
        try:
            yield from usual(validator, reference, value, schema) or ()
        finally:
            _followed.now -= 1

    return counted


def _pattern(_: Any, pattern: Any, value: Any, __: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and isinstance(pattern, str) and not _fits(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _: Any) -> Iterator[Any]:
    if not isinstance(value, dict) or not isinstance(patterns, dict):
        return
    for pattern, schema in patterns.items():
        for key, one in value.items():
            if problem_of(pattern) is None and searches(pattern, key):
                yield from validator.descend(one, schema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, more: Any, value: Any, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(value, dict):
        return
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    extra = [key for key in value if key not in known and not any(_fits(pattern, key) for pattern in patterns)]
    if isinstance(more, dict):
        for key in extra:
            yield from validator.descend(value[key], more, path=key)
    elif more is False and extra:
        shown = ", ".join(map(repr, extra[:3]))
        were = "was" if len(extra) == 1 else "were"
        yield ValidationError(f"Additional properties are not allowed ({shown} {were} unexpected)")


def _unevaluated(usual: Any) -> Any:
    """jsonschema's own rule, but for schemas with patterns of names in them, which it would run by `re`."""

    def unevaluated(validator: Any, more: Any, value: Any, schema: Any) -> Iterator[Any]:
        if not _mentions(schema, "patternProperties"):
            yield from usual(validator, more, value, schema) or ()

    return unevaluated


def _mentions(schema: Any, word: str) -> bool:
    stack = [schema]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            if word in one or "$ref" in one:
                return True
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)
    return False


def _fits(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; one that RE2 cannot read is not looked at."""
    return problem_of(pattern) is not None or searches(pattern, text)
