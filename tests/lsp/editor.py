"""An editor without a screen: pygls' own client, speaking with a real `rewoo lsp` over its standard streams."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

COMMAND = (sys.executable, "-m", "rewoo_dsl.interfaces.cli", "lsp", "--stdio")
PATIENCE = 30.0
Answer = TypeVar("Answer")

MANIFEST = {
    "version": 1,
    "tools": [
        {
            "name": "search",
            "description": "Find pages. <b>Any</b> language.",
            "effect": "read",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "what to look for"},
                    "k": {"type": "integer", "default": 5},
                    "mode": {"enum": ["fast", "deep"]},
                },
                "required": ["query"],
            },
            "returns": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"title": {"type": "string"}, "odd key": {"type": "integer"}},
                    "required": ["title", "odd key"],
                },
            },
        },
        {
            "name": "mail",
            "description": "Send a mail.",
            "parameters": {
                "type": "object",
                "properties": {"to": {"type": "string"}, "body": {"type": "string"}},
                "required": ["to", "body"],
            },
            "returns": {"type": "object", "properties": {"sent": {"type": "boolean"}}, "required": ["sent"]},
        },
    ],
}


class Editor:
    """One connection. Its loop runs in a thread, so that tests read from top to bottom."""

    def __init__(
        self, root: Path, settings: dict[str, Any] | None = None, *, encodings: list[str] | None = None
    ) -> None:
        self.root, self.settings = root, settings or {}
        self.messages: list[str] = []
        self.history: list[lsp.PublishDiagnosticsParams] = []
        self._published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = self._client()
        self.capabilities = self.run(self._start(encodings)).capabilities

    def _client(self) -> LanguageClient:
        client = LanguageClient("a-test", "1")

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            with self._news:
                self._published[params.uri] = params
                self.history.append(params)
                self._news.notify_all()

        @client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def told(params: lsp.ShowMessageParams) -> None:
            with self._news:
                self.messages.append(params.message)
                self._news.notify_all()

        @client.feature(lsp.WORKSPACE_CONFIGURATION)
        def asked(_params: lsp.ConfigurationParams) -> list[Any]:
            return [self.settings]

        return client

    async def _start(self, encodings: list[str] | None) -> lsp.InitializeResult:
        await self.client.start_io(*COMMAND, cwd=str(self.root))
        item = lsp.ClientCompletionItemOptions(snippet_support=True)
        capabilities = lsp.ClientCapabilities(
            workspace=lsp.WorkspaceClientCapabilities(
                configuration=True, workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True)
            ),
            text_document=lsp.TextDocumentClientCapabilities(
                completion=lsp.CompletionClientCapabilities(completion_item=item),
                rename=lsp.RenameClientCapabilities(prepare_support=True),
            ),
            general=lsp.GeneralClientCapabilities(position_encodings=encodings),
        )
        result = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=capabilities,
                root_uri=self.root.as_uri(),
                initialization_options={"trusted": self.settings.get("trusted")},
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return result

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def stop(self) -> int | None:
        """Ends the server as the protocol says; its exit code."""
        return self._end(self._stop())

    def leave(self) -> int | None:
        """Ends the server without a shutdown; its exit code."""
        return self._end(self._exit())

    def _end(self, ending: Coroutine[Any, Any, int | None]) -> int | None:
        try:
            return self.run(ending)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()

    async def _stop(self) -> int | None:
        await self.client.shutdown_async(None)
        return await self._exit()

    async def _exit(self) -> int | None:
        self.client.exit(None)
        server = self.client._server  # the client has no other way to ask how it ended
        await self.client.stop()
        return None if server is None else server.returncode

    # --- what a person does ---

    def open(self, name: str, text: str) -> str:
        uri = (self.root / name).as_uri()
        self._published.pop(uri, None)
        item = lsp.TextDocumentItem(uri, "rewoo", 1, text)
        self._tell(lambda: self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item)))
        return uri

    def change(self, uri: str, text: str, version: int = 2) -> None:
        document = lsp.VersionedTextDocumentIdentifier(uri=uri, version=version)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        params = lsp.DidChangeTextDocumentParams(document, [whole])
        self._tell(lambda: self.client.text_document_did_change(params))

    def close(self, uri: str) -> None:
        params = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri))
        self._tell(lambda: self.client.text_document_did_close(params))

    def configure(self, **settings: Any) -> None:
        self.settings = settings
        params = lsp.DidChangeConfigurationParams(settings={"rewoo": settings})
        self._tell(lambda: self.client.workspace_did_change_configuration(params))

    def file_changed(self, path: Path) -> None:
        event = lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed)
        params = lsp.DidChangeWatchedFilesParams([event])
        self._tell(lambda: self.client.workspace_did_change_watched_files(params))

    def _tell(self, notify: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(notify)

    # --- what a person sees ---

    def findings(
        self, uri: str, expected: Callable[[list[lsp.Diagnostic]], bool] = lambda _: True, *, version: int | None = None
    ) -> list[lsp.Diagnostic]:
        """The findings about a text, once they are as expected."""

        def are_there() -> bool:
            params = self._published.get(uri)
            return (
                params is not None
                and (version is None or params.version == version)
                and expected(list(params.diagnostics))
            )

        with self._news:
            assert self._news.wait_for(are_there, PATIENCE), self._published.get(uri)
            return list(self._published[uri].diagnostics)

    def codes(self, uri: str, *codes: str, version: int | None = None) -> None:
        """Waits until the findings are exactly these."""
        self.findings(uri, lambda found: [one.code for one in found] == list(codes), version=version)

    def wait(self, until: Callable[[], bool]) -> None:
        """Waits for whatever the server's news make true."""
        with self._news:
            assert self._news.wait_for(until, PATIENCE)

    def message(self, words: str) -> None:
        """Waits until the server has said something with these words."""
        with self._news:
            assert self._news.wait_for(lambda: any(words in one for one in self.messages), PATIENCE), self.messages

    def hover(self, uri: str, position: lsp.Position) -> str | None:
        found = self.run(
            self.client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position))
        )
        if found is None:
            return None
        assert isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value

    def completion(self, uri: str, position: lsp.Position) -> list[lsp.CompletionItem]:
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position)
        found = self.run(self.client.text_document_completion_async(params))
        assert isinstance(found, lsp.CompletionList)
        return sorted(found.items, key=lambda one: one.sort_text or "")

    def labels(self, uri: str, position: lsp.Position) -> list[str]:
        return [one.label for one in self.completion(uri, position)]

    def definition(self, uri: str, position: lsp.Position) -> lsp.Location | None:
        params = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), position)
        found = self.run(self.client.text_document_definition_async(params))
        assert found is None or isinstance(found, lsp.Location)
        return found

    def references(self, uri: str, position: lsp.Position) -> list[lsp.Range]:
        context = lsp.ReferenceContext(include_declaration=True)
        params = lsp.ReferenceParams(context, lsp.TextDocumentIdentifier(uri), position)
        return [one.range for one in self.run(self.client.text_document_references_async(params)) or ()]

    def highlights(self, uri: str, position: lsp.Position) -> list[lsp.DocumentHighlight]:
        params = lsp.DocumentHighlightParams(lsp.TextDocumentIdentifier(uri), position)
        return list(self.run(self.client.text_document_document_highlight_async(params)) or ())

    def signature(self, uri: str, position: lsp.Position) -> lsp.SignatureHelp | None:
        params = lsp.SignatureHelpParams(lsp.TextDocumentIdentifier(uri), position)
        return self.run(self.client.text_document_signature_help_async(params))

    def folds(self, uri: str) -> list[tuple[int, int]]:
        params = lsp.FoldingRangeParams(lsp.TextDocumentIdentifier(uri))
        found = self.run(self.client.text_document_folding_range_async(params)) or ()
        return [(one.start_line, one.end_line) for one in found]

    def rename(self, uri: str, position: lsp.Position, name: str) -> list[lsp.TextEdit]:
        params = lsp.RenameParams(text_document=lsp.TextDocumentIdentifier(uri), position=position, new_name=name)
        found = self.run(self.client.text_document_rename_async(params))
        return edits_of(found, uri)

    def formatting(self, uri: str) -> list[lsp.TextEdit]:
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        params = lsp.DocumentFormattingParams(lsp.TextDocumentIdentifier(uri), options)
        return list(self.run(self.client.text_document_formatting_async(params)) or ())

    def actions(self, uri: str, where: lsp.Range, *only: str) -> list[lsp.CodeAction]:
        context = lsp.CodeActionContext(diagnostics=[], only=list(only) or None)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), where, context)
        found = self.run(self.client.text_document_code_action_async(params)) or ()
        return [one for one in found if isinstance(one, lsp.CodeAction)]

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
        found = self.run(self.client.text_document_document_symbol_async(params)) or ()
        return [one for one in found if isinstance(one, lsp.DocumentSymbol)]


def edits_of(change: lsp.WorkspaceEdit | None, uri: str) -> list[lsp.TextEdit]:
    """The edits of one text, whether they name its version or not."""
    if change is None:
        return []
    versioned = [one for one in change.document_changes or () if isinstance(one, lsp.TextDocumentEdit)]
    edits = [edit for one in versioned if one.text_document.uri == uri for edit in one.edits]
    return [*(change.changes or {}).get(uri, ()), *(one for one in edits if isinstance(one, lsp.TextEdit))]


def place(text: str, marked: str, *, at: int = 0) -> lsp.Position:
    """The position of `marked` in the text, plus `at` characters, counted as an editor counts: in UTF-16 units."""
    before = text[: text.index(marked) + at]
    line = before.rsplit("\n", 1)[-1]
    return lsp.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    """The text after edits, applied as an editor applies them: in UTF-16, without any help of ours."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line.encode("utf-16-le")) + 2)
    data = text.encode("utf-16-le")

    def offset(position: lsp.Position) -> int:
        return starts[position.line] + 2 * position.character

    for edit in sorted(edits, key=lambda one: offset(one.range.start), reverse=True):
        data = data[: offset(edit.range.start)] + edit.new_text.encode("utf-16-le") + data[offset(edit.range.end) :]
    return data.decode("utf-16-le")
