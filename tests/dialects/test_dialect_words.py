"""Findings about a foreign plan call everything what the plan calls it."""

import re

import pytest

from rewoo_dsl.checker.foreign import check_as
from rewoo_dsl.diag.diagnostic import Diagnostic, Related
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.lowering.dialects import read
from rewoo_dsl.lowering.dialects.words import Words

SEARCH = Signature(name="search", parameters={"type": "object", "properties": {"query": {"type": "string"}}})


@pytest.mark.parametrize(
    ("dialect", "text", "message", "hint", "allowed"),
    [
        ("llmcompiler", '1. f("a")\n2. g($2)\n3. join()<END_OF_PLAN>', "step 2 needs its own result", "step 1", ("1",)),
        ("llmcompiler", '1. f("a")\n1. g("b")\n3. join()<END_OF_PLAN>', "step 1 is defined twice", "step 2", ()),
        ("rewoo", "Plan: a\n#E1 = F[a]\nPlan: b\n#E1 = G[b]", "#E1 is defined twice", "#E2", ()),
        ("llmcompiler", '1. f("a")\n2. g($9)\n3. join()<END_OF_PLAN>',
         "nothing before this is called $9", "step 1", ("1",)),
        ("finqa", "add(1, 2), add(#7, 1)", "nothing before this is called #7", "#0", ("#0",)),
        ("hugginggpt", '[{"task": "a", "id": 0, "dep": [-1], "args": {"text": "<GENERATED>-5"}}]',
         "nothing before this is called `<GENERATED>-5`", "", ()),
        ("taskbench", '{"task_nodes": [{"task": "A", "arguments": ["<node-3>"]}], "task_links": []}',
         "nothing before this is called `<node-3>`", "", ()),
        ("visprog", "BOX0=LOC(image=IMAGE)\nBOX1=LOC(image=BOX1)\nRESULT(var=BOX1)",
         "`BOX1` needs its own result", "BOX0", ("BOX0",)),
        ("nestful", '[{"name": "f", "label": "var1"}, {"name": "f", "arguments": {"a": "$var2.b$"}, "label": "x"}]',
         "nothing before this is called `var2`", "`var1`", ()),
        ("worfbench", "Node:\n1: a\n2: b\nEdges: (START,1) (1,2) (2,1) (2,END)",
         "these steps wait for each other: step 1 -> step 2 -> step 1", "", ()),
    ],
)  # fmt: skip
def test_steps_go_by_their_own_names(
    dialect: str, text: str, message: str, hint: str, allowed: tuple[str, ...]
) -> None:
    report = check_as(text, dialect).report
    one = next((one for one in report.errors if one.message == message), None)
    assert one is not None, report.render()
    assert hint in (one.hint or "")
    assert set(allowed) <= set(one.allowed)


def test_tools_go_by_their_own_names() -> None:
    text = '{"task_nodes": [{"task": "Text-to-Speech", "arguments": ["a"]}], "task_links": []}'
    unknown = check_as(text, "taskbench", {"search": SEARCH}).report.errors
    assert [one.message for one in unknown] == ["there is no tool called `Text-to-Speech`"]
    speech = Signature(
        name="Text-to-Speech", parameters={"type": "object", "properties": {"text": {"type": "integer"}}}
    )
    wrong = check_as(text, "taskbench", {"Text-to-Speech": speech}).report.errors
    assert "`Text-to-Speech`" in wrong[0].message


def test_steps_of_one_name_are_told_apart_by_their_places() -> None:
    nodes = '[{"task": "A", "arguments": []}, {"task": "B", "arguments": []}, {"task": "B", "arguments": []}]'
    found = read(f'{{"task_nodes": {nodes}, "task_links": []}}', "taskbench")
    assert [found.words.step(step.name) for step in found.plan.steps] == ["`A`", "`B (step 2)`", "`B (step 3)`"]


def test_every_sentence_of_a_finding_is_told_and_what_is_no_name_stays() -> None:
    words = Words({"E1": "1", "x": "IMAGE"}, {"Text_to_Speech": "Text-to-Speech"})
    one = Diagnostic(
        code="RW101",
        message="#E1 calls `Text_to_Speech` with `k`",
        hint="add `after #E1`, or name it #E4",
        allowed=("#E1", "#x", "Text_to_Speech", "k"),
        related=(Related(message="#x is here"),),
    )
    told = words.told(one)
    assert told.message == "step 1 calls `Text-to-Speech` with `k`"
    assert told.hint == "add `after 1`, or name it step 4"
    assert told.allowed == ("1", "IMAGE", "Text-to-Speech", "k")
    assert told.related[0].message == "`IMAGE` is here"


def test_a_plan_of_ours_keeps_its_names() -> None:
    report = check_as("#E1 = f(a=#E2)\n", "rewoo_dsl").report
    assert re.search("#E2", report.errors[0].message)
