"""HTTP for tools, through httpx2: the only module that imports it, and itself imported when a call is prepared.

`send` is for addresses that a plan, a document or a redirect has had a hand in: each connection goes to one that was
looked at before (`addresses.py`). The environment's proxies are not used: they would look up names where nobody
sees. An answer is read up to a limit and never unpacked, so nothing small becomes a gigabyte. Each request has a
connection of its own, which costs a handshake and leaves nothing open.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING

from .._record import record
from ..diag.errors import ToolError
from .addresses import allowed_address
from .errors import ResultError

try:
    import httpx2
except ImportError as error:
    raise ImportError("HTTP needs httpx2: pip install 'rewoo-dsl[openapi]'") from error

if TYPE_CHECKING:
    import ssl

MAX_REDIRECTS = 5
CONNECT_SECONDS = 10.0
STREAM_CONNECT_SECONDS = 30.0
FOLLOWED = frozenset({"GET", "HEAD"})


@record
class Rules:
    """What holds for every request: seconds in all, bytes of an answer, hosts that may have a private address."""

    seconds: float
    max_bytes: int
    private_hosts: Collection[str] = ()


@record
class Sent:
    """A request as it is to be sent. `secret` headers go to the origin of `url` and nowhere else."""

    method: str
    url: str
    headers: Mapping[str, str]
    secret: Mapping[str, str]
    body: bytes | None = None


@record
class Answered:
    """An answer, read to its end. `kind` is its media type without parameters, in lower case."""

    status: int
    kind: str
    charset: str
    body: bytes


async def send(request: Sent, rules: Rules) -> Answered:
    """The answer, whatever its status. Redirects of GET and HEAD are followed, five at most.

    Raises:
        ToolError: it was not sent, or, with a `TimeoutError` or `ConnectionError` as its cause, nobody knows what
            became of it.
        ResultError: the answer is too large, or packed.
    """
    timeout = httpx2.Timeout(rules.seconds, connect=min(CONNECT_SECONDS, rules.seconds))
    transport = httpx2.AsyncHTTPTransport(verify=_certificates(), trust_env=False)
    try:
        async with (
            asyncio.timeout(rules.seconds),
            httpx2.AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client,
        ):
            return await _followed(client, request, rules)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise ToolError(f"{_origin(request.url)} cannot be reached: {_told(error)}") from None
    except (TimeoutError, httpx2.TimeoutException):
        raise ToolError(f"{_origin(request.url)} did not answer in time") from TimeoutError()
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        raise ToolError(f"the request cannot be sent: {_told(error)}", retryable=False) from None
    except httpx2.HTTPError as error:
        raise ToolError(f"{_origin(request.url)} broke off: {_told(error)}") from ConnectionError()


async def _followed(client: httpx2.AsyncClient, request: Sent, rules: Rules) -> Answered:
    first = url = httpx2.URL(request.url)
    for _ in range(MAX_REDIRECTS + 1):
        secret = request.secret if _same_origin(url, first) else {}
        hop = await _looked_at(client, request, url, {**request.headers, **secret}, rules)
        response = await client.send(hop, stream=True)
        try:
            if not response.has_redirect_location:
                return await _read(response, rules.max_bytes)
            location = response.headers["location"]
        finally:
            await response.aclose()
        if request.method not in FOLLOWED:
            told = f"HTTP {response.status_code}: a redirect of {request.method} is not followed"
            raise ToolError(told, retryable=False)
        url = url.join(location)
    raise ToolError(f"{_origin(request.url)} redirects more than {MAX_REDIRECTS} times", retryable=False)


async def _looked_at(
    client: httpx2.AsyncClient, request: Sent, url: httpx2.URL, headers: Mapping[str, str], rules: Rules
) -> httpx2.Request:
    """The request to the very address that was looked at; the server is shown the name that was meant."""
    if url.scheme not in ("http", "https") or not url.host:
        raise ToolError(f"`{url.scheme[:20]}` is no scheme for a tool: http and https are", retryable=False)
    port = url.port or (443 if url.scheme == "https" else 80)
    address = await allowed_address(url.host, port, private_hosts=rules.private_hosts)
    return client.build_request(
        request.method,
        url.copy_with(host=address, userinfo=b"", fragment=None),
        headers={"accept-encoding": "identity", **headers, "host": url.netloc.decode("ascii")},
        content=request.body,
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


async def _read(response: httpx2.Response, max_bytes: int) -> Answered:
    packed = response.headers.get("content-encoding", "identity").lower()
    if packed != "identity":
        raise ResultError(f"the answer is packed ({packed[:20]}), which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise ResultError(f"the answer is larger than {max_bytes} bytes", reason="size")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answered(response.status_code, kind, response.charset_encoding or "utf-8", bytes(body))


def _same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


@contextlib.asynccontextmanager
async def streaming_client(headers: Mapping[str, str], *, max_bytes: int) -> AsyncIterator[httpx2.AsyncClient]:
    """A client for a server that the host itself has named (MCP): any address, and streams that may wait for ever.

    JSON answers end at `max_bytes`; events have the limit of whoever reads them.
    """
    async with httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(verify=_certificates(), trust_env=False),
        headers={**headers, "accept-encoding": "identity"},
        timeout=httpx2.Timeout(STREAM_CONNECT_SECONDS, read=None),
        event_hooks={"response": [_limiting(max_bytes)]},
        trust_env=False,
    ) as client:
        yield client


def _limiting(max_bytes: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    async def limit(response: httpx2.Response) -> None:
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)  # it came through an asynchronous client
            response.stream = _Limited(response.stream, max_bytes)

    return limit


class _Limited(httpx2.AsyncByteStream):
    """A body that fails once it is larger than it may be."""

    def __init__(self, inner: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._inner = inner
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.StreamError("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


@cache
def _certificates() -> "ssl.SSLContext":
    """Whom we trust; reading them takes longer than many a call, so it is done once."""
    return httpx2.create_ssl_context(trust_env=False)


def _origin(url: str) -> str:
    """Scheme and host, for messages: the rest of a URL may hold what is nobody's business."""
    parsed = httpx2.URL(url)
    return f"`{parsed.scheme}://{parsed.host}`"[:80]


def _told(error: Exception) -> str:
    return str(error)[:160] or type(error).__name__
