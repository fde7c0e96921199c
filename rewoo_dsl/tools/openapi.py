"""What an OpenAPI document (3.0 or 3.1, JSON) describes, as operations with signatures. No network, no base URL needed.

An operation's parameters and the fields of its body are one object of arguments; each remembers where it goes
(`Place`). GET and HEAD read, PUT and DELETE write and may be repeated, POST and PATCH write. The document is a
stranger's: its words are cleaned (`strangers.py`), the servers that it names are not believed, and an operation that
cannot be carried over is left out with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from .._record import record
from ..diag.diagnostic import Diagnostic
from ..ir.expr import escape
from ..ir.signature import Effect, Schema, Signature
from ..ir.values import Value, kind, problem
from .errors import ManifestError
from .manifest import MAX_DEPTH, read_json
from .openapi_schemas import Document, SchemaReader, Unreadable
from .strangers import Stranger, legal_names, signatures_of

MAX_OPERATIONS = 2_000
MAX_NODES = 2_000_000
EFFECTS: Mapping[str, tuple[Effect, bool]] = {
    "GET": (Effect.READ, False),
    "HEAD": (Effect.READ, False),
    "PUT": (Effect.WRITE, True),
    "DELETE": (Effect.WRITE, True),
    "POST": (Effect.WRITE, False),
    "PATCH": (Effect.WRITE, False),
}
"""Effect, and whether a write may be repeated, by method. OPTIONS and TRACE are no work for a plan."""

Where: TypeAlias = Literal["path", "query", "header", "field", "body"]
"""`field` is one of the body's fields, `body` the body as a whole."""

_STYLES: dict[str, tuple[Where, tuple[str, ...]]] = {
    "path": ("path", ("simple",)),
    "query": ("query", ("form", "spaceDelimited", "pipeDelimited", "deepObject")),
    "header": ("header", ("simple",)),
}
"""Where a parameter may be, and the styles that are written there, the default first."""
_OF_THE_CLIENT = frozenset({
    "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect",
    "host", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
"""Headers that no plan sets: the client and the host do."""

_PLAIN_OBJECT = frozenset({"type", "properties", "required", "title", "description", "example", "examples", "xml"})
_FORM = "application/x-www-form-urlencoded"


@record
class Place:
    """Where an argument goes. `is_json`: as JSON text, whatever its style."""

    where: Where
    name: str
    style: str = "simple"
    explode: bool = False
    is_json: bool = False


@record
class Operation:
    """One operation. `places` are by argument, `media` is the body's type, None without a body."""

    signature: Signature
    method: str
    path: str
    places: Mapping[str, Place]
    media: str | None


@record
class Described:
    """What a document describes. `left_out` has the operations that cannot be called, as `GET /path`, and why."""

    operations: Mapping[str, Operation]
    left_out: Mapping[str, str]

    @property
    def signatures(self) -> dict[str, Signature]:
        return {name: one.signature for name, one in self.operations.items()}


def read_openapi(text: str | bytes) -> Described:
    """The operations of a document. Raises `ManifestError` when it is none that can be read."""
    if _looks_like_yaml(text):
        raise _refused("this is YAML; a document is read as JSON only, so write it as JSON first")
    data = read_json(text)
    fault = problem(data, max_depth=MAX_DEPTH)
    if fault is not None:
        raise _refused(f"the document is or holds {fault}")
    if not isinstance(data, dict):
        raise _refused(f"an OpenAPI document is an object with `paths`, not {kind(data)}")
    if not isinstance(data.get("paths", {}), dict):
        raise _refused(f"`paths` is an object, not {kind(data['paths'])}", at="/paths")
    version = data.get("openapi", data.get("swagger"))
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        shown = version[:20] if isinstance(version, str) else "none"
        raise _refused(f"OpenAPI 3.0 and 3.1 are read; this document's version is {shown}", at="/openapi")
    return _Reader(Document(data)).described()


def _looks_like_yaml(text: str | bytes) -> bool:
    start = text[:4_096] if isinstance(text, str) else text[:4_096].decode("utf-8", "replace")
    return re.match(r"(?:\s|#[^\n]*\n)*(?:%YAML|---|[\w\"'-]+[ \t]*:)", start) is not None


def _refused(message: str, at: str = "") -> ManifestError:
    return ManifestError([Diagnostic(code="RW701", message=message, at=at)])


@record
class _Found:
    """An operation where it stands in the document. `shared` are the parameters of its path."""

    method: str
    path: str
    said: dict[str, Value]
    shared: Value

    @property
    def name(self) -> str:
        named = self.said.get("operationId")
        return named if isinstance(named, str) and named else f"{self.method.lower()}{self.path}".rstrip("/{}")

    @property
    def title(self) -> str:
        return f"{self.method} {self.path}"


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._requests = SchemaReader(document, hidden="readOnly")
        self._answers = SchemaReader(document, hidden="writeOnly")
        self._nodes = 0

    def described(self) -> Described:
        found = list(self._found())
        if len(found) > MAX_OPERATIONS:
            raise _refused(f"the document has more than {MAX_OPERATIONS} operations", at="/paths")
        operations: dict[str, Operation] = {}
        left_out: dict[str, str] = {}
        for name, one in zip(legal_names([one.name for one in found]), found, strict=True):
            try:
                operations[name] = self._operation(name, one)
            except Unreadable as error:
                left_out[one.title] = str(error)
            except ManifestError as error:
                left_out[one.title] = error.diagnostics[0].message
            if self._nodes > MAX_NODES:
                raise _refused(f"the operations' schemas have more than {MAX_NODES} nodes together", at="/paths")
        return Described(operations=operations, left_out=left_out)

    def _found(self) -> Iterator[_Found]:
        paths = self._document.root.get("paths", {})
        assert isinstance(paths, dict)  # `read_openapi` has looked
        for path, item in paths.items():
            try:
                item = self._document.resolved(item)
            except Unreadable as error:
                raise _refused(str(error), at=f"/paths/{escape(path)}") from None
            if not isinstance(item, dict) or not path.startswith("/"):
                continue  # `x-…`, which may stand beside paths
            for method in EFFECTS:
                if isinstance(said := item.get(method.lower()), dict):
                    yield _Found(method=method, path=path, said=said, shared=item.get("parameters", []))

    def _operation(self, name: str, found: _Found) -> Operation:
        arguments = _Arguments(self._document, self._requests)
        for parameter in self._parameters(found):
            arguments.add_parameter(parameter)
        media = arguments.add_body(found.said.get("requestBody"))
        arguments.require_path(found.path)
        parameters, size = self._requests.closed(arguments.schema())
        returns, more = self._returns(found)
        self._nodes += size + more
        effect, idempotent = EFFECTS[found.method]
        description = _description(found.said)
        said: Value = [found.method, found.path, description, parameters, returns]
        stranger = Stranger(
            name=name, description=description, parameters=parameters, returns=returns, effect=effect,
            idempotent=idempotent, said=said,
        )  # fmt: skip
        signature = signatures_of([stranger])[name]
        return Operation(
            signature=signature, method=found.method, path=found.path, places=arguments.places, media=media
        )

    def _parameters(self, found: _Found) -> list[dict[str, Value]]:
        """Those of the path and its own, which win over them."""
        merged: dict[tuple[Value, ...], dict[str, Value]] = {}
        for group in (found.shared, found.said.get("parameters", [])):
            if not isinstance(group, list):
                raise Unreadable("`parameters` is no list")
            for one in map(self._document.resolved, group):
                if not isinstance(one, dict) or not isinstance(one.get("name"), str):
                    raise Unreadable("a parameter has no name")
                merged[one["name"], str(one.get("in"))] = one
        return list(merged.values())

    def _returns(self, found: _Found) -> tuple[Schema, int]:
        """What an answer of success may be; nothing is known where one says nothing, or where it is too much."""
        responses = found.said.get("responses")
        if not isinstance(responses, dict) or found.method == "HEAD":
            return {}, 0
        kinds: list[Value] = []
        for status, response in responses.items():
            if status.startswith("2"):
                schema = self._answer(self._document.resolved(response), status)
                if schema not in kinds:
                    kinds.append(schema)
        if not kinds or {} in kinds or True in kinds:
            return {}, 0
        schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        if not isinstance(schema, dict):
            return {}, 0
        try:
            return self._answers.closed(schema)
        except Unreadable:
            return {}, 0

    def _answer(self, response: Value, status: str) -> Value:
        content = response.get("content") if isinstance(response, dict) else None
        if status in ("204", "205"):
            return {"type": "null"}
        media = _media_of(content)
        if not isinstance(content, dict) or media is None or len(content) > 1:
            return {}
        if media.startswith("text/"):
            return {"type": "string"}
        return self._answers.read(_schema_of(content[media])) if _is_json(media) else {}


class _Arguments:
    """The arguments of one operation as they are gathered."""

    def __init__(self, document: Document, reader: SchemaReader) -> None:
        self.places: dict[str, Place] = {}
        self._document = document
        self._reader = reader
        self._properties: dict[str, Value] = {}
        self._required: list[Value] = []

    def add_parameter(self, parameter: dict[str, Value]) -> None:
        name, said = str(parameter["name"]), str(parameter.get("in"))
        if said == "cookie" or (said == "header" and name.lower() in _OF_THE_CLIENT):
            return
        if said not in _STYLES:
            raise Unreadable(f"parameter `{name[:60]}` is in no place that is known")
        where, styles = _STYLES[said]
        style = parameter.get("style", styles[0])
        if style not in styles:
            raise Unreadable(f"parameter `{name[:60]}` is written in the style `{str(style)[:20]}`")
        content = parameter.get("content")
        explode = parameter.get("explode", style == "form")
        place = Place(
            where=where, name=name, style=str(style), explode=explode is True, is_json=isinstance(content, dict)
        )
        schema = _schema_of(next(iter(content.values()), {})) if isinstance(content, dict) else parameter.get("schema")
        self._add(place, {} if schema is None else schema, parameter.get("description"))
        if parameter.get("required") is True or where == "path":
            self._required.append(next(reversed(self._properties)))

    def add_body(self, said: Value) -> str | None:
        """The body's fields, or the body as one argument where they cannot be told apart; gives its media type."""
        body = self._document.resolved(said)
        if not isinstance(body, dict):
            return None
        content = body.get("content")
        media = _media_of(content)
        if not isinstance(content, dict) or media is None:
            kinds = ", ".join(list(content)[:3]) if isinstance(content, dict) else "nothing"
            raise Unreadable(f"its body is {kinds[:80]}, which a plan cannot write")
        schema = _schema_of(content[media])
        is_required = body.get("required") is True
        whole = self._document.resolved(schema)
        if isinstance(whole, dict) and self._can_be_taken_apart(whole, media, is_required=is_required):
            self._add_fields(whole)
        elif media == _FORM:
            raise Unreadable("its form has no fields that are known")
        else:
            self._add(Place(where="body", name="body"), schema, body.get("description"))
            if is_required:
                self._required.append(next(reversed(self._properties)))
        return media

    def require_path(self, path: str) -> None:
        if any(one in (".", "..") for one in path.split("/")) or not path.isprintable() or set(path) & set("?#\\"):
            raise Unreadable("its path leads elsewhere")
        there = {place.name for place in self.places.values() if place.where == "path"}
        if there != set(re.findall(r"\{([^{}]+)\}", path)):
            raise Unreadable("its path and its path parameters do not agree")

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": self._properties,
            "required": self._required,
            "additionalProperties": False,
        }

    def _can_be_taken_apart(self, whole: dict[str, Value], media: str, *, is_required: bool) -> bool:
        """A plain closed object; one that may be absent, but has required fields, is all or nothing."""
        properties = whole.get("properties")
        if media.startswith("text/") or not isinstance(properties, dict) or not properties:
            return False
        if whole.keys() - _PLAIN_OBJECT - {"additionalProperties"} or whole.get("additionalProperties") not in (
            None,
            False,
        ):
            return False
        return whole.get("type") == "object" and (is_required or not whole.get("required"))

    def _add_fields(self, whole: dict[str, Value]) -> None:
        properties, required = whole["properties"], whole.get("required")
        assert isinstance(properties, dict)  # `_can_be_taken_apart` has looked
        for name, schema in properties.items():
            if self._reader.is_hidden(schema):
                continue
            self._add(Place(where="field", name=name), schema, None)
            if isinstance(required, list) and name in required:
                self._required.append(next(reversed(self._properties)))

    def _add(self, place: Place, schema: Value, description: Value) -> None:
        name = place.name
        while name in self.places:
            name = f"{name}_{place.where}"
        found = self._reader.read(schema)
        if isinstance(found, dict) and isinstance(description, str):
            found = {"description": description, **found}
        self._properties[name] = found
        self.places[name] = place


def _schema_of(media_type: Value) -> Value:
    found = media_type.get("schema") if isinstance(media_type, dict) else None
    return {} if found is None else found


def _media_of(content: Value) -> str | None:
    """The media type to use: JSON before a form before text; None when there is none of them."""
    if not isinstance(content, dict):
        return None
    ranked = sorted((rank, media) for media in content if (rank := _rank(media)) is not None)
    return ranked[0][1] if ranked else None


def _rank(media: str) -> int | None:
    if _is_json(media):
        return 0
    if media.startswith(_FORM):
        return 1
    return 2 if media.startswith("text/") else None


def _is_json(media: str) -> bool:
    plain = media.partition(";")[0].strip().lower()
    return plain in ("application/json", "*/*") or plain.endswith("+json")


def _description(said: dict[str, Value]) -> str:
    parts = [said.get("summary"), said.get("description")]
    return "\n".join(one for one in parts if isinstance(one, str) and one)
