"""Whether a JSON Schema that came from elsewhere can be used, without fetching, looping or recursing.

This is no full check against the meta-schema: it makes sure that what the checker and the interpreter look at has the
shape they expect, and that following `$ref` ends. Whatever else a schema says is left to `jsonschema`.
"""

from collections.abc import Iterator

from ..diag.diagnostic import Diagnostic, Severity
from ..ir.expr import escape
from ..ir.types import MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES
from ..ir.values import Value, kind

_TYPES = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})
_SCHEMAS = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
)  # fmt: skip
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SCHEMAS_BY_NAME = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")


def schema_problems(root: Value, at: str) -> Iterator[Diagnostic]:
    """What is wrong with the schema; `at` is the pointer to it. Ends for every input, in time linear in its size."""
    stack: list[tuple[Value, str, int]] = [(root, at, 0)]
    nodes = 0
    while stack:
        schema, here, depth = stack.pop()
        nodes += 1
        if nodes > MAX_SCHEMA_NODES:
            yield _unusable(f"the schema has more than {MAX_SCHEMA_NODES} nodes", at)
            return
        if depth > MAX_SCHEMA_DEPTH:
            yield _unusable(f"the schema is nested deeper than {MAX_SCHEMA_DEPTH} levels", here)
            return
        if isinstance(schema, bool):
            continue
        if not isinstance(schema, dict):
            yield _unusable(f"a schema is an object, true or false, not {kind(schema)}", here)
            continue
        yield from _keyword_problems(schema, here)
        yield from _reference_problems(root, schema, here)
        stack.extend((below, here + path, depth + 1) for path, below in _subschemas(schema))


def _subschemas(schema: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    for key in _SCHEMAS:
        if key in schema:
            yield f"/{key}", schema[key]
    for key in _LISTS_OF_SCHEMAS:
        if isinstance(below := schema.get(key), list):
            yield from ((f"/{key}/{i}", one) for i, one in enumerate(below))
    for key in _SCHEMAS_BY_NAME:
        if isinstance(below := schema.get(key), dict):
            yield from ((f"/{key}/{escape(name)}", one) for name, one in below.items())


def _keyword_problems(schema: dict[str, Value], at: str) -> Iterator[Diagnostic]:
    types = schema.get("type", [])
    for one in types if isinstance(types, list) else [types]:
        if not isinstance(one, str) or one not in _TYPES:
            yield _unusable(f"{_shown(one)} is no JSON type", f"{at}/type", allowed=tuple(sorted(_TYPES)))
    for key in _SCHEMAS_BY_NAME:
        if key in schema and not isinstance(schema[key], dict):
            yield _unusable(f"`{key}` is an object of schemas, not {kind(schema[key])}", f"{at}/{key}")
    for key in (*_LISTS_OF_SCHEMAS, "enum"):
        if key in schema and not isinstance(schema[key], list):
            yield _unusable(f"`{key}` is a list, not {kind(schema[key])}", f"{at}/{key}")
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(one, str) for one in required):
        yield _unusable("`required` is a list of names", f"{at}/required")


def _reference_problems(root: Value, schema: dict[str, Value], at: str) -> Iterator[Diagnostic]:
    """Follows a `$ref` as long as it leads to nothing but another `$ref`, which is where a reader would hang."""
    seen: set[str] = set()
    target: Value = schema
    while isinstance(target, dict) and "$ref" in target:
        reference = target["$ref"]
        if not isinstance(reference, str):
            yield _unusable(f"`$ref` is text, not {kind(reference)}", f"{at}/$ref")
            return
        if reference != "#" and not reference.startswith("#/"):
            message = f"{_shown(reference)} is no place in this schema and nothing is fetched, so everything fits it"
            yield Diagnostic(code="RW706", severity=Severity.WARNING, message=message, at=f"{at}/$ref")
            return
        if reference in seen or len(seen) > MAX_SCHEMA_DEPTH:
            yield _unusable(f"{_shown(reference)} leads back to itself", f"{at}/$ref")
            return
        seen.add(reference)
        found = _resolve(root, reference)
        if found is None:
            yield _unusable(f"{_shown(reference)} leads nowhere in this schema", f"{at}/$ref")
            return
        target = found[0]


def _resolve(root: Value, reference: str) -> tuple[Value] | None:
    node = root
    for token in reference[1:].split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isascii() and key.isdigit() and len(key) < 9 and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return (node,)


def _unusable(message: str, at: str, allowed: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(code="RW705", message=message, at=at, allowed=allowed)


def _shown(value: Value) -> str:
    text = value if isinstance(value, str) else kind(value)
    return f"`{text[:60]}`"
