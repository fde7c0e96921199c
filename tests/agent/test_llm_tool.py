"""The `llm` tool against a real HTTP server: text without a declared type, a value under one."""

import asyncio
import subprocess
import sys

import pytest

from rewoo_dsl.agent.llm_tool import Prices, llm_tool
from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.ir.signature import Effect
from rewoo_dsl.llm import Endpoint
from rewoo_dsl.testing import model_server as scripted
from rewoo_dsl.testing.model_server import ModelServer
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ArgumentError
from rewoo_dsl.tools.registry import Registry

EXPOSED = {
    "type": "object",
    "properties": {
        "names": {"type": "array", "items": {"type": "string"}},
        "risk": {"enum": ["low", "high"]},
        "note": {"type": "string"},
    },
    "required": ["names", "risk"],
}


def call(server, arguments, context=None):
    one = llm_tool(Endpoint(base_url=server.base_url).model("tiny"))
    return asyncio.run(one.call(arguments, context or CallContext()))


@pytest.mark.parametrize("declared", [None, {}, {"type": "string"}])
def test_text_is_the_answer_of_a_step_without_a_form(declared):
    with ModelServer(["Bart's uncle?"]) as server:
        assert call(server, {"prompt": "Who is Milhouse?"}, CallContext(declared=declared)) == "Bart's uncle?"
    [request] = server.requests
    assert request.schema is None
    assert request.messages[1]["content"] == "Who is Milhouse?"


def test_a_declared_type_is_the_form_of_the_answer():
    with ModelServer([scripted.data({"names": ["ACME"], "risk": "high", "note": None})]) as server:
        value = call(server, {"prompt": "Who is exposed?"}, CallContext(declared=EXPOSED))
    assert value == {"names": ["ACME"], "risk": "high"}
    asked = server.requests[0].schema
    assert asked["additionalProperties"] is False
    assert sorted(asked["required"]) == ["names", "note", "risk"]


@pytest.mark.parametrize(
    ("declared", "value"),
    [({"type": "integer"}, 3), ({"type": "array", "items": {"type": "number"}}, [1.5, 2]), ({"enum": ["a", "b"]}, "b")],
)
def test_types_that_are_no_objects_too(declared, value):
    with ModelServer([scripted.data(value)]) as server:
        assert call(server, {"prompt": "?"}, CallContext(declared=declared)) == value


def test_its_own_instructions_can_be_given():
    with ModelServer(["ok"]) as server:
        call(server, {"prompt": "hi", "system": "Answer in Latin."})
    assert server.requests[0].messages[0] == {"role": "system", "content": "Answer in Latin."}


def test_an_answer_that_does_not_fit_is_malformed():
    with ModelServer([scripted.data({"names": "ACME"})]) as server, pytest.raises(ModelError) as caught:
        call(server, {"prompt": "?"}, CallContext(declared=EXPOSED))
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize("answer", [scripted.refusal(), scripted.truncated("half"), scripted.text("fine")])
def test_usage_is_reported_whatever_the_answer(answer):
    context = CallContext()
    with ModelServer([answer.costing(input_tokens=30, output_tokens=4)]) as server:
        one = llm_tool(Endpoint(base_url=server.base_url).model("tiny"))
        outcome = asyncio.run(_outcome(one.call({"prompt": "?"}, context)))
    assert outcome in ("fine", "refusal", "truncated")
    assert (context.usage.calls, context.usage.input_tokens, context.usage.output_tokens) == (1, 30, 4)


async def _outcome(answer):
    try:
        return await answer
    except ModelError as error:
        return error.kind


def test_plans_see_it_as_llm_and_as_LLM():  # noqa: N802 (the name in question)
    registry = Registry(llm_tool(Endpoint(base_url="http://127.0.0.1:1").model("tiny")))
    signature = registry["LLM"].signature
    assert signature.name == "llm"
    assert signature.effect is Effect.READ
    assert signature.required == ("prompt",)
    assert signature.calls_model
    assert signature.result_is_declared


def test_it_can_be_imported_alone():
    code = "import sys; from rewoo_dsl.agent import llm_tool; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "rewoo_dsl.agent.llm_tool" in loaded
    for heavy in ("openai", "networkx", "jsonschema", "rewoo_dsl.checker", "rewoo_dsl.interpreter", "rewoo_dsl.syntax"):
        assert heavy not in loaded


def test_every_public_name_of_the_room_is_there():
    import rewoo_dsl.agent as room

    assert all(hasattr(room, name) for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Robot'"):
        _ = room.Robot


# --- what a question costs ---------------------------------------------------------------------------------------

PRICES = Prices(input=1.0, output=10.0, cached=0.1)
BOUNDED = {"max_prompt": 1_000, "max_answer": 50, "prices": PRICES}


def test_lengths_and_prices_are_a_bound_of_a_plan_before_it_runs():
    tools = {"llm": llm_tool(Endpoint(base_url="http://127.0.0.1:1").model("tiny"), **BOUNDED).signature}
    text = 'limit tokens 2000, cost 0.001\n#E1 = llm(prompt="a") retry 1\nreturn #E1\n'
    report = check(text, tools)
    total = report.bounds.total
    assert (total.tokens.most, total.usd.most) == (2 * (1_000 + 256 + 50), pytest.approx(2 * (1_256 + 500) / 1e6))
    assert [one.code for one in report.diagnostics] == ["RW502", "RW502"]
    assert (total.model_calls.least, total.model_calls.most) == (1, 6)
    unbounded = {"llm": llm_tool(Endpoint(base_url="http://127.0.0.1:1").model("tiny")).signature}
    assert check(text, unbounded).bounds.total.tokens.most is None


def test_a_longer_question_is_not_asked_and_an_answer_may_not_be_longer():
    with ModelServer(["ok"]) as server:
        one = llm_tool(Endpoint(base_url=server.base_url).model("tiny"), **BOUNDED)
        with pytest.raises(ArgumentError, match="at most 1000 are asked"):
            asyncio.run(one.call({"prompt": "ä" * 500}, CallContext()))
        assert asyncio.run(one.call({"prompt": "a", "system": "b"}, CallContext())) == "ok"
    [request] = server.requests
    assert 50 in (request.body.get("max_output_tokens"), request.body.get("max_completion_tokens"))


def test_dollars_are_counted_while_running():
    context = CallContext()
    with ModelServer([scripted.text("fine").costing(input_tokens=30, output_tokens=4)]) as server:
        one = llm_tool(Endpoint(base_url=server.base_url).model("tiny"), prices=PRICES)
        asyncio.run(one.call({"prompt": "?"}, context))
    assert context.usage.cost == pytest.approx((30 * 1.0 + 4 * 10.0) / 1e6)
