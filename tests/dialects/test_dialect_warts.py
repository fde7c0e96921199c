"""What models and people do to each format, and what becomes of it: the plan as our text, and the codes."""

from typing import NamedTuple

import pytest

from rewoo_dsl.checker.foreign import check_as
from rewoo_dsl.ir.signature import Signature
from rewoo_dsl.lowering.dialects import SUBTASK, read
from rewoo_dsl.lowering.raising import to_text


class Case(NamedTuple):
    """A text in a dialect, our text for it, and the codes of what is found."""

    dialect: str
    text: str
    ours: str
    codes: tuple[str, ...] = ()


CASES = {
    "rewoo, indented, empty input, unused evidence": Case(
        "rewoo",
        "\n    Plan: Where?\n    #E1 = Location[]  \n\n    Plan: When?\n    #E2 = Time[ now ]\n",
        "Plan: Where?\n#E1 = Location[]\nPlan: When?\n#E2 = Time[now]\n",
    ),
    "rewoo, brackets inside the input": Case("rewoo", "#E1 = Email[Dear [Name], hi]", "#E1 = Email[Dear [Name], hi]\n"),
    "rewoo, a bracket without partner": Case(
        "rewoo", "#E1 = Say[a smile :[]\n#E2 = Say[b]", "#E1 = Say[a smile :\\[]\n#E2 = Say[b]\n", ("RW095",)
    ),
    "rewoo, a bracket never closed costs no other step": Case(
        "rewoo", "#E1 = Say[a\n#E2 = Say[b]", "#E1 = Say[a]\n#E2 = Say[b]\n", ("RW083",)
    ),
    "rewoo, evidence in the rationale is no reference": Case(
        "rewoo", "#E1 = A[x]\nPlan: Look at #E1 again\n#E2 = B[y]", "#E1 = A[x]\nPlan: Look at #E1 again\n#E2 = B[y]\n"
    ),
    "rewoo, two steps on one line": Case(
        "rewoo", "Plan: a #E1 = A[x] Plan: b #E2 = B[#E1]", "Plan: a\n#E1 = A[x]\nPlan: b\n#E2 = B[#E1]\n"
    ),
    "rewoo, a dot behind evidence is no field": Case(
        "rewoo", "#E1 = A[x]\n#E2 = B[Read #E1.Then sum up]", "#E1 = A[x]\n#E2 = B[Read #{E1}.Then sum up]\n"
    ),
    "rewoo, a step without its mark": Case(
        "rewoo", "#E1 = A[x]\nE2 = B[#E1]\n#E3 = C[#E1]", "#E1 = A[x]\n#E3 = C[#E1]\n", ("RW085",)
    ),
    "rewoo, steps without their marks where a rationale is": Case(
        "rewoo",
        "Plan: a\nE1 = A[x]\n# E2 = B[y]\nPlan: c\n#E3 = C[#E1 #E2]",
        "Plan: a\nPlan: E1 = A[x]\nPlan: # E2 = B[y]\nPlan: c\n#E3 = C[#E1 #E2]\n",
        ("RW085", "RW085"),
    ),
    "rewoo, a step without a call": Case(
        "rewoo", "#E1 = A[x]\n#E2 = \n#E3 = C[y]", "#E1 = A[x]\n#E3 = C[y]\n", ("RW085",)
    ),
    "rewoo, a lonely rationale": Case("rewoo", "#E1 = A[x]\nPlan: and so on", "#E1 = A[x]\n", ("RW054",)),
    "gentopia, a step without its rationale": Case(
        "rewoo_gentopia", "#E1: a[x]\n#Plan2: why\n#E2: b[#E1]", "#E1 = a[x]\nPlan: why\n#E2 = b[#E1]\n", ("RW086",)
    ),
    "rewoo as JSON, an object as input": Case(
        "rewoo_json",
        '[{"plan": "a", "evidence": {"placeholder": "#E1", "tool": "f", "tool_input": {"x": ["#E0", "see #E1!"]}}}]',
        'Plan: a\n#E1 = f(x=[#E0, "see #E1!"])\n',
    ),
    "llmcompiler, steps that are broken": Case(
        "llmcompiler",
        '1. f("a")\n2. =\n3.\n$4 = g($1)\n5. h($2, $3, $4)\n6. join()<END_OF_PLAN>',
        '#E1 = f("a")\n#E5 = h(#E2, arg2=#E3, arg3=#E4)\n',
        ("RW085", "RW085", "RW085", "RW092", "RW092"),
    ),
    "llmcompiler, all ways to refer": Case(
        "llmcompiler",
        '1. f("a")\n2. g($1, "is ${1}?", [$1], k="$1")\n3. join()<END_OF_PLAN>',
        '#E1 = f("a")\n#E2 = g(#E1, k=#E1, arg2="is #E1?", arg3=[#E1])\n',
        ("RW092", "RW092"),
    ),
    "llmcompiler, an argument without quotes": Case(
        "llmcompiler", "1. search(In Cold Blood)\n2. join()<END_OF_PLAN>", '#E1 = search("In Cold Blood")\n', ("RW096",)
    ),
    "llmcompiler, a JSON object as the argument": Case(
        "llmcompiler",
        '1. search({"query": "gold"})\n2. join()<END_OF_PLAN>',
        '#E1 = search(query="gold")\n',
        ("RW098",),
    ),
    "llmcompiler, thoughts say why": Case(
        "llmcompiler",
        "Thought: Look.\n1. f(None)\nThought: I can answer.\n2. join() <END_OF_PLAN>",
        "Plan: Look.\n#E1 = f(null)\n",
    ),
    "llmcompiler, a later step": Case(
        "llmcompiler",
        "1. f($2)\n2. g()\n3. join()<END_OF_PLAN>",
        "#E2 = g()\n#E1 = f(#E2)\n",
        ("RW103",),
    ),
    "llmcompiler, a step that is no call": Case(
        "llmcompiler", "1. f()\n2. then search\n3. join()<END_OF_PLAN>", "#E1 = f()\n", ("RW085",)
    ),
    "nestful, paths, indexes, references in a text, the answer": Case(
        "nestful",
        '[{"name": "f", "arguments": {}, "label": "v"},'
        ' {"name": "g", "arguments": {"a": "$v.x[0].odd key$", "b": "3 * $v.n$", "c": "$5-$9"}, "label": "w"},'
        ' {"name": "var_result", "arguments": {"all": ["$w$"]}}]',
        '#v = f()\n#w = g(a=#v.x[0]["odd key"], b="3 * #{v.n}", c="$5-$9")\nreturn {all: [#w]}\n',
    ),
    "nestful, half of a reference": Case(
        "nestful",
        '[{"name": "g", "arguments": {"a": "var1.id$"}, "label": "var1"}]',
        '#var1 = g(a="var1.id$")\n',
        ("RW089",),
    ),
    "nestful, no label": Case("nestful", '[{"name": "g", "arguments": {}}]', "#E1 = g()\n", ("RW098",)),
    "nestful, a step that names no tool": Case(
        "nestful", '[{"arguments": {}, "label": "a"}, 7, {"name": "g", "arguments": {}, "label": "b"}]',
        "#b = g()\n", ("RW085", "RW085"),
    ),
    "seal-tools, one output and one of several": Case(
        "seal_tools",
        '[{"api": "f", "parameters": {}, "responses": ["API_call_0"]},'
        ' {"api": "g", "parameters": {"a": "API_call_0 response"}, "responses": ["API_call_1", "API_call_2"]},'
        ' {"api": "h", "parameters": {"b": "API_call_2"}, "responses": []}]',
        '#E1 = f()\n#E2 = g(a="#E1 response")\n#E3 = h(b=#E2.API_call_2)\n',
    ),
    "openai, arguments that are none, an object, no type, no id": Case(
        "openai_tool_calls",
        '[{"function": {"name": "f"}}, {"type": "function", "function": {"name": "g", "arguments": {"a": 1}}}]',
        "#E1 = f()\n#E2 = g(a=1)\n",
        ("RW098", "RW098", "RW098"),
    ),
    "openai, arguments that are cut short": Case(
        "openai_tool_calls",
        '[{"type": "function", "function": {"name": "f", "arguments": "{\\"a\\": \\"x"}}]',
        '#E1 = f(a="x")\n',
        ("RW082",),
    ),
    "providers, words among the calls": Case(
        "provider_tool_calls",
        '[{"type": "text", "text": "Let me see."}, {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1]}}]',
        "#E2 = f(a=[1])\n",
        ("RW093",),
    ),
    "python calls, positions and expressions": Case(
        "python_calls",
        "[\"f('a', b=500*500)\", \"g()\"]",
        '#E1 = f("a", b=500 * 500)\n#E2 = g()\n',
    ),
    "python calls, without quotes around them": Case(
        "python_calls", "[f(a=1), g(b=[2])]", "#E1 = f(a=1)\n#E2 = g(b=[2])\n"
    ),
    "python calls, in a fence and in words": Case(
        "python_calls", "I would call\n```python\nf(a=1)\n```\nand stop.", "#E1 = f(a=1)\n", ("RW093", "RW093")
    ),
    "json calls, names that our language has for itself": Case(
        "json_calls",
        '[{"name": "sum", "kwargs": {"odd key": 1}}, {"name": "a-b", "kwargs": {}}, {"name": "a b", "kwargs": {}}]',
        '#E1 = sum_("odd key"=1)\n#E2 = a_b()\n#E3 = a_b_2()\n',
        ("RW091", "RW091", "RW091"),
    ),
    "hugginggpt, in any order": Case(
        "hugginggpt",
        '[{"task": "b", "id": 1, "dep": [0], "args": {"x": "<GENERATED>-0"}},'
        ' {"task": "a", "id": 0, "dep": [-1], "args": {}}, {"task": "c", "id": 2, "dep": [1], "args": {}}]',
        "#E0 = a()\n#E1 = b(x=#E0)\n#E2 = c() after #E1\n",
    ),
    "taskbench, links and references": Case(
        "taskbench",
        '{"task_steps": [], "task_nodes": [{"task": "a", "arguments": ["x"]},'
        ' {"task": "b", "arguments": ["<node-0>.y z"]},'
        ' {"task": "c", "arguments": [{"name": "k", "value": "v"}, {"name": "only"}]}],'
        ' "task_links": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]}',
        '#E0 = a("x")\n#E1 = b("#E0.y z")\n#E2 = c("only", k="v") after #E1\n',
    ),
    "taskbench, counted from one": Case(
        "taskbench",
        '{"task_nodes": [{"task": "a"}, {"task": "b", "arguments": ["<node-1>"]}],'
        ' "task_links": [{"source": "a", "target": "b"}]}',
        "#E0 = a()\n#E1 = b(#E0)\n",
        ("RW097",),
    ),
    "taskbench, a reference that no link knows": Case(
        "taskbench",
        '{"task_nodes": [{"task": "a"}, {"task": "b", "arguments": ["<node-0>"]}], "task_links": []}',
        '#E0 = a()\n#E1 = b("<node-0>")\n',
        ("RW089",),
    ),
    "taskbench, a link to two steps": Case(
        "taskbench",
        '{"task_nodes": [{"task": "a"}, {"task": "b"}, {"task": "b"}], "task_links": [{"source": "a", "target": "b"}]}',
        "#E0 = a()\n#E1 = b() after #E0\n#E2 = b() after #E0\n",
        ("RW090",),
    ),
    "worfbench, prose, bullets and one edge a line": Case(
        "worfbench",
        "Node:\n1: boil water\n2: make tea.\nSo, a graph:\nEdge:\n- (START, 1) first\nEdge: (1, 2)\n- (2,END)\nDone.",
        '#E1 = subtask(task="boil water")\n#E2 = subtask(task="make tea.") after #E1\n',
    ),
    "worfbench, an edge to nowhere": Case(
        "worfbench", "Node:\n1: a\nEdge: (START,1) (1,7) (1,END)", '#E1 = subtask(task="a")\n', ("RW101",)
    ),
    "visprog, what ours says and what it cannot": Case(
        "visprog",
        "A0=VQA(image=LEFT,question='Is it Disney's?')\nA1=EVAL(expr='{A0} == 2 and not {A0} < 1')\n"
        "A2=EVAL(expr='{A0} xor {A1}')\nFINAL=RESULT(var=A2)",
        'input LEFT\n#A0 = VQA(image=#LEFT, question="Is it Disney\'s?")\n#A1 = #A0 == 2 and not #A0 < 1\n'
        '#A2 = EVAL(expr="#{A0} xor #{A1}")\nreturn #A2\n',
        ("RW095",),
    ),
    "lumos, results, lists, questions, conditions": Case(
        "lumos",
        "Subgoal 1: Solve.\nAction 1-1: R1, R2 = Solve(x + y = 3, x - y = 1) = 2, 1\n"
        "Action 1-2: R3 = QA([R1, R2], Question: Which, then?)\nAction 1-3: Output = Code(If R3 > 0, R2(R1), -R2)",
        "Plan: Solve. (expected: 2, 1)\n#R1 = Solve(\"x + y = 3, x - y = 1\")\nPlan: Solve.\n"
        '#R3 = QA([#R1[0], #R1[1]], Question="Which, then?")\nPlan: Solve.\n'
        '#Output = Code("If #{R3} > 0, #{R1[1]}(#{R1[0]}), -#{R1[1]}")\n',
        ("RW088",),
    ),
    "lumos, never closed at the end": Case("lumos", "Action 1-1: R1 = F(a", '#R1 = F("a")\n', ("RW083",)),
    "lumos, an action behind another": Case(
        "lumos",
        "Action 1-1: R1 = F(a) = b. Action 1-2: R2 = G(R1)",
        'Plan: (expected: b. Action 1-2: R2 = G(R1))\n#R1 = F("a")\n',
        ("RW085",),
    ),
    "finqa, constants, shares, powers": Case(
        "finqa",
        "subtract(5.5%, const_m1), exp(#0, 2), greater(#1, const_1000)",
        '#E0 = 0.055 - -1\n#E1 = exp(#E0, arg2=2)\n#E2 = ("yes" if #E1 > 1000 else "no")\n',
        ("RW092",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_it(name: str) -> None:
    case = CASES[name]
    found = read(case.text, case.dialect)
    assert to_text(found.plan) == case.ours
    assert tuple(one.code for one in found.diagnostics) == case.codes


@pytest.mark.parametrize(
    ("dialect", "text", "broken"),
    [
        ("llmcompiler", '1. f("a")\n2. =\n3. h($2)\n4. join()<END_OF_PLAN>', "2. ="),
        ("rewoo", "Plan: a\n#E1 = A[x]\nPlan: b\nE2 = B[#E1]\nPlan: c\n#E3 = C[#E2]", "E2 = B[#E1]"),
        ("rewoo", "#E1 = A[x]\n#E2 = \n#E3 = C[#E2]", "#E2 = "),
        ("worfbench", "Node:\n1: a\nEdge: (START,1) (1,END)\n2: b", "2: b"),
        (
            "lumos",
            "Action 1-1: R1 = F(a) = b\nActoin 2-1: R2 = G(R1) = c\nAction 3-1: R3 = H(R2) = d",
            "Actoin 2-1: R2 = G(R1) = c",
        ),
        ("lumos", "Action 1-1: R1 = F(a) = b, R2 = G(R1)\nAction 2-1: R3 = H(R2)", "= b, R2 = G(R1)"),
        ("lumos", "Subgoal 1: x. Action 1-1: R1 = F(a)\nAction 2-1: R2 = G(R1)", "Subgoal 1: x. Action 1-1: R1 = F(a)"),
    ],
)
def test_a_broken_step_is_told_where_it_is_and_nothing_follows_from_it(dialect: str, text: str, broken: str) -> None:
    report = check_as(text, dialect).report
    assert [one.code for one in report.errors] == ["RW085"]
    span = report.errors[0].span
    assert span is not None
    assert text[span.start : span.end] == broken


def test_half_of_a_surrogate_pair_is_spelt_out() -> None:
    messages = [one.message for one in read('[{"name": "f", \ud800: 3}]', "nestful").diagnostics]
    assert any("\\ud800" in one for one in messages)
    assert not any("\ud800" in one for one in messages)


def test_arguments_by_place_take_the_names_of_the_signature() -> None:
    parameters = {"type": "object", "properties": {"problem": {}, "context": {}}}
    tools = {"math": Signature(name="math", parameters=parameters)}
    found = read('1. math("twice", ["$0"], 3)\n2. join()<END_OF_PLAN>', "llmcompiler", tools=tools)
    assert to_text(found.plan) == '#E1 = math("twice", context=[#E0], arg3=3)\n'


def test_an_argument_by_place_and_by_name_is_an_error() -> None:
    found = read('1. f("a", "b", arg2="c")\n2. join()<END_OF_PLAN>', "llmcompiler")
    assert "RW111" in [one.code for one in found.diagnostics]


def test_tools_are_found_under_the_names_of_the_plan() -> None:
    found = read('[{"task": "Text-to-Speech", "id": 0, "dep": [-1], "args": {}}]', "hugginggpt")
    speech = Signature(name="Text-to-Speech")
    other = Signature(name="Text_to_Speech")
    assert found.signatures({"Text-to-Speech": speech})["Text_to_Speech"].name == "Text_to_Speech"
    assert "Text_to_Speech" not in found.signatures({"Text_to_Speech": other})
    tasks = read("Node:\n1: boil water\nEdge: (START,1) (1,END)", "worfbench")
    assert [*tasks.signatures({})] == [SUBTASK]
    assert tasks.tools == ()


def test_names_that_the_plan_gives_are_those_it_is_talked_of_by() -> None:
    found = read("subtract(1, 2), divide(#0, 2)", "finqa")
    assert dict(found.names) == {"E0": "#0", "E1": "#1"}
    assert found.edges == (("#0", "#1"),)
    assert found.tools == ("subtract", "divide")


PLACES = [
    ("nestful", '[{"name": "f", "arguments": {"a": 1}, "label": "y"}]', "/do/tool", '"f"'),
    ("nestful", '[{"name": "f", "arguments": {"a": [{"b": "$x$"}]}}]', "/do/args/a/items/0/fields/b", '"$x$"'),
    (
        "openai_tool_calls",
        '[{"function": {"name": "f", "arguments": "{\\"a\\": [1, 25]}"}}]',
        "/do/args/a/items/1",
        "25",
    ),
    ("llmcompiler", '1. f("x", k=[1, $2])', "/do/args/k/items/1", "$2"),
    ("llmcompiler", '1. f("x", "z", k=1)', "/do/args/arg2", '"z"'),
    ("rewoo", "Plan: a\n#E1 = f[ x ]", "/do/first", "x"),
    ("lumos", "Action 1-1: R1 = QA([R0], Question: Why?)", "/do/args/Question", "Why?"),
    ("worfbench", "Node:\n1: a\n2: b\nEdge: (1,2)", "/do/args/task", "a"),
    ("python_calls", "[\"f(a='\\u00e9\\n', b=2)\"]", "/do/args/b", "2"),
    ("visprog", "A0=F(image=IMAGE)", "/do/args/image", "IMAGE"),
    ("finqa", "add(1, 2)", "/do/left", "add(1, 2)"),
]


@pytest.mark.parametrize(("dialect", "text", "at", "shown"), PLACES)
def test_every_part_is_found_in_the_text(dialect: str, text: str, at: str, shown: str) -> None:
    assert text[slice(*read(text, dialect).source_map.find(f"/steps/0{at}"))] == shown
