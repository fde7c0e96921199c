"""Schemas of an OpenAPI document as JSON Schemas that stand alone.

Each is rewritten once, however many operations use it: what 3.0 says differently (`nullable`, `exclusiveMinimum: true`)
in the words of JSON Schema, references into the document as references to `$defs`. `closed` then gives a schema the
definitions that it reaches. Nothing is fetched; sizes are counted before anything is copied.
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from ..ir.signature import Schema
from ..ir.types import MAX_SCHEMA_NODES
from ..ir.values import Value
from .strangers import clean_schema, rebuilt

MAX_STEPS = 64
_OF_OPENAPI = frozenset({"nullable", "discriminator", "xml", "externalDocs", "example"})
_TOO_LARGE = f"its schema has more than {MAX_SCHEMA_NODES} nodes"
_LIMITS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


class Unreadable(Exception):
    """A part of the document cannot be used; the message says which and why."""


class Document:
    """The parsed document, and what its references lead to."""

    def __init__(self, root: dict[str, Value]) -> None:
        self.root = root

    def resolved(self, value: Value) -> Value:
        """What stands behind a `$ref`, however many lead there. Raises `Unreadable`."""
        for _ in range(MAX_STEPS):
            if not isinstance(value, dict) or not isinstance(reference := value.get("$ref"), str):
                return value
            value = self.at(reference)
        raise Unreadable("a `$ref` leads back to itself")

    def at(self, reference: str) -> Value:
        """The value that `#/…` names. Raises `Unreadable`."""
        if reference != "#" and not reference.startswith("#/"):
            raise Unreadable(f"`{reference[:60]}` is outside this document, and nothing is fetched")
        node: Value = self.root
        for token in reference[1:].split("/")[1:]:
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isascii() and key.isdigit() and len(key) < 9 and int(key) < len(node):
                node = node[int(key)]
            else:
                raise Unreadable(f"`{reference[:60]}` leads nowhere in this document")
        return node


class SchemaReader:
    """Schemas of one direction: what only the server sets is left out of requests, what only it is told of answers."""

    def __init__(self, document: Document, *, hidden: str) -> None:
        """`hidden` is `readOnly` for requests, `writeOnly` for answers."""
        self._document = document
        self._hidden = hidden
        self._names: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._read_before: dict[int, tuple[Value, Value]] = {}
        self._definitions: dict[str, Value] = {}
        self._sizes: dict[str, int] = {}
        self._uses: dict[str, list[str]] = {}

    def read(self, schema: Value) -> Value:
        """The schema in the words of JSON Schema; `#/$defs/…` in it are for `closed` to supply."""
        # By identity: a parameter or a body that a thousand operations share is rewritten once. Both are kept, since
        # what is gone may give its identity to another.
        if id(schema) not in self._read_before:
            self._read_before[id(schema)] = schema, clean_schema(self._read(schema))
        return self._read_before[id(schema)][1]

    def closed(self, schema: Schema) -> tuple[Schema, int]:
        """The schema with all the definitions it reaches, and how many nodes that makes. Raises `Unreadable`."""
        size = _size(schema)
        if size > MAX_SCHEMA_NODES:
            raise Unreadable(_TOO_LARGE)
        reached: dict[str, Value] = {}
        waiting = _references(schema)
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached[name] = self._definition(name)
            size += self._sizes[name]
            if size > MAX_SCHEMA_NODES:
                raise Unreadable(_TOO_LARGE)
            waiting += self._uses[name]
        return (schema | {"$defs": dict(sorted(reached.items()))} if reached else schema), size

    def is_hidden(self, schema: Value) -> bool:
        return isinstance(schema, dict) and schema.get(self._hidden) is True

    def _definition(self, name: str) -> Value:
        if name not in self._definitions:
            found = self.read(self._document.at(self._places[name]))
            self._definitions[name] = found
            self._sizes[name] = _size(found)
            self._uses[name] = _references(found) if self._sizes[name] <= MAX_SCHEMA_NODES else []
        return self._definitions[name]

    def _name(self, reference: str) -> str:
        """The name of a definition: the last part of its place, and more where that is taken."""
        if reference not in self._names:
            wanted = "".join(one if one.isalnum() or one in "_-." else "_" for one in reference.rpartition("/")[2])
            name = wanted = wanted or "root"
            if name in self._places:
                name = f"{wanted}_{len(self._places)}"
            while name in self._places:
                name += "_"
            self._names[reference], self._places[name] = name, reference
        return self._names[reference]

    def _read(self, schema: Value) -> Value:
        if not isinstance(schema, dict):
            return schema
        found: dict[str, Value] = {
            key: rebuilt(key, value, self._read) for key, value in schema.items() if key not in _OF_OPENAPI
        }
        reference = schema.get("$ref")
        if isinstance(reference, str) and (reference == "#" or reference.startswith("#/")):
            found["$ref"] = f"#/$defs/{self._name(reference)}"
        self._hide(schema, found)
        _restate_limits(found)
        return _or_null(found) if schema.get("nullable") is True else found

    def _hide(self, schema: dict[str, Value], found: dict[str, Value]) -> None:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return
        hidden = {name for name, one in properties.items() if self.is_hidden(one)}
        if hidden and isinstance(kept := found["properties"], dict):
            found["properties"] = {name: one for name, one in kept.items() if name not in hidden}
            if isinstance(required := found.get("required"), list):
                found["required"] = [name for name in required if name not in hidden]


def _restate_limits(schema: dict[str, Value]) -> None:
    """3.0 says `minimum: 0, exclusiveMinimum: true` for `exclusiveMinimum: 0`."""
    for exclusive, limit in _LIMITS.items():
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            del schema[exclusive]
            if flag and limit in schema:
                schema[exclusive] = schema.pop(limit)


def _or_null(schema: dict[str, Value]) -> dict[str, Value]:
    kind = schema.get("type")
    if isinstance(kind, str):
        values = schema.get("enum")
        more: dict[str, Value] = {"enum": [*values, None]} if isinstance(values, list) and None not in values else {}
        return schema | {"type": [kind, "null"]} | more
    return {"anyOf": [schema, {"type": "null"}]}


def _size(value: Value) -> int:
    """How many nodes it has, or one more than is allowed."""
    return sum(1 for _ in islice(_nodes(value), MAX_SCHEMA_NODES + 1))


def _references(schema: Value) -> list[str]:
    found = (one["$ref"] for one in _nodes(schema) if isinstance(one, dict) and "$ref" in one)
    return [one.removeprefix("#/$defs/") for one in found if isinstance(one, str)]


def _nodes(value: Value) -> Iterator[Value]:
    stack = [value]
    while stack:
        one = stack.pop()
        yield one
        if isinstance(one, dict):
            stack += one.values()
        elif isinstance(one, list):
            stack += one
