"""Tools as data, so that plans can be checked where the code is not.

A manifest is written by `dump_manifest` and described by `manifest_schema`. `load_manifest` reads it back, and the
lists of tools that others write (`listings.py`), too. Whatever is wrong is reported at once, each thing with its
place as a JSON pointer; a list with an error in it gives no signatures at all.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ..diag.diagnostic import Diagnostic
from ..ir.expr import escape
from ..ir.signature import Schema, Signature, canonical_name
from ..ir.values import Value, kind, problem
from .errors import ManifestError
from .listings import Entry, entries_of
from .names import name_problem
from .schema_check import schema_problems

VERSION = 1
MAX_BYTES = 16 << 20
MAX_DEPTH = 160
"""Levels of nesting of the whole list: two schemas' worth and what stands around them."""


class Manifest(BaseModel):
    """Tools as data. `returns` is `{}` where nothing is known of a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    tools: tuple[Signature, ...]


def manifest_schema() -> Schema:
    """The JSON Schema of a manifest."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Manifest.model_json_schema()


def dump_manifest(signatures: Mapping[str, Signature] | Iterable[Signature]) -> dict[str, Any]:
    """A manifest as plain JSON data. What has its default value is left out."""
    tools = signatures.values() if isinstance(signatures, Mapping) else signatures
    return {"version": VERSION, "tools": [_dumped(one) for one in tools]}


def _dumped(one: Signature) -> dict[str, Any]:
    """A write that was declared stays declared: an undeclared one is only taken for a write."""
    said = {"effect": one.effect.value} if one.surely_writes else {}
    return one.model_dump(mode="json", exclude_defaults=True) | said


def read_manifest(text: str | bytes) -> dict[str, Signature]:
    """The signatures by name from JSON text. Raises `ManifestError`."""
    return load_manifest(read_json(text))


def read_json(text: str | bytes) -> Value:
    """What a description of tools holds, as parsed JSON. Raises `ManifestError`."""
    if len(text) > MAX_BYTES:
        raise ManifestError([_unreadable(f"the list of tools is larger than {MAX_BYTES >> 20} MiB")])
    try:
        data: Value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        message = f"this is no JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        raise ManifestError([_unreadable(message)]) from None
    except RecursionError:  # said in the same words as a list that Python could just read
        raise ManifestError([_unreadable(f"the list of tools is or holds nested deeper than {MAX_DEPTH}")]) from None
    except ValueError as error:  # not UTF-8, a number of 5,000 digits, a key that stands twice
        raise ManifestError([_unreadable(f"this is no JSON that can be read: {error}")]) from None
    return data


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    """An object in which no key stands twice: readers would disagree which of the two is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key `{twice[:60]}` stands twice in one object")
    return found


def load_manifest(data: Value) -> dict[str, Signature]:
    """The signatures by name from parsed JSON. Raises `ManifestError`."""
    fault = problem(data, max_depth=MAX_DEPTH)
    if fault is not None:
        raise ManifestError([_unreadable(f"the list of tools is or holds {fault}")])
    if isinstance(data, dict) and data.get("version", VERSION) != VERSION:
        message = f"manifest version {data['version']} is not known; this release reads version {VERSION}"
        raise ManifestError([Diagnostic(code="RW707", message=message, at="/version", allowed=(str(VERSION),))])
    entries = entries_of(data)
    if entries is None:
        raise ManifestError([_unreadable(f"no list of tools that is known, but {kind(data)}")])
    return _signatures(entries)


def _signatures(entries: Iterable[Entry]) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    wrong: list[Diagnostic] = []
    for entry in entries:
        problems = list(_problems(entry))
        wrong += problems
        if any(one.is_error for one in problems):
            continue
        signature = Signature.model_validate(entry.fields | {"name": canonical_name(str(entry.fields["name"]))})
        if found.setdefault(signature.name, signature) != signature:
            message = f"there is another tool `{signature.name}` before this one"
            wrong.append(Diagnostic(code="RW704", message=message, at=entry.place_of("name")))
    if any(one.is_error for one in wrong):
        raise ManifestError(wrong)
    return found


def _problems(entry: Entry) -> Iterator[Diagnostic]:
    if entry.problem is not None:
        yield Diagnostic(code="RW702", message=entry.problem, at=entry.at)
        return
    try:
        Signature.model_validate(entry.fields)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False):
            field, *rest = one["loc"] or ("",)
            below = "".join(f"/{escape(str(part))}" for part in rest)
            yield Diagnostic(
                code="RW702", message=_sentence(str(field), one["msg"]), at=entry.place_of(str(field)) + below
            )
        return
    name = str(entry.fields["name"])
    unusable = name_problem(name) if entry.is_ours else (None if name.strip() else "it is empty")
    if unusable is not None:
        yield Diagnostic(
            code="RW703", message=f"`{name[:80]}` cannot name a tool: {unusable}", at=entry.place_of("name")
        )
    yield from _parameter_problems(entry)
    yield from schema_problems(entry.fields.get("returns", {}), entry.place_of("returns"))


def _parameter_problems(entry: Entry) -> Iterator[Diagnostic]:
    parameters = entry.fields.get("parameters")
    if parameters is None:
        return
    at = entry.place_of("parameters")
    if isinstance(parameters, dict) and parameters.get("type", "object") != "object":
        yield Diagnostic(code="RW705", message="parameters are an object schema (`type: object`)", at=f"{at}/type")
        return
    yield from schema_problems(parameters, at)


def _sentence(field: str, message: str) -> str:
    return f"`{field}`: {message[:1].lower()}{message[1:]}" if field else message


def _unreadable(message: str) -> Diagnostic:
    return Diagnostic(code="RW701", message=message, at="")
