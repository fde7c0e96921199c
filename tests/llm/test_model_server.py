"""The scripted server itself: its replies have the shapes that the client's own types promise, and it follows its
script."""

import json
import re
import urllib.error
import urllib.request

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from rewoo_dsl.testing import model_server as scripted
from rewoo_dsl.testing.model_server import ModelServer, Rule

ANSWERS = [scripted.text("Hamburg and Kiel"), scripted.refusal(), scripted.truncated("Ham"), scripted.filtered()]


def post(server, path, body):
    request = urllib.request.Request(
        server.base_url + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as reply:
        return reply.read().decode()


def chat(said="hi", **more):
    return {"model": "m", "messages": [{"role": "user", "content": said}], **more}


def responses(said="hi", **more):
    return {"model": "m", "input": [{"role": "user", "content": said}], **more}


def events(stream):
    found = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: ")]
    return [json.loads(one) for one in found if one != "[DONE]"]


@pytest.mark.parametrize("answer", ANSWERS)
def test_chat_completions_have_their_shape(answer):
    with ModelServer([answer, answer]) as server:
        ChatCompletion.model_validate_json(post(server, "/chat/completions", chat()))
        stream = post(server, "/chat/completions", chat(stream=True, stream_options={"include_usage": True}))
    assert stream.endswith("data: [DONE]\n\n")
    chunks = [ChatCompletionChunk.model_validate(one) for one in events(stream)]
    assert chunks[-1].usage is not None
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]][-1] == answer.finish


@pytest.mark.parametrize("answer", ANSWERS)
def test_responses_have_their_shape(answer):
    with ModelServer([answer, answer]) as server:
        whole = Response.model_validate_json(post(server, "/responses", responses()))
        stream = events(post(server, "/responses", responses(stream=True)))
    assert whole.usage is not None
    one_event = TypeAdapter(ResponseStreamEvent)
    for number, event in enumerate(stream):
        one_event.validate_python(event)
        assert event["sequence_number"] == number
    assert stream[-1]["response"] == json.loads(whole.model_dump_json(exclude_unset=True))


def test_rules_come_before_the_list_and_answer_every_time():
    script = [
        "first",
        Rule("weather", "sun"),
        Rule(re.compile(r"\d+"), "a number"),
        Rule(lambda r: r.streams, "x"),
        "second",
    ]
    with ModelServer(script) as server:
        said = [
            json.loads(post(server, "/chat/completions", chat(one)))["choices"][0]["message"]["content"]
            for one in ("the weather", "hello", "weather 7", "is it 7?", "bye")
        ]
    assert said == ["sun", "first", "sun", "a number", "second"]


def test_an_answer_may_be_made_from_the_request():
    with ModelServer([lambda request: request.text.upper()]) as server:
        reply = json.loads(post(server, "/responses", responses("hello")))
    assert reply["output"][-1]["content"][0]["text"] == "HELLO"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/completions", chat(), 400),
        ("/embeddings", {}, 404),
        ("/chat/completions", {"model": "m", "messages": []}, 400),
        ("/responses", {"input": [{"role": "user", "content": "hi"}]}, 400),
        ("/responses", responses(text={"format": {"strict": True, "schema": {"type": "array"}}}), 400),
        (
            "/chat/completions",
            chat(response_format={"json_schema": {"strict": True, "schema": {"type": "object", "properties": {}}}}),
            400,
        ),
    ],
)
def test_what_a_real_endpoint_refuses_is_refused(path, body, status):
    with ModelServer() as server, pytest.raises(urllib.error.HTTPError) as caught:
        post(server, path, body)
    assert caught.value.code == status
    assert json.loads(caught.value.read())["error"]["message"]
    caught.value.close()


def test_it_stops_at_once_while_a_client_still_waits():
    with ModelServer([scripted.hanging()]) as server:
        connection = urllib.request.http.client.HTTPConnection("127.0.0.1", int(server.base_url.split(":")[2][:-3]))
        body = json.dumps(chat())
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    connection.close()
