"""A scripted model behind real HTTP on 127.0.0.1, for tests and demonstrations without a key.

It speaks the Responses API and Chat Completions, whole and streamed, and can misbehave in the ways that endpoints
do. The client under test is the real one; nothing is patched.

    with ModelServer(["#E1 = search(query=\\"x\\")", refusal("no")]) as server:
        model = Endpoint(base_url=server.base_url).model("any")

The script is a list of answers, taken in order, and of `Rule`s, which are tried first on every request. What the
script has no answer for is answered with 400, so a test sees it at once.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, TypeAlias

from ..llm import Usage

Api: TypeAlias = Literal["responses", "chat"]
Mode: TypeAlias = Literal["answer", "hang", "status", "broken", "cut_off", "wrong_type"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived, with header names in lower case. `text` is everything that was said in it."""

    api: Api
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["messages" if self.api == "chat" else "input"]
        return found

    @property
    def text(self) -> str:
        return "\n".join(str(one["content"]) for one in self.messages)

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON Schema that the answer was asked to fit, None when none was."""
        if self.api == "chat":
            found = self.body.get("response_format", {}).get("json_schema", {})
        else:
            found = self.body.get("text", {}).get("format", {})
        schema: dict[str, Any] | None = found.get("schema")
        return schema


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer. Made by the functions below; `usage` overrides the tokens that the server counts."""

    text: str = ""
    mode: Mode = "answer"
    is_refusal: bool = False
    finish: Literal["stop", "length", "content_filter"] = "stop"
    status: int = 200
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    usage: Usage | None = None

    def costing(self, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Answer:
        """The same answer with this usage on the bill."""
        return replace(self, usage=Usage(1, input_tokens, output_tokens, cached_tokens))


def text(said: str) -> Answer:
    """A plain answer."""
    return Answer(said)


def data(value: object) -> Answer:
    """An answer that is JSON; put under `value` when that is the form that was asked for."""
    return Answer(json.dumps(value, ensure_ascii=False))


def refusal(said: str = "I can't help with that.") -> Answer:
    """The model declines, in the protocol's own field for it."""
    return Answer(said, is_refusal=True)


def truncated(said: str = "") -> Answer:
    """The answer ends at the token ceiling."""
    return Answer(said, finish="length")


def filtered(said: str = "") -> Answer:
    """The endpoint withholds the answer."""
    return Answer(said, finish="content_filter")


def rate_limited(retry_after: float | str | None = None) -> Answer:
    """429, with a `Retry-After` in seconds if one is given."""
    headers = () if retry_after is None else (("retry-after", str(retry_after)),)
    return Answer("too many requests", "status", status=429, code="rate_limit_exceeded", headers=headers)


def failing(
    status: int = 500, said: str = "it broke", *, code: str | None = None, retry_after: float | None = None
) -> Answer:
    """An answer with this HTTP status and the protocol's error object."""
    headers = () if retry_after is None else (("retry-after", str(retry_after)),)
    return Answer(said, "status", status=status, code=code, headers=headers)


def hanging() -> Answer:
    """No answer at all, until the client leaves or the server stops."""
    return Answer(mode="hang")


def broken(body: str = '{"id": "x", "choi') -> Answer:
    """200 and JSON's content type, with this body."""
    return Answer(body, "broken")


def cut_off(said: str) -> Answer:
    """The connection drops after half of the answer."""
    return Answer(said, "cut_off")


def wrong_type(body: str = "<html><body>Sign in to continue</body></html>") -> Answer:
    """200 with a web page, as a proxy in between would send it."""
    return Answer(body, "wrong_type")


Script: TypeAlias = "str | Answer | Callable[[Request], str | Answer]"


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers every request that matches: by a part of its text, a pattern in it, or a function of it."""

    match: str | re.Pattern[str] | Callable[[Request], bool]
    answer: Script

    def matches(self, request: Request) -> bool:
        match self.match:
            case str() as part:
                return part in request.text
            case re.Pattern() as pattern:
                return pattern.search(request.text) is not None
            case decide:
                return decide(request)


class ModelServer:
    """The server; a context manager. `requests` holds what was asked, in order of arrival.

    Args:
        script: answers in order, and rules.
        apis: the protocols it has; the other one is 404.
        api_key: when given, other keys are answered with 401 (and echoed, as careless endpoints do).
        piece: how many characters one event of a stream carries.
    """

    def __init__(
        self,
        script: Iterable[Script | Rule] = (),
        *,
        apis: tuple[Api, ...] = ("responses", "chat"),
        api_key: str | None = None,
        piece: int = 7,
    ) -> None:
        entries = list(script)
        self.rules = [entry for entry in entries if isinstance(entry, Rule)]
        self.answers = [entry for entry in entries if not isinstance(entry, Rule)]
        self.apis, self.api_key, self.piece = apis, api_key, piece
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        """The script's answer; records the request."""
        with self._lock:
            self.requests.append(request)
            entry = next((rule.answer for rule in self.rules if rule.matches(request)), None)
            if entry is None and self.answers:
                entry = self.answers.pop(0)
        if entry is None:
            return failing(400, "the script has no answer for this request", code="unscripted")
        found = entry if isinstance(entry, str | Answer) else entry(request)
        return text(found) if isinstance(found, str) else found


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for every request, so no socket outlives the test
    request_queue_size = 128

    def __init__(self, scripted: ModelServer) -> None:
        self.scripted = scripted
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left early is no error here; a fault of the script is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            return self._send(404, _error("no such endpoint"))
        model = {"id": "scripted", "object": "model", "created": 0, "owned_by": "tests"}
        return self._send(200, {"object": "list", "data": [model]})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        api = _PATHS.get(self.path)
        if api is None or api not in self.server.scripted.apis:
            return self._send(404, _error("no such endpoint"))
        if wrong := self._refused_key():
            return self._send(401, _error(wrong, "invalid_api_key"))
        request = Request(api, json.loads(raw), {name.lower(): value for name, value in self.headers.items()})
        if wrong := _bad_request(request):
            return self._send(400, _error(wrong, "invalid_request_error"))
        return self._play(request, self.server.scripted.answer(request))

    def _refused_key(self) -> str | None:
        wanted, given = self.server.scripted.api_key, self.headers.get("authorization", "")
        return None if wanted is None or given == f"Bearer {wanted}" else f"Incorrect API key provided: {given}"

    def _play(self, request: Request, answer: Answer) -> None:
        match answer.mode:
            case "hang":
                self._hang()
            case "status":
                self._send(answer.status, _error(answer.text, answer.code), answer.headers)
            case "broken":
                self._send_raw(200, "application/json", answer.text.encode())
            case "wrong_type":
                self._send_raw(200, "text/html", answer.text.encode())
            case "cut_off":
                self._cut_off(request, answer)
            case "answer" if request.streams:
                self._stream(list(_events(request, answer, self.server.scripted.piece)))
            case "answer":
                self._send(200, _whole(request, answer))

    def _hang(self) -> None:
        self.close_connection = True
        while not self.server.scripted.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.01)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def _cut_off(self, request: Request, answer: Answer) -> None:
        if request.streams:
            events = list(_events(request, answer, self.server.scripted.piece))
            return self._stream(events[: len(events) // 2], complete=False)
        body = json.dumps(_whole(request, answer)).encode()
        self._head(200, "application/json", (("content-length", str(len(body))),))
        self.wfile.write(body[: len(body) // 2])
        return None

    def _stream(self, events: list[str], *, complete: bool = True) -> None:
        self._head(200, "text/event-stream", (("transfer-encoding", "chunked"),))
        for event in events:
            chunk = event.encode()
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        if complete:
            self.wfile.write(b"0\r\n\r\n")

    def _send(self, status: int, body: object, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._send_raw(status, "application/json", json.dumps(body).encode(), headers)

    def _send_raw(self, status: int, kind: str, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._head(status, kind, (("content-length", str(len(body))), *headers))
        self.wfile.write(body)

    def _head(self, status: int, kind: str, headers: Iterable[tuple[str, str]]) -> None:
        # One request a connection: then a server that stops has no idle connections to wait for.
        self.send_response(status)
        for name, value in (("content-type", kind), ("connection", "close"), *headers):
            self.send_header(name, value)
        self.end_headers()


_PATHS: dict[str, Api] = {"/v1/responses": "responses", "/v1/chat/completions": "chat"}


# --- what the protocols say ----------------------------------------------------------------------------------------


def _error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def _bad_request(request: Request) -> str | None:
    """What a real endpoint would refuse: no messages, unknown roles, a strict schema that is not strict."""
    key = "messages" if request.api == "chat" else "input"
    messages = request.body.get(key)
    if not request.body.get("model") or not isinstance(messages, list) or not messages:
        return f"model and {key} are required"
    if any(one.get("role") not in ("system", "user", "assistant") for one in messages):
        return "unknown role"
    found = request.body.get("response_format", {}).get("json_schema") or request.body.get("text", {}).get("format")
    return _not_strict(found["schema"], is_root=True) if found and found.get("strict") else None


def _not_strict(schema: dict[str, Any], *, is_root: bool = False) -> str | None:
    if is_root and schema.get("type") != "object":
        return "the root of a strict schema must be an object"
    if not schema.keys() & {"type", "anyOf"}:
        return "a strict schema must say the type"
    properties = schema.get("properties", {})
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "additionalProperties must be false in a strict schema"
        if sorted(schema.get("required", ())) != sorted(properties):
            return "every property must be required in a strict schema"
    parts = [*properties.values(), *schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    return next((wrong for part in parts if (wrong := _not_strict(part))), None)


def _said(request: Request, answer: Answer) -> str:
    """The answer's text, in the wrapper that a non-object schema gets on its way out."""
    schema = request.schema
    if schema is None or list(schema.get("properties", ())) != ["value"] or answer.is_refusal:
        return answer.text
    try:
        value = json.loads(answer.text)
    except ValueError:
        return answer.text
    return answer.text if isinstance(value, dict) and value.keys() == {"value"} else json.dumps({"value": value})


def _cost(request: Request, answer: Answer) -> Usage:
    """Four characters a token, unless the script says otherwise."""
    return answer.usage or Usage(1, -(-len(request.text) // 4), -(-len(answer.text) // 4))


def _whole(request: Request, answer: Answer) -> dict[str, Any]:
    return _chat_whole(request, answer) if request.api == "chat" else _response(request, answer)


def _events(request: Request, answer: Answer, piece: int) -> Iterator[str]:
    yield from (_chat_events if request.api == "chat" else _response_events)(request, answer, piece)


def _pieces(said: str, piece: int) -> list[str]:
    return [said[at : at + piece] for at in range(0, len(said), piece)]


def _chat_usage(cost: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": cost.input_tokens,
        "completion_tokens": cost.output_tokens,
        "total_tokens": cost.tokens,
        "prompt_tokens_details": {"cached_tokens": cost.cached_tokens},
    }


def _chat_whole(request: Request, answer: Answer) -> dict[str, Any]:
    said = _said(request, answer)
    message = {"role": "assistant", "content": said, "refusal": None}
    if answer.is_refusal:
        message.update(content=None, refusal=said)
    choice = {"index": 0, "message": message, "finish_reason": answer.finish, "logprobs": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request.body["model"],
        "choices": [choice],
        "usage": _chat_usage(_cost(request, answer)),
    }


def _chat_events(request: Request, answer: Answer, piece: int) -> Iterator[str]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": request.body["model"]}

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _sse({**head, "choices": [choice], "usage": None})

    yield event({"role": "assistant", "content": ""})
    key = "refusal" if answer.is_refusal else "content"
    for part in _pieces(_said(request, answer), piece):
        yield event({key: part})
    yield event({}, answer.finish)
    if request.body.get("stream_options", {}).get("include_usage"):
        yield _sse({**head, "choices": [], "usage": _chat_usage(_cost(request, answer))})
    yield "data: [DONE]\n\n"


def _response(request: Request, answer: Answer, *, status: str | None = None) -> dict[str, Any]:
    cost = _cost(request, answer)
    done = "completed" if answer.finish == "stop" else "incomplete"
    reason = {"length": "max_output_tokens"}.get(answer.finish, answer.finish)
    usage = {
        "input_tokens": cost.input_tokens,
        "input_tokens_details": {"cached_tokens": cost.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": cost.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": cost.tokens,
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": status or done,
        "error": None,
        "incomplete_details": None if answer.finish == "stop" or status else {"reason": reason},
        "instructions": None,
        "metadata": {},
        "model": request.body["model"],
        "output": [] if status else [_reasoning(), _output(request, answer, done)],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None if status else usage,
    }


def _reasoning() -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": []}


def _output(request: Request, answer: Answer, status: str) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "msg_1",
        "status": status,
        "role": "assistant",
        "content": [_part(answer, _said(request, answer))],
    }


def _part(answer: Answer, said: str) -> dict[str, Any]:
    if answer.is_refusal:
        return {"type": "refusal", "refusal": said}
    return {"type": "output_text", "text": said, "annotations": []}


def _response_events(request: Request, answer: Answer, piece: int) -> Iterator[str]:
    said = _said(request, answer)
    name = "refusal" if answer.is_refusal else "output_text"
    whole = _response(request, answer)
    place = {"item_id": "msg_1", "output_index": 1, "content_index": 0}
    begun = {**_output(request, answer, "in_progress"), "content": []}
    odds: dict[str, Any] = {} if answer.is_refusal else {"logprobs": []}
    final = {"refusal" if answer.is_refusal else "text": said, **odds}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response(request, answer, status="in_progress")},
        {"type": "response.in_progress", "response": _response(request, answer, status="in_progress")},
        {"type": "response.output_item.added", "output_index": 1, "item": begun},
        {"type": "response.content_part.added", **place, "part": _part(answer, "")},
        *({"type": f"response.{name}.delta", **place, "delta": part, **odds} for part in _pieces(said, piece)),
        {"type": f"response.{name}.done", **place, **final},
        {"type": "response.content_part.done", **place, "part": _part(answer, said)},
        {"type": "response.output_item.done", "output_index": 1, "item": whole["output"][-1]},
        {"type": f"response.{whole['status']}", "response": whole},
    ]
    for number, event in enumerate(events):
        yield _sse({**event, "sequence_number": number}, name=event["type"])


def _sse(event: object, *, name: str | None = None) -> str:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(event)}\n\n"
