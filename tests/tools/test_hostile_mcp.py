"""MCP servers that speak the protocol badly: a clear sentence each, in bounded time and memory, and no traceback."""

import asyncio
import contextlib
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import rewoo_dsl as rw
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ResultError
from rewoo_dsl.tools.lines import MAX_LINE, register
from rewoo_dsl.tools.mcp import mcp_tools

SERVER = Path(__file__).parent / "servers" / "hostile_mcp_server.py"
MIB = 1 << 20

UNUSABLE = {
    "dies at once": r"cannot be used: Connection closed; its last words: bang",
    "never answers": r"did not answer within 0\.8 s$",
    "speaks another version": r"version from the server: 1066",
    "answers somebody else": r"did not answer within 0\.8 s$",
    "answers with a list": r"did not answer within 0\.8 s; it wrote what is no message",
    "dies while it lists": r"Connection closed; its last words: gone",
    "refuses to list": r"cannot be used: no\[31mx{200,300}…$",
    "100,000 tools": r"more than 2000 tools",
    "endless pages": r"more than 2000 pages",
    "endless pages of tools": r"more than 2000 tools",
    "tools that are a word": r"the protocol does not allow: tools: Input should be a valid list$",
    "a schema that is a word": r"the protocol does not allow: tools\.0\.inputSchema: Input should be .*",
    "a schema of a list": r"the protocol does not allow: tools\.0\.inputSchema\.type: Input should be 'object'$",
    "an enormous schema": r"/tools/0/parameters: the schema has more than 10000 nodes",
    "a deep schema": r"it wrote what is no message \(Invalid JSON: recursion limit exceeded",
}
SLOW_TO_SAY = {"100,000 tools", "endless pages", "endless pages of tools", "an enormous schema"}


@pytest.mark.parametrize("how", UNUSABLE)
def test_a_hostile_server_is_told_in_one_sentence(how: str) -> None:
    seconds = 30.0 if how in SLOW_TO_SAY else 0.8
    with (
        pytest.raises(rw.ToolError, match=UNUSABLE[how]) as wrong,
        mcp_tools([sys.executable, str(SERVER), how], timeout=seconds),
    ):
        pass
    assert len(str(wrong.value)) < 600
    assert "\n" not in str(wrong.value)
    assert "pydantic" not in str(wrong.value)


@pytest.mark.parametrize("how", ["no UTF-8", "brackets", "an endless line", "names of a megabyte", "one name thrice"])
def test_a_server_that_also_writes_nonsense_is_used(how: str) -> None:
    with mcp_tools([sys.executable, str(SERVER), how]) as tools:
        assert tools
        assert all(len(name) <= 64 for name in tools)
        assert [call(tools, name) for name in tools] == ["fine"] * len(tools)


def test_an_endless_answer_costs_one_call_and_little_memory() -> None:
    with mcp_tools([sys.executable, str(SERVER), "an endless answer"]) as tools:
        tracemalloc.start()
        try:
            with pytest.raises(TimeoutError):
                call(tools, "t", seconds=2)
            assert tracemalloc.get_traced_memory()[1] < 6 * MAX_LINE
        finally:
            tracemalloc.stop()
        assert asyncio.run(tools["t"].call({"b": 1}, CallContext())) == "fine"


def test_an_answer_that_the_protocol_does_not_allow_fails_its_call() -> None:
    with (
        mcp_tools([sys.executable, str(SERVER), "an answer that is none"]) as tools,
        pytest.raises(ResultError, match=r"not what the protocol allows: content: Input should be a valid list$"),
    ):
        call(tools, "t")


def call(tools: rw.Registry, name: str, seconds: float = 20) -> Any:
    async def within() -> Any:
        async with asyncio.timeout(seconds):
            return await tools[name].call({}, CallContext())

    return asyncio.run(within())


# --- over HTTP ---


class _Hostile(BaseHTTPRequestHandler):
    how = ""

    def do_POST(self) -> None:
        with contextlib.suppress(OSError):  # nobody reads all of what we send
            self._answer()

    def _answer(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        code, media, parts = {
            "an error page": (500, "text/html", [b"<html>"]),
            "a page": (200, "text/html", [b"<html>"]),
            "no JSON": (200, "application/json", [b"{nope"]),
            "an endless document": (200, "application/json", [b"[" + b" " * MIB] * 40),
            "an endless event": (200, "text/event-stream", [b"data: " + b"x" * MIB] * 40),
            "events that are nonsense": (200, "text/event-stream", [b"data: xx\n\n"] * 100),
        }[self.how]
        self.send_response(code)
        self.send_header("content-type", media)
        self.end_headers()
        for part in parts:
            self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        """Nothing: the server is part of a test."""


@contextlib.contextmanager
def hostile(how: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Hostile,), {"how": how}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/mcp"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("an error page", "Server returned an error response"),
        ("a page", "Unexpected content type: text/html"),
        ("no JSON", "Invalid JSON: key must be a string"),
        ("an endless document", "the answer is too large"),
        ("an endless event", "exceeded the 1048576 byte limit"),
        ("events that are nonsense", "Invalid JSON: expected value"),
    ],
)
def test_a_hostile_server_over_http_is_told_in_one_sentence(how: str, told: str) -> None:
    with hostile(how) as url, pytest.raises(rw.ToolError, match=told) as wrong, mcp_tools(url, timeout=10):
        pass
    assert "\n" not in str(wrong.value)


# --- the encoding that ends lines ---


def test_lines_end_and_the_next_one_is_read_again() -> None:
    import codecs

    decoder = codecs.getincrementaldecoder(register())("strict")
    text = "é".encode()
    assert decoder.decode(text[:1]) + decoder.decode(text[1:] + b"\xff\n") == "é\ufffd\n"
    parts = [decoder.decode(b"a" * MIB) for _ in range(20)]
    assert sum(map(len, parts)) == MAX_LINE
    assert decoder.decode(b"a\nb\nc") == "\nb\nc"
