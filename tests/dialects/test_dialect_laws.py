"""What holds for every reader and every text: no exception, spans inside, nothing lost in silence, linear time."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.checker.check import check
from rewoo_dsl.diag.codes import CODES
from rewoo_dsl.diag.codes.dialects import REPAIRS
from rewoo_dsl.diag.diagnostic import Severity
from rewoo_dsl.ir.expr import children
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.dialects import DIALECTS, Imported, read, recognise
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.limits import Limits

NAMES = st.sampled_from(sorted(DIALECTS))
JSON_FORMATS = ("rewoo_json", "nestful", "openai_tool_calls", "provider_tool_calls", "seal_tools", "json_calls",
                "python_calls", "taskbench", "hugginggpt")  # fmt: skip
MARKS = "#E1=[](){}<>$.,:;'\"\\\n \t`0123aé\ud83d\x00/-_*PlanStart"


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, str]:
    """A dialect and its example after a few cuts, repeats and insertions."""
    name = draw(NAMES)
    text = DIALECTS[name].example
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        piece = draw(st.sampled_from(["", text[start:end] * 2]) | st.text(MARKS, max_size=6))
        text = text[:start] + piece + text[end:]
    return name, text


def pointers(plan: Plan) -> Iterator[str]:
    for index, step in enumerate(plan.steps):
        yield f"/steps/{index}/after/0"
        pending = [(f"/steps/{index}/do", step.do)]
        while pending:
            at, node = pending.pop()
            yield at
            pending += [(at + suffix, child) for suffix, child in children(node)]


def is_fine(found: Imported) -> None:
    """What can be asked of every reading."""
    for one in found.diagnostics:
        assert one.code in CODES
        assert one.span is not None
        assert 0 <= one.span.start <= one.span.end <= len(found.text), one
    for pointer in pointers(found.plan):
        span = found.source_map.find(pointer)
        assert 0 <= span.start <= span.end <= len(found.text), pointer
    assert len(found.steps) == len(found.plan.steps)
    assert {step.name for step in found.plan.steps} == set(found.names)
    assert Plan.model_validate(json.loads(json.dumps(found.plan.model_dump(mode="json")))) == found.plan
    assert found.plan.steps or not found.ok


@pytest.mark.parametrize("name", DIALECTS)
def test_the_example_of_a_dialect_is_read_and_recognised(name: str) -> None:
    found = read(DIALECTS[name].example)
    assert found.dialect == name == recognise(DIALECTS[name].example)[0]
    assert found.ok
    assert all(one.code not in REPAIRS for one in found.diagnostics)
    assert check(found.plan).ok
    assert check(to_text(found.plan)).plan == found.plan
    is_fine(found)


@given(NAMES | st.just("auto"), st.text() | st.text(MARKS, max_size=200))
def test_any_text_gives_a_result(name: str, text: str) -> None:
    is_fine(read(text, name))


@given(spoilt())
def test_spoilt_plans_give_a_result(given: tuple[str, str]) -> None:
    name, text = given
    found = read(text, name)
    is_fine(found)
    check(found.plan)


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_json_that_is_cut_anywhere_is_an_error(name: str) -> None:
    text = DIALECTS[name].example.rstrip()
    for end in range(len(text)):
        assert not read(text[:end], name).ok, text[:end]


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - set(JSON_FORMATS)))
def test_a_plan_in_lines_that_is_cut_keeps_the_steps_before_the_cut(name: str) -> None:
    """A step is there, or an error is, or nothing of it is written yet but its rationale or a part of its name."""
    text = DIALECTS[name].example
    whole = read(text, name)
    starts = [whole.source_map.find(f"/steps/{index}/do/tool").end for index in range(len(whole.steps))]
    for end in range(len(text)):
        cut = read(text[:end], name)
        written = sum(start + 1 < end for start in starts)
        assert len(cut.steps) >= written or not cut.ok, text[:end]


@pytest.mark.parametrize("name", DIALECTS)
def test_strict_makes_an_error_of_every_repair(name: str) -> None:
    text = f"Here is the plan:\n```\n{DIALECTS[name].example}```\nGood luck!"
    notes = [one for one in read(text, name).diagnostics if one.code in REPAIRS]
    strict = read(text, name, strict=True)
    assert [one.code for one in strict.diagnostics if one.code in REPAIRS] == [one.code for one in notes]
    assert all(one.severity is Severity.NOTE for one in notes)
    assert all(one.is_error for one in strict.diagnostics if one.code in REPAIRS)
    assert len(strict.steps) == len(read(DIALECTS[name].example, name).steps)


def test_a_text_in_no_format_is_an_error_that_lists_them() -> None:
    found = read("Buy milk and call Anna.")
    assert [one.code for one in found.diagnostics] == ["RW080"]
    assert found.diagnostics[0].allowed == tuple(DIALECTS)


def test_a_plan_behind_many_words_is_recognised() -> None:
    text = "Let me think. " * 500 + "\n" + DIALECTS["llmcompiler"].example
    assert recognise(text) == ("llmcompiler",)
    assert len(read(text).steps) == 2


def test_an_unknown_dialect_is_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="'nestfull'"):
        read("[]", "nestfull")


def test_a_text_beyond_the_limit_is_not_read() -> None:
    found = read("[" * 50, "nestful", limits=Limits(size=20))
    assert [one.code for one in found.diagnostics] == ["RW027"]
    assert not read("é" * 15, "nestful", limits=Limits(size=20)).ok


def test_steps_beyond_the_limit_are_left_out_with_an_error() -> None:
    found = read("add(1, 2)," * 5, "finqa", limits=Limits(steps=3))
    assert len(found.steps) == 3
    assert [one.code for one in found.diagnostics] == ["RW027"]


LINK = '{"source": "a", "target": "a"},'
NAMED = '{{"name": "a-{}", "arguments": {{}}, "label": "{}"}}'
HOSTILE = {
    "open brackets": "[" * 60_000,
    "open braces": '{"a":' * 20_000,
    "parentheses": "1. f(" + "(" * 60_000,
    "quotes": "1. f(" + "'a'x," * 20_000,
    "double quotes": 'x=f("' * 20_000,
    "triple quotes": '1. f("""' + '"""' * 20_000,
    "evidence": "#E1 = T[" * 10_000,
    "rationale": "Plan: " * 20_000,
    "actions": "Action 1-1: R1 = f(\n" * 5_000,
    "edges": "Node:\n1: a\nEdge:" + "(1,1)" * 20_000,
    "nodes": '{"task_nodes": ['
    + '{"task": "a"},' * 2_000
    + '], "task_links": ['
    + '{"source":"a","target":"a"},' * 500,
    "references": '[{"name": "a", "arguments": {"x": "' + "$a" * 40_000 + '"}, "label": "v"}]',
    "dotted words": '[{"name": "a", "arguments": {"x": "$' + "var1." * 20_000 + '"}, "label": "v"}]',
    "a long question": "Action 1-1: R1 = QA(R0, Question: a" + " " * 60_000 + "b)",
    "half references": '[{"name": "a", "arguments": {"x": "' + "$var1" * 20_000 + '"}, "label": "v"}]',
    "names": "["
    + ",".join(f'{{"name": "a-{i}", "arguments": {{}}, "label": "{"-" * i}"}}' for i in range(2_000))
    + "]",
    "digits": "1. f(" + "9" * 60_000 + ")",
    "number": "1" * 60_000 + ". f()",
    "expression": '["f(a=' + "-" * 30_000 + '1)"]',
    "operators": '["f(a=1' + "+1" * 30_000 + ')"]',
    "escapes": '[{"function": {"name": "f", "arguments": "{\\"a\\": \\"' + "\\\\u00e9" * 10_000 + '\\"}"}}]',
    "lines": "\n" * 60_000,
    "blanks": "[" + " " * 60_000,
    "fences": "```json\n" * 10_000,
    "calls": "add(1,2)," * 5_000,
    "equal": "A0=A0(" * 10_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_read_in_time(kind: str) -> None:
    """All seventeen readers, each within a second or two: anything that is not linear takes minutes here."""
    for name in ("auto", *DIALECTS):
        start = time.process_time()
        read(HOSTILE[kind], name)
        assert time.process_time() - start < 5, name
