"""The Planner against a real HTTP server: plans taken out of answers, checked, repaired statement by statement."""

import asyncio

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewoo_dsl.agent.patch import merged, wrong_blocks
from rewoo_dsl.agent.planner import Draft, Planner, PlanningFailed, extracted, repair_request
from rewoo_dsl.checker import check
from rewoo_dsl.diag.codes import EXAMPLE_TOOLS
from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.llm import Endpoint, Usage
from rewoo_dsl.syntax.parser import parse
from rewoo_dsl.testing import model_server as scripted
from rewoo_dsl.testing.model_server import ModelServer

TOOLS = {one["name"]: Signature(**one) for one in EXAMPLE_TOOLS}

GOOD = """\
Plan: Find pages.
#E1 = search(query="port strike", k=3)
Plan: Read them.
#E2: {port: str} = llm(prompt="Which port? #E1")
Solve: Name the port (#E2.port).
"""
BROKEN = """\
Plan: Find pages.
#E1 = serch(query="port strike", k=3)
Plan: Read them.
#E2: {port: str} = llm(prompt="Which port? #E1")
Plan: The weather there.
#E3 = weather(town=#E2.port)
Solve: Name the port (#E2.port) and its weather (#E3.sky).
"""


def plan(script, **options):
    with ModelServer(script) as server:
        planner = Planner(Endpoint(base_url=server.base_url).model("tiny"))
        try:
            draft = asyncio.run(planner.plan("Which port is on strike?", TOOLS, **options))
        finally:
            plan.requests = server.requests
    return draft


def steps(draft):
    return [step.name for step in draft.report.plan.steps]


def test_a_good_plan_is_used_at_once():
    draft = plan([GOOD])
    assert draft.attempt == 1
    assert draft.report.linked is not None
    assert steps(draft) == ["E1", "E2"]
    [request] = plan.requests
    assert "search(query: str, k?: int) -> list[" in request.text
    assert request.messages[-1]["content"] == "Task: Which port is on strike?"


@pytest.mark.parametrize(
    "around",
    [
        "```\n{}```",
        "```rewoo\n{}```\n",
        "Here is the plan:\n\n{}\nLet me know if you need anything else.",
        "<think>\n#E1 = first I thought of this\n</think>\n{}",
        "Sure!\n\n```text\n{}```\n\nThis plan searches first.",
    ],
)
def test_a_plan_is_taken_out_of_whatever_is_around_it(around):
    draft = plan([around.format(GOOD)])
    assert steps(draft) == ["E1", "E2"]
    assert draft.attempt == 1
    assert "```" not in draft.text
    assert "first I thought" not in draft.text


def test_small_slips_of_models_are_read_over():
    slips = """\
rewoo 1
# The plan
1. **Plan:** Find pages. #E1 = search(query: "port strike", k=3)
2. Plan: Keep the first.
- #E2 = {first: #E1[0], sure: True, more: None}
**Solve:** Name the port (#E2).
"""
    draft = plan([slips])
    assert draft.attempt == 1
    assert (
        draft.text
        == """\
Plan: Find pages.
#E1 = search(query="port strike", k=3)
Plan: Keep the first.
#E2 = {first: #E1[0], sure: true, more: null}
Solve: Name the port (#E2).
"""
    )


def test_only_the_failing_statements_are_asked_for_again():
    repair = """\
Plan: Find pages.
#E1 = search(query="port strike", k=3)
Plan: The weather there.
#E3 = weather(city=#E2.port)
"""
    drafts = []
    draft = plan([BROKEN, repair], on_draft=drafts.append)
    assert draft.attempt == 2
    assert steps(draft) == ["E1", "E2", "E3"]
    assert '#E2: {port: str} = llm(prompt="Which port? #E1")' in draft.text
    assert [one.report.ok for one in drafts] == [False, True]
    said = plan.requests[1].messages
    assert [one["role"] for one in said] == ["system", "user", "assistant", "user"]
    request = said[-1]["content"]
    assert "serch" in request
    assert "search" in request
    assert "weather(town=" in request
    assert "llm(prompt" not in request, "what is good is not asked for again"


def test_a_repair_may_be_wrong_again():
    draft = plan([BROKEN, '#E1 = search(query="port strike")\n', "#E3 = weather(city=#E2.port)\n"])
    assert draft.attempt == 3
    assert steps(draft) == ["E1", "E2", "E3"]


def test_attempts_are_bounded_and_the_failure_has_every_finding():
    with pytest.raises(PlanningFailed) as caught:
        plan([BROKEN] * 9)
    assert len(plan.requests) == 3
    error = caught.value
    assert error.draft.attempt == 3
    codes = {one.code for one in error.diagnostics if one.is_error}
    assert len(codes) >= 2
    assert "after 3 attempts" in str(error)


@pytest.mark.parametrize("said", ["I cannot plan that, sorry.", "...", "Plan: think about it"])
def test_an_answer_without_a_step_is_asked_for_again(said):
    draft = plan([said, GOOD])
    assert draft.attempt == 2
    assert "whole plan" in plan.requests[1].messages[-1]["content"]


def test_a_refusal_is_a_model_error():
    with pytest.raises(ModelError) as caught:
        plan([scripted.refusal("No.")])
    assert caught.value.kind == "refusal"


def test_a_plan_from_a_model_reads_no_files():
    with pytest.raises(PlanningFailed) as caught:
        plan([f'use "/etc/passwd" as secrets\n{GOOD}'] * 3)
    assert any("must not read files" in one.message for one in caught.value.diagnostics)


def test_a_plan_from_a_model_has_tighter_limits():
    many = "".join(f"#E{n} = {n}\n" for n in range(300))
    with pytest.raises(PlanningFailed):
        plan([many] * 3)


def test_inputs_are_declared_for_the_model():
    wants = 'Plan: Find.\n#E1 = search(query="strike in #{region}", k=#n)\nSolve: #E1\n'
    draft = plan([f"input n: str = 3\n{wants}"], inputs={"region": "EU", "n": 5})
    assert draft.text == f"input region: str\ninput n: int\n{wants}"
    told = plan.requests[0].messages[-1]["content"]
    assert "#region: str" in told
    assert "EU" not in told


def test_inputs_that_nobody_gives_are_errors():
    wants = 'input region: str\nPlan: Find.\n#E1 = search(query="strike in #{region}")\n'
    draft = plan([wants, 'Plan: Find.\n#E1 = search(query="strike in the EU")\n'])
    assert draft.attempt == 2
    assert "input `region` is not given" in plan.requests[1].messages[-1]["content"]


def test_inputs_are_named_so_that_plans_can_use_them():
    with pytest.raises(ValueError, match="'my region' is no name"):
        plan([GOOD], inputs={"my region": 1})


def test_sub_plans_of_the_library_are_called_like_tools():
    profile = "Goal: The profile of a company.\ninput name: str\n#E1 = search(query=#name)\nreturn #E1[0].title\n"
    unfit = "#E1 = 1\n"
    wants = 'Plan: Look them up.\n#E1 = profile(name="ACME")\nSolve: Say #E1.\n'
    draft = plan([wants], library={"profile": profile, "unfit": unfit})
    assert draft.report.linked is not None
    told = plan.requests[0].text
    assert "profile(name: str) -> str — The profile of a company." in told
    assert "unfit" not in told


@pytest.mark.parametrize("lost", [scripted.text(""), scripted.cut_off(GOOD), scripted.broken()])
def test_an_answer_that_is_lost_on_its_way_is_one_attempt(lost):
    heard = []
    assert plan([lost, GOOD], on_text=heard.append).attempt == 2
    with pytest.raises(ModelError):
        plan([lost] * 3, on_text=heard.append)
    assert len(plan.requests) == 3


def test_a_refusal_is_not_asked_again():
    with pytest.raises(ModelError) as caught:
        plan([scripted.refusal(), GOOD])
    assert (caught.value.kind, len(plan.requests)) == ("refusal", 1)


@pytest.mark.parametrize("written", ["#{len(#E1)} pages", "#{ E1 }", "about #region"])
def test_a_text_that_was_to_hold_a_value_is_asked_for_again(written):
    bad = GOOD.replace("Which port? #E1", f"Which port? #E1 {written}")
    draft = plan([bad, GOOD], inputs={"region": "EU"})
    assert draft.attempt == 2
    assert "RW113" in plan.requests[1].text
    assert written in plan.requests[1].text


def test_an_escape_of_the_model_stays_one():
    draft = plan([GOOD.replace("Which port? #E1", "Which port? #E1 \\#{len(E1)}")])
    assert draft.attempt == 1
    assert "\\#{len(E1)}" in draft.text


def test_usage_and_text_of_every_attempt_are_heard():
    costs, heard = [], []
    first = scripted.text(BROKEN).costing(input_tokens=1000, output_tokens=90)
    second = scripted.text(GOOD).costing(input_tokens=1200, output_tokens=60, cached_tokens=1000)
    plan([first, second], on_usage=costs.append, on_text=heard.append)
    assert sum(costs, Usage()) == Usage(calls=2, input_tokens=2200, output_tokens=150, cached_tokens=1000)
    assert "".join(heard) == BROKEN + GOOD


FRAGMENTS = st.sampled_from(
    [
        *(
            "Plan: why",
            '#E1 = search(query="x")',
            "#E2 = serch(#E1)",
            "#E3 = #E9.a",
            "Solve: #E1 and #E2",
            "return #E1",
        ),
        *(
            "```",
            "```rewoo",
            "Sure, here it is:",
            "1. ",
            "- ",
            "**",
            "# Plan",
            "// note",
            "\n",
            "\n\n",
            "#E1 = (",
            "[",
            '"""',
        ),
        *(
            'use "x" as y',
            "input a: str",
            "limit calls 3",
            "Goal: it",
            "\x00",
            "\ud800",
            "\u202e",
            "#E4: {a: int} = llm[x]",
        ),
    ]
)
ANSWERS = st.lists(FRAGMENTS | st.text(max_size=8), max_size=14).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(ANSWERS, ANSWERS)
def test_whatever_a_model_sends_is_a_draft_or_a_repair(first, second):
    text = extracted(first)
    report = check(text, TOOLS, from_model=True, lenient=True)
    draft = Draft(1, text, report)
    assert repair_request(draft)
    assert isinstance(merged(text, wrong_blocks(text, report.errors), extracted(second)), str)


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_a_sound_plan_that_was_extracted_stays_as_it_is(answer):
    once = extracted(answer)
    assume(not parse(once).errors)
    assert extracted(once) == once
