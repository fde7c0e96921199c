"""The server: what the editor asks is answered from the documents, and nothing is decided here.

Diagnostics follow a pause in the typing; whatever is asked meanwhile is answered for the text as it is. Texts are sent
whole (`TextDocumentSyncKind.Full`), and positions are counted in UTF-16 units whatever the client offers: see the
README for both.
"""

import asyncio
from collections.abc import Callable, Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.language_server import lsp_method
from pygls.uris import to_fs_path

from . import mending
from .completion import completions
from .documents import Document, Documents
from .hover import hover
from .occurrences import definition, name_at, occurrences, same
from .outline import outline
from .renaming import CannotRename, renamable, renamed
from .settings import Choice, NoTools, Settings, choose, load
from .view import View
from .wire import FIX_ALL, Wire, diagnostics

PAUSE = 0.2
"""Seconds without a key before diagnostics are made."""

_Answer = TypeVar("_Answer")

MOST_FOR_LIGHTBULB = 64 * 1024
"""Characters up to which "fix all" is worked out whenever a lightbulb is drawn; beyond, only when it is asked for."""


class _Protocol(LanguageServerProtocol):
    """Counts in UTF-16 units, which every client knows: `diag.lines` does, and one way is enough."""

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = None
        return (yield from super().lsp_initialize(params))


class PlanServer(LanguageServer):
    """One connection to one editor."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "rewoo",
            version("rewoo-dsl"),
            text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
            protocol_cls=_Protocol,
            converter_factory=default_converter,
        )
        self.settings = settings
        self.documents = Documents()
        self._pauses: dict[str, asyncio.Task[None]] = {}
        self._loading: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._said: frozenset[str] = frozenset()
        for method, function, options in _FEATURES:
            self.feature(method, options)(function)

    @property
    def root(self) -> Path | None:
        path = self.workspace.root_path
        return Path(path) if path else None

    def ask(self, uri: str) -> tuple[View, Wire] | None:
        """What is known of an open text, and how to say it; None when it is not open."""
        view = self.documents.view(uri)
        return None if view is None else (view, self.documents.wire(uri))

    # --- diagnostics -----------------------------------------------------------------------------------------------

    def look_soon(self, uri: str, pause: float = PAUSE) -> None:
        """Publish what there is to say about a text once nobody has typed for a while."""
        earlier = self._pauses.pop(uri, None)
        if earlier is not None:
            earlier.cancel()
        self._pauses[uri] = asyncio.create_task(self._look(uri, pause))

    def look_at_all(self) -> None:
        """Publish anew what there is to say about every open text."""
        self.documents.outdate()
        for uri in self.documents.opened:
            self.look_soon(uri, 0)

    def forget(self, uri: str) -> None:
        """Closed: nothing is said of it any more."""
        earlier = self._pauses.pop(uri, None)
        if earlier is not None:
            earlier.cancel()
        users = self.documents.users(uri)
        self.documents.close(uri)
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self._outdate(users)

    async def _look(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self.documents.opened.get(uri)
        if document is None:
            return
        if document.is_stale:
            self.documents.keep(document, await asyncio.to_thread(self.documents.looking(document)))
        if not document.is_stale:  # else a newer look is on its way
            self._publish(document)
        self._complain()
        for choice in self.documents.take_to_run():
            task = asyncio.create_task(self._run_tools(choice))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def _publish(self, document: Document) -> None:
        if document.view is None:
            return
        wire = self.documents.wire(document.uri)
        found = diagnostics(document.view.survey, wire, self.documents.addresses(document))
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, found, document.version))

    def look_at_users(self, uri: str) -> None:
        """A sub-plan has changed: whoever uses it may be right or wrong now."""
        self._outdate(self.documents.users(uri))

    def _outdate(self, documents: list[Document]) -> None:
        for document in documents:
            document.is_stale = True
            self.look_soon(document.uri)

    # --- tools -----------------------------------------------------------------------------------------------------

    def load_tools(self) -> None:
        """Find out anew which tools there are; every open text is then looked at with them."""
        if self._loading is not None:
            self._loading.cancel()
        self._loading = asyncio.create_task(self._load_tools())

    async def _load_tools(self) -> None:
        what, trusted = self.settings.tools, self.settings.trusted
        tools, complaints = None, set[str]()
        try:
            if what is not None:
                tools = await load(choose(what, self.root, may_run=trusted is not False))
        except NoTools as error:
            complaints.add(str(error))
        self.documents.use(tools, are_named=what is not None, complaints=complaints, projects_may_run=trusted is True)
        self.look_at_all()
        self._complain()

    async def _run_tools(self, choice: Choice) -> None:
        """Load tools that a project names and that have to be run."""
        try:
            self.documents.learn(choice, await load(choice))
        except NoTools as error:
            self.documents.complaints.add(str(error))
        self.look_at_all()

    def _complain(self) -> None:
        """Tell the person what is wrong around the plans, each thing once for as long as it lasts."""
        now = frozenset(self.documents.complaints)
        for said in sorted(now - self._said):
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, said))
        self._said = now


def make_server(tools: str | None = None) -> PlanServer:
    """A server that is not yet connected. `tools` are those of the command line, until the editor names others."""
    return PlanServer(Settings(tools=tools))


def serve(tools: str | None, source: BinaryIO, sink: BinaryIO) -> None:
    """Speak with the editor at the other end of two streams until it is done."""
    make_server(tools).start_io(source, sink)


# --- what the editor tells --------------------------------------------------------------------------------------------


def initialize(ls: PlanServer, params: lsp.InitializeParams) -> None:
    ls.settings = ls.settings.updated(params.initialization_options)


async def initialized(ls: PlanServer, _params: lsp.InitializedParams) -> None:
    await _ask_settings(ls)
    ls.load_tools()


async def did_change_configuration(ls: PlanServer, params: lsp.DidChangeConfigurationParams) -> None:
    if not await _ask_settings(ls) and isinstance(params.settings, dict):
        ls.settings = ls.settings.updated(params.settings.get("rewoo"))
    ls.load_tools()


async def _ask_settings(ls: PlanServer) -> bool:
    """Take over the editor's settings; false when it cannot be asked for them."""
    workspace = ls.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return False
    item = lsp.ConfigurationItem(section="rewoo")
    for said in await ls.workspace_configuration_async(lsp.ConfigurationParams([item])):
        ls.settings = ls.settings.updated(said)
    return True


def did_change_watched_files(ls: PlanServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    """A saved sub-plan concerns whoever uses it, any other file may be one that tools come from."""
    if any(not change.uri.endswith(".rewoo") for change in params.changes):
        ls.load_tools()
    else:
        ls.look_at_all()


def did_open(ls: PlanServer, params: lsp.DidOpenTextDocumentParams) -> None:
    one = params.text_document
    ls.documents.open(one.uri, one.text, one.version)
    ls.look_soon(one.uri, 0)
    ls.look_at_users(one.uri)


def did_change(ls: PlanServer, params: lsp.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    ls.documents.change(uri, ls.workspace.get_text_document(uri).source, params.text_document.version)
    ls.look_soon(uri)
    ls.look_at_users(uri)


def did_close(ls: PlanServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)


# --- what the editor asks ---------------------------------------------------------------------------------------------


def on_hover(ls: PlanServer, params: lsp.HoverParams) -> lsp.Hover | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    shown = hover(view, wire.offset(params.position))
    return None if shown is None else wire.hover(shown)


def on_completion(ls: PlanServer, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    proposals = completions(view, wire.offset(params.position))
    snippets = _knows_snippets(ls.client_capabilities)
    items = [wire.proposal(one, place, snippets=snippets) for place, one in enumerate(proposals)]
    return lsp.CompletionList(is_incomplete=False, items=items)


def _knows_snippets(client: lsp.ClientCapabilities) -> bool:
    completion = client.text_document.completion if client.text_document is not None else None
    item = completion.completion_item if completion is not None else None
    return item is not None and bool(item.snippet_support)


def on_definition(ls: PlanServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    names = occurrences(view.survey.document)
    one = name_at(names, wire.offset(params.position))
    place = None if one is None else definition(names, one)
    if one is None or place is None:
        return None
    if place.kind == "callable" and (uri := _sub_plan(ls, wire.uri, one.binding.name)) is not None:
        return lsp.Location(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)))
    return wire.location(place.span)


def _sub_plan(ls: PlanServer, uri: str, name: str) -> str | None:
    """The address of a sub-plan's file, where there is one."""
    document = ls.documents.opened[uri]
    file = None if document.view is None else document.view.survey.files.get(name)
    address = None if file is None else ls.documents.addresses(document).get(file)
    path = None if address is None else to_fs_path(address)
    return address if path is not None and Path(path).is_file() else None


def on_references(ls: PlanServer, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    names = occurrences(view.survey.document)
    one = name_at(names, wire.offset(params.position))
    places = [] if one is None else same(names, one)
    return [wire.location(one.span) for one in places if params.context.include_declaration or not one.is_definition]


def on_prepare_rename(ls: PlanServer, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    one = _told(lambda: renamable(view.survey, wire.offset(params.position)))
    return lsp.PrepareRenamePlaceholder(wire.range(one.span), one.name)


def on_rename(ls: PlanServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return wire.change(_told(lambda: renamed(view.survey, wire.offset(params.position), params.new_name)))


def _told(work: Callable[[], _Answer]) -> _Answer:
    """The answer, or for the client to show why there is none."""
    try:
        return work()
    except CannotRename as error:
        raise JsonRpcException(str(error), lsp.LSPErrorCodes.RequestFailed.value) from None


def on_formatting(ls: PlanServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    document = ls.documents.opened.get(params.text_document.uri)
    if document is None:
        return None
    return ls.documents.wire(document.uri).edits(mending.formatted(document.text))


def on_code_action(ls: PlanServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    actions: list[lsp.CodeAction] = []
    if _wants(params.context, lsp.CodeActionKind.QuickFix.value):
        start, end = wire.offset(params.range.start), wire.offset(params.range.end)
        actions += [wire.quick_fix(offer) for offer in mending.offers(view.survey, start, end)]
    asked = params.context.only is not None and _wants(params.context, FIX_ALL)
    if asked or (params.context.only is None and len(view.survey.text) <= MOST_FOR_LIGHTBULB):
        actions += _fix_all(ls, view, wire)
    return actions


def _wants(context: lsp.CodeActionContext, kind: str) -> bool:
    """Whether actions of that kind, or of one that it belongs to, were asked for."""
    return context.only is None or any(kind == one or kind.startswith(f"{one}.") for one in context.only)


def _fix_all(ls: PlanServer, view: View, wire: Wire) -> list[lsp.CodeAction]:
    if not mending.can_mend(view.survey):
        return []
    edits = mending.mended(view.survey, ls.documents.checking(wire.uri))
    if not edits:
        return []
    return [lsp.CodeAction("Fix everything that can be fixed safely", kind=FIX_ALL, edit=wire.change(edits))]


def on_symbols(ls: PlanServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
    found = ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return [wire.symbol(entry) for entry in outline(view)]


_FEATURES: tuple[tuple[str, Callable[..., Any], Any], ...] = (
    (lsp.INITIALIZE, initialize, None),
    (lsp.INITIALIZED, initialized, None),
    (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration, None),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files, None),
    (lsp.TEXT_DOCUMENT_DID_OPEN, did_open, None),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
    (lsp.TEXT_DOCUMENT_HOVER, on_hover, None),
    (
        lsp.TEXT_DOCUMENT_COMPLETION,
        on_completion,
        lsp.CompletionOptions(trigger_characters=["#", ".", "(", "{", "=", " "]),
    ),
    (lsp.TEXT_DOCUMENT_DEFINITION, on_definition, None),
    (lsp.TEXT_DOCUMENT_REFERENCES, on_references, None),
    (lsp.TEXT_DOCUMENT_PREPARE_RENAME, on_prepare_rename, None),
    (lsp.TEXT_DOCUMENT_RENAME, on_rename, lsp.RenameOptions(prepare_provider=True)),
    (lsp.TEXT_DOCUMENT_FORMATTING, on_formatting, None),
    (
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        on_code_action,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL]),
    ),
    (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, on_symbols, None),
)
"""Each message of the protocol, and what answers it."""
