"""A run's events as JSON lines, and back: one event a line, checked against their schema when read."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from .events import VERSION, Event, RunStarted

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class BadTrace(ValueError):
    """A line that is no event; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {message}")


@cache
def _adapter() -> "TypeAdapter[Event]":
    """Built when the first event is written or read: most users of this room never do."""
    from pydantic import ConfigDict, Discriminator, TypeAdapter

    return TypeAdapter(Annotated[Event, Discriminator("type")], config=ConfigDict(extra="forbid", allow_inf_nan=False))


def dump(events: Iterable[Event]) -> Iterator[str]:
    """One line of JSON for each event, without line ends."""
    for event in events:
        yield json.dumps(_adapter().dump_python(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def load(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a log; empty lines are passed over. Raises `BadTrace` at the first line that is none."""
    from pydantic import ValidationError

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = _adapter().validate_json(line, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise BadTrace(number, f"{place}: {first['msg']}" if place else first["msg"]) from None
        if isinstance(event, RunStarted) and event.version > VERSION:
            raise BadTrace(number, f"written in version {event.version} of the events; this reads {VERSION}")
        yield event


def schema() -> dict[str, Any]:
    """The JSON Schema of one event."""
    found = _adapter().json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Event of a run", **found}
