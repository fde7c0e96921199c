"""Any text gives a tree or findings: generated, damaged and hostile texts, and the forms people write."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plan_texts
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.diag.diagnostic import Severity, Span
from rewoo_dsl.syntax import ast
from rewoo_dsl.syntax.limits import FILE, MODEL, Limits
from rewoo_dsl.syntax.parser import Parsed, parse

SHARED = Path(__file__).parents[2].parent / "shared"
any_text = st.one_of(
    plan_texts.plan_texts(lines=True),
    plan_texts.mutated(plan_texts.plan_texts(lines=True)),
    plan_texts.wild_texts(),
    st.text(max_size=60),
    st.text(st.characters(), max_size=20),
)


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in ast.children(node):
        yield from nodes(child)


def codes(parsed: Parsed) -> list[str]:
    return [one.code for one in parsed.diagnostics]


def only(text: str) -> Any:
    parsed = parse(text)
    assert not parsed.errors, parsed.errors
    (statement,) = parsed.document.statements
    return statement


# --- any text ---


@given(any_text, st.booleans(), st.booleans())
@settings(max_examples=300)
def test_any_text_gives_a_tree_or_findings(text: str, lenient: bool, strict: bool) -> None:
    parsed = parse(text, lenient=lenient, strict=strict)
    for one in parsed.diagnostics:
        assert one.span is not None
        spans = [one.span, *(r.span for r in one.related), *(e.span for fix in one.fixes for e in fix.edits)]
        assert all(span and 0 <= span.start <= span.end <= len(text) for span in spans)
    assert parsed.diagnostics == tuple(sorted(parsed.diagnostics, key=lambda one: (one.span, one.code)))
    broken = [item for item in parsed.document.items if isinstance(item, ast.Broken)]
    assert bool(broken) <= bool(parsed.errors)
    if not lenient:
        for one in broken:
            assert one.text == text[slice(*one.span)]


@given(any_text)
@settings(max_examples=200)
def test_spans_lie_inside_their_parents(text: str) -> None:
    document = parse(text).document

    def check(node: Any) -> None:
        for child in ast.children(node):
            assert node.span.start <= child.span.start <= child.span.end <= node.span.end, (node, child)
            check(child)

    assert document.span in (Span(0, len(text)), Span(0, 0))
    check(document)


@given(plan_texts.plan_texts())
def test_spans_are_where_names_stand(text: str) -> None:
    for node in nodes(parse(text).document):
        source = text[slice(*node.span)]
        if isinstance(node, ast.Ref):
            assert source.lstrip("( \t").startswith((f"#{node.name}", f"#{{{node.name}"))
        if isinstance(node, ast.Name) and source[:1] not in "\"'":
            assert source.lstrip("#").replace(" ", "").replace("\t", "") == node.text


@given(plan_texts.mutated(plan_texts.plan_texts(lines=True)))
def test_a_good_statement_next_to_a_broken_one_is_kept(text: str) -> None:
    """A sound step on top survives whatever stands below it."""
    parsed = parse("#first = f(x=1)\n" + text)
    first = parsed.document.statements[0]
    assert isinstance(first, ast.Step)
    assert first == parse("#first = f(x=1)").document.statements[0]


# --- hostile texts ---


def seconds(text: str, **options: Any) -> float:
    start = time.process_time()
    parse(text, **options)
    return time.process_time() - start


HOSTILE = {
    "brackets": lambda n: "#E1 = f(" + "(" * n,
    "closed brackets": lambda n: "#E1 = " + "(" * n + "1" + ")" * n,
    "lists": lambda n: "#E1 = " + "[" * n,
    "not": lambda n: "#E1 = " + "not " * n + "true",
    "minus": lambda n: "#E1 = " + "-" * n + "1",
    "plus": lambda n: "#E1 = 1" + " + 1" * n,
    "choices": lambda n: "return " + "1 if #x else " * n + "2",
    "paths": lambda n: "#E1 = #x" + ".a" * n,
    "types": lambda n: "#E1: " + "list[" * n + "str",
    "unclosed quotes": lambda n: '#E1 = f("' + "a\\" * n,
    "escapes": lambda n: '#E1 = f("' + "\\n" * n + '")',
    "block quotes": lambda n: '#E1 = f("""' + '\n#E2 = g(\\"""' * n,
    "block heads": lambda n: '#E1 = f("""' + "\n#E2 = g()" * n + '""" x',
    "steps in a line": lambda n: "#E1 = f() " * n,
    "one-line steps": lambda n: "Plan: a " + "#E1 = f() " * n,
    "rationale like steps": lambda n: "Plan: a " + "#E1 = x " * n,
    "lines of prose": lambda n: "so it is\n" * n,
    "blank lines": lambda n: "\n \n" * n,
    "comments": lambda n: "// x\n" * n,
    "continuations": lambda n: "#E1 = f() \\\n" * n,
    "foreign words": lambda n: "#E1 = f(" + "x=True, " * n + ")",
    "raw brackets": lambda n: "#E1 = T" + "[a" * n,
    "null bytes": lambda n: "#E1 = f()\x00\n" * n,
    "long name": lambda n: "#" + "a" * n + " = 1",
    "long number": lambda n: "#E1 = " + "9" * n,
    "keywords": lambda n: "#E1 = f()" + " else" * n,
    "commas": lambda n: "#E1 = f(" + "," * n + ")",
    "hashes": lambda n: '#E1 = f("' + "#" * n + '")',
    "references": lambda n: '#E1 = "' + "#E1" * n + '"',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_read_in_linear_time(kind: str) -> None:
    make = HOSTILE[kind]
    seconds(make(10))
    small = min(seconds(make(300)) for _ in range(2))
    large = min(seconds(make(3_000)) for _ in range(2))
    assert large < 40 * small + 0.05, (small, large)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#E1 = f(" + "(" * 100_000, "RW027"),
        ("#E1 = " + "[" * 100_000 + "]" * 100_000, "RW027"),
        ("#E1 = " + "not " * 100_000 + "true", "RW027"),
        ("#E1 = " + "1 + " * 100_000 + "1", "RW027"),
        ("return " + "1 if true else " * 50_000 + "1", "RW027"),
        ("#E1 = f()\x00", "RW026"),
        ("#E1 = f('\ud800')", "RW026"),
        ("#E1 = f('\\ud800')", "RW026"),
        ("#E1 = f('\u202e')", "RW026"),
        ("Plan: \u2066x\n#E1 = 1", "RW026"),
        ("// \u2028\n#E1 = 1", "RW026"),
        ("#E1 = 1\r#E2 = 2", "RW026"),
        ("#" + "a" * 65 + " = 1", "RW027"),
        ("#E1 = #x." + "a" * 65, "RW027"),
        ("#E1 = " + "9" * 33, "RW027"),
        ("#E1 = #x[" + "9" * 5_000 + "]", "RW027"),
        ("#E1 = f() retry " + "9" * 5_000, "RW027"),
        ("#E1 = '" + "a" * 20_000 + "'", "RW027"),
        ("#E1 = T[" + "a" * 20_000 + "]", "RW027"),
    ],
    ids=range(19),
)
def test_each_hostile_text_has_its_finding(text: str, code: str) -> None:
    assert code in [one.code for one in parse(text).errors]


def test_fifty_megabytes_are_refused_at_once() -> None:
    text = "#E1 = f()\n" * 5_000_000
    assert seconds(text) < 1
    assert codes(parse(text)) == ["RW027"]


def test_limits_at_their_edge() -> None:
    assert not parse("#" + "a" * 64 + " = " + "9" * 32).errors
    assert not parse("#E1 = " + "(" * 64 + "1" + ")" * 64).errors
    assert codes(parse("#E1 = " + "(" * 65 + "1" + ")" * 65)) == ["RW027"]
    assert not parse("#E1 = " + "1 + " * 32 + "1").errors
    assert codes(parse("#E1 = " + "1 + " * 33 + "1")) == ["RW027"]
    assert not parse("#E1 = '" + "a" * (FILE.string - 2) + "'").errors
    assert codes(parse("#E1 = '" + "a" * (FILE.string - 1) + "'")) == ["RW027"]


def test_limits_of_a_models_plan() -> None:
    assert not parse("#E1 = f()\n" * 256, limits=MODEL).errors
    assert codes(parse("#E1 = f()\n" * 257, limits=MODEL)) == ["RW027"]
    assert codes(parse("// é" + "é" * 32_000, limits=MODEL)) == ["RW028"]
    assert codes(parse("// é" + "é" * 33_000, limits=MODEL)) == ["RW027"]
    assert codes(parse("#E1 = f()\n", limits=Limits(size=3))) == ["RW027"]


# --- forms ---


def test_quotes_and_blanks_do_not_matter() -> None:
    assert only("#E1=f(a:'x',b=1,)") == only('  #E1  =  f( a = "x" , "b" : 1 )  ')


def test_clauses_stand_in_any_order() -> None:
    one = only("#E1 = f() retry 3 timeout 1.5h if #x for #s in #y max 5 parallel 2 after #E0 fallback null")
    other = only("#E1 = f() fallback null after #E0 for #s in #y max 5 parallel 2 if #x timeout 1.5h retry 3")
    assert one == other
    assert one.timeout.duration.seconds == 5400
    assert [type(clause).__name__ for clause in one.clauses] == ["If", "For", "Retry", "Timeout", "Fallback", "After"]


def test_text_references_take_the_longest_path() -> None:
    step = only(r'''#E1 = "a #E2.rows. #E3[0].x[*] #E4a #inc \#E6 \#{x} #E7['k'] #{ x}"''')
    assert step.value.parts[0] == "a "
    refs = [part for part in step.value.parts if isinstance(part, ast.Ref)]
    assert [ref.name for ref in refs] == ["E2", "E3", "E4", "E7"]


def test_text_references_in_braces_hold_any_name() -> None:
    step = only("""#E1 = '#{region} #{E5["k v"].x}'""")
    assert step.value.parts == (
        ast.Ref("region"),
        " ",
        ast.Ref("E5", (ast.Field("k v"), ast.Field("x"))),
    )


def test_raw_text_knows_four_escapes() -> None:
    step = only(r"#E1 = T[ a \d \[ \] \\ \#E1 [Name] it's ]")
    assert step.value == ast.RawCall(ast.Name("T"), ast.Str((r"a \d [ ] \ #E1 [Name] it's",)))


def test_strings_know_jsons_escapes() -> None:
    assert only(r'''#E1 = "\" \\ \/ \b \f \n \r \t é \ud83d\ude00 \' \# x"''').value.plain == (
        "\" \\ / \b \f \n \r \t é 😀 ' # x"
    )


def test_block_strings_hold_anything() -> None:
    step = only('#E1 = sql("""\n select "a" -- // no comment\r\n#E2 = x()\n""")')
    (text,) = step.value.args
    assert text.parts == ('\n select "a" -- // no comment\n', ast.Ref("E2"), " = x()\n")
    assert text.block


def test_brackets_leave_no_node() -> None:
    assert only("#E1 = ((#a).b + (1))") == only("#E1 = #a.b + 1")
    assert only("#E1 = (#a + #b).c[0]").value == ast.Path(
        ast.Binary("+", ast.Ref("a"), ast.Ref("b")), (ast.Field("c"), ast.Index(0))
    )


def test_precedence() -> None:
    assert only("#E1 = #a or #b and not #c == 1 + 2 * -3") == only(
        "#E1 = #a or (#b and (not (#c == (1 + (2 * (-3))))))"
    )
    assert only("#E1 = 1 - 2 - 3") == only("#E1 = (1 - 2) - 3")
    assert only("return 1 if #a else 2 if #b else 3") == only("return (1 if #a else (2 if #b else 3))")


def test_types() -> None:
    step = only('#E1: {a: list[str?], b?: dict[int], "c d": ("x" | "y")?, e: 1 | -2.5 | null} = f()')
    assert [member.name.text for member in step.type.members] == ["a", "b", "c d", "e"]
    assert [member.optional for member in step.type.members] == [False, True, False, False]
    assert step.type.members[3].type.options[1] == ast.LiteralType(ast.Number("-2.5"))


def test_comments_and_blank_lines_are_kept() -> None:
    items = parse("\n\n// a\n\n\n#E1 = f(x=1, // b\n y=2) # c\n\n").document.items
    assert [type(item).__name__ for item in items] == ["Comment", "Blank", "Comment", "Step", "Comment"]
    assert [item.trailing for item in items if isinstance(item, ast.Comment)] == [False, False, True]


# --- the one-line form, lenience, strictness ---


def test_the_one_line_form_is_read() -> None:
    parsed = parse("Plan: look #E1 = T[x]\nPlan: add. #E2 = #E1 + 1\nPlan: stop if #E1 = nothing at all\n#E3 = 1")
    assert [type(s).__name__ for s in parsed.document.statements] == ["Plan", "Step", "Plan", "Step", "Plan", "Step"]
    assert codes(parsed) == ["RW022", "RW022", "RW023"]
    assert not parsed.errors
    assert len(parse(parsed.text, strict=True).errors) == 2


REPLY = "Sure! Here it is:\n```rewoo\n#E1 = f(x=None, y=True) retry3\n```\nHope it helps (a lot!)\n"


def test_a_models_reply_is_read_with_notes() -> None:
    parsed = parse(REPLY, lenient=True)
    (step,) = parsed.document.statements
    assert step == only("#E1 = f(x=null, y=true) retry 3")
    assert REPLY[slice(*step.retry.times.span)] == "3"
    assert {one.severity for one in parsed.diagnostics} == {Severity.NOTE}
    assert sorted(set(codes(parsed))) == ["RW005", "RW006", "RW020", "RW021"]


def test_the_same_in_a_file_is_an_error_with_a_safe_fix() -> None:
    parsed = parse(REPLY)
    assert {one.severity for one in parsed.diagnostics} == {Severity.ERROR}
    assert only("#E1 = f(x=null, y=true) retry 3") in parsed.document.statements


def test_a_broken_statement_keeps_its_name() -> None:
    parsed = parse('#E1 = f(\n#E2 = g() retries 3\nE3 = h(x=\ninput n: \nuse "a" as 7 as b\n')
    names = [(s.kind, s.name and s.name.text) for s in parsed.document.statements if isinstance(s, ast.Broken)]
    assert names == [("step", "E1"), ("step", "E2"), ("step", "E3"), ("input", "n"), ("use", "b")]
    assert len(parsed.errors) == 5


def test_statements_split_off_a_line_are_both_read() -> None:
    parsed = parse("#E1 = f(a=1) #E2 = f(a=2)\n")
    assert [step.name.text for step in parsed.document.steps] == ["E1", "E2"]
    assert codes(parsed) == ["RW009"]


def test_an_unclosed_block_does_not_swallow_steps() -> None:
    parsed = parse('#E1 = f("""x\n#E2 = g()\n#E3 = h("""y""")\n')
    assert [step.name.text for step in parsed.document.steps] == ["E2", "E3"]
    assert codes(parsed) == ["RW003"]


# --- the shared material, where it is at hand ---


def lines(*parts: str) -> list[dict[str, Any]]:
    path = SHARED.joinpath(*parts)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not beside this checkout")
@pytest.mark.parametrize("dialect", ["rewoo", "rewoo_langgraph"])
def test_the_papers_plans_are_read_as_they_stand(dialect: str) -> None:
    for line in lines("corpus", dialect, "plans.jsonl"):
        parsed = parse(line["plan"])
        if "expected" not in line:
            continue
        steps = parsed.document.steps
        tools = [step.value.name.text for step in steps if isinstance(step.value, ast.RawCall)]
        edges = {
            (f"#{part.name}", f"#{step.name.text}")
            for step in steps
            if isinstance(step.value, ast.RawCall)
            for part in step.value.text.parts
            if isinstance(part, ast.Ref)
        }
        assert not parsed.errors
        assert tools == line["expected"]["tools"]
        assert edges == {tuple(edge) for edge in line["expected"]["edges"]}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared material is not beside this checkout")
def test_every_broken_plan_has_its_error() -> None:
    for line in lines("design", "broken_plans.jsonl"):
        assert bool(parse(line["plan"]).errors) is (line["kind"] == "syn"), line
    example = SHARED / "design" / "example.rewoo"
    assert not parse(example.read_text(encoding="utf-8")).diagnostics


def test_a_limit_on_steps_counts_steps_and_not_their_rationale() -> None:
    plan = "Plan: why\n#E{} = f() // said\n"
    limits = Limits(steps=3)
    assert not parse("".join(plan.format(i) for i in range(3)), limits=limits).diagnostics
    beyond = parse("".join(plan.format(i) for i in range(9)), limits=limits)
    assert [one.code for one in beyond.diagnostics] == ["RW027"]
    assert len(beyond.document.steps) == 4
