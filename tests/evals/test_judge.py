"""What is said of one line of a batch, whatever is in it, and what many lines come to."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl._resources import resource
from rewoo_dsl.checker.foreign import FORMATS
from rewoo_dsl.evals import Judge, PlanReport, Settings, Summary
from rewoo_dsl.ir.policy import Policy
from rewoo_dsl.ir.signature import Signature

SCHEMA = Draft202012Validator(json.loads(resource("schemas", "report.schema.json").read_text(encoding="utf-8")))
SAMPLE = Path(__file__).parents[1] / "data" / "corpus"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

COMPILED = '1. search(query="a")\n2. math(problem="twice $1")\n3. join()<END_OF_PLAN>'
OURS = 'Plan: look\n#Found = search(query="a")\n#E2 = math(problem="twice #{Found}")\n'
TOOLS = [
    {"name": "search", "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}},
    {"name": "math", "parameters": {"type": "object", "properties": {"problem": {"type": "string"}}}},
]


def report(line: Any, **settings: Any) -> PlanReport:
    text = line if isinstance(line, str | bytes) else json.dumps(line)
    said = Judge(Settings(**settings))(1, text).report
    SCHEMA.validate(json.loads(said.model_dump_json()))
    return said


def codes(said: PlanReport) -> list[str]:
    return [one.code for one in said.diagnostics]


# --- lines ---------------------------------------------------------------------------------------------------------


def test_a_line_says_what_it_holds() -> None:
    said = report({"id": "one", "plan": COMPILED, "dialect": "llmcompiler", "tools": TOOLS})
    assert (said.id, said.dialect, said.ok, said.steps) == ("one", "llmcompiler", True, 2)
    assert said.edges == (("1", "2"),)
    assert said.tools == ("search", "math")
    assert said.diagnostics == ()
    assert said.score is None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("hello", "RW070", "no JSON"),
        ("[1]", "RW070", "a line is a JSON object, found list"),
        ("9" * 5000, "RW070", "too many digits"),
        ("[" * 100_000, "RW070", "nested deeper than 256"),
        (b'{"id": "\xff"}', "RW070", "not UTF-8"),
        ({"id": "a"}, "RW070", "no `plan`"),
        ({"plan": COMPILED}, "RW070", "no `id`"),
        ({"id": True, "plan": COMPILED}, "RW070", "no `id`"),
        ({"id": "\ud800", "plan": COMPILED}, "RW070", "no `id`"),
        ({"id": "a", "plan": 7}, "RW070", "a plan is text or JSON"),
        ({"id": "a", "plan": "\ud800"}, "RW070", "half of a surrogate pair"),
        ({"id": "a", "plan": COMPILED, "dialect": "latin"}, "RW071", "`latin`"),
        ({"id": "a", "plan": COMPILED, "dialect": [1]}, "RW071", "found list"),
        ({"id": "a", "plan": COMPILED, "tools": [7]}, "RW072", "tools cannot be used"),
        ({"id": "a", "plan": COMPILED, "tools_ref": "x.json"}, "RW072", "`tools_ref` cannot be read"),
        ({"id": "a", "plan": COMPILED, "tools_ref": 7}, "RW072", "it is no text"),
    ],
)
def test_what_cannot_be_used_is_a_finding(line: Any, code: str, words: str) -> None:
    said = report(line)
    assert not said.ok
    (found,) = (one for one in said.diagnostics if one.code == code)
    assert words in found.message


def test_the_rest_of_a_line_stands() -> None:
    without_id = report({"plan": COMPILED})
    assert (without_id.id, without_id.steps) == (None, 2)
    bad_tools = report({"id": 7, "plan": COMPILED, "tools": [7]})
    assert (bad_tools.id, bad_tools.steps, bad_tools.edges) == (7, 2, (("1", "2"),))


def test_how_deep_a_line_may_be_does_not_depend_on_who_asks() -> None:
    def judged(line: str, frames: int) -> str:
        return judged(line, frames - 1) if frames else Judge(Settings(load=str))(1, line).report.model_dump_json()

    for depth in (100, 254, 255, 500, 900, 940, 980, 2000):
        line = json.dumps({"id": "a", "plan": COMPILED})[:-1] + f', "x": {"[" * depth}{"]" * depth}}}'
        inner = json.dumps({"id": "a", "dialect": "rewoo_dsl", "plan": '{"steps": ' + "[" * depth + "]" * depth + "}"})
        tools = json.dumps({"id": "a", "plan": COMPILED, "tools_ref": "[" * depth + "]" * depth})
        for one in (line, inner, tools):
            assert judged(one, 0) == judged(one, 300)
        assert ("nested deeper" in judged(line, 0)) == (depth > 255)


def test_a_line_that_is_too_long_is_not_read() -> None:
    assert "longer than 16 MiB" in report('"' + "x" * (16 << 20)).diagnostics[0].message


def test_a_plan_may_be_json() -> None:
    calls = [{"name": "search", "kwargs": {"query": "a"}}]
    assert report({"id": "a", "plan": calls}) == report({"id": "a", "plan": json.dumps(calls)})


NAMES = st.text(max_size=3)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.none() | NAMES | st.integers(),
            "plan": st.none() | st.text(max_size=40) | st.lists(st.dictionaries(NAMES, st.integers())),
            "dialect": st.none() | st.sampled_from(FORMATS) | NAMES,
            "tools": st.none() | st.lists(st.dictionaries(st.sampled_from(["name", "parameters"]), NAMES)),
            "tools_ref": st.none() | NAMES,
            "gold": st.none() | NAMES | st.dictionaries(st.sampled_from(["plan", "steps"]), st.integers()),
        },
    )
)
def test_no_line_is_too_odd(line: dict[str, Any]) -> None:
    assert report(line).line == 1


# --- tools and formats ---------------------------------------------------------------------------------------------


def test_tools_of_the_line_stand_before_those_of_the_batch() -> None:
    known = {"search": Signature(name="search")}
    assert codes(report({"id": "a", "plan": COMPILED}, tools=known)) == ["RW108"]
    assert codes(report({"id": "a", "plan": COMPILED, "tools": TOOLS}, tools=known)) == []


def test_tools_may_stand_elsewhere() -> None:
    lists = {"lists/a.json": json.dumps(TOOLS[:1])}
    line = {"id": "a", "plan": COMPILED, "tools_ref": "lists/a.json"}
    assert codes(report(line, load=lists.__getitem__)) == ["RW108"]


def test_what_is_put_right_is_an_error_when_strict() -> None:
    line = {"id": "a", "plan": COMPILED.removesuffix("<END_OF_PLAN>")}
    assert report(line).ok
    strict = report(line, strict=True)
    assert ("RW098", "error") in {(one.code, one.severity) for one in strict.diagnostics}
    assert not strict.ok


def test_a_policy_holds_for_every_line_and_protects_what_its_question_says() -> None:
    policy = Policy.model_validate({"tools": {"search": {"arguments": {"query": {"from_request": True}}}}})
    line = {"id": "a", "plan": COMPILED.replace('"a"', '"Oslo"'), "tools": TOOLS}
    assert report(line | {"question": "How cold is Oslo?"}, policy=policy).ok
    assert not report(line | {"question": "How cold is it?"}, policy=policy).ok
    assert report(line, policy=policy, request="Oslo, please").ok


def test_the_format_of_the_batch_is_for_lines_that_name_none() -> None:
    assert report({"id": "a", "plan": COMPILED}, dialect="finqa").dialect == "finqa"
    assert report({"id": "a", "plan": COMPILED, "dialect": "auto"}, dialect="finqa").dialect == "llmcompiler"


# --- reference plans -----------------------------------------------------------------------------------------------


def test_names_formats_and_order_do_not_count() -> None:
    line = {"id": "a", "plan": OURS, "gold": {"plan": COMPILED, "dialect": "llmcompiler"}, "tools": TOOLS}
    score = report(line).score
    assert score is not None
    assert (score.nodes, score.edges, score.arguments, score.total) == (1.0, 1.0, 1.0, 1.0)


def test_what_is_missing_and_what_is_too_much_counts() -> None:
    gold = COMPILED.replace("3. join()", '3. search(query="b")\n4. join()')
    score = report({"id": "a", "plan": COMPILED.replace('"a"', '"c"'), "gold": gold}).score
    assert score is not None
    assert (score.nodes, score.edges, score.arguments, score.total) == (0.8, 1.0, 0.4, 0.6667)


def test_expected_is_in_the_plans_own_names() -> None:
    expected = {"steps": 2, "edges": [["1", "2"]], "tools": ["search", "math"]}
    score = report({"id": "a", "plan": COMPILED, "expected": expected}).score
    assert score is not None
    assert (score.total, score.arguments) == (1.0, None)
    wrong = {"steps": 3, "edges": [["2", "1"]], "tools": ["search", "maths"]}
    score = report({"id": "a", "plan": COMPILED, "expected": wrong}).score
    assert score is not None
    assert (score.nodes, score.edges) == (0.4, 0.0)


def test_references_of_the_batch_go_by_id() -> None:
    gold = {"a": COMPILED, 7: {"steps": 0}}
    assert report({"id": "a", "plan": COMPILED, "gold": "none"}, gold=gold).score is not None
    assert report({"id": 7, "plan": COMPILED}, gold=gold).score is not None
    assert report({"id": "b", "plan": COMPILED, "gold": COMPILED}, gold=gold).score is None


@pytest.mark.parametrize("gold", ["", 7, {"plan": 7}, {"plan": "x", "dialect": "latin"}, {"steps": 1, "edges": [1]}])
def test_a_reference_that_cannot_be_used_is_a_warning(gold: Any) -> None:
    said = report({"id": "a", "plan": COMPILED, "gold": gold})
    assert (said.ok, said.score, codes(said)) == (True, None, ["RW073"])


# --- the whole -----------------------------------------------------------------------------------------------------

LINES = [
    json.dumps({"id": row["id"], "plan": row["plan"], "tools": row.get("tools"), "gold": row["plan"]})
    for path in sorted(SAMPLE.glob("*.jsonl"))
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
]


def test_a_verdict_does_not_depend_on_what_was_judged_before() -> None:
    judge = Judge(Settings())
    forth = [judge(number, line) for number, line in enumerate(LINES, 1)]
    back = [judge(number, line) for number, line in reversed(list(enumerate(LINES, 1)))]
    assert [one.report for one in forth] == [one.report for one in reversed(back)]


def test_every_plan_is_its_own_best_reference() -> None:
    judge = Judge(Settings())
    scores = {one.score.total for line in LINES if (one := judge(1, line).report).score is not None}
    assert scores == {1.0}


def test_the_sums_of_parts_are_those_of_the_whole() -> None:
    judge = Judge(Settings())
    whole, parts = Summary(), Summary()
    for start in range(0, len(LINES), 17):
        part = Summary()
        for line in LINES[start : start + 17]:
            part.add(judge(1, line))
            whole.add(judge(1, line))
        parts.merge(part)
    assert parts == whole
    assert list(Summary().lines()) == ["0 plans: 0 sound, 0 with errors"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside here")
def test_the_whole_corpus_is_read_as_expected() -> None:
    judge = Judge(Settings(load=lambda path: (CORPUS / path).read_text(encoding="utf-8")))
    summary = Summary()
    for path in sorted(CORPUS.glob("*/plans.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            verdict = judge(number, line)
            summary.add(verdict)
            assert verdict.report.score is None or verdict.report.score.total == 1.0, verdict.report.id
            assert verdict.report.score is not None or not verdict.report.ok or "broken" in json.loads(line)
    assert (summary.plans, summary.scored["total"]) == (1752, 1619)
