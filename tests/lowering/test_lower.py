"""What a text means, what lowering finds on the way, and that one mistake is one finding."""

from typing import Any

import pytest

from rewoo_dsl.diag.text import applied
from rewoo_dsl.ir import expr as e
from rewoo_dsl.ir import types as t
from rewoo_dsl.ir.plan import Approval, Each, Input, Limit, Step, Use
from rewoo_dsl.lowering.lower import Lowered, lower
from rewoo_dsl.syntax.parser import parse


def read(text: str) -> Lowered:
    return lower(parse(text).document)


def found(text: str) -> list[tuple[str, str]]:
    """Code and marked text of every finding, in order."""
    return [(one.code, text[slice(*one.span)] if one.span else "") for one in read(text).diagnostics]


def value(text: str) -> e.Expr | e.Call:
    lowered = read(f"#E9 = {text}\n")
    assert not lowered.diagnostics, lowered.diagnostics
    return lowered.plan.steps[0].do


def number(one: Any) -> e.Constant:
    return e.Constant(value=one)


E1 = e.Ref(name="E1")

# --- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5", number(5)),
        ("-5", number(-5)),
        ("-(5)", number(-5)),
        ("-2.5e3", number(-2500.0)),
        ("-9223372036854775808", number(-(2**63))),
        ("-(-9223372036854775808)", e.Unary(op="-", operand=number(-(2**63)))),
        ("true", number(True)),
        ("null", number(None)),
        ('""', number("")),
        ('"a"', number("a")),
        ('"#E1"', E1),
        ('"#E1.x"', e.Ref(name="E1", path=("x",))),
        ('"#{region}"', e.Ref(name="region")),
        ('"a #E1"', e.Text(parts=("a ", E1))),
        ('"\\\\#E1"', e.Text(parts=("\\", E1))),
        ('"\\#E1"', number("#E1")),
        ("#E1", E1),
        ('#E1[0][-1][*].a["b c"]', e.Ref(name="E1", path=(0, -1, None, "a", "b c"))),
        ("not #E1", e.Unary(op="not", operand=E1)),
        ("-#E1", e.Unary(op="-", operand=E1)),
        ("[#E1, 2]", e.ListOf(items=(E1, number(2)))),
        ('{a: 1, "b c": #E1}', e.ObjectOf(fields={"a": number(1), "b c": E1})),
        ("len(#E1)", e.Apply(function="len", args=(E1,))),
        ("max(#E1, by=.a.b)", e.Apply(function="max", args=(E1,), named={"by": e.Selector(path=("a", "b"))})),
        ("take(#E1, 3).a", e.Select(of=e.Apply(function="take", args=(E1, number(3))), path=("a",))),
        ("(1 if #E1 else 2)", e.Conditional(test=E1, then=number(1), otherwise=number(2))),
        (
            "[#x for #x in #E1 if #x > 1]",
            e.Comprehension(
                element=e.Ref(name="x"),
                variable="x",
                source=E1,
                condition=e.Binary(op=">", left=e.Ref(name="x"), right=number(1)),
            ),
        ),
        ("search()", e.Call(tool="search")),
        ('search("a", k=3)', e.Call(tool="search", first=number("a"), args={"k": number(3)})),
        ('search(query: "a")', e.Call(tool="search", args={"query": number("a")})),
        ('f("content-type"="x")', e.Call(tool="f", args={"content-type": number("x")})),
        ("a.b.tool()", e.Call(tool="a.b.tool")),
        ("search[port of #E1]", e.Call(tool="search", first=e.Text(parts=("port of ", E1)), short=True)),
        ("search[ #E1 ]", e.Call(tool="search", first=E1, short=True)),
        ("search[]", e.Call(tool="search", first=number(""), short=True)),
        ("LLM[hi]", e.Call(tool="llm", first=number("hi"), short=True)),
        ('LLM(prompt="hi")', e.Call(tool="llm", args={"prompt": number("hi")})),
    ],
)
def test_values(text: str, meant: e.Expr | e.Call) -> None:
    assert value(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("str?", t.union(t.STR, t.NULL)),
        ("null | str", t.union(t.STR, t.NULL)),
        ('"a" | 3 | -1.5', t.union(t.Only("a"), t.Only(3), t.Only(-1.5))),
        ("int | float", t.FLOAT),
        ("any?", t.ANY),
        ("{}", t.DictType(t.ANY)),
        ("dict[int]", t.DictType(t.INT)),
        (
            '{a: str, "b c"?: list[{d: bool}]}',
            t.ObjectType(
                (
                    t.Member("a", t.STR),
                    t.Member("b c", t.ListType(t.ObjectType((t.Member("d", t.BOOL),))), optional=True),
                )
            ),
        ),
    ],
)
def test_types(text: str, meant: t.Type) -> None:
    assert read(f"#E1: {text} = 1\n").plan.steps[0].type == meant


# --- statements ----------------------------------------------------------------------------------------------------


def test_a_whole_plan() -> None:
    lowered = read(
        """\
rewoo 1
Goal: Know it.
use "lib/a.rewoo" as a
input region: str = "EU"
input n: int
limit calls 60, time 10m, cost 0.5

Plan: One,
Plan: and more. // kept, as #E1 is
#E1: list[str] = a(x=#s) if #n > 0 else b("x") for #s in [1] max 3 parallel 2 retry 3 \
timeout 1.5h fallback c[#{s}] after #E0, #E7 approve "ok #E0?" within 90s
return #E1
Solve: Say #E1.
"""
    )
    plan = lowered.plan
    assert (lowered.diagnostics, lowered.broken, lowered.is_whole) == ((), frozenset(), True)
    assert plan.goal == "Know it."
    assert plan.uses == (Use(path="lib/a.rewoo", name="a"),)
    assert plan.inputs == (
        Input(name="region", type=t.STR, has_default=True, default="EU"),
        Input(name="n", type=t.INT),
    )
    assert plan.limit == Limit(calls=60, time=600.0, cost=0.5)
    assert plan.steps == (
        Step(
            name="E1",
            rationale="One,\nand more. // kept, as #E1 is",
            type=t.ListType(t.STR),
            do=e.Call(tool="a", args={"x": e.Ref(name="s")}),
            condition=e.Binary(op=">", left=e.Ref(name="n"), right=number(0)),
            otherwise=e.Call(tool="b", first=number("x")),
            each=Each(variable="s", source=e.ListOf(items=(number(1),)), max=3, parallel=2),
            retry=3,
            timeout=5400.0,
            fallback=e.Call(tool="c", first=e.Ref(name="s"), short=True),
            after=("E0", "E7"),
            approve=Approval(text=e.Text(parts=("ok ", e.Ref(name="E0"), "?")), within=90.0),
        ),
    )
    assert plan.result == E1
    assert plan.solve == e.Text(parts=("Say ", E1, "."))


def test_the_order_of_clauses_is_no_matter() -> None:
    one = read("#E1 = f() retry 1 timeout 2s if true else 1\n").plan
    other = read("#E1 = f() timeout 2s if true else 1 retry 1\n").plan
    assert one.model_dump() == other.model_dump()


# --- findings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Goal: a\nGoal: b\n#E1 = f()\n", [("RW050", "Goal: b")]),
        ("limit calls 1\nlimit calls 2\n#E1 = f()\n", [("RW050", "limit calls 2")]),
        ("#E1 = f()\nreturn 1\nreturn 2\n", [("RW050", "return 2")]),
        ("#E1 = f()\nSolve: a\nSolve: b\n", [("RW050", "Solve: b")]),
        ("#E1 = f()\nGoal: a\n", [("RW051", "Goal: a")]),
        ("#E1 = f()\ninput a\n", [("RW051", "input a")]),
        ("#E1 = f()\nrewoo 1\n", [("RW051", "rewoo 1")]),
        ("#E1 = f()\nreturn 1\n#E2 = f()\n#E3 = f()\n", [("RW052", "return 1")]),
        ("#E1 = f()\nSolve: a\n#E2 = f()\nPlan: x\n#E3 = f()\n", [("RW053", "#E2 = f()")]),
        ("#E1 = f()\nSolve: a\nreturn #E1\n", [("RW053", "return #E1")]),
        ("Plan: a\nPlan: b\nreturn 1\n", [("RW054", "Plan: b")]),
        ("#E1 = f()\nPlan: a\n", [("RW054", "Plan: a")]),
        ("#E1 = 1 retry 2\n", [("RW055", "retry 2")]),
        ('#E1 = len("a") timeout 2s approve "x"\n', [("RW055", "timeout 2s"), ("RW055", 'approve "x"')]),
        ("#E1 = f(a=1, a=2)\n", [("RW056", "a")]),
        ("#E1 = f(1, 2)\n", [("RW057", "2")]),
        ("#E1 = f(a=g(1))\n", [("RW058", "g(1)")]),
        ("#E1 = f(a=g(b=h(1)))\n", [("RW058", "g(b=h(1))")]),
        ("#E1 = [f(1), len(g(2))]\n", [("RW058", "f(1)"), ("RW058", "g(2)")]),
        ("#E1 = f() if g()\n", [("RW058", "g()")]),
        ("return f()\n", [("RW058", "f()")]),
        ("#E1 = f(9223372036854775808)\n", [("RW061", "9223372036854775808")]),
        ("#E1 = f(1e999)\n", [("RW061", "1e999")]),
        ("#E1 = f() timeout 0s\n", [("RW061", "0s")]),
        ("#E1 = f(#x) for #x in [1] parallel 0\n", [("RW061", "0")]),
        ("limit cost 1e999\n#E1 = f()\n", [("RW061", "1e999")]),
        ("input a: int = 1 + 2\n#E1 = f()\n", [("RW062", "1 + 2")]),
        ('input a = "x #E1"\n#E1 = f()\n', [("RW062", '"x #E1"')]),
        ("rewoo 2\n#E1 = f()\n", [("RW063", "rewoo 2")]),
    ],
)
def test_one_mistake_is_one_finding(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_the_rest_of_a_misplaced_plan_is_kept() -> None:
    plan = read("#E1 = f()\nreturn #E1\n#E2 = f() \ninput a\n#E3 = 1 retry 2\n").plan
    assert [step.name for step in plan.steps] == ["E1", "E2", "E3"]
    assert plan.steps[2].retry == 0
    assert [one.name for one in plan.inputs] == ["a"]


def test_what_has_no_meaning_keeps_its_name() -> None:
    lowered = read('#E1 = f(\n#E2 = f(1, 2)\ninput a = 1 + 1\ninput b = =\nuse "x as t\n#E3 = f(#E1)\n')
    assert [step.name for step in lowered.plan.steps] == ["E3"]
    assert lowered.broken >= {"E1", "E2", "a", "b"}
    assert not lowered.is_whole


def test_a_broken_step_takes_its_rationale_along() -> None:
    lowered = read("Plan: a\n#E1 = f(\nPlan: b\n#E2 = f()\n")
    assert [step.rationale for step in lowered.plan.steps] == ["b"]
    assert not lowered.diagnostics


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("#E1 = f(a=g(1))\n", "#E2 = g(1)\n#E1 = f(a=#E2)\n"),
        ("Plan: a\nPlan: b\n#E7 = [g(x=#E1)]\n", "#E8 = g(x=#E1)\nPlan: a\nPlan: b\n#E7 = [#E8]\n"),
        ("#E1 = f()\nreturn f(#E1)\n", "#E1 = f()\n#E2 = f(#E1)\nreturn #E2\n"),
    ],
)
def test_a_nested_call_is_pulled_out_by_its_fix(text: str, fixed: str) -> None:
    (one,) = read(text).diagnostics
    assert applied(text, one.fixes[0].edits) == fixed
    assert found(fixed) == []


@pytest.mark.parametrize(
    "text",
    ["#E1 = f(a=g(#x)) for #x in [1]\n", "#E1 = [g(#x) for #x in [1]]\n", "#E1 = f([g(#x + 1) for #x in [1]])\n"],
)
def test_a_nested_call_over_a_loop_variable_has_no_such_fix(text: str) -> None:
    (one,) = read(text).diagnostics
    assert one.fixes == ()


def test_a_misspelt_built_in_is_recognised() -> None:
    (one,) = read("#E1 = f(a=lenn([1]))\n").diagnostics
    assert one.hint is not None
    assert one.hint.endswith("or did you mean the built-in `len`?")
    assert one.allowed == ("len",)


def test_a_plan_of_reasons_only_is_told_once() -> None:
    assert [one.code for one in parse("Plan: only\n").diagnostics] == ["RW028"]
    assert not read("Plan: only\n").diagnostics
