"""Events as rows of a journal, and back: exact, compact, and no value twice.

A row's text has one JSON array of events a line. Two forms stand for events that would repeat or swell it, each under
a `type` of its own, so that no data can be taken for one: `alike`, the end of a step or item with the value of the
attempt told just before it, and `aside`, an event of which large fields are kept elsewhere, by the hash of their JSON.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from ..diag.errors import JournalError
from .events import VERSION, AttemptFinished, Event, ItemFinished, RunStarted, StepFinished

ASIDE_FROM = 32 << 10
"""Fields of more bytes than this, as JSON, are kept aside."""

_LINE = 64
"""Events a line: so many are encoded at once, and looked at one by one only when they are large together."""


@dataclass(slots=True)
class Alike:
    """A step or item that succeeded with the value of the attempt that was told just before."""

    type: Literal["alike"] = "alike"


@dataclass(slots=True)
class Aside:
    """An event, and by name the hashes of those of its fields that are kept elsewhere; `arguments/text` is one argument
    of a call."""

    event: dict[str, Any]
    fields: dict[str, str]
    type: Literal["aside"] = "aside"


_ALIKE = Alike()


def encode(events: Sequence[Event]) -> tuple[str, dict[str, str]]:
    """The text of a row, and what is kept aside: JSON by its hash."""
    stored = _without_repeats(events)
    blobs: dict[str, str] = {}
    lines = []
    for start in range(0, len(stored), _LINE):
        several = stored[start : start + _LINE]
        line = _json(several)
        if len(line) > ASIDE_FROM:
            line = _json([_slimmed(one, blobs) for one in several])
        lines.append(line)
    return b"\n".join(lines).decode(), blobs


def _json(value: Any) -> bytes:
    try:
        return to_json(value)
    except PydanticSerializationError as error:
        raise JournalError(f"an event cannot be written as JSON: {error}") from None


def _without_repeats(events: Sequence[Event]) -> list[Event | Alike]:
    found: list[Event | Alike] = []
    before: Event | None = None
    for event in events:
        found.append(_ALIKE if type(before) is AttemptFinished and _is_alike(before, event) else event)
        before = event
    return found


def _is_alike(before: AttemptFinished, event: Event) -> bool:
    if type(event) is StepFinished:
        if before.item is not None:
            return False
    elif type(event) is not ItemFinished or event.item != before.item:
        return False
    return (
        event.value is before.value
        and event.step == before.step
        and event.state == "succeeded"
        and event.branch == before.branch
        and event.at == before.at
        and event.reason is None
        and not event.message
    )


def _slimmed(event: Event | Alike, blobs: dict[str, str]) -> Event | Alike | Aside:
    if type(event) is Alike or len(_json(event)) <= ASIDE_FROM:
        return event
    kept: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for name in event.__slots__:
        value = getattr(event, name)
        text = _json(value)
        if len(text) <= ASIDE_FROM:
            kept[name] = value
        elif name == "arguments" and (members := _large_members(value)):
            kept[name] = {key: None if key in members else one for key, one in value.items()}
            fields |= {f"{name}/{key}": keep(one, blobs) for key, one in members.items()}
        else:
            fields[name] = keep(text.decode(), blobs)
    return Aside(kept, fields) if fields else event


def _large_members(value: Mapping[str, Any]) -> dict[str, str]:
    """Evidence is passed on whole in many a call beside different small arguments: each is kept aside by itself."""
    texts = {key: _json(one) for key, one in value.items()}
    return {key: text.decode() for key, text in texts.items() if len(text) > ASIDE_FROM}


def keep(text: str, blobs: dict[str, str]) -> str:
    """Puts a text among `blobs`; its hash."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    blobs[digest] = text
    return digest


# --- back -----------------------------------------------------------------------------------------------------------


@cache
def _lines() -> "TypeAdapter[list[Event | Alike | Aside]]":
    one = Annotated[Event | Alike | Aside, Discriminator("type")]
    return TypeAdapter(list[one], config=ConfigDict(extra="forbid", allow_inf_nan=False))


def decode(text: str, blob: Callable[[str], str]) -> Iterator[Event]:
    """The events of a row, checked against their schema. `blob` gives what is kept aside.

    Raises:
        JournalError: it holds something else.
    """
    before: Event | None = None
    for line in text.split("\n") if text else ():
        for one in _read(line):
            match one:
                case Alike():
                    event: Event = _end_of(before)
                case Aside():
                    event = _whole(one, blob)
                case _:
                    event = one
            if isinstance(event, RunStarted) and event.version > VERSION:
                raise JournalError(
                    f"its events are written in version {event.version}; this version of rewoo_dsl reads {VERSION}"
                )
            yield event
            before = event


def _read(line: str) -> "list[Event | Alike | Aside]":
    try:
        return _lines().validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise JournalError(f"a row does not hold events ({place}: {first['msg']})") from None


def _end_of(attempt: Event | None) -> StepFinished | ItemFinished:
    if not isinstance(attempt, AttemptFinished):
        raise JournalError("a row has the end of a step without its last attempt")
    end = ("succeeded", attempt.value, None, "", attempt.branch, attempt.at)
    if attempt.item is None:
        return StepFinished(attempt.step, *end)  # type: ignore[arg-type]  # a tuple of unlike things
    return ItemFinished(attempt.step, attempt.item, *end)  # type: ignore[arg-type]  # as above


def _whole(one: Aside, blob: Callable[[str], str]) -> Event:
    fields = dict(one.event)
    for place, digest in one.fields.items():
        name, _, key = place.partition("/")
        value = json.loads(blob(digest))
        if key and isinstance(fields.get(name), dict):
            fields[name] = {**fields[name], key: value}
        else:
            fields[place] = value
    (event,) = _read(json.dumps([fields], allow_nan=False))
    if isinstance(event, Alike | Aside):
        raise JournalError("a row keeps something aside that is no event")
    return event
