"""Long plans: keys are heard while one is looked at, and nothing is answered about another text than the one there."""

import asyncio
from pathlib import Path

import pytest
from editor import Editor, place
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

STEPS = 1_500
LONG = "".join(f'#E{n} = search(query="see #E{n - 1}[0].title")\n' for n in range(1, STEPS)).replace("#E0[0].title", "")
LAST = f"#E{STEPS} = "


def versions(editor: Editor, uri: str) -> list[int | None]:
    return [one.version for one in editor.history if one.uri == uri]


def test_a_proposal_does_not_wait_for_the_findings(editor: Editor) -> None:
    uri = editor.open("long.rewoo", LONG)
    editor.findings(uri)
    editor.change(uri, LONG + LAST, 2)
    assert "search" in editor.labels(uri, place(LONG + LAST, LAST, at=len(LAST)))
    assert 2 not in versions(editor, uri)
    editor.findings(uri, version=2)


def test_of_many_names_the_nearest_are_proposed_and_more_on_typing(editor: Editor) -> None:
    text = LONG + LAST
    uri = editor.open("many.rewoo", text)
    editor.findings(uri)
    names = [one for one in editor.labels(uri, place(text, LAST, at=len(LAST))) if one.startswith("#")]
    assert f"#E{STEPS - 1}" in names
    assert len(names) == 200
    editor.change(uri, f"{text}#E77", 2)
    position = place(f"{text}#E77", f"{LAST}#E77", at=len(LAST) + 4)
    assert {"#E77", "#E770", "#E779"} <= set(editor.labels(uri, position))


def test_another_plan_is_answered_while_a_long_one_is_looked_at(editor: Editor) -> None:
    short = editor.open("short.rewoo", "#E1 = 1\nreturn #E1\n")
    editor.codes(short)
    uri = editor.open("slow.rewoo", LONG)
    assert editor.hover(short, lsp.Position(0, 1)) is not None
    assert versions(editor, uri) == []
    editor.findings(uri)


def test_what_is_asked_of_a_text_that_changes_is_not_answered_for_another(editor: Editor) -> None:
    uri = editor.open("overtaken.rewoo", LONG)
    params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(1, 1))

    async def ask_and_type() -> lsp.Hover | None:
        asked = asyncio.ensure_future(editor.client.text_document_hover_async(params))
        await asyncio.sleep(0.1)
        editor.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(uri=uri, version=2),
                [lsp.TextDocumentContentChangeWholeDocument("\n" + LONG)],
            )
        )
        return await asked

    with pytest.raises(JsonRpcException, match="the text has changed") as refused:
        editor.run(ask_and_type())
    assert refused.value.code == lsp.LSPErrorCodes.ContentModified.value
    editor.findings(uri, version=2)


def test_a_question_can_be_taken_back(editor: Editor) -> None:
    uri = editor.open("taken_back.rewoo", LONG)
    params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(1, 1))

    async def ask_and_cancel() -> lsp.Hover | None:
        asked = asyncio.ensure_future(editor.client.protocol.send_request_async("textDocument/hover", params, "mine"))
        await asyncio.sleep(0.05)
        editor.client.cancel_request(lsp.CancelParams("mine"))
        return await asked

    with pytest.raises(JsonRpcRequestCancelled):
        editor.run(ask_and_cancel())
    assert versions(editor, uri) == []
    editor.findings(uri)


def test_edits_say_which_version_they_are_for(editor: Editor) -> None:
    text = "#E1 = 1\nreturn #E1\n"
    uri = editor.open("versioned.rewoo", text)
    editor.change(uri, text + "\n", 7)
    params = lsp.RenameParams(
        text_document=lsp.TextDocumentIdentifier(uri), position=lsp.Position(0, 1), new_name="one"
    )
    found = editor.run(editor.client.text_document_rename_async(params))
    [change] = found.document_changes
    assert (change.text_document.uri, change.text_document.version) == (uri, 7)


def test_one_who_leaves_without_a_word_is_noticed(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    assert editor.leave() == 1
