"""Everything a person does in an editor, over real streams: type, look, jump, rename, format, mend."""

from pathlib import Path

import pytest
from editor import Editor, edited, edits_of, place
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

PLAN = """\
Goal: What do people say of 😀?
input region: str = "EU"
Plan: Look for 😀 pages.
#E1 = search(query="😀 #{region}", k=3) retry 2
#E2 = [#hit.title for #hit in #E1 if #hit.title != "😀"]
#E3 = search(query="😀😀 #E2[0] in #{region}") after #E1
return {titles: #E2, more: #E3[*].title}
Solve: Say it 😀 from #E2 and #E3[0].title.
"""


def test_it_says_what_it_can_do(editor: Editor) -> None:
    able = editor.capabilities
    assert able.position_encoding == "utf-16"
    assert able.text_document_sync.change == lsp.TextDocumentSyncKind.Full
    assert able.rename_provider.prepare_provider
    assert "#" in able.completion_provider.trigger_characters
    assert able.hover_provider
    assert able.definition_provider
    assert able.document_formatting_provider
    assert able.document_symbol_provider
    assert able.code_action_provider


def test_findings_follow_what_is_typed(editor: Editor) -> None:
    uri = editor.open("typed.rewoo", PLAN)
    editor.codes(uri)
    wrong = PLAN.replace('search(query="😀😀', 'serach(query="😀😀')
    editor.change(uri, wrong, 2)
    [found] = editor.findings(uri, version=2)
    assert (found.code, found.severity, found.source) == ("RW108", lsp.DiagnosticSeverity.Error, "rewoo")
    assert found.range.start == place(wrong, "serach")
    editor.change(uri, PLAN, 3)
    editor.codes(uri, version=3)


def test_findings_wait_for_a_pause(editor: Editor) -> None:
    uri = editor.open("pause.rewoo", PLAN)
    editor.codes(uri)
    for version in range(2, 20):
        editor.change(uri, PLAN.replace("search", "se" * version), version)
    editor.change(uri, PLAN, 20)
    editor.codes(uri, version=20)
    versions = [one.version for one in editor.history if one.uri == uri]
    assert versions[-1] == 20
    assert len(versions) < 6


def test_a_finding_behind_characters_of_two_units_has_its_place(editor: Editor) -> None:
    text = '#E1 = search(query="😀", kk=1)\nreturn #E1\n'
    uri = editor.open("units.rewoo", text)
    [found] = editor.findings(uri, lambda found: bool(found))
    assert found.range.start.character >= 24
    assert text.encode("utf-16-le")[2 * found.range.start.character :].decode("utf-16-le").startswith("kk")


def test_a_broken_statement_is_told_and_the_others_still_answer(editor: Editor) -> None:
    uri = editor.open("broken.rewoo", PLAN)
    editor.codes(uri)
    broken = PLAN.replace("k=3) retry 2", "k=3")
    editor.change(uri, broken, 2)
    assert editor.findings(uri, version=2)
    assert "list[{title: str" in (editor.hover(uri, place(broken, "in #E1 if", at=4)) or "")
    assert [one.name for one in editor.symbols(uri)] == ["Goal", "#region", "#E1", "#E2", "#E3", "return", "Solve"]


def test_closing_takes_the_findings_away(editor: Editor) -> None:
    uri = editor.open("closed.rewoo", "#E1 = nothing(x=1)\n")
    assert editor.findings(uri, bool)
    editor.close(uri)
    editor.codes(uri)
    assert editor.hover(uri, lsp.Position(0, 1)) is None


# --- hover ----X


@pytest.mark.parametrize(
    ("marked", "at", "expected"),
    [
        ("search(", 2, "search(query: str, k?: int, mode?:"),
        ("search(", 0, "tool, reads"),
        ("search(", 0, "Find pages"),
        ("query=", 1, "query: str"),
        ("query=", 1, "what to look for"),
        ("k=3", 0, "k: int = 5"),
        ("#E1 =", 1, "#E1: list[{title: str"),
        ("#E1 =", 1, "Look for 😀 pages"),
        ("#{region}", 3, "#region: str"),
        ("#hit.title for", 1, "#hit: {title: str"),
        ("#hit.title for", 6, "#hit.title: str"),
        ("#E3[*].title", 4, "#E3[*]: list[{title: str"),
        ("#E3[*].title", 8, "#E3[*].title: list[str]"),
        ("#E2[0] in", 2, "#E2: list[str]"),
        ("retry", 1, "further attempts"),
    ],
)
def test_hover(editor: Editor, marked: str, at: int, expected: str) -> None:
    uri = editor.open("hover.rewoo", PLAN)
    editor.codes(uri)
    assert expected in (editor.hover(uri, place(PLAN, marked, at=at)) or "")


def test_what_a_tool_says_of_itself_is_shown_as_text(editor: Editor) -> None:
    uri = editor.open("markdown.rewoo", PLAN)
    editor.codes(uri)
    assert "\\<b\\>Any" in (editor.hover(uri, place(PLAN, "search(")) or "")


def test_nothing_is_known_of_blank_space(editor: Editor) -> None:
    uri = editor.open("blank.rewoo", "\n\n" + PLAN)
    assert editor.hover(uri, lsp.Position(0, 0)) is None
    assert editor.hover(uri, lsp.Position(999, 999)) is None


# --- completion ------------------------------------------------------------------------------------------------------

BEGUN = 'input region: str\n#E1 = search(query="😀")\n'


def test_tools_come_first_where_a_step_does_something(editor: Editor) -> None:
    text = BEGUN + "#E2 = "
    uri = editor.open("tools.rewoo", text)
    editor.findings(uri, lambda found: bool(found))
    items = editor.completion(uri, place(text, "#E2 = ", at=6))
    by_name = {one.label: one for one in items}
    assert {"search", "mail", "llm", "#E1", "#region", "len"} <= set(by_name)
    assert by_name["mail"].text_edit.new_text == "mail(to=$1, body=$2)$0"
    assert by_name["search"].detail.startswith("search(query: str")
    labels = [one.label for one in items]
    assert labels.index("mail") < labels.index("#E1") < labels.index("len")


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("#E2 = search(", ["query", "k", "mode"]),
        ('#E2 = search(query="x", ', ["k", "mode"]),
        ("#E2 = search(mode=", ['"fast"', '"deep"']),
        ("#E2 = search(query=", ["#region"]),
        ("#E2 = #E1.", ["[*]", "[0]", "[-1]"]),
        ("#E2 = #E1[0].", ["title", "odd key"]),
        ('#E2 = search(query="😀 #E1[0].', ["title"]),
        ('#E2 = search(query="😀 #', ["#{region}", "#E1"]),
        ('#E2 = search(query="😀 #{', ["#{region}", "#{E1}"]),
        ("#E2 = mail(to=#s.", ["title", "odd key"]),
        ('#E2 = search(query="x") ', ["if", "for", "retry"]),
        ('#E2 = search(query="x") after #', ["#E1"]),
        ("#E2: ", ["str", "int"]),
        ("", ["#E3 =", "Plan:"]),
        ("Solve: from #", ["#{region}", "#E1"]),
    ],
)
def test_completion(editor: Editor, line: str, first: list[str]) -> None:
    behind = ', body="x") for #s in #E1 max 3' if "#s." in line else ""
    text = f"{BEGUN}{line}{behind}\n#E2 = 1\n" if not line.startswith("#E2") else f"{BEGUN}{line}{behind}\n"
    uri = editor.open("completion.rewoo", text)
    editor.findings(uri)
    position = lsp.Position(2, len(line.encode("utf-16-le")) // 2)
    assert editor.labels(uri, position)[: len(first)] == first


@pytest.mark.parametrize(
    "line", ["Plan: use #", "// #", '#E2 = search(query="#E1 ', "#E2 = search // #", "#E2 = sorted(#E1, by=."]
)
def test_nothing_is_proposed_in_prose(editor: Editor, line: str) -> None:
    uri = editor.open("prose.rewoo", BEGUN + line)
    editor.findings(uri)
    assert editor.labels(uri, lsp.Position(2, len(line))) == []


def test_a_proposal_replaces_what_is_written_of_it(editor: Editor) -> None:
    text = BEGUN + '#E2 = search(query="😀 #{re}")'
    uri = editor.open("replace.rewoo", text)
    editor.findings(uri)
    items = editor.completion(uri, place(text, "#{re", at=4))
    chosen = next(one for one in items if one.label == "#{region}")
    assert edited(text, [chosen.text_edit]) == text.replace("#{re}", "#{region}")
    assert chosen.filter_text.startswith("#{re")


def test_what_was_known_before_it_broke_is_proposed_still(editor: Editor) -> None:
    uri = editor.open("remembered.rewoo", BEGUN)
    editor.codes(uri)
    broken = BEGUN.replace('"😀")', '"😀"') + "#E2 = #E1[0]."
    editor.change(uri, broken)
    editor.findings(uri, version=2)
    assert editor.labels(uri, lsp.Position(2, len("#E2 = #E1[0]."))) == ["title", "odd key"]


# --- names ----X


def test_definition(editor: Editor) -> None:
    uri = editor.open("definition.rewoo", PLAN)
    for marked, at, target in [
        ("#E2[0]", 1, "#E2 ="),
        ("#{region}", 4, "#region: str"),
        ("#hit.title for", 2, "#hit in"),
        ("after #E1", 8, "#E1 ="),
        ("#E3[0]", 1, "#E3 ="),
    ]:
        found = editor.definition(uri, place(PLAN, marked, at=at))
        wanted = place(PLAN.replace("input region", "input #region"), target, at=0 if target[1] == "r" else 1)
        assert (found.uri, found.range.start) == (uri, wanted), marked
    assert editor.definition(uri, place(PLAN, "search(", at=1)) is None


def test_references(editor: Editor) -> None:
    uri = editor.open("references.rewoo", PLAN)
    assert len(editor.references(uri, place(PLAN, "#E1 =", at=1))) == 3
    assert len(editor.references(uri, place(PLAN, "#hit in", at=1))) == 3


def test_places_of_a_name_are_marked(editor: Editor) -> None:
    uri = editor.open("highlights.rewoo", PLAN)
    marked = editor.highlights(uri, place(PLAN, "#E2[0] in", at=1))
    assert [one.kind for one in marked] == [lsp.DocumentHighlightKind.Write, *[lsp.DocumentHighlightKind.Read] * 3]
    assert editor.highlights(uri, place(PLAN, "Plan:")) == []


def test_a_step_is_renamed_in_values_and_in_texts(editor: Editor) -> None:
    uri = editor.open("rename.rewoo", PLAN)
    renamed = edited(PLAN, editor.rename(uri, place(PLAN, "#E2 =", at=1), "titles"))
    assert '"😀😀 #{titles[0]} in #{region}"' in renamed
    assert "return {titles: #titles," in renamed
    assert "Solve: Say it 😀 from #{titles} and" in renamed
    editor.change(uri, renamed, 2)
    editor.codes(uri, version=2)
    again = edited(renamed, editor.rename(uri, place(renamed, "#titles =", at=3), "#E22"))
    assert '"😀😀 #{E22[0]} in #{region}"' in again


def test_inputs_and_loop_variables_are_renamed(editor: Editor) -> None:
    uri = editor.open("rename_others.rewoo", PLAN)
    renamed = edited(PLAN, editor.rename(uri, place(PLAN, "#{region}", at=3), "area"))
    assert "input area: str" in renamed
    assert renamed.count("#{area}") == 2
    renamed = edited(PLAN, editor.rename(uri, place(PLAN, "#hit in", at=2), "page"))
    assert '#E2 = [#page.title for #page in #E1 if #page.title != "😀"]' in renamed


@pytest.mark.parametrize(
    ("marked", "name", "why"),
    [
        ("#E2 =", "E1", "in use"),
        ("#E2 =", "hit", "in use"),
        ("#E2 =", "2x", "letters"),
        ("#E2 =", "null", "reserved"),
        ("#E2 =", "now", "reserved"),
        ("search(", "find", "not defined"),
        ("Plan:", "x", "no name"),
    ],
)
def test_what_cannot_be_renamed_says_why(editor: Editor, marked: str, name: str, why: str) -> None:
    uri = editor.open("refused.rewoo", PLAN)
    with pytest.raises(JsonRpcException, match=why):
        editor.rename(uri, place(PLAN, marked, at=1), name)


def test_nothing_is_renamed_in_a_plan_that_cannot_be_read(editor: Editor) -> None:
    text = PLAN.replace("k=3)", "k=3")
    uri = editor.open("half.rewoo", text)
    with pytest.raises(JsonRpcException, match="cannot be read"):
        editor.rename(uri, place(text, "#E2 =", at=1), "titles")


# --- sub-plans X


def test_sub_plans_are_read_as_they_are_in_the_editor(editor: Editor, root: Path) -> None:
    (root / "sub.rewoo").write_text("input name: str\nreturn #name\n")
    caller = 'use "sub.rewoo" as profile\n#E1 = profile(name="x")\nreturn #E1\n'
    uri = editor.open("caller.rewoo", caller)
    editor.codes(uri)
    assert "profile(name: str) -> str" in (editor.hover(uri, place(caller, "profile(")) or "")
    found = editor.definition(uri, place(caller, "profile(", at=2))
    assert found.uri == (root / "sub.rewoo").as_uri()
    assert editor.definition(uri, place(caller, "sub.rewoo", at=3)) == found
    renamed = edited(caller, editor.rename(uri, place(caller, "profile(", at=2), "portrait"))
    assert renamed == caller.replace("profile", "portrait")

    sub = editor.open("sub.rewoo", "input name: str\nreturn #nobody\n")
    [found] = editor.findings(uri, lambda found: bool(found))
    assert found.message.startswith("in sub.rewoo:2:8:")
    assert found.range.start == lsp.Position(0, 0)
    assert found.related_information[0].location.uri == sub
    editor.close(sub)
    editor.codes(uri)


# --- edits ----X


def test_formatting(editor: Editor) -> None:
    text = '#E1=search( query:"😀" ,k = 3 )\r\nreturn   #E1\r\n'
    uri = editor.open("format.rewoo", text)
    assert edited(text, editor.formatting(uri)) == '#E1 = search(query="😀", k=3)\nreturn #E1\n'
    editor.change(uri, PLAN)
    assert editor.formatting(uri) == []


def test_what_cannot_be_read_is_not_formatted(editor: Editor) -> None:
    uri = editor.open("unformatted.rewoo", '#E1=search( query:"😀"\n')
    assert editor.formatting(uri) == []


def test_fixes_are_offered_the_safe_one_preferred(editor: Editor) -> None:
    text = '#E1 = serach(query="😀")\nreturn #E1\n'
    uri = editor.open("fix.rewoo", text)
    [found] = editor.findings(uri, bool)
    actions = editor.actions(uri, found.range, "quickfix")
    assert list(actions[0].diagnostics) == [found]
    assert edited(text, edits_of(actions[0].edit, uri)) == text.replace("serach", "search")
    assert [one.is_preferred for one in actions].count(True) <= 1
    assert editor.actions(uri, lsp.Range(lsp.Position(1, 8), lsp.Position(1, 8)), "quickfix") == []


def test_everything_safe_is_fixed_at_once(editor: Editor) -> None:
    text = 'Plan: Look. #E1 = search(query="😀")\n#E2 = search(query="😀") if True\nreturn [#E1, #E2]\n'
    uri = editor.open("fix_all.rewoo", text)
    editor.findings(uri, bool)
    start = lsp.Position(0, 0)
    [action] = editor.actions(uri, lsp.Range(start, start), "source.fixAll")
    fixed = edited(text, edits_of(action.edit, uri))
    assert 'Plan: Look. \n#E1 = search(query="😀")\n' in fixed
    assert "if true" in fixed
    editor.change(uri, fixed)
    editor.findings(uri, version=2)
    assert editor.actions(uri, lsp.Range(start, start), "source.fixAll") == []


def test_symbols(editor: Editor) -> None:
    uri = editor.open("symbols.rewoo", PLAN)
    found = {one.name: one for one in editor.symbols(uri)}
    assert list(found) == ["Goal", "#region", "#E1", "#E2", "#E3", "return", "Solve"]
    assert found["#E1"].detail.startswith("search → list[{title: str")
    assert found["#E2"].detail == "list[str]"
    assert found["#E2"].selection_range.start == lsp.Position(4, 0)


# --- signatures and folding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "label", "active"),
    [
        ("#E2 = search(", "search(query: str", "query: str"),
        ('#E2 = search("😀", mode=', "search(", "mode?: "),
        ('#E2 = search(query="a, b', "search(", "query: str"),
        ('#E2 = search(query=join([#E1[0].title, "x"], ', "join(", "separator: str"),
        ("#E2 = search(query=[1, #E1.", "search(", "query: str"),
        ("#E2 = mail(nobody=", "mail(", None),
        ("#E2 = search[a, b", "search(", "query: str"),
    ],
)
def test_the_call_around_the_cursor_is_shown(editor: Editor, line: str, label: str, active: str | None) -> None:
    text = BEGUN + line
    uri = editor.open("signature.rewoo", text)
    found = editor.signature(uri, lsp.Position(2, len(line.encode("utf-16-le")) // 2))
    assert found is not None
    [one] = found.signatures
    assert one.label.startswith(label)
    assert all(parameter.label in one.label for parameter in one.parameters)
    marked = one.parameters[found.active_parameter].label if found.active_parameter < len(one.parameters) else None
    assert marked == active or (active is not None and marked.startswith(active))


@pytest.mark.parametrize("line", ["#E2 = ", "#E2 = nobody(", '#E2 = search(query="x") ', "Plan: search(", "// search("])
def test_outside_of_calls_no_signature_is_shown(editor: Editor, line: str) -> None:
    uri = editor.open("no_signature.rewoo", BEGUN + line)
    assert editor.signature(uri, lsp.Position(2, len(line))) is None


def test_steps_comments_and_long_texts_fold(editor: Editor) -> None:
    text = '// one\n// two\nPlan: why\n#E1 = llm(prompt="""\n😀\n""")\n#E2 = 1\nreturn [\n  #E1,\n  #E2,\n]\n'
    uri = editor.open("folds.rewoo", text)
    assert sorted(editor.folds(uri)) == [(0, 1), (2, 5), (3, 5), (7, 10)]


# --- hostile texts ---------------------------------------------------------------------------------------------------

HOSTILE = {
    "empty": "",
    "nul": '#E1 = search(query="\0")\n',
    "brackets": "#E1 = " + "(" * 5_000,
    "quotes": "#E1 = " + "\\\"'" * 5_000 + "\n",
    "raw": "#E1 = " + "a[" * 5_000,
    "separators": "#E1 = search(query='\u2028\u0085\x0c')\r\rreturn #E1\r\n\x0b",
    "surrogates": '#E1 = search(query="\ud800 \udc00")\n',
    "bidi": "#E1 = search(query='\u202e')\n",
    "mark": "\ufeff#E1 = search(query='x')\n",
    "hashes": "#" * 5_000,
    "block": '#E1 = llm(prompt="""' + "#E1[" * 5_000,
    "long word": "a" * 20_000,
    "astral": "😀" * 5_000 + "\n#E1 = " + "😀",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_answered(editor: Editor, text: str) -> None:
    uri = editor.open("hostile.rewoo", "")
    editor.change(uri, text, 2)
    editor.findings(uri, version=2)
    last = lsp.Position(text.count("\n"), 2**31 - 1)
    for position in (lsp.Position(0, 0), lsp.Position(0, 7), last, lsp.Position(2**31 - 1, 0)):
        editor.hover(uri, position)
        editor.completion(uri, position)
        editor.definition(uri, position)
        editor.references(uri, position)
    editor.symbols(uri)
    editor.formatting(uri)
    editor.actions(uri, lsp.Range(lsp.Position(0, 0), last))
    assert not [one for one in editor.messages if "Error in server" in one]


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "file:///no/such/a%20b.rewoo", "file:///%00.rewoo", "x://y", "z"]
)
def test_a_text_of_any_address_is_looked_at(editor: Editor, uri: str) -> None:
    item = lsp.TextDocumentItem(uri, "rewoo", 1, 'use "part.rewoo" as part\n#E1 = part()\nreturn #E1\n')
    editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    editor.codes(uri, "RW310")
    assert editor.definition(uri, lsp.Position(1, 7)) is not None
