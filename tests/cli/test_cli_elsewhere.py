"""`--tools` that lie elsewhere: a real MCP server, an OpenAPI document and a real service behind it."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_process import Rewoo

SERVER = Path(__file__).parents[1] / "tools" / "servers" / "mcp_server.py"
MCP = f"mcp:{sys.executable} {SERVER}"
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/words/{word}": {
            "get": {
                "operationId": "look-up",
                "parameters": [{"name": "word", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/files": {"post": {"requestBody": {"content": {"multipart/form-data": {}}}}},
    },
}


class Words(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "key": self.headers.get("authorization")}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Words) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def plan(folder: Path) -> Path:
    (folder / "p.rewoo").write_text('#E1 = search(query="a", k=1)\n#E2 = send(text=#E1.result[0].title)\nreturn #E2\n')
    return folder


@pytest.fixture
def words(folder: Path) -> Path:
    (folder / "api.json").write_text(json.dumps(DOCUMENT))
    (folder / "p.rewoo").write_text('#E1 = look_up(word="tea")\nreturn #E1\n')
    return folder


def test_a_plan_is_checked_and_run_over_an_mcp_server(plan: Path, process: Rewoo) -> None:
    assert process("check", "p.rewoo", "--tools", MCP).code == 0
    done = process("run", "p.rewoo", "--tools", MCP)
    assert (done.code, done.out) == (0, "sent a 0\n")


def test_a_wrong_call_is_found(plan: Path, rewoo: Rewoo) -> None:
    (plan / "p.rewoo").write_text("#E1 = search(q=1)\n")
    done = rewoo("check", "p.rewoo", "--tools", MCP)
    assert done.code == 1
    assert "RW109" in done.out


def test_what_rewoo_tools_writes_is_a_pin(plan: Path, rewoo: Rewoo) -> None:
    (plan / "pins.json").write_text(rewoo("tools", "--tools", MCP, "--json").out)
    assert rewoo("check", "p.rewoo", "--tools", MCP, "--pin", "pins.json").code == 0
    done = rewoo("check", "p.rewoo", "--tools", f"{MCP} --changed", "--pin", "pins.json")
    assert done.code == 2
    assert "`search` has changed" in done.err
    assert rewoo("check", "p.rewoo", "--tools", "my_tools:registry", "--pin", "pins.json").code == 2


def test_hints_are_believed_when_asked(plan: Path, rewoo: Rewoo) -> None:
    assert "    writes. Find pages" in rewoo("tools", "--tools", MCP).out
    assert "    reads. Find pages" in rewoo("tools", "--tools", MCP, "--trust-hints").out


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("mcp:", "wanted after the colon"),
        ("mcp:'", "No closing quotation"),
        ("mcp:no-such-command", "no command that can be found"),
        (f"{MCP} dies", "no licence found"),
        ("mcp+http://127.0.0.1:9/mcp", "cannot be used"),
        ("openapi:nowhere.json", "no such file"),
        ("openapi:my_tools.py", "no JSON"),
        ("openapi:a b c", "one base URL"),
        ("openapi:api.json ftp://x", "base URL"),
    ],
)
def test_what_cannot_be_used_is_wrong_use(words: Path, rewoo: Rewoo, what: str, told: str) -> None:
    done = rewoo("check", "p.rewoo", "--tools", what)
    assert done.code == 2
    assert told in done.err


def test_a_plan_is_checked_against_a_document_alone(words: Path, process: Rewoo) -> None:
    assert process("check", "p.rewoo", "--tools", "openapi:api.json").code == 0
    done = process("run", "p.rewoo", "--tools", "openapi:api.json")
    assert done.code == 2
    assert "openapi:FILE BASE_URL" in done.err


def test_what_a_plan_cannot_call_is_said(words: Path, rewoo: Rewoo) -> None:
    done = rewoo("tools", "--tools", "openapi:api.json")
    assert "look_up(word: str) -> dict[any]" in done.out
    assert "left out: POST /files: its body is multipart/form-data" in done.err


def test_it_runs_where_the_host_says(words: Path, rewoo: Rewoo, service: str) -> None:
    where = ("--tools", f"openapi:api.json {service}/v1", "--private-host", "127.0.0.1")
    done = rewoo("run", "p.rewoo", *where, env={"REWOO_TOOLS_AUTHORIZATION": "Bearer t"})
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"path": "/v1/words/tea", "key": "Bearer t"}


def test_and_nowhere_private_that_it_does_not_name(words: Path, rewoo: Rewoo, service: str) -> None:
    done = rewoo("run", "p.rewoo", "--tools", f"openapi:api.json {service}")
    assert done.code == 1
    assert "no public address" in done.err
