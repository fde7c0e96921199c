"""`check` as its callers see it: text, data and plans, with and without tools, sub-plans, limits."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewoo_dsl
from rewoo_dsl.checker import Report, check, edges
from rewoo_dsl.checker.subplans import resolve
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS
from rewoo_dsl.diag.diagnostic import Severity
from rewoo_dsl.diag.errors import PlanError
from rewoo_dsl.diag.text import applied
from rewoo_dsl.ir.expr import Call, Constant, Ref
from rewoo_dsl.ir.plan import Plan, Step
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}


def codes(report: Report) -> list[str]:
    return [one.code for one in report.diagnostics]


def search(name: str, query: str) -> Step:
    return Step(name=name, do=Call(tool="llm", args={"prompt": Ref(name=query)}))


# --- what it takes and gives ---------------------------------------------------------------------------------------


def test_what_was_escaped_in_text_is_no_more_than_a_note_as_data() -> None:
    report = check('#E1 = search(query="a")\n#E2 = llm(prompt="write \\#E1 here: #E1")\nreturn #E2\n', TOOLS)
    assert report.diagnostics == ()
    again = check(report.require().plan.model_dump(mode="json"), TOOLS, strict=True)
    (found,) = [one for one in again.diagnostics if one.code == "RW113"]
    assert (found.severity, found.message) == (Severity.NOTE, "#E1 is plain text here")
    assert found.hint == 'as data, its value is {"kind": "ref", "name": "E1"}, alone or as a part of a text'


def test_a_plan_without_fault_is_linked() -> None:
    report = check('#E1 = search(query="a")\nreturn #E1\n', TOOLS)
    assert report.ok
    assert report.diagnostics == ()
    assert report.require() is report.linked


def test_without_tools_it_says_what_was_not_checked_and_links_nothing() -> None:
    report = check('#E1 = anything(goes="here")\nreturn #E1\n')
    assert report.ok
    assert report.linked is None
    assert "no tools were given" in report.unchecked[0]
    with pytest.raises(PlanError, match="no tools were given"):
        report.require()


def test_a_plan_without_calls_needs_no_tools() -> None:
    report = check("input n: int\nreturn #n + 1\n")
    assert report.linked is not None
    assert not any("tools" in one for one in report.unchecked)


def test_every_finding_is_reported_at_once_in_order_of_place() -> None:
    text = '#E1 = serach(query="a")\n#E2 = search(query="a"\n#E3 = search(count=#E9)\nreturn [#E1, #E2]\n'
    report = check(text, TOOLS)
    assert codes(report) == ["RW108", "RW002", "RW109", "RW101"]
    assert not report.ok
    assert report.plan is not None
    assert [step.name for step in report.plan.steps] == ["E1", "E3"]


def test_what_reads_a_broken_statement_is_not_reported() -> None:
    report = check('input n: = 3\n#E1 = search(query="a"\n#E2 = llm(prompt=#E1.a.b) if #n\nreturn #E2\n', TOOLS)
    assert {one.code[:4] for one in report.errors} == {"RW00"}


def test_tools_may_be_a_registry_a_mapping_or_several_signatures() -> None:
    class Host:
        signatures = TOOLS

    text = '#E1 = serach(query="a")\nreturn #E1\n'
    for tools in (Host(), TOOLS, list(TOOLS.values())):
        assert codes(check(text, tools)) == ["RW108"]
    with pytest.raises(TypeError, match="expected a registry or signatures"):
        check(text, 7)
    with pytest.raises(TypeError, match="expected a Signature for 'search'"):
        check(text, {"search": "a function"})


def test_a_source_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="got bytes"):
        check(b"return 1")  # type: ignore[arg-type]  # what is tested


def test_a_fix_makes_the_finding_go() -> None:
    for text in (
        '#E1 = serach(query="a")\nreturn #E1\n',
        '#E1 = search(qeury="a")\nreturn #E1\n',
        '#E1 = search("query"="a", "kk"=3)\nreturn #E1\n',
        'input region: str\n#E1 = search(query="in #region")\nreturn [#E1, #region]\n',
        'input region: str\n#E1 = search(query="in #{regoin}")\nreturn [#E1, #region]\n',
        '#E1 = llm(prompt="#E2 it is")\nPlan: first\n#E2 = search(query="a")\nreturn #E1\n',
        '#E1 = llm(prompt="#E3 it is")\n#E2 = search(query="b")\n#E3 = llm(prompt="so: #E2")\nreturn [#E1, #E3]',
    ):
        found = check(text, TOOLS).diagnostics
        assert len(found) == 1, found
        edits = sorted(found[0].fixes[0].edits, key=lambda one: one.span, reverse=True)
        for edit in edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        assert check(text, TOOLS).diagnostics == (), text


def test_strict_reports_where_any_stops_the_checking() -> None:
    text = "input data: any\n#E1 = search(query=#data)\nreturn [#E1[0].title, #data.name]\n"
    assert codes(check(text, TOOLS)) == []
    assert codes(check(text, TOOLS, strict=True)) == ["RW212", "RW315", "RW212"]


# --- plans that did not come as text -------------------------------------------------------------------------------


def test_a_plan_from_python_is_sorted_and_its_pointers_are_those_of_the_plan() -> None:
    plan = Plan(steps=(search("b", "a"), search("c", "zz"), search("a", "start")), result=Ref(name="b"))
    report = check(plan, TOOLS)
    found = {(one.code, one.at) for one in report.errors}
    assert found == {("RW101", "/steps/1/do/args/prompt"), ("RW101", "/steps/2/do/args/prompt")}
    good = Plan(steps=(search("b", "a"), Step(name="a", do=Constant(value="hello"))), result=Ref(name="b"))
    linked = check(good, TOOLS).require()
    assert [one.name for one in linked.steps] == ["a", "b"]
    assert linked.plan is good
    assert edges(good) == [("a", "b")]


def test_a_circle_is_reported_by_its_path_whatever_the_order() -> None:
    plan = Plan(steps=(search("a", "b"), search("b", "c"), search("c", "a"), search("d", "a")))
    (one,) = check(plan, TOOLS).errors
    assert one.code == "RW301"
    assert "#a -> #b -> #c -> #a" in one.message
    assert [related.at for related in one.related] == ["/steps/1", "/steps/2"]


def test_json_data_is_a_plan_or_findings() -> None:
    data = check('#E1 = search(query="a")\nreturn #E1\n').plan
    assert data is not None
    assert check(data.model_dump(mode="json"), TOOLS).require().plan == data
    report = check({"steps": [{"name": "E1", "do": {"kind": "cal"}}]}, TOOLS)
    assert report.plan is None
    assert [one.at for one in report.errors] == ["/steps/0/do"]


def test_sizes_hold_for_data_too() -> None:
    deep: dict[str, Any] = {"kind": "constant", "value": 1}
    for _ in range(40):
        deep = {"kind": "unary", "op": "-", "operand": deep}
    assert codes(check({"result": deep})) == ["RW506"]
    assert codes(check({"result": {"kind": "constant", "value": "x" * 16385}})) == ["RW506"]
    assert codes(check({"steps": [{"name": "E" * 65, "do": {"kind": "constant", "value": 1}}]})) == ["RW508"]
    steps = [{"name": f"E{i}", "do": {"kind": "constant", "value": 1}} for i in range(257)]
    assert codes(check({"steps": steps}, from_model=True)) == ["RW505"]
    assert check({"steps": steps}).ok


def test_a_built_in_that_does_not_exist_is_named_with_the_near_ones() -> None:
    report = check({"result": {"kind": "apply", "function": "lenn", "args": [{"kind": "constant", "value": "a"}]}})
    assert codes(report) == ["RW210"]
    assert "len" in report.errors[0].allowed


# --- sub-plans -----------------------------------------------------------------------------------------------------

GOOD = "input name: str\n#E1 = weather(city=#name)\nreturn #E1\n"


def loader(**files: str) -> Callable[[str], str]:
    return {name.replace("__", "/") + ".rewoo": text for name, text in files.items()}.__getitem__


def use(path: str) -> str:
    return f'use "{path}" as part\n#E1 = part(name="a")\nreturn #E1\n'


def test_a_sub_plan_is_linked_with_its_caller() -> None:
    linked = check(use("lib/a.rewoo"), TOOLS, load=loader(lib__a=GOOD)).require()
    assert list(linked.subplans) == ["part"]
    assert linked.subplans["part"].tools == {"weather": TOOLS["weather"]}


def test_a_finding_in_a_sub_plan_names_its_file() -> None:
    report = check(use("lib/a.rewoo"), TOOLS, load=loader(lib__a="input name: str\nreturn #nmae\n"))
    (one,) = report.errors
    assert (one.code, one.file, one.span) == ("RW101", "lib/a.rewoo", (23, 28))
    assert report.linked is None


def test_paths_are_relative_to_the_file_that_names_them() -> None:
    inner = 'input name: str\nuse "b.rewoo" as part\n#E1 = part(name=#name)\nreturn #E1\n'
    assert check(use("lib/a.rewoo"), TOOLS, load=loader(lib__a=inner, lib__b=GOOD)).linked is not None
    report = check(use("lib/a.rewoo"), TOOLS, load=loader(lib__a=inner, b=GOOD))
    assert [(one.code, one.file) for one in report.errors] == [("RW310", "lib/a.rewoo")]


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a.rewoo", "lib/../../a.rewoo", "C:/a", "a\\\\b", "", "https://a/b"]
)
def test_a_path_that_leaves_the_root_is_refused_and_never_loaded(path: str) -> None:
    def load(path: str) -> str:
        raise AssertionError(f"{path} was asked for")

    assert "RW311" in codes(check(use(path), TOOLS, load=load))


@given(st.text(alphabet="ab./\\:", max_size=12), st.sampled_from(["", "lib/a.rewoo", "a/b/c.rewoo"]))
def test_a_resolved_path_is_under_the_root(path: str, file: str) -> None:
    found = resolve(path, file)
    assert found is None or not (found.startswith("/") or ".." in found.split("/") or ":" in found or "\\" in found)


def test_what_cannot_be_loaded_is_said_at_its_use() -> None:
    assert codes(check(use("a.rewoo"), TOOLS)) == ["RW310"]
    assert codes(check(use("a.rewoo"), TOOLS, load=loader())) == ["RW310"]


def test_a_circle_of_sub_plans_is_shown_as_its_path() -> None:
    files = loader(a=GOOD.replace("input", 'use "b.rewoo" as b\ninput'), b='use "a.rewoo" as a\nreturn 1\n')
    report = check(use("a.rewoo"), TOOLS, load=files)
    (one,) = report.errors
    assert one.code == "RW312"
    assert "a.rewoo -> b.rewoo -> a.rewoo" in one.message
    itself = check('use "main.rewoo" as me\nreturn 1\n', TOOLS, load=loader(main="return 1\n"), path="plans/main.rewoo")
    assert "RW312" in codes(itself)


def test_a_long_chain_of_sub_plans_ends() -> None:
    def load(path: str) -> str:
        number = int(path.removesuffix(".rewoo"))
        return f'input name: str\nuse "{number + 1}.rewoo" as part\n#E1 = part(name=#name)\nreturn #E1\n'

    assert "RW312" in codes(check(use("0.rewoo"), TOOLS, load=load))


def test_a_sub_plan_must_return() -> None:
    silent = "input name: str\n#E1 = search(query=#name)\n"
    assert codes(check(use("a.rewoo"), TOOLS, load=loader(a=silent))) == ["RW313"]


def test_a_plan_from_a_model_uses_the_library_and_no_files() -> None:
    text = '#E1 = profile(name="a")\nreturn #E1.sky\n'
    library = {"profile": GOOD}
    assert check(text, TOOLS, library=library, from_model=True).linked is not None
    linked = check(GOOD, TOOLS).require()
    assert check(text, TOOLS, library={"profile": linked}, from_model=True).require().subplans["profile"] is linked
    assert check(text, TOOLS, library={"profile": linked.plan}, from_model=True).ok
    assert codes(check(use("a.rewoo"), TOOLS, load=loader(a=GOOD), from_model=True)) == ["RW311"]


def test_calls_of_sub_plans_count() -> None:
    text = 'limit calls 1\nuse "a.rewoo" as part\n#E1 = part("a")\n#E2 = part("b")\nreturn [#E1, #E2]\n'
    assert codes(check(text, TOOLS, load=loader(a=GOOD))) == ["RW501"]


# --- any text, any data --------------------------------------------------------------------------------------------

PIECES = [
    "#E1", "#E2", "#x", "=", "search", "llm", "save", "(", ")", "[", "]", "{", "}", ", ", ": ", "query=", '"a"',
    '"#E1"', "1", " if ", " else ", " for ", " in ", " max 3", " retry 2", " fallback ", " after ", " approve ", "\n",
    "Plan: ", "return ", "Solve: ", "input x", "use ", "limit calls 1", "true", "null", " == ", "+", "len(", ".a",
    "[*]", "[0]", "\n#E2 = ", "\n#E1 = ",
]  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
data = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["steps", "name", "do", "kind", "tool", "args", "value", "result", "path", "items", "of"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@given(texts, st.booleans(), st.booleans(), st.booleans())
def test_any_text_gives_a_report_and_the_same_one_again(text: str, model: bool, lenient: bool, strict: bool) -> None:
    options = {"from_model": model, "lenient": lenient, "strict": strict}
    report = check(text, TOOLS, load=loader(a=GOOD), **options)
    assert report.diagnostics == check(text, TOOLS, load=loader(a=GOOD), **options).diagnostics
    assert all(one.code in CODES for one in report.diagnostics)
    assert all(0 <= one.span.start <= one.span.end <= len(text) for one in report.diagnostics if one.span)
    assert (report.linked is not None) is report.ok


@given(st.dictionaries(st.sampled_from(["steps", "result", "inputs", "solve", "limit", "goal", "version"]), data))
def test_any_data_gives_a_report(source: dict[str, Any]) -> None:
    report = check(source, TOOLS)
    assert all(one.code in CODES for one in report.diagnostics)
    assert report.plan is not None or not report.ok


def test_a_step_that_wraps_the_one_before_it_stays_cheap_to_look_at() -> None:
    twice = "".join(f"#E{i + 1} = {{a: #E{i}, b: #E{i}}}\n" for i in range(1, 200))
    deep = "".join(f"#E{i + 1} = [#E{i}]\n" for i in range(1, 3000))
    for steps in (twice, deep):
        assert check(f'#E1 = search(query="a")\n{steps}', TOOLS).linked is not None


# --- the public face -----------------------------------------------------------------------------------------------


def test_parse_gives_the_plan_or_raises_with_every_finding() -> None:
    assert rewoo_dsl.parse("return 1\n").result == Constant(value=1)
    with pytest.raises(PlanError) as caught:
        rewoo_dsl.parse("return #a + #b\n")
    assert [one.code for one in caught.value.diagnostics] == ["RW101", "RW101"]


def test_explain_and_format_source() -> None:
    assert "undefined-evidence" in rewoo_dsl.explain("rw101")
    with pytest.raises(LookupError, match="RW999"):
        rewoo_dsl.explain("RW999")
    assert rewoo_dsl.format_source("return   [1,2]") == "return [1, 2]\n"


def test_a_report_survives_json() -> None:
    report = check('#E1 = serach(query="a")\n', TOOLS)
    assert json.loads(report.diagnostics[0].model_dump_json())["code"] == "RW108"


def test_a_plan_alone_does_not_miss_its_sub_plans() -> None:
    report = check(use("a.rewoo"))
    assert report.ok
    assert report.linked is None
    assert any("load sub-plans" in one for one in report.unchecked)
    assert rewoo_dsl.parse(use("a.rewoo")).uses[0].path == "a.rewoo"
    assert codes(check(use("../a.rewoo"))) == ["RW311"]


# --- tools whose schemas are unusual -------------------------------------------------------------------------------

TREE = {
    "type": "object",
    "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
    "required": ["v"],
}


def taking(schema: dict[str, Any]) -> dict[str, Signature]:
    """A tool `t` whose only argument `x` has that schema."""
    parameters = {"type": "object", "properties": {"x": schema}, "required": ["x"], "$defs": {"Tree": TREE}}
    return {"t": Signature(name="t", parameters=parameters)}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"},
        {"$ref": "#/nowhere"},
        {"type": "string", "pattern": "("},
        {"type": "string", "minLength": "1"},
    ],
    ids=str,
)
def test_a_schema_that_cannot_be_used_is_not_used(schema: dict[str, Any]) -> None:
    assert check('#E1 = t(x="a")\nreturn #E1\n', taking(schema)).ok


@pytest.mark.parametrize(
    ("schema", "value", "why"),
    [
        ({"$ref": "#/$defs/Tree"}, '{v: 1, kids: [{v: "2"}]}', "\"2\" is not of type 'integer' at `kids[0].v`"),
        ({"type": "string", "pattern": "^[0-9]+$"}, '"a"', "\"a\" does not match '^[0-9]+$'"),
        ({"type": "integer", "minimum": 1}, '"5"', 'expected int, found "5"'),
        ({"type": "integer", "minimum": 1}, "true", "expected int, found true"),
    ],
)
def test_literals_are_held_to_the_whole_schema_in_the_words_of_the_plan(
    schema: dict[str, Any], value: str, why: str
) -> None:
    (found,) = check(f"#E1 = t(x={value})\nreturn #E1\n", taking(schema)).errors
    assert found.message == f"`x` of `t` does not fit: {why}"


# --- near names ----------------------------------------------------------------------------------------------------


def only_fix(text: str, tools: Any = TOOLS) -> tuple[str, bool, str]:
    """The message, the safety and the outcome of the one fix of the one error."""
    (found,) = check(text, tools).errors
    (fix,) = found.fixes
    return fix.message, fix.safe, applied(text, fix.edits)


@pytest.mark.parametrize(
    ("text", "message", "safe", "fixed"),
    [
        ('#E1 = Search(query="a")', "write `search`", True, '#E1 = search(query="a")'),
        ('#E1 = serach(query="a")', "write `search`", True, '#E1 = search(query="a")'),
        ('#E1 = lend_email(to=[], subject="a", body="b")', "write `send_email`", False, None),
        ('#hits = llm("a")\n#E2 = llm("#{hit}")', "write `#hits`", False, '#hits = llm("a")\n#E2 = llm("#{hits}")'),
        ('#E1 = llm("a")\n#x = #e1', "write `#E1`", True, '#E1 = llm("a")\n#x = #E1'),
        ('#E1 = llm("a")\n#x = #E2', "write `#E1`", False, '#E1 = llm("a")\n#x = #E1'),
    ],
)
def test_a_near_name_is_a_fix_and_safe_only_as_a_slip(text: str, message: str, safe: bool, fixed: str | None) -> None:
    found = only_fix(text)
    assert found[:2] == (message, safe)
    assert fixed is None or found[2] == fixed


def test_a_parameter_that_is_no_name_is_written_in_quotes() -> None:
    parameters = {"type": "object", "properties": {"content-type": {"type": "string"}}}
    tools = {"t": Signature(name="t", parameters=parameters)}
    assert only_fix('#E1 = t(content_type="a")', tools)[2] == '#E1 = t("content-type"="a")'
    assert only_fix('#E1 = t("content_type"="a")', tools)[2] == '#E1 = t("content-type"="a")'


def test_names_that_could_be_meant_are_shown_as_they_are_written() -> None:
    (found,) = check("input q: str\n#E1 = llm(#q)\nreturn #nothing_alike\n", TOOLS).errors
    assert found.allowed == ("#q", "#E1")


@pytest.mark.parametrize("plan", [{}, {"steps": []}, Plan(goal="nothing")], ids=str)
def test_a_plan_that_does_nothing_is_an_error_in_every_form(plan: Plan | dict[str, Any]) -> None:
    assert codes(check(plan)) == ["RW028"]


@pytest.mark.parametrize(
    ("fields", "said"), [(1_000, ()), (1_100, ("types too large to look at: what is made of #x, #E1 was not checked",))]
)
def test_a_type_too_large_to_look_at_is_said(fields: int, said: tuple[str, ...]) -> None:
    large = "{" + ", ".join(f"f{i}: str" for i in range(fields)) + "}"
    report = check(f"input x: {large}\n#E1: {large} = llm(prompt=#x.f0)\nreturn [#E1.f0, #x.f1]\n", TOOLS)
    assert report.ok
    assert tuple(one for one in report.unchecked if one.startswith("types")) == said


@pytest.mark.parametrize(("name", "code"), [("E1", "RW102"), ("E2", "RW103"), ("E7", "RW101")])
def test_a_name_that_is_wrong_a_thousand_times_in_one_text_is_told_some_times(name: str, code: str) -> None:
    text = f"#{name} " * 1_000
    report = check(f'#E1 = llm(prompt="{text}")\n#E2 = search(query="a")\nreturn [#E1, #E2]\n', TOOLS)
    assert codes(report) == [code] * 50


def test_clauses_of_a_call_on_a_step_without_one_are_an_error_in_every_form() -> None:
    built = Plan(steps=(Step(name="E1", do=Constant(value=1), retry=1),), result=Ref(name="E1"))
    for plan in (
        built,
        built.model_dump(mode="json", by_alias=True, exclude_defaults=False),
        "#E1 = 1 retry 1\nreturn #E1\n",
    ):
        assert [one.code for one in check(plan, {}).errors] == ["RW055"]
