"""Calls to what an OpenAPI document describes: arguments to a request, an answer to evidence.

    tools = openapi_tools(text, "https://api.example.org/v1", headers={"Authorization": f"Bearer {token}"})

Where to call is the host's to say, never the document's, and what goes there obeys `http.py`: public addresses only,
unless the host names the others, looked at again after each redirect.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ..diag.errors import ToolError
from ..ir.signature import Signature
from ..ir.values import Value, compact
from .context import CallContext
from .errors import ArgumentError, ResultError
from .http import Answered, Rules, Sent, send
from .openapi import Described, Operation, Place, read_openapi
from .pins import held_to
from .registry import Registry
from .results import weigh
from .strangers import argument_check, clean_text
from .tool import Tool

MAX_SHOWN = 200
_RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOST = frozenset({502, 504})
"""A gateway answered in the server's place: nobody knows what the server did."""

_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def openapi_tools(
    document: str | bytes | Described,
    base_url: str,
    *,
    headers: Mapping[str, str] | None = None,
    private_hosts: Collection[str] = (),
    pinned: Mapping[str, Signature] | None = None,
    timeout: float = 30.0,
) -> Registry:
    """The operations of an OpenAPI document as tools.

    Args:
        document: its JSON text, or what `read_openapi` has made of it.
        base_url: what the paths are appended to.
        headers: sent with every call to that origin and to no other, such as `Authorization`.
        private_hosts: hosts, as they are written in a URL, that may have a private address: `("localhost",)`.
        pinned: what the tools must be (`pins.py`).
        timeout: seconds for one call, redirects and all.

    Raises:
        ManifestError: the document cannot be read.
        ToolError: the base URL cannot be used, or the tools are not what was pinned.
    """
    described = document if isinstance(document, Described) else read_openapi(document)
    signatures = described.signatures if pinned is None else held_to(pinned, described.signatures)
    base = _base(base_url)
    secret = {name.lower(): value for name, value in (headers or {}).items()}
    hosts = frozenset(host.lower() for host in private_hosts)

    def tool(operation: Operation, signature: Signature) -> Tool:
        check = argument_check(signature)

        async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
            check(arguments)
            request = _request(operation, arguments, base, secret)
            answered = await send(request, Rules(timeout, context.limits.bytes, hosts))
            value = _value(operation, answered)
            weigh(value, context.limits)
            return value

        return Tool(signature=signature, call=call, check=check)

    return Registry(*(tool(described.operations[name], one) for name, one in signatures.items()))


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ToolError(f"a base URL is an http or https URL, not `{url[:80]}`", retryable=False)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ToolError("a base URL has no query, fragment or password; pass secrets as headers", retryable=False)
    return url.rstrip("/")


# --- arguments to a request ---


def _request(operation: Operation, arguments: Mapping[str, Any], base: str, secret: Mapping[str, str]) -> Sent:
    given = [(place, arguments[name]) for name, place in operation.places.items() if name in arguments]
    path = operation.path
    headers = {"accept": "application/json, text/*;q=0.5"}
    query: list[tuple[str, str]] = []
    for place, value in given:
        if place.where == "path":
            path = path.replace(f"{{{place.name}}}", _in_path(place, value))
        elif place.where == "query":
            query += _in_query(place, value)
        elif place.where == "header" and value is not None:
            headers[place.name.lower()] = _in_header(place, value)
    if any(segment in (".", "..") for segment in path.split("/")):
        raise ArgumentError("a path leads down, never up")
    body = _body(operation, given)
    if body is not None and operation.media is not None:
        headers["content-type"] = operation.media
    asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return Sent(operation.method, base + path + asked, headers, secret, body)


def _in_path(place: Place, value: Value) -> str:
    """One segment, or part of one, and never a way up: `..` would be another operation."""
    text = _joined(place, value)
    if text.strip() in ("", ".", ".."):
        raise ArgumentError(f"`{text}` cannot be part of a path", argument=place.name)
    return quote(text, safe="")


def _in_header(place: Place, value: Value) -> str:
    text = _joined(place, value)
    if not text.isascii() or not text.isprintable():
        raise ArgumentError("a header holds printable ASCII characters only", argument=place.name)
    return text


def _in_query(place: Place, value: Value) -> Iterator[tuple[str, str]]:
    name = place.name
    if value is None:
        return
    if place.is_json:
        yield name, compact(value)
    elif isinstance(value, list):
        texts = list(map(_plain, value))
        separator = _SEPARATORS.get(place.style, ",")
        yield from ((name, one) for one in texts) if place.explode else [(name, separator.join(texts))]
    elif isinstance(value, dict) and place.style == "deepObject":
        yield from ((f"{name}[{key}]", _plain(one)) for key, one in value.items())
    elif isinstance(value, dict) and place.explode:
        yield from ((key, _plain(one)) for key, one in value.items())
    else:
        yield name, _joined(place, value)


def _joined(place: Place, value: Value) -> str:
    """The style `simple`: `a,b` for a list, `k,v` or `k=v` for an object."""
    if place.is_json:
        return compact(value)
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    if isinstance(value, dict):
        between = "=" if place.explode else ","
        return ",".join(f"{key}{between}{_plain(one)}" for key, one in value.items())
    return _plain(value)


def _plain(value: Value) -> str:
    return "" if value is None else compact(value)


def _body(operation: Operation, given: list[tuple[Place, Any]]) -> bytes | None:
    if operation.media is None:
        return None
    fields = {place.name: value for place, value in given if place.where == "field"}
    whole = [value for place, value in given if place.where == "body"]
    if whole:
        text = whole[0] if operation.media.startswith("text/") and isinstance(whole[0], str) else json.dumps(whole[0])
        return text.encode()
    if any(place.where == "body" for place in operation.places.values()):
        return None
    if "urlencoded" in operation.media:
        pairs = [
            pair for name, value in fields.items() for pair in _in_query(Place("query", name, "form", True), value)
        ]
        return urlencode(pairs).encode()
    return json.dumps(fields).encode()


# --- an answer to evidence ---


def _value(operation: Operation, answered: Answered) -> Value:
    if not 200 <= answered.status < 300:
        raise _failed(answered)
    if operation.method == "HEAD" or not answered.body:
        return None
    if answered.kind == "application/json" or answered.kind.endswith("+json"):
        return _json(answered.body)
    if answered.kind.startswith("text/") or not answered.kind:
        return _text(answered)
    raise ResultError(f"the answer is {answered.kind[:60]}, which is no evidence")


def _json(body: bytes) -> Value:
    try:
        found: Value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ResultError(f"the answer is no JSON: {clean_text(str(error), MAX_SHOWN)}") from None
    return found


def _text(answered: Answered) -> str:
    try:
        return answered.body.decode(answered.charset)
    except (UnicodeDecodeError, LookupError):
        raise ResultError(f"the answer is no text in {answered.charset[:20]}") from None


def _failed(answered: Answered) -> ToolError:
    told = clean_text(re.sub(r"\s+", " ", answered.body[: 4 * MAX_SHOWN].decode("utf-8", "replace")), MAX_SHOWN)
    error = ToolError(f"HTTP {answered.status}: {told}".rstrip(": "), retryable=answered.status in _RETRYABLE)
    if answered.status in _LOST:
        error.__cause__ = TimeoutError()
    return error
