"""`rewoo ask`: question, plan, run, answer with citations, over real HTTP."""

import json
from pathlib import Path

import pytest
from cli_process import Rewoo

from rewoo_dsl.testing.model_server import ModelServer, refusal

PLAN = """\
Plan: Find the passage.
#E1 = retrieve(query="river Hamburg", k=1)
Solve: Name the river (#E1).
"""
ANSWER = "Hamburg lies on the Elbe [E1.0]."


@pytest.fixture
def docs(folder: Path) -> Path:
    (folder / "docs").mkdir()
    (folder / "docs" / "ports.txt").write_text("The port of Hamburg lies on the river Elbe.")
    return folder / "docs"


def test_the_answer_comes_with_its_plan_its_citations_and_their_sources(process: Rewoo, docs: Path) -> None:
    with ModelServer([f"Here is the plan:\n```\n{PLAN}```", ANSWER]) as server:
        ended = process("ask", "Which river?", "--docs", "docs", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (0, ANSWER + "\n")
    assert '#E1 = retrieve(query="river Hamburg", k=1)' in ended.err
    assert "#E1 retrieve ok" in ended.err
    assert "[E1.0] ports.txt:0-43: The port of Hamburg lies on the river Elbe." in ended.err


def test_json_holds_answer_plan_result_and_usage(rewoo: Rewoo, docs: Path) -> None:
    with ModelServer([PLAN, ANSWER]) as server:
        ended = rewoo(
            "ask", "-", "--json", "-q", "--docs", "docs", "--base-url", server.base_url, stdin="Which river?\n"
        )
        assert "Which river?" in server.requests[0].text
    found = json.loads(ended.out)
    assert ended.err == ""
    assert list(found) == ["version", "question", "answer", "plan", "result", "usage"]
    assert list(found["answer"]) == ["text", "supported", "citations", "warnings"]
    assert found["answer"]["text"] == ANSWER
    assert found["answer"]["citations"][0]["value"]["source"] == "ports.txt"
    assert (found["plan"], found["result"]["status"]) == (PLAN, "succeeded")
    assert (found["usage"]["planner"]["calls"], found["usage"]["solver"]["calls"]) == (1, 1)


def test_several_passages_are_shown_by_place_and_first_words(rewoo: Rewoo, docs: Path) -> None:
    (docs / "rivers.txt").write_text("The river Elbe\n\nflows through Hamburg.")
    plan = '#E1 = retrieve(query="river Hamburg", k=2)\n#E2 = len(#E1)\nSolve: Which river (#E1, #E2)?\n'
    with ModelServer([plan, "The Elbe [E1]. There are two passages [E2], one of them is [E1.0]."]) as server:
        ended = rewoo("ask", "Which river?", "--docs", "docs", "--base-url", server.base_url)
    shown = [line for line in ended.err.splitlines() if line.startswith("  [")]
    assert shown == [
        "  [E1.0] rivers.txt:0-38: The river Elbe flows through Hamburg.",
        "  [E1.1] ports.txt:0-43: The port of Hamburg lies on the river Elbe.",
        "  [E2] 2",
    ]
    assert "planner 1 call" in ended.err
    assert "solver 1 call" in ended.err


def test_what_was_run_is_shown_even_when_no_answer_follows(rewoo: Rewoo, docs: Path) -> None:
    with ModelServer([PLAN, refusal()]) as server:
        ended = rewoo("ask", "--json", "Which river?", "--docs", "docs", "--base-url", server.base_url)
    found = json.loads(ended.out)
    assert (ended.code, found["answer"], found["result"]["status"]) == (1, None, "succeeded")
    assert found["result"]["evidence"]["E1"][0]["source"] == "ports.txt"
    assert "error: the plan has run, but there is no answer" in ended.err


def test_a_bad_plan_is_shown_and_asked_for_again(rewoo: Rewoo, docs: Path) -> None:
    with ModelServer(['Plan: look\n#E1 = retrive(query="x")\nSolve: x (#E1)', PLAN, ANSWER]) as server:
        ended = rewoo("ask", "Which river?", "--docs", "docs", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (0, ANSWER + "\n")
    assert "plan 1 has 1 error:" in ended.err
    assert "retrive" in ended.err


def test_no_good_plan_is_a_failure_with_its_findings(rewoo: Rewoo, docs: Path) -> None:
    with ModelServer(["#E1 = nothing(1)"] * 3) as server:
        ended = rewoo("ask", "-q", "Which river?", "--docs", "docs", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (1, "")
    assert "no good plan after 3 attempts" in ended.err
    assert "the plan:1:" in ended.err


def test_every_role_may_have_its_own_model(rewoo: Rewoo, docs: Path) -> None:
    with ModelServer([PLAN, ANSWER]) as server:
        rewoo("ask", "Which river?", "--docs", "docs", "--base-url", server.base_url,
              "--planner", "large", "--solver", "small", "--api", "chat")  # fmt: skip
        assert [one.body["model"] for one in server.requests] == ["large", "small"]
        assert {one.api for one in server.requests} == {"chat"}


def test_without_an_endpoint_it_says_what_to_set(rewoo: Rewoo, docs: Path) -> None:
    ended = rewoo("ask", "Which river?", "--docs", "docs")
    assert ended.code == 2
    assert "OPENAI_API_KEY" in ended.err
    assert "OPENAI_BASE_URL" in ended.err


def test_an_endpoint_that_is_not_there_is_told_in_a_sentence(rewoo: Rewoo, docs: Path) -> None:
    ended = rewoo("ask", "Which river?", "--docs", "docs", "--base-url", "http://127.0.0.1:9/v1")
    assert ended.code == 1
    assert ended.err.startswith("error: ")


def test_an_empty_question_is_wrong_use(rewoo: Rewoo) -> None:
    assert rewoo("ask", "  ").code == 2
