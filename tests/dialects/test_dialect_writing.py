"""What is written is read again as the same plan, and what a format cannot say is refused at its place."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.ir.expr import Binary, Call, Constant, Expr, ListOf, ObjectOf, Ref, Text
from rewoo_dsl.ir.plan import Each, Input, Limit, Plan, Step
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.lowering.dialects import DIALECTS, WRITABLE, read, write

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: str(number) != "-0.0")
ARGUMENTS = st.dictionaries(st.from_regex(r"[a-z][a-z_0-9]{0,6}", fullmatch=True), st.none(), max_size=3)


def values(names: list[str], *, paths: bool) -> st.SearchStrategy[Expr]:
    leaves: st.SearchStrategy[Expr] = st.builds(Constant, value=SCALARS | NUMBERS)
    if names:
        path = st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True) | st.integers(0, 9), max_size=2).map(tuple)
        refs = st.builds(Ref, name=st.sampled_from(names), path=path if paths else st.just(()))
        texts = st.tuples(TEXTS.filter(bool), refs, TEXTS.filter(bool)).map(lambda parts: Text(parts=parts))
        leaves |= refs | texts
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(ListOf, items=st.lists(inner, max_size=3).map(tuple))
            | st.builds(ObjectOf, fields=st.dictionaries(TEXTS, inner, max_size=3))
        ),
        max_leaves=4,
    )


@st.composite
def plans(draw: st.DrawFn, *, paths: bool = True, references: bool = True) -> Plan:
    names = [f"E{number}" for number in range(1, draw(st.integers(1, 4)) + 1)]
    steps = []
    for index, name in enumerate(names):
        known = names[:index] if references else []
        args = {key: draw(values(known, paths=paths)) for key in draw(ARGUMENTS)}
        steps.append(Step(name=name, do=Call(tool=draw(st.sampled_from(["search", "erp.list", "f"])), args=args)))
    result = None
    if references and paths and draw(st.booleans()):
        result = ObjectOf(fields={"answer": draw(values(names, paths=paths))})
    return Plan(steps=tuple(steps), result=result)


@given(plans())
def test_nestful_comes_back(plan: Plan) -> None:
    comes_back(plan, "nestful")


@given(plans(paths=False))
def test_llmcompiler_comes_back(plan: Plan) -> None:
    comes_back(plan, "llmcompiler")


@given(plans(references=False))
def test_openai_tool_calls_come_back(plan: Plan) -> None:
    assert write(plan, "openai_tool_calls").text is not None
    comes_back(plan, "openai_tool_calls")


def comes_back(plan: Plan, dialect: str) -> None:
    written = write(plan, dialect)
    if written.text is None:
        assert any(re.search("reference", one.message) for one in written.diagnostics)
        return
    again = read(written.text, dialect)
    assert again.ok, again.diagnostics
    assert again.plan == plan
    assert not [one for one in again.diagnostics if one.code != "RW091"]


@pytest.mark.parametrize("name", WRITABLE)
def test_a_written_example_comes_back(name: str) -> None:
    found = read(DIALECTS[name].example)
    written = write(found.plan, name, tool_names=found.tool_names)
    assert written.text is not None
    assert read(written.text).plan == found.plan


def test_tools_keep_their_own_names() -> None:
    text = '[{"name": "Text-to-Speech", "arguments": {"text": "hi"}, "label": "a"}]'
    found = read(text, "nestful")
    assert found.plan.steps[0].do == Call(tool="Text_to_Speech", args={"text": Constant(value="hi")})
    written = write(found.plan, "nestful", tool_names=found.tool_names)
    assert json.loads(written.text or "") == json.loads(text)


def test_an_argument_by_place_takes_its_name_from_the_signature() -> None:
    plan = Plan(steps=(Step(name="a", do=Call(tool="search", first=Constant(value="x"))),))
    refused = write(plan, "nestful")
    assert refused.text is None
    assert [one.at for one in refused.diagnostics] == ["/steps/0/do/first"]
    signature = Signature(name="search", parameters={"type": "object", "properties": {"query": {}}})
    written = write(plan, "nestful", tools={"search": signature})
    assert '"arguments": {"query": "x"}' in (written.text or "")


REFUSED = {
    "/steps/0/retry": Step(name="a", do=Call(tool="f"), retry=2),
    "/steps/0/after": Step(name="a", do=Call(tool="f"), after=("b",)),
    "/steps/0/condition": Step(name="a", do=Call(tool="f"), condition=Constant(value=True)),
    "/steps/0/each": Step(name="a", do=Call(tool="f"), each=Each(variable="x", source=ListOf(items=()))),
    "/steps/0/do": Step(name="a", do=Constant(value=1)),
    "/steps/0/do/args/x": Step(
        name="a",
        do=Call(tool="f", args={"x": Binary(op="+", left=Ref(name="b"), right=Constant(value=1))}),
    ),
}


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("at", REFUSED)
def test_what_a_format_cannot_say_is_refused_at_its_place(name: str, at: str) -> None:
    written = write(Plan(steps=(REFUSED[at],)), name)
    assert written.text is None
    assert at in [one.at for one in written.diagnostics if one.is_error]


@pytest.mark.parametrize("name", WRITABLE)
def test_headers_are_refused(name: str) -> None:
    plan = Plan(inputs=(Input(name="x"),), limit=Limit(calls=1), steps=(Step(name="a", do=Call(tool="f")),))
    assert {one.at for one in write(plan, name).diagnostics} == {"/inputs/0", "/limit"}


def test_what_only_one_format_lacks() -> None:
    field = Plan(
        steps=(Step(name="a", do=Call(tool="f")), Step(name="b", do=Call(tool="f", first=Ref(name="a", path=("x",)))))
    )
    assert [one.at for one in write(field, "llmcompiler").diagnostics] == ["/steps/1/do/first"]
    result = Plan(steps=(Step(name="a", do=Call(tool="f")),), result=Ref(name="a"))
    for name in WRITABLE:
        assert [one.at for one in write(result, name).diagnostics] == ["/result"]
    for name, tool in (("nestful", "var_result"), ("llmcompiler", "join")):
        taken = write(Plan(steps=(Step(name="a", do=Call(tool=tool)),)), name)
        assert [one.at for one in taken.diagnostics] == ["/steps/0/do/tool"]


def test_prose_is_left_out_with_a_note() -> None:
    plan = Plan(goal="Why?", steps=(Step(name="a", rationale="So.", do=Call(tool="f")),))
    for name in ("nestful", "openai_tool_calls"):
        written = write(plan, name)
        assert written.text is not None
        assert [one.code for one in written.diagnostics] == ["RW088"]
    assert "Thought: So." in (write(plan, "llmcompiler").text or "")


def test_formats_that_cannot_be_written_are_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="'rewoo'"):
        write(Plan(), "rewoo")
