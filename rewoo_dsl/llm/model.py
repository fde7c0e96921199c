"""What every role knows of a model: messages in, one `Reply` out.

`Model` is the whole protocol, so that a host can put its own client behind a role. Whatever goes wrong is a
`ModelError` whose `kind` is one of `Kind`; cancellation passes through untouched. Costs are told to `on_usage`
attempt by attempt, because a refusal or a reply that was cut short costs as much as a good one. A model that asks more
than once for one answer may say by an attribute `attempts` how often at most; bounds of plans count that many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from ..ir.signature import Schema

Role: TypeAlias = Literal["system", "user", "assistant"]

Kind: TypeAlias = Literal[
    "timeout",  # no complete reply in time
    "connection",  # no connection, or it broke off
    "rate_limit",  # too many requests, and waiting did not help or would take too long
    "quota",  # the account has nothing left
    "auth",  # the key is missing, wrong, or not allowed to
    "not_found",  # no such model or endpoint
    "request",  # the endpoint does not take this request
    "server",  # the endpoint failed
    "refusal",  # the model declined to answer
    "filtered",  # the endpoint withheld the answer
    "truncated",  # the answer ended at the token ceiling
    "malformed",  # the reply is not what the protocol, or the schema, says
]

LOST: frozenset[str] = frozenset({"connection", "malformed"})
"""Kinds of failure in which an answer was lost on its way, so that a role may ask once more."""


RETRIES = 2
"""How often an endpoint is asked again for one answer, unless it is made otherwise."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent. `cached_tokens` are part of `input_tokens`; `calls` counts every started attempt."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer. `data` is the value that fits the asked schema, None when no schema was asked.

    `usage` sums the attempts that led to this reply; `model` is the endpoint's own name for who answered.
    """

    text: str
    data: Any = None
    usage: Usage = field(default_factory=Usage)
    model: str = ""


class Model(Protocol):
    """Something that answers messages."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        on_text: Callable[[str], None] | None = None,
        on_usage: Callable[[Usage], None] | None = None,
    ) -> Reply:
        """The model's answer to `messages`.

        Args:
            schema: the answer must be JSON that fits it; the value is in `Reply.data`.
            max_tokens: ceiling for the answer; a longer one is a ModelError of kind `truncated`.
            temperature: left to the endpoint when None; reasoning models do not take one.
            on_text: hears the answer piece by piece, as it arrives; asks the endpoint to stream.
            on_usage: hears what each attempt cost, failed attempts included.

        Raises:
            ModelError: no good answer; `kind` says why.
        """
        ...
