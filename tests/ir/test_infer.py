"""Types of expressions: what is complained about, how surely, with which names, and what conditions tell."""

import pytest

from rewoo_dsl.ir.expr import Apply, Constant, Expr, Unary
from rewoo_dsl.ir.findings import Finding
from rewoo_dsl.ir.infer import Scope, infer, narrow
from rewoo_dsl.ir.types import (
    ANY,
    INT,
    NULL,
    STR,
    DictType,
    ListType,
    Member,
    ObjectType,
    Only,
    Refined,
    Type,
    Union,
    show,
    union,
)
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.syntax.parser import parse

ROW = ObjectType(
    (Member("name", STR), Member("owner", union(STR, NULL)), Member("note", STR, optional=True)), closed=True
)
OK = ObjectType((Member("kind", Only("ok")), Member("rows", ListType(ROW))), closed=True)
ERROR = ObjectType((Member("kind", Only("error")), Member("why", STR)), closed=True)
TYPES: dict[str, Type] = {
    "row": ROW,
    "rows": ListType(ROW),
    "maybe": union(ROW, NULL),
    "many": ListType(union(ROW, NULL)),
    "open": ObjectType((Member("name", STR),)),
    "counts": DictType(union(INT, NULL)),
    "answer": union(OK, ERROR),
    "mode": union(Only("draft"), Only("send")),
    "n": INT,
    "t": STR,
    "mix": union(INT, STR),
    "any": ANY,
    "stamp": Refined(STR, '{"format":"date-time","type":"string"}'),
    "refined": Refined(Union((STR, NULL)), '{"oneOf":[]}'),
}


def read(text: str) -> Expr:
    parsed = parse(f"return ({text})\n")
    assert not parsed.errors, parsed.errors
    result = lower(parsed.document).plan.result
    assert result is not None
    return result


def inferred(text: str, types: dict[str, Type] | Scope = TYPES) -> tuple[str, list[Finding]]:
    found: list[Finding] = []
    return show(infer(read(text), types, found.append)), found


@pytest.mark.parametrize(
    ("expr", "type_"),
    [
        ("1", "1"),
        ("-1", "-1"),
        ("[1, 2.5]", "list[1 | 2.5]"),
        ('{a: #n, "b c": "x"}', '{a: int, "b c": "x"}'),
        ("#n + 1", "int"),
        ("#n + 0.5", "float"),
        ("#n / 2", "float"),
        ('#t + "!"', "str"),
        ("[#n] + [#t]", "list[int | str]"),
        ("#rows[*].name", "list[str]"),
        ("#rows[0].owner", "str?"),
        ("#counts.a", "int?"),
        ("#n > 1 and #t in #rows[*].name", "bool"),
        ('"got #{n}"', "str"),
        ("[#r.name for #r in #rows]", "list[str]"),
        ("1 if #n > 1 else null", "1?"),
        ("sum([1, 2])", "int"),
        ("sum([1, 0.5])", "float"),
        ("max(#rows, by=.name)", "{name: str, owner: str?, note?: str}"),
        ("max(#n, 0.5)", "int | 0.5"),
        ("sorted(#rows[*].name)", "list[str]"),
        ("take(#t, 3)", "str"),
        ("take(#rows, 3)[*].name", "list[str]"),
        ("flatten([#rows, #rows])[*].name", "list[str]"),
        ("keys(#row)", "list[str]"),
        ("values(#counts)", "list[int?]"),
        ('match(#t, "a")', "str?"),
        ("round(#n / 3)", "int"),
        ("round(#n / 3, 1)", "float"),
        ('weekday(#t) == "Sunday"', "bool"),
        ("default(#maybe.name, 0)", "str | 0"),
        ("default(#row.name, 0)", "str"),
        ("default(#rows[0], null)", "{name: str, owner: str?, note?: str}?"),
        ('get(#row, "note", "-")', "str"),
        ('get(#row, "name")', "str"),
        ("get(#rows[*].name, 0)", "str?"),
        ('get(#counts, "a", 0)', "int?"),
    ],
)
def test_an_expression_has_its_type_and_no_complaint(expr: str, type_: str) -> None:
    assert inferred(expr) == (type_, [])


@pytest.mark.parametrize(
    ("expr", "kind", "certainty", "at"),
    [
        ("#row.nmae", "field", "certain", ""),
        ("#row.note", "field", "maybe", ""),
        ("#open.title", "undeclared", "maybe", ""),
        ("#answer.why", "field", "maybe", ""),
        ("#answer.what", "field", "certain", ""),
        ("default(#row.nmae, 1)", "field", "certain", "/args/0"),
        ('get(#row, "nmae")', "field", "maybe", "/args/1"),
        ("#maybe.name", "null", "maybe", ""),
        ("#row.owner.first", "null", "certain", ""),
        ("#row.name.first", "type", "certain", ""),
        ("#rows.name", "type", "certain", ""),
        ("#row[0]", "type", "certain", ""),
        ("#row[*]", "type", "certain", ""),
        ("#t + 1", "type", "certain", ""),
        ("#mix + 1", "type", "maybe", ""),
        ("#row.owner + \"!\"", "null", "maybe", ""),
        ("null + 1", "null", "certain", ""),
        ("#t < 1", "type", "certain", ""),
        ("-#t", "type", "certain", ""),
        ("#n and true", "condition", "certain", "/left"),
        ("not #t", "condition", "certain", "/operand"),
        ("1 if #n else 2", "condition", "certain", "/test"),
        ("[#r for #r in #rows if #r.name]", "condition", "certain", "/condition"),
        ("[#r for #r in #row]", "type", "certain", "/source"),
        ('#mode == "sent"', "comparison", "maybe", ""),
        ("#n == #t", "comparison", "maybe", ""),
        ('#mode in ["sent"]', "comparison", "maybe", ""),
        ("#n in #t", "type", "certain", ""),
        ("sum(#rows)", "type", "certain", "/args/0"),
        ("sum(#counts)", "type", "certain", "/args/0"),
        ("max(#rows)", "type", "certain", "/args/0"),
        ("max(#rows, by=.owner)", "null", "maybe", "/args/0"),
        ("max(#rows, by=.onwer)", "field", "certain", "/args/0"),
        ("max(#mix, 1)", "type", "maybe", "/args/0"),
        ('join(", ", #rows[*].name)', "type", "certain", "/args/0"),
        ("take(#rows)", "argument", "certain", ""),
        ("take(#rows, 1, 2)", "argument", "certain", "/args/2"),
        ("sorted(#rows, by=\"name\")", "argument", "certain", "/named/by"),
        ("sorted(#rows, key=.name)", "argument", "certain", "/named/key"),
        ("sorted(#t)", "type", "certain", "/args/0"),
        ('match(#t, "(")', "value", "certain", "/args/1"),
        ('date("03/04/2024")', "value", "certain", "/args/0"),
        ('format(1, "0.00")', "value", "certain", "/args/1"),
        ("#any.name", "unchecked", "unchecked", ""),
        ("#any + 1", "unchecked", "unchecked", ""),
        ("len(#any)", "unchecked", "unchecked", "/args/0"),
        ("1 if #any else 2", "unchecked", "unchecked", "/test"),
        ("#refined + \"!\"", "null", "maybe", ""),
    ],
)  # fmt: skip
def test_a_complaint_has_kind_certainty_and_place(expr: str, kind: str, certainty: str, at: str) -> None:
    _, found = inferred(expr)
    assert (kind, certainty, at) in {(f.kind, f.certainty, f.at) for f in found}, found


def test_a_slip_of_the_finger_names_what_was_meant() -> None:
    assert inferred("#row.nmae")[1][0].near[0] == "name"
    assert inferred("#rows[*].onwer")[1][0].near == ("owner",)


@pytest.mark.parametrize(
    "expr",
    [
        "#maybe.name if #maybe != null else null",
        "null if #maybe == null else #maybe.name",
        "null if not (#maybe != null) else #maybe.name",
        '#maybe != null and #maybe.name == "x"',
        '#maybe == null or #maybe.name == "x"',
        "#many[0].name if #many[0] != null else null",
        "[#m.name for #m in #many if #m != null]",
        "[#m.name for #m in [#r for #r in #many if #r != null]]",
        '[#r.owner + "!" for #r in #rows if #r.owner != null]',
        '[#r.note + "!" for #r in #rows if default(#r.note, null) != null]',
        '[#r.note + "!" for #r in #rows if get(#r, "note") != null]',
        '#row.note if "note" in #row else ""',
        '#answer.why if #answer.kind == "error" else ""',
        '#answer.rows if #answer.kind != "error" else []',
        '(#row.owner + "!") if #row.owner in ["a", "b"] else ""',
        '(#row.owner + "!") if #row.owner == #t else ""',
        "(#counts.a + 1) if #counts.a != null else 0",
        '(#refined + "!") if #refined != null else ""',
        "#any + 1 if #any == 1 else 0",
        'default(#maybe.owner, "nobody") + "!"',
        'get(#maybe, "name", "nobody") + "!"',
    ],
)
def test_a_guard_silences_what_it_guards(expr: str) -> None:
    assert inferred(expr)[1] == []


@pytest.mark.parametrize(
    "expr",
    [
        "#maybe.name if #maybe == null else null",
        "#maybe != null or #maybe.name == \"x\"",
        "#maybe.name if #row.owner != null else null",
        "#many[1].name if #many[0] != null else null",
        '#row.note if default(#row.note, "-") != "x" else ""',
        '#answer.why if #answer.kind != "error" else ""',
        "[#maybe.name for #maybe in #many] if #maybe != null else []",
        '#row.note if "name" in #row else ""',
    ],
)  # fmt: skip
def test_a_guard_of_something_else_does_not(expr: str) -> None:
    assert [f for f in inferred(expr)[1] if f.kind in ("null", "field")]


def test_a_refinement_survives_a_guard() -> None:
    types: dict[str, Type] = {"x": union(TYPES["stamp"], NULL)}
    scope = narrow(read("#x != null"), types)
    assert infer(read("#x"), scope, list[Finding]().append) == TYPES["stamp"]


def test_a_condition_narrows_what_stands_behind_it_elsewhere() -> None:
    scope = narrow(read("#maybe != null and #n > 0"), TYPES)
    assert inferred("#maybe.name", scope) == ("str", [])
    assert inferred("#maybe.name", narrow(read("#maybe != null"), TYPES, holds=False))[1]


def test_a_name_nobody_knows_is_any() -> None:
    assert inferred("#stranger") == ("any", [])


def test_no_such_builtin_names_the_near_ones() -> None:
    found: list[Finding] = []
    infer(Apply(function="lowre"), {}, found.append)
    assert (found[0].kind, found[0].near) == ("function", ("lower",))


def test_nesting_beyond_the_limit_is_one_finding() -> None:
    expr: Expr = Constant(value=True)
    for _ in range(50_000):
        expr = Unary.model_construct(op="not", operand=expr)
    found: list[Finding] = []
    assert infer(expr, {}, found.append) == ANY
    assert [f.kind for f in found] == ["depth"]
