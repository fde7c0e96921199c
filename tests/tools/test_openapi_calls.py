"""Calls to what an OpenAPI document describes: over real HTTP, to a server on this machine that the test allows."""

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import rewoo_dsl as rw
from rewoo_dsl.tools.addresses import allowed_address, is_public
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ArgumentError, ResultError
from rewoo_dsl.tools.manifest import load_manifest
from rewoo_dsl.tools.openapi_calls import openapi_tools
from rewoo_dsl.tools.results import ResultLimits


class Server(ThreadingHTTPServer):
    """Tells what it was asked; some paths misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, Any]] = []
        self.elsewhere = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        seen = {
            "method": self.command,
            "path": parts.path,
            "query": parse_qsl(parts.query, keep_blank_values=True),
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        self.server.seen.append(seen)
        last = parts.path.rpartition("/")[2]
        getattr(self, f"say_{last}", self.say_echo)(seen)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = do_PATCH = answer  # noqa: N815  # the base class's names

    def say(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        if kind:
            self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say_echo(self, seen: dict[str, Any]) -> None:
        self.say(200, json.dumps({key: seen[key] for key in ("method", "path", "query", "body")}).encode())

    def say_text(self, _: object) -> None:
        self.say(200, "grüß".encode("latin-1"), "text/plain; charset=latin-1")

    def say_nothing(self, _: object) -> None:
        self.say(204, kind="")

    def say_image(self, _: object) -> None:
        self.say(200, b"\x89PNG", "image/png")

    def say_broken(self, _: object) -> None:
        self.say(200, b'{"a": ')

    def say_missing(self, _: object) -> None:
        self.say(404, b"no such\x1b[31m pet")

    def say_down(self, _: object) -> None:
        self.say(502, b"")

    def say_packed(self, _: object) -> None:
        self.say(200, gzip.compress(b"0" * 1_000_000), content_encoding="gzip")

    def say_endless(self, _: object) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    def say_hang(self, _: object) -> None:
        time.sleep(3)

    def say_hangup(self, _: object) -> None:
        self.connection.close()

    def say_moved(self, _: object) -> None:
        self.say(307, location="/v1/echo")

    def say_away(self, _: object) -> None:
        self.say(302, location=self.server.elsewhere)

    def say_round(self, _: object) -> None:
        self.say(302, location="/v1/round")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def parameter(name: str, where: str, schema: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema or {}, "required": where == "path", **more}


LIST = {"type": "array", "items": {"type": "string"}}
BODY = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "tags": LIST},
    "required": ["name"],
}
SPECIAL = (
    "echo", "text", "nothing", "image", "broken", "missing", "down", "packed", "endless", "hang", "hangup", "moved",
    "away", "round",
)  # fmt: skip
PATHS = {
    "/pets/{petId}": {
        "get": {
            "operationId": "pet",
            "parameters": [
                parameter("petId", "path"),
                parameter("tag", "query", LIST),
                parameter("ids", "query", LIST, style="pipeDelimited", explode=False),
                parameter("filter", "query", {"type": "object"}, style="deepObject", explode=True),
                parameter("deep", "query", {"type": "boolean"}),
                parameter("raw", "query", content={"application/json": {"schema": {}}}),
                parameter("X-Trace", "header"),
            ],
        }
    },
    "/pets": {
        "post": {
            "operationId": "add",
            "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}},
        }
    },
    "/forms": {
        "post": {
            "operationId": "form",
            "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": BODY}}},
        }
    },
    **{
        f"/{name}": {
            "get": {"operationId": name},
            "post": {"operationId": f"post_{name}"},
            "head": {"operationId": f"head_{name}"},
        }
        for name in SPECIAL
    },
}
DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": PATHS})


@pytest.fixture
def tools(server: Server) -> rw.Registry:
    server.seen.clear()
    return openapi_tools(
        DOCUMENT, f"{server.origin}/v1/", headers={"X-Key": "secret"}, private_hosts=["127.0.0.1"], timeout=1
    )


def call(tools: rw.Registry, called: str, /, **arguments: Any) -> Any:
    return asyncio.run(tools[called].call(arguments, CallContext()))


# --- requests ---


def test_arguments_go_where_the_document_says(tools: rw.Registry, server: Server) -> None:
    arguments = {
        "petId": "a/b c", "tag": ["x", "y&z"], "ids": ["1", "2"], "filter": {"kind": "cat"}, "deep": True,
        "raw": {"a": [1]}, "X-Trace": "7",
    }  # fmt: skip
    answer = call(tools, "pet", **arguments)
    assert answer == {
        "method": "GET",
        "path": "/v1/pets/a%2Fb%20c",
        "query": [
            ["tag", "x"], ["tag", "y&z"], ["ids", "1|2"], ["filter[kind]", "cat"], ["deep", "true"],
            ["raw", '{"a":[1]}'],
        ],
        "body": "",
    }  # fmt: skip
    headers = server.seen[-1]["headers"]
    assert (headers["x-trace"], headers["x-key"]) == ("7", "secret")
    assert headers["host"] == server.origin.removeprefix("http://")


def test_fields_make_the_body(tools: rw.Registry, server: Server) -> None:
    assert json.loads(call(tools, "add", name="Ä", tags=["b"])["body"]) == {"name": "Ä", "tags": ["b"]}
    assert server.seen[-1]["headers"]["content-type"] == "application/json"
    assert call(tools, "form", name="a b", tags=["c", "d"])["body"] == "name=a+b&tags=c&tags=d"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_no_argument_leads_out_of_its_path(tools: rw.Registry, server: Server, value: str) -> None:
    with pytest.raises(ArgumentError):
        call(tools, "pet", petId=value)
    assert server.seen == []


def test_no_argument_adds_a_header(tools: rw.Registry, server: Server) -> None:
    with pytest.raises(ArgumentError, match="printable"):
        call(tools, "pet", petId="1", **{"X-Trace": "7\r\nX-Key: mine"})
    assert server.seen == []


def test_arguments_that_do_not_fit_are_not_sent(tools: rw.Registry, server: Server) -> None:
    for arguments in ({}, {"name": 1}, {"name": "a", "further": 1}):
        with pytest.raises(ArgumentError):
            call(tools, "add", **arguments)
    assert server.seen == []


# --- answers ---


def test_answers_are_data(tools: rw.Registry) -> None:
    assert call(tools, "text") == "grüß"
    assert call(tools, "nothing") is None
    assert call(tools, "head_echo") is None


@pytest.mark.parametrize(
    ("name", "told"), [("image", "image/png"), ("broken", "no JSON"), ("packed", r"packed \(gzip\)")]
)
def test_what_is_no_evidence_is_refused(tools: rw.Registry, name: str, told: str) -> None:
    with pytest.raises(ResultError, match=told):
        call(tools, name)


def test_an_answer_without_end_ends_at_the_limit(tools: rw.Registry) -> None:
    with pytest.raises(ResultError) as wrong:
        asyncio.run(tools["endless"].call({}, CallContext(limits=ResultLimits(bytes=100_000))))
    assert wrong.value.reason == "size"


def test_an_error_says_its_status_and_what_the_server_said(tools: rw.Registry) -> None:
    with pytest.raises(rw.ToolError, match=r"^HTTP 404: no such\[31m pet$") as wrong:
        call(tools, "missing")
    assert not wrong.value.retryable


@pytest.mark.parametrize(
    ("name", "cause"), [("hang", TimeoutError), ("hangup", ConnectionError), ("down", TimeoutError)]
)
def test_when_nobody_knows_what_became_of_a_write_the_error_says_so(
    tools: rw.Registry, name: str, cause: type[Exception]
) -> None:
    with pytest.raises(rw.ToolError) as wrong:
        call(tools, f"post_{name}")
    assert isinstance(wrong.value.__cause__, cause)


def test_what_was_never_sent_is_no_unknown_outcome() -> None:
    tools = openapi_tools(DOCUMENT, "http://127.0.0.1:9", private_hosts=["127.0.0.1"])
    with pytest.raises(rw.ToolError, match="cannot be reached") as wrong:
        call(tools, "post_echo")
    assert wrong.value.__cause__ is None


# --- where calls may go ---


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"],
)
def test_private_addresses_are_refused_unless_the_host_allows_them(server: Server, host: str) -> None:
    server.seen.clear()
    tools = openapi_tools(DOCUMENT, f"http://{host}:{server.server_address[1]}/v1")
    with pytest.raises(rw.ToolError, match=r"no public address|cannot be resolved"):
        call(tools, "echo")
    assert server.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "::ffff:8.8.8.8"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def test_what_was_looked_at_is_what_is_connected_to() -> None:
    assert asyncio.run(allowed_address("LocalHost", 80, private_hosts=["localhost"])) in ("127.0.0.1", "::1")


def test_a_redirect_of_a_read_is_followed(tools: rw.Registry) -> None:
    assert call(tools, "moved")["path"] == "/v1/echo"


def test_a_redirect_of_a_write_is_not(tools: rw.Registry, server: Server) -> None:
    with pytest.raises(rw.ToolError, match="HTTP 307: a redirect of POST is not followed"):
        call(tools, "post_moved")
    assert len(server.seen) == 1


def test_redirects_end(tools: rw.Registry, server: Server) -> None:
    with pytest.raises(rw.ToolError, match="more than 5 times"):
        call(tools, "round_")
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    ("elsewhere", "told"),
    [
        ("http://localhost:{port}/v1/echo", "no public address"),
        ("http://169.254.169.254/latest/meta-data", "no public address"),
        ("file:///etc/passwd", "no scheme for a tool"),
        ("gopher://127.0.0.1:{port}/", "no scheme for a tool"),
    ],
)
def test_a_redirect_is_looked_at_like_the_first_address(
    tools: rw.Registry, server: Server, elsewhere: str, told: str
) -> None:
    server.elsewhere = elsewhere.format(port=server.server_address[1])
    with pytest.raises(rw.ToolError, match=told):
        call(tools, "away")
    assert len(server.seen) == 1


def test_secrets_stay_with_the_origin_they_are_for(server: Server, tools: rw.Registry) -> None:
    with Server() as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        server.elsewhere = f"{other.origin}/v1/echo"
        assert call(tools, "away")["path"] == "/v1/echo"
        assert server.seen[-1]["headers"]["x-key"] == "secret"
        assert "x-key" not in other.seen[-1]["headers"]
        other.shutdown()


def test_the_environment_s_proxy_is_not_asked(tools: rw.Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert call(tools, "echo")["path"] == "/v1/echo"


@pytest.mark.parametrize("url", ["", "ftp://a", "/v1", "http://", "http://a?x=1", "http://a#b", "http://me:pw@a"])
def test_a_base_url_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    with pytest.raises(rw.ToolError, match="base URL"):
        openapi_tools(DOCUMENT, url)


# --- plans ---


def test_a_plan_runs_over_it(tools: rw.Registry) -> None:
    plan = "#E1 = text()\n#E2 = pet(petId=#E1)\n#E3 = missing()\nreturn #E2"
    report = rw.check(plan, tools)
    assert report.ok, report.diagnostics
    result = rw.run_sync(report.require(), tools)
    assert result["E2"].value["path"] == "/v1/pets/gr%C3%BC%C3%9F"
    assert result.missing["E3"] == "tool_error"


def test_pins_hold(server: Server, tools: rw.Registry) -> None:
    pinned = load_manifest(tools.manifest())
    assert openapi_tools(DOCUMENT, server.origin, pinned=pinned).signatures == tools.signatures
    with pytest.raises(rw.ToolError, match="`add` has changed"):
        openapi_tools(DOCUMENT.replace('"tags"', '"labels"'), server.origin, pinned=pinned)
