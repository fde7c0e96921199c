"""Models behind an OpenAI-compatible endpoint, through the `openai` client. The only module that imports it.

An `Endpoint` is where models are: address, key, protocol, patience. Connections live no longer than the calls that
need them (`Endpoint.open` keeps them for a while longer), so there is nothing to close, and an endpoint may be used
from several event loops, one after the other or at once.

Which protocol: the Responses API where the endpoint has it, Chat Completions where it answers that it has not
(404, 405, 501); which of the two it was is remembered. `api=` decides it beforehand.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import SecretStr

from ..diag.errors import ModelError
from ..ir.signature import Schema
from .form import form
from .model import RETRIES, Kind, Message, Reply, Usage
from .wire import Api, Body, Question, Raw, gather, judged, read, request

if TYPE_CHECKING:
    import openai

ApiChoice: TypeAlias = Literal["auto", "responses", "chat"]

OPENAI_URL = "https://api.openai.com/v1"
_NO_SUCH_API = (404, 405, 501)
_PASSING = (408, 409, 429, 500, 502, 503, 504)
_FIRST_WAIT, _LONGEST_GUESS = 0.5, 8.0


class Endpoint:
    """Where models are.

    Args:
        base_url: for example `http://localhost:11434/v1`; default: `OPENAI_BASE_URL`, else OpenAI itself.
        api_key: default: `OPENAI_API_KEY`. Endpoints other than OpenAI's are called without one as well.
        api: which protocol to speak; `auto` finds out with the first call.
        timeout: seconds that one attempt may take, from the first byte sent to the last received.
        retries: further attempts after a passing failure (rate limit, connection, failing server).
        max_wait: the longest `Retry-After`, in seconds, that is waited for; beyond it the call fails at once.

    Raises:
        ModelError: address or key cannot be one.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | SecretStr | None = None,
        api: ApiChoice = "auto",
        timeout: float = 120.0,
        retries: int = RETRIES,
        max_wait: float = 60.0,
    ) -> None:
        if api not in ("auto", "responses", "chat"):
            raise ValueError(f"api is 'auto', 'responses' or 'chat', not {api!r}")
        self.base_url = _checked_url(base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL)
        self.timeout, self.retries, self.max_wait = timeout, retries, max_wait
        key = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key
        self._key = _checked_key(key or os.environ.get("OPENAI_API_KEY") or "")
        self.api: Api | None = None if api == "auto" else api  # None until the first call has found out
        self._leases: dict[asyncio.AbstractEventLoop, _Lease] = {}

    def __repr__(self) -> str:
        return f"Endpoint({self.host})"

    @property
    def host(self) -> str:
        """The endpoint's name for people: never the whole address, which may hold a password."""
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def model(self, name: str) -> OpenAIModel:
        """The model that this endpoint knows as `name`."""
        return OpenAIModel(self, name)

    def without_key(self, text: str) -> str:
        """`text` cut to a readable length, with the key made unreadable should the endpoint have echoed it."""
        key = self._key.get_secret_value()
        return (text.replace(key, "[key]") if key else text)[:500]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[openai.AsyncOpenAI]:
        """Keeps the connections to this endpoint for a while, so that several calls share them."""
        loop = asyncio.get_running_loop()
        lease = self._leases.setdefault(loop, _Lease())
        lease.users += 1
        try:
            if lease.client is None:
                lease.client = self._client()
            yield lease.client
        finally:
            lease.users -= 1
            if not lease.users:
                del self._leases[loop]
                if lease.client is not None:
                    await lease.client.close()

    def _client(self) -> openai.AsyncOpenAI:
        key = self._key.get_secret_value()
        if not key and self.base_url.rstrip("/") == OPENAI_URL:
            raise ModelError("no API key: give api_key or set OPENAI_API_KEY", kind="auth")
        # Retries are ours, so that every attempt is counted and on_text never hears a piece twice.
        client: openai.AsyncOpenAI = _import_openai().AsyncOpenAI(
            base_url=self.base_url, api_key=key or "none", timeout=self.timeout, max_retries=0
        )
        return client

    async def ask(
        self,
        question: Question,
        on_text: Callable[[str], None] | None,
        on_usage: Callable[[Usage], None] | None,
    ) -> Reply:
        """One question, answered over whichever protocol the endpoint speaks."""
        call = _Call(self, question, on_text, on_usage)
        if self.api:
            return await call.answer(self.api)
        try:
            reply = await call.answer("responses")
            self.api = "responses"
        except _NoSuchApi:
            reply = await call.answer("chat")
            self.api = "chat"
        return reply


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """One model of an endpoint; a `rewoo_dsl.llm.Model`."""

    endpoint: Endpoint
    name: str

    @property
    def attempts(self) -> int:
        """How often one question is asked at most."""
        return self.endpoint.retries + 1

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
        asked = None if schema is None else form(schema)
        question = Question(self.name, tuple(messages), asked, max_tokens, temperature)
        return await self.endpoint.ask(question, on_text, on_usage)


@dataclass(slots=True)
class _Lease:
    """One event loop's client and how many calls are using it."""

    users: int = 0
    client: openai.AsyncOpenAI | None = None


class _NoSuchApi(Exception):
    """The endpoint does not have the protocol that `auto` tried first."""


class _Failed(Exception):
    """One attempt failed in the transport. `wait` is the endpoint's wish in seconds, None when it has none."""

    def __init__(
        self, error: ModelError, *, passing: bool = False, wait: float | None = None, no_such_api: bool = False
    ) -> None:
        self.error, self.passing, self.wait, self.no_such_api = error, passing, wait, no_such_api
        super().__init__(str(error))


@dataclass(slots=True)
class _Call:
    """One question on its way: its attempts, and what they have cost so far."""

    endpoint: Endpoint
    question: Question
    on_text: Callable[[str], None] | None
    on_usage: Callable[[Usage], None] | None
    spent: Usage = field(default_factory=Usage)
    heard: bool = False

    async def answer(self, api: Api) -> Reply:
        attempt = 0
        while True:
            try:
                return await self._attempt(api)
            except _Failed as failed:
                wait = _guess(attempt) if failed.wait is None else failed.wait
                if not failed.passing or self.heard or attempt == self.endpoint.retries:
                    raise failed.error from None
                if wait > self.endpoint.max_wait:
                    raise failed.error from None
            attempt += 1
            await asyncio.sleep(wait)

    async def _attempt(self, api: Api) -> Reply:
        usage = Usage(calls=1)
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                raw = await self._raw(api)
            usage = raw.usage
        except _Failed as failed:
            if failed.no_such_api and self.endpoint.api is None and api == "responses":
                usage = Usage()  # finding out is not a call of a model
                raise _NoSuchApi from None
            raise
        except TimeoutError:
            raise ModelError(
                f"no complete answer from {self.endpoint.host} within {self.endpoint.timeout:g} s", kind="timeout"
            ) from None
        finally:
            self.spent += usage
            if self.on_usage and usage.calls:
                self.on_usage(usage)
        reply = judged(raw, self.question.form)
        return replace(reply, usage=self.spent)

    async def _raw(self, api: Api) -> Raw:
        is_openai = self.endpoint.base_url.startswith(OPENAI_URL)
        body = request(api, self.question, long_limit_name=is_openai)
        async with self.endpoint.open() as client:
            create: Any = client.responses.create if api == "responses" else client.chat.completions.create
            with _translated(self.endpoint):
                if self.on_text is None:
                    return read(api, _data(await create(**body)))
                return await self._streamed(api, create, body, self.on_text)

    async def _streamed(self, api: Api, create: Any, body: Body, on_text: Callable[[str], None]) -> Raw:
        more = {"stream_options": {"include_usage": True}} if api == "chat" else {}
        gatherer = gather(api)
        async with await create(**body, **more, stream=True) as events:
            async for event in events:
                if piece := gatherer.feed(_data(event)):
                    self.heard = True
                    on_text(piece)
        return gatherer.raw()


def _checked_url(url: str) -> str:
    """The address, when it can be one. It is never shown: it may hold a password."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ModelError("base_url (or OPENAI_BASE_URL) is not an http or https address", kind="request")
    return url


def _checked_key(key: str) -> SecretStr:
    """The key without the blanks and line ends of a careless copy. A key that no header can carry is refused here,
    because the HTTP library would repeat it in its message."""
    key = key.strip()
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ModelError("api_key (or OPENAI_API_KEY) holds characters that no key has", kind="auth")
    return SecretStr(key)


def _guess(attempt: int) -> float:
    """Seconds to wait when the endpoint says nothing: exponential, with jitter."""
    return min(_FIRST_WAIT * 2.0**attempt, _LONGEST_GUESS) * random.uniform(0.75, 1.0)


def _data(reply: object) -> Any:
    """The client's reply as plain data; the client hands over the bare text of a reply that is not JSON."""
    openai = _import_openai()
    if isinstance(reply, openai.BaseModel):
        return reply.to_dict(mode="json", warnings=False)
    return reply


@contextmanager
def _translated(endpoint: Endpoint) -> Iterator[None]:
    """The client's exceptions as ours. None of ours chains to one of its: those hold the request with its key."""
    openai = _import_openai()
    try:
        yield
    except openai.APITimeoutError:
        raise TimeoutError from None
    except (openai.APIConnectionError, *_transport_errors()) as error:
        why = endpoint.without_key(str(error.__cause__ or error))
        failure = ModelError(f"no connection to {endpoint.host}: {why}", kind="connection")
        raise _Failed(failure, passing=True) from None
    except openai.APIStatusError as error:
        raise _status_failure(endpoint, error) from None
    except openai.OpenAIError as error:
        raise ModelError(f"{endpoint.host}: {endpoint.without_key(str(error))}", kind="server") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ModelError(f"{endpoint.host} sent a reply that is not JSON", kind="malformed") from None


def _transport_errors() -> tuple[type[Exception], ...]:
    """Before 3.0 the client lets the errors of its HTTP library (httpx) pass when a stream breaks off."""
    httpx: Any = sys.modules.get("httpx")
    return (httpx.HTTPError,) if httpx else ()


def _status_failure(endpoint: Endpoint, error: openai.APIStatusError) -> _Failed:
    status = error.status_code
    kind: Kind = "quota" if error.code == "insufficient_quota" else _kind(status)
    body = error.body if isinstance(error.body, dict) else {}
    said = endpoint.without_key(str(body.get("message") or error.message))
    message = f"{endpoint.host} answered {status}: {said}"
    return _Failed(
        ModelError(message, kind=kind),
        passing=status in _PASSING and kind != "quota",
        wait=_retry_after(error.response.headers),
        no_such_api=status in _NO_SUCH_API and error.code != "model_not_found",
    )


def _kind(status: int) -> Kind:
    match status:
        case 401 | 403:
            return "auth"
        case 404 | 405 | 501:
            return "not_found"
        case 408 | 504:
            return "timeout"
        case 429:
            return "rate_limit"
    return "server" if status >= 500 else "request"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The wait that `retry-after-ms` or `retry-after` asks for, in seconds; the date form is not read."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= wait < math.inf:
            return wait
    return None


def _import_openai() -> Any:
    try:
        import openai
    except ImportError:
        raise ModelError("models need the `openai` package: pip install 'rewoo-dsl[models]'") from None
    return openai
