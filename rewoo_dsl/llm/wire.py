"""The two protocols of OpenAI-compatible endpoints, as data: what to send, and what came back.

Nothing here talks to anyone. `request` writes the body of a call, `read` understands a whole reply, and `gather`
makes a stream's reader; all three exist once for the Responses API and once for Chat Completions and meet in `Raw`,
which `judged` turns into a `Reply` or an error. Replies are read strictly into small models of our own: compatible
endpoints differ, and a missing field must be a clear error and not an attribute that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, Field, ValidationError

from ..diag.errors import ModelError
from .form import Form, without_reasoning
from .model import Message, Reply, Usage

Api: TypeAlias = Literal["responses", "chat"]
Body: TypeAlias = dict[str, Any]
Finish: TypeAlias = Literal["stop", "length", "filter", "failed"]

_SCHEMA_NAME = "answer"
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Question:
    """One call, before it takes the form of a protocol."""

    model: str
    messages: tuple[Message, ...]
    form: Form | None = None
    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply as it came, good or not. `note` holds the endpoint's own words when it says that it failed."""

    text: str
    refusal: str
    finish: Finish
    usage: Usage
    model: str
    note: str = ""


def judged(raw: Raw, asked: Form | None) -> Reply:
    """The reply, when it is a complete answer.

    Raises:
        ModelError: of kind `refusal`, `truncated`, `filtered`, `server` or `malformed`.
    """
    if raw.refusal:
        raise ModelError(f"the model declined: {raw.refusal[:300]}", kind="refusal")
    match raw.finish:
        case "length":
            raise ModelError("the answer ended at the token ceiling", kind="truncated")
        case "filter":
            raise ModelError("the endpoint withheld the answer (content filter)", kind="filtered")
        case "failed":
            raise ModelError(f"the endpoint failed: {raw.note[:300] or 'no reason given'}", kind="server")
    if not raw.text.strip():
        raise ModelError("the answer is empty", kind="malformed")
    data = asked.read(raw.text) if asked else None
    return Reply(without_reasoning(raw.text), data, raw.usage, raw.model)


def request(api: Api, question: Question, *, long_limit_name: bool = True) -> Body:
    """The body of the call. `long_limit_name` matters for Chat Completions only.

    OpenAI wants `max_completion_tokens` there and refuses the older `max_tokens` for reasoning models; several
    compatible servers know only the older name and ignore the newer one in silence.
    """
    return _responses_request(question) if api == "responses" else _chat_request(question, long_limit_name)


def read(api: Api, reply: object) -> Raw:
    """What a whole reply says.

    Raises:
        ModelError: of kind `malformed`, when it is not what the protocol promises.
    """
    return _read_responses(reply) if api == "responses" else _read_chat(reply)


def gather(api: Api) -> Gatherer:
    """A reader for the events of one stream."""
    return _ResponsesGatherer() if api == "responses" else _ChatGatherer()


class Gatherer(Protocol):
    """Puts a stream's events together."""

    def feed(self, event: object) -> str:
        """The text that this event adds to the answer."""
        ...

    def raw(self) -> Raw:
        """The whole reply, after the last event; a ModelError of kind `connection` when the stream broke off."""
        ...


def _cut_off() -> ModelError:
    return ModelError("the stream broke off before the answer was complete", kind="connection")


# --- Chat Completions ----------------------------------------------------------------------------------------------


def _chat_request(question: Question, long_limit_name: bool) -> Body:
    body: Body = {
        "model": question.model,
        "messages": [{"role": one.role, "content": one.text} for one in question.messages],
    }
    if question.form:
        schema = {"name": _SCHEMA_NAME, "schema": question.form.asked, "strict": question.form.strict}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if question.max_tokens is not None:
        body["max_completion_tokens" if long_limit_name else "max_tokens"] = question.max_tokens
    if question.temperature is not None:
        body["temperature"] = question.temperature
    return body


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _ChatUsage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None

    def usage(self) -> Usage:
        cached = (self.prompt_tokens_details or _Cached()).cached_tokens or 0
        return Usage(1, self.prompt_tokens, self.completion_tokens, cached)


class _ChatMessage(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _ChatChoice(BaseModel):
    message: _ChatMessage
    finish_reason: str | None = None


class _ChatReply(BaseModel):
    choices: list[_ChatChoice] = Field(min_length=1)
    usage: _ChatUsage | None = None
    model: str | None = None


class _ChatPiece(BaseModel):
    delta: _ChatMessage
    finish_reason: str | None = None


class _ChatEvent(BaseModel):
    choices: list[_ChatPiece] = []
    usage: _ChatUsage | None = None
    model: str | None = None


_CHAT_FINISH: dict[str, Finish] = {"length": "length", "content_filter": "filter"}


def _chat_finish(reason: str | None) -> Finish:
    return _CHAT_FINISH.get(reason or "", "stop")


def _read_chat(data: object) -> Raw:
    reply = _validated(_ChatReply, data)
    choice = reply.choices[0]
    return Raw(
        text=choice.message.content or "",
        refusal=choice.message.refusal or "",
        finish=_chat_finish(choice.finish_reason),
        usage=(reply.usage or _ChatUsage()).usage(),
        model=reply.model or "",
    )


@dataclass(slots=True)
class _ChatGatherer:
    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    finish_reason: str | None = None
    usage: _ChatUsage = field(default_factory=_ChatUsage)
    model: str = ""

    def feed(self, event: object) -> str:
        found = _validated(_ChatEvent, event)
        self.model = found.model or self.model
        self.usage = found.usage or self.usage
        if not found.choices:
            return ""
        piece = found.choices[0]
        self.finish_reason = piece.finish_reason or self.finish_reason
        self.refusal.append(piece.delta.refusal or "")
        added = piece.delta.content or ""
        self.text.append(added)
        return added

    def raw(self) -> Raw:
        if self.finish_reason is None:
            raise _cut_off()
        finish = _chat_finish(self.finish_reason)
        return Raw("".join(self.text), "".join(self.refusal), finish, self.usage.usage(), self.model)


# --- Responses API -------------------------------------------------------------------------------------------------


def _responses_request(question: Question) -> Body:
    body: Body = {
        "model": question.model,
        "input": [{"role": one.role, "content": one.text} for one in question.messages],
        "store": False,  # the endpoint need not keep what we send
    }
    if question.form:
        form = question.form
        asked = {"type": "json_schema", "name": _SCHEMA_NAME, "schema": form.asked, "strict": form.strict}
        body["text"] = {"format": asked}
    if question.max_tokens is not None:
        body["max_output_tokens"] = question.max_tokens
    if question.temperature is not None:
        body["temperature"] = question.temperature
    return body


class _ResponsesUsage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _Cached | None = None

    def usage(self) -> Usage:
        cached = (self.input_tokens_details or _Cached()).cached_tokens or 0
        return Usage(1, self.input_tokens, self.output_tokens, cached)


class _Part(BaseModel):
    type: str
    text: str | None = None
    refusal: str | None = None


class _Item(BaseModel):
    """One output item. Only messages speak; reasoning and the like have other content, which stays unread."""

    type: str
    content: list[Any] | None = None

    def parts(self) -> list[_Part]:
        return [_validated(_Part, part) for part in self.content or ()] if self.type == "message" else []


class _Reason(BaseModel):
    reason: str | None = None


class _Failure(BaseModel):
    message: str | None = None


class _ResponsesReply(BaseModel):
    output: list[_Item]
    status: str | None = None
    incomplete_details: _Reason | None = None
    error: _Failure | None = None
    usage: _ResponsesUsage | None = None
    model: str | None = None

    def finish(self) -> Finish:
        if self.status in ("failed", "cancelled") or self.error:
            return "failed"
        if self.status != "incomplete":
            return "stop"
        reason = self.incomplete_details.reason if self.incomplete_details else None
        return "filter" if reason == "content_filter" else "length"


def _read_responses(data: object) -> Raw:
    reply = _validated(_ResponsesReply, data)
    parts = [part for item in reply.output for part in item.parts()]
    return Raw(
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        refusal="".join(part.refusal or "" for part in parts if part.type == "refusal"),
        finish=reply.finish(),
        usage=(reply.usage or _ResponsesUsage()).usage(),
        model=reply.model or "",
        note=(reply.error.message or "") if reply.error else "",
    )


class _ResponsesEvent(BaseModel):
    type: str
    delta: Any = None
    response: Any = None
    message: str | None = None


@dataclass(slots=True)
class _ResponsesGatherer:
    """The last event carries the whole response, so only the pieces for `on_text` are taken from the others."""

    last: Raw | None = None

    def feed(self, event: object) -> str:
        found = _validated(_ResponsesEvent, event)
        match found.type:
            case "response.output_text.delta":
                return str(found.delta)
            case "response.completed" | "response.incomplete" | "response.failed":
                self.last = _read_responses(found.response)
            case "error":
                raise ModelError(f"the endpoint failed: {(found.message or '')[:300]}", kind="server")
        return ""

    def raw(self) -> Raw:
        if self.last is None:
            raise _cut_off()
        return self.last


def _validated(model: type[_M], data: object) -> _M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the reply"
        raise ModelError(f"the endpoint's reply is malformed: {place}: {first['msg']}", kind="malformed") from None
