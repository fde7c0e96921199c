"""The real client against a real server on this machine: both protocols, whole and streamed, and everything that
can go wrong on the way."""

import asyncio
import threading
import time

import pytest

from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.llm import Endpoint, Message, Usage
from rewoo_dsl.testing import model_server as scripted
from rewoo_dsl.testing.model_server import ModelServer

KEY = "sk-secret-0123456789"
PROTOCOLS = pytest.mark.parametrize("api", ["responses", "chat"])
STREAMED = pytest.mark.parametrize("streamed", [False, True])


def ask(endpoint, said="hello", *, streamed=False, heard=None, **options):
    heard = [] if heard is None else heard
    on_text = heard.append if streamed else None
    messages = [Message("system", "Be short."), Message("user", said)]
    return asyncio.run(endpoint.model("tiny").complete(messages, on_text=on_text, **options))


def failure(endpoint, **options):
    with pytest.raises(ModelError) as caught:
        ask(endpoint, **options)
    return caught.value


@PROTOCOLS
@STREAMED
def test_text(api, streamed):
    heard = []
    with ModelServer([scripted.text("Grüße from the model").costing(input_tokens=11, output_tokens=4)]) as server:
        reply = ask(Endpoint(base_url=server.base_url, api=api), streamed=streamed, heard=heard)
    assert reply.text == "Grüße from the model"
    assert reply.model == "tiny"
    assert reply.usage == Usage(calls=1, input_tokens=11, output_tokens=4)
    assert "".join(heard) == ("Grüße from the model" if streamed else "")
    assert len(heard) > 1 or not streamed
    [request] = server.requests
    assert (request.api, request.streams) == (api, streamed)
    assert [one["role"] for one in request.messages] == ["system", "user"]


@PROTOCOLS
@STREAMED
def test_cached_tokens(api, streamed):
    answer = scripted.text("hi").costing(input_tokens=100, output_tokens=2, cached_tokens=64)
    with ModelServer([answer]) as server:
        reply = ask(Endpoint(base_url=server.base_url, api=api), streamed=streamed)
    assert reply.usage.cached_tokens == 64
    assert reply.usage.tokens == 102


@PROTOCOLS
@STREAMED
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}),
        ({"type": "array", "items": {"type": "string"}}, ["x", "y"]),
        ({"enum": ["high", "low"]}, "low"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"any": 1}),
    ],
)
def test_an_answer_under_a_schema(api, streamed, schema, value):
    with ModelServer([scripted.data(value)]) as server:
        reply = ask(Endpoint(base_url=server.base_url, api=api), schema=schema, streamed=streamed)
    assert reply.data == value


@PROTOCOLS
@STREAMED
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (scripted.refusal("I will not."), "refusal"),
        (scripted.truncated("half an ans"), "truncated"),
        (scripted.filtered(), "filtered"),
        (scripted.text("   "), "malformed"),
    ],
)
def test_answers_that_are_none_still_cost(api, streamed, answer, kind):
    costs = []
    with ModelServer([answer.costing(input_tokens=5, output_tokens=3)]) as server:
        error = failure(Endpoint(base_url=server.base_url, api=api), streamed=streamed, on_usage=costs.append)
    assert error.kind == kind
    assert costs == [Usage(calls=1, input_tokens=5, output_tokens=3)]


@PROTOCOLS
@STREAMED
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (scripted.failing(500), "server"),
        (scripted.failing(400, "bad parameter"), "request"),
        (scripted.failing(404, "no such model", code="model_not_found"), "not_found"),
        (scripted.failing(403), "auth"),
        (scripted.failing(429, "pay first", code="insufficient_quota"), "quota"),
        (scripted.rate_limited(3600), "rate_limit"),
        (scripted.cut_off("an answer that breaks off in the middle"), "connection"),
    ],
)
def test_failures_by_kind(api, streamed, answer, kind):
    with ModelServer([answer]) as server:
        error = failure(Endpoint(base_url=server.base_url, api=api, retries=0), streamed=streamed)
    assert error.kind == kind
    assert "127.0.0.1" in str(error)


@PROTOCOLS
@pytest.mark.parametrize(
    "answer",
    [
        scripted.broken(),
        scripted.broken("[]"),
        scripted.broken('{"choices": [], "output": 3}'),
        scripted.broken('{"choices": [{"message": "hi"}], "output": [{"type": "message", "content": [1]}]}'),
        scripted.broken("null"),
        scripted.wrong_type(),
    ],
)
def test_malformed_replies(api, answer):
    with ModelServer([answer]) as server:
        assert failure(Endpoint(base_url=server.base_url, api=api)).kind == "malformed"


@PROTOCOLS
@pytest.mark.parametrize("answer", [scripted.broken("data: {oops\n\n"), scripted.broken("data: 7\n\n")])
def test_a_malformed_event_of_a_stream(api, answer):
    with ModelServer([answer]) as server:
        assert failure(Endpoint(base_url=server.base_url, api=api), streamed=True).kind == "malformed"


@PROTOCOLS
def test_a_web_page_instead_of_a_stream(api):
    with ModelServer([scripted.wrong_type()]) as server:
        assert failure(Endpoint(base_url=server.base_url, api=api), streamed=True).kind == "connection"


@PROTOCOLS
@STREAMED
def test_a_server_that_hangs_is_left_in_time(api, streamed):
    with ModelServer([scripted.hanging()]) as server:
        begun = time.monotonic()
        error = failure(Endpoint(base_url=server.base_url, api=api, timeout=0.1), streamed=streamed)
    assert error.kind == "timeout"
    assert time.monotonic() - begun < 5


def test_cancellation_passes_through():
    asked = threading.Event()

    def never(request):
        asked.set()
        return scripted.hanging()

    async def cancelled(endpoint):
        task = asyncio.create_task(endpoint.model("tiny").complete([Message("user", "hello")]))
        assert await asyncio.to_thread(asked.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with ModelServer([never]) as server:
        asyncio.run(cancelled(Endpoint(base_url=server.base_url, api="chat")))


@pytest.mark.parametrize("answer", [scripted.rate_limited(0.001), scripted.failing(503, retry_after=0)])
def test_a_passing_failure_is_retried_and_counted(answer):
    costs = []
    with ModelServer([answer, answer, scripted.text("at last")]) as server:
        reply = ask(Endpoint(base_url=server.base_url, api="responses", retries=2), on_usage=costs.append)
    assert reply.text == "at last"
    assert reply.usage.calls == 3
    assert [cost.calls for cost in costs] == [1, 1, 1]
    assert sum(cost.tokens for cost in costs) == reply.usage.tokens


def test_retries_are_bounded():
    with ModelServer([scripted.rate_limited(0)] * 9) as server:
        error = failure(Endpoint(base_url=server.base_url, api="chat", retries=2))
        assert len(server.requests) == 3
    assert error.kind == "rate_limit"


def test_a_wait_that_is_too_long_fails_at_once():
    with ModelServer([scripted.rate_limited(5), scripted.text("too late")]) as server:
        error = failure(Endpoint(base_url=server.base_url, api="chat", retries=2, max_wait=1))
        assert len(server.requests) == 1
    assert error.kind == "rate_limit"


def test_text_that_was_heard_is_never_heard_twice():
    heard = []
    answers = [scripted.cut_off("an answer that breaks off in the middle"), scripted.text("again")]
    with ModelServer(answers) as server:
        error = failure(Endpoint(base_url=server.base_url, api="chat", retries=2), streamed=True, heard=heard)
    assert error.kind == "connection"
    assert "".join(heard)
    assert "again" not in "".join(heard)


def test_nobody_listens():
    with ModelServer() as server:
        gone = server.base_url
    assert failure(Endpoint(base_url=gone, retries=0)).kind == "connection"


class TestAuto:
    def test_prefers_responses(self):
        with ModelServer(["one", "two"]) as server:
            endpoint = Endpoint(base_url=server.base_url)
            ask(endpoint), ask(endpoint)
        assert [request.api for request in server.requests] == ["responses", "responses"]

    @STREAMED
    def test_falls_back_to_chat_and_remembers(self, streamed):
        with ModelServer(["one", "two"], apis=("chat",)) as server:
            endpoint = Endpoint(base_url=server.base_url)
            costs = []
            first = ask(endpoint, streamed=streamed, on_usage=costs.append)
            second = ask(endpoint, streamed=streamed)
        assert len(costs) == 1, "finding out costs nothing"
        assert (first.text, second.text) == ("one", "two")
        assert first.usage.calls == second.usage.calls == 1
        assert [request.api for request in server.requests] == ["chat", "chat"]
        assert endpoint.api == "chat"

    def test_a_missing_model_is_no_missing_protocol(self):
        missing = scripted.failing(404, "no such model", code="model_not_found")
        with ModelServer([missing, "never"]) as server:
            assert failure(Endpoint(base_url=server.base_url)).kind == "not_found"
            assert len(server.requests) == 1

    def test_an_explicit_protocol_is_kept(self):
        with ModelServer(["never"], apis=("chat",)) as server:
            assert failure(Endpoint(base_url=server.base_url, api="responses")).kind == "not_found"

    def test_an_unknown_protocol_is_refused_at_the_door(self):
        with pytest.raises(ValueError, match="'auto', 'responses' or 'chat', not 'grpc'"):
            Endpoint(api="grpc")


@pytest.mark.parametrize("url", ["localhost:11434", "ftp://x.org", "http://", "http://x.org:port", "http://[::1", "x"])
def test_an_address_that_is_none_is_refused_at_the_door(url):
    with pytest.raises(ModelError, match="is not an http or https address"):
        Endpoint(base_url=url)


class TestTheKey:
    def test_comes_from_the_argument(self):
        with ModelServer(["hi"], api_key=KEY) as server:
            ask(Endpoint(base_url=server.base_url, api_key=KEY))
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"

    def test_comes_from_the_environment(self, monkeypatch):
        with ModelServer(["hi"], api_key=KEY) as server:
            monkeypatch.setenv("OPENAI_API_KEY", KEY)
            monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
            assert ask(Endpoint()).text == "hi"

    def test_is_in_no_error_and_no_repr(self):
        with ModelServer(["hi"], api_key="another") as server:
            endpoint = Endpoint(base_url=server.base_url, api_key=KEY)
            error = failure(endpoint)
        assert error.kind == "auth"
        assert "[key]" in str(error), "this server echoes the key"
        for shown in (str(error), repr(error), repr(endpoint), repr(endpoint.model("m")), repr(vars(endpoint))):
            assert KEY not in shown
        assert error.__cause__ is None
        assert error.__suppress_context__

    def test_is_used_without_the_line_end_of_a_careless_copy(self):
        with ModelServer(["hi"], api_key=KEY) as server:
            assert ask(Endpoint(base_url=server.base_url, api_key=f"{KEY}\r\n")).text == "hi"

    @pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}…", f"Bearer {KEY}", f"{KEY}\x00"])
    def test_is_refused_when_no_header_can_carry_it(self, key):
        with pytest.raises(ModelError) as caught:
            Endpoint(base_url="http://127.0.0.1:1", api_key=key)
        assert caught.value.kind == "auth"
        assert KEY not in str(caught.value)

    def test_a_password_in_the_address_is_not_shown(self):
        with ModelServer() as server:
            gone = server.base_url.replace("//", "//user:password@")
        endpoint = Endpoint(base_url=gone, retries=0)
        assert "password" not in str(failure(endpoint)) + repr(endpoint)

    def test_is_needed_for_openai_itself(self, monkeypatch):
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
        assert failure(Endpoint()).kind == "auth"


def test_one_endpoint_serves_many_loops_and_many_calls():
    async def several(endpoint):
        async with endpoint.open():
            models = [endpoint.model(f"m{n}") for n in range(5)]
            replies = await asyncio.gather(*(one.complete([Message("user", "hi")]) for one in models))
        return [reply.model for reply in replies]

    with ModelServer(["ok"] * 10) as server:
        endpoint = Endpoint(base_url=server.base_url)
        for _ in range(2):
            assert asyncio.run(several(endpoint)) == ["m0", "m1", "m2", "m3", "m4"]


@PROTOCOLS
def test_the_token_ceiling_has_the_name_each_server_knows(api):
    with ModelServer(["hi"]) as server:
        ask(Endpoint(base_url=server.base_url, api=api), max_tokens=9, temperature=0.0)
    body = server.requests[0].body
    assert body["max_output_tokens" if api == "responses" else "max_tokens"] == 9
    assert body["temperature"] == 0.0


def test_the_reasoning_of_open_models_is_no_answer():
    with ModelServer(["<think>\nhm, 2 + 2\n</think>\n\n4"]) as server:
        assert ask(Endpoint(base_url=server.base_url)).text == "4"


def test_the_server_lists_its_models_to_the_client():
    async def names(endpoint):
        async with endpoint.open() as client:
            return [model.id async for model in client.models.list()]

    with ModelServer() as server:
        assert asyncio.run(names(Endpoint(base_url=server.base_url))) == ["scripted"]
