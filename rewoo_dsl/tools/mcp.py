"""Tools of an MCP server, through the official SDK: the only module that imports it, itself imported when asked for.

    with mcp_tools(["python", "server.py"]) as tools:
        report = rw.check(text, tools)
        result = await rw.run(report.require(), tools)

One connection is opened, lives in a thread with an event loop of its own, and serves the check and the run alike:
what was checked is what is called. So it can be used from any loop, or from none.

A server is a stranger. What it says of a tool is cleaned and fingerprinted (`strangers.py`), a tool of it writes unless
the host says that its hints are to be believed, and what a call gives is data.
"""

import asyncio
import contextlib
import math
import os
import shlex
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import anyio
from pydantic import ValidationError

from ..diag.errors import ToolError
from ..ir.signature import Effect, Signature
from ..ir.values import Value
from .context import CallContext
from .errors import ResultError
from .http import streaming_client
from .lines import register
from .pins import held_to
from .registry import Registry
from .results import weigh
from .strangers import Stranger, argument_check, clean_text, legal_names, signatures_of
from .tool import Tool

try:
    from mcp import Client, MCPError, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.types import CONNECTION_CLOSED, CallToolRequest, CallToolRequestParams, CallToolResult
    from mcp.types import Tool as Listed
except ImportError as error:
    raise ImportError("tools of an MCP server need its SDK: pip install 'rewoo-dsl[mcp]'") from error

if TYPE_CHECKING:
    from mcp.client import Transport
    from mcp.client.session import IncomingMessage

MAX_TOOLS = 2_000
MAX_SHOWN = 300
LOG_TAIL = 4_096
MAX_ANSWER_BYTES = 16 << 20
CLOSING_SECONDS = 10.0


@contextlib.contextmanager
def mcp_tools(
    server: str | Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | PathLike[str] | None = None,
    headers: Mapping[str, str] | None = None,
    trust_hints: bool = False,
    pinned: Mapping[str, Signature] | None = None,
    timeout: float = 30.0,
) -> Iterator[Registry]:
    """The tools of an MCP server, callable until the block ends.

    Args:
        server: the command that starts one (its words, or one text of them) or the URL of a running one.
        env: variables for the command. It sees these, PATH, HOME and the like, and nothing else of ours.
        cwd: where the command runs.
        headers: sent with every request to the URL, such as `Authorization`.
        trust_hints: believe `readOnlyHint` and `idempotentHint`. Otherwise every tool writes and is never repeated.
        pinned: what the tools must be (`pins.py`), such as `read_manifest` reads it from a file.
        timeout: seconds to connect and list the tools. Calls have the time-outs of their steps.

    Raises:
        ToolError: it cannot be started or reached, says nothing usable, or is not what was pinned.
    """
    session = _Session(server, env=env, cwd=cwd, headers=headers)
    try:
        listed = session.open(timeout)
        yield _registry(session, listed, trust_hints=trust_hints, pinned=pinned)
    finally:
        session.close()


def _registry(
    session: "_Session", listed: Sequence[Listed], *, trust_hints: bool, pinned: Mapping[str, Signature] | None
) -> Registry:
    names = legal_names([one.name for one in listed])
    strangers = [_stranger(name, one, trust_hints=trust_hints) for name, one in zip(names, listed, strict=True)]
    signatures = signatures_of(strangers)
    if pinned is not None:
        signatures = held_to(pinned, signatures)
    wire_names = dict(zip(names, (one.name for one in listed), strict=True))
    return Registry(*(_tool(session, one, wire_names[name]) for name, one in signatures.items()))


def _stranger(name: str, listed: Listed, *, trust_hints: bool) -> Stranger:
    hints = listed.annotations if trust_hints else None
    reads = hints is not None and hints.read_only_hint is True
    return Stranger(
        name=name,
        description=listed.description or listed.title or "",
        parameters=listed.input_schema,
        returns=listed.output_schema or {},
        effect=Effect.READ if reads else Effect.WRITE,
        idempotent=not reads and hints is not None and hints.idempotent_hint is True,
        said=listed.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"icons", "meta"}),
    )


def _tool(session: "_Session", signature: Signature, wire_name: str) -> Tool:
    check = argument_check(signature)

    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        check(arguments)
        value = _value(await session.call(wire_name, arguments))
        weigh(value, context.limits)
        return value

    return Tool(signature=signature, call=call, check=check)


def _value(result: CallToolResult) -> Value:
    """What a call gave: structured content, else its text, else all its blocks. Raises `ToolError` when it failed."""
    texts = [one.text for one in result.content if one.type == "text"]
    if result.is_error:
        told = clean_text("\n".join(texts), MAX_SHOWN)
        raise ToolError(told or "the tool says that it failed, and not why")
    if result.structured_content is not None:
        structured: Value = result.structured_content
        return structured
    if len(texts) == len(result.content):
        return "\n".join(texts)
    return [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in result.content]


class _Session:
    """One connection, in a thread that is its own from `open` to `close`."""

    def __init__(
        self,
        server: str | Sequence[str],
        *,
        env: Mapping[str, str] | None,
        cwd: str | PathLike[str] | None,
        headers: Mapping[str, str] | None,
    ) -> None:
        self._url = server if isinstance(server, str) and server.startswith(("http://", "https://")) else None
        self._command = [] if self._url else shlex.split(server) if isinstance(server, str) else [*server]
        if not self._url and not self._command:
            raise ToolError("an MCP server is a command or a URL, not an empty text", retryable=False)
        self._name = clean_text(self._url or Path(self._command[0]).name, 80)  # arguments may hold secrets
        self._env, self._cwd, self._headers = env, cwd, headers
        self._log = cast(TextIO, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))  # noqa: SIM115
        self._ready: Future[list[Listed]] = Future()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._client: Client | None = None
        self._unreadable: Exception | None = None
        self._is_over = False

    def open(self, seconds: float) -> list[Listed]:
        """Connect and list the tools."""
        self._thread = threading.Thread(target=self._run, args=(seconds,), name=f"mcp {self._name}", daemon=True)
        self._thread.start()
        try:
            return self._ready.result(seconds + CLOSING_SECONDS)
        except TimeoutError as error:  # it cannot even be closed; its thread is a daemon
            raise self._unusable(error, seconds) from None

    async def call(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """One call, from any event loop. Cancelling it tells the server."""
        if self._is_over or self._loop is None:
            raise ToolError(f"the MCP server `{self._name}` is not there any more", retryable=False)
        request = asyncio.run_coroutine_threadsafe(self._request(name, arguments), self._loop)
        return await asyncio.wrap_future(request)

    def close(self) -> None:
        """End the connection, and the process behind it. Returns at once when it is closed."""
        self._is_over = True
        if self._loop is not None and self._closing is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._closing.set)
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)
        self._log.close()

    # --- inside the thread ---

    def _run(self, seconds: float) -> None:
        try:
            asyncio.run(self._live(seconds))
        except BaseException as error:
            # Whatever the connection died of is told to whoever opened it, or to the calls that it leaves unanswered.
            if not self._ready.done():
                self._ready.set_exception(self._unusable(error, seconds))
        finally:
            self._is_over = True

    async def _live(self, seconds: float) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        with anyio.fail_after(seconds) as limit:
            async with contextlib.AsyncExitStack() as stack:
                transport = await self._transport(stack)
                client = await stack.enter_async_context(Client(transport, cache=None, message_handler=self._note))
                listed = await _list_all(client)
                limit.deadline = math.inf
                self._client = client
                self._ready.set_result(listed)
                await self._closing.wait()

    async def _transport(self, stack: contextlib.AsyncExitStack) -> "Transport":
        if self._url is None:
            command, *arguments = self._command
            env = None if self._env is None else dict(self._env)
            cwd = None if self._cwd is None else os.fspath(self._cwd)
            parameters = StdioServerParameters(command=command, args=arguments, env=env, cwd=cwd, encoding=register())
            return stdio_client(parameters, errlog=self._log)
        client = await stack.enter_async_context(streaming_client(self._headers or {}, max_bytes=MAX_ANSWER_BYTES))
        return streamable_http_client(self._url, http_client=client)

    async def _note(self, message: "IncomingMessage") -> None:
        """Remembers the first thing that the server said and that is no message: nobody else tells of it."""
        if isinstance(message, Exception) and self._unreadable is None:
            self._unreadable = message

    async def _request(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """The result as the server gave it.

        Not `Client.call_tool`: that would hold the result against the server's own schema, whose regular expressions
        may run for ever. Whoever runs the plan holds it against the cleaned one.
        """
        assert self._client is not None  # `call` is offered once the connection stands
        request = CallToolRequest(params=CallToolRequestParams(name=name, arguments=dict(arguments)))
        try:
            return await self._client.session.send_request(request, CallToolResult)
        except MCPError as error:
            if error.code == CONNECTION_CLOSED:
                self._is_over = self._is_over or self._url is None  # a process that has ended stays so
                raise ToolError(self._ended()) from ConnectionError(error.message)
            raise ToolError(clean_text(f"the MCP server says: {error.message}", MAX_SHOWN)) from None
        except ValidationError as error:
            raise ResultError(f"the MCP server's answer is not what the protocol allows: {_told(error)}") from None

    # --- what is told ---

    def _unusable(self, error: BaseException, seconds: float) -> ToolError:
        found = next(_leaves(error))
        if isinstance(found, ToolError):
            return found
        if isinstance(found, TimeoutError):
            why = f"did not answer within {seconds:g} s"
            if self._unreadable is not None:
                why += f"; it wrote what is no message ({_told(self._unreadable)})"
        elif isinstance(found, FileNotFoundError):
            why = "is no command that can be found"
        elif isinstance(found, ValidationError):
            why = f"says what the protocol does not allow: {_told(found)}"
        else:
            why = f"cannot be used: {_told(found)}"
        return ToolError(f"the MCP server `{self._name}` {why}{self._last_words()}", retryable=False)

    def _ended(self) -> str:
        return f"the MCP server `{self._name}` ended, or hung up, during the call{self._last_words()}"

    def _last_words(self) -> str:
        """The end of what the server wrote to its standard error."""
        if self._log.closed:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LOG_TAIL))
        lines = clean_text(self._log.read(), LOG_TAIL).splitlines()
        return f"; its last words: {clean_text(lines[-1], MAX_SHOWN)}" if lines else ""


async def _list_all(client: Client) -> list[Listed]:
    found: list[Listed] = []
    cursor: str | None = None
    for _ in range(MAX_TOOLS):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        if len(found) > MAX_TOOLS:
            raise ToolError(f"the MCP server lists more than {MAX_TOOLS} tools", retryable=False)
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise ToolError(f"the MCP server's list of tools has more than {MAX_TOOLS} pages", retryable=False)


def _told(error: BaseException) -> str:
    """What is wrong, in a line that is fit to be shown."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return clean_text(f"{place}: {first['msg']}" if place else str(first["msg"]), MAX_SHOWN)
    lines = clean_text(str(error), MAX_SHOWN).splitlines()[:2]  # what pydantic says further is about pydantic
    return " ".join(one.strip() for one in lines) or type(error).__name__


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What a group of exceptions holds, however deep."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error
