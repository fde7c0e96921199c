"""The server: what the editor asks is answered from the documents, and nothing is decided here.

Whatever is asked is answered for the text as it is. Texts are sent whole (`TextDocumentSyncKind.Full`), and positions
are counted in UTF-16 units whatever the client offers: see the README for both.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from . import mending
from .calling import calling
from .completion import completions
from .connection import PlanServer
from .hover import hover
from .occurrences import Occurrence, definition, name_at, path_at, same
from .outline import folds, outline
from .renaming import CannotRename, renamable, renamed
from .settings import Settings
from .view import View
from .wire import FIX_ALL, Wire

_Answer = TypeVar("_Answer")

MOST_FOR_LIGHTBULB = 64 * 1024
"""Characters up to which "fix all" is worked out whenever a lightbulb is drawn; beyond, only when it is asked for."""


def make_server(tools: str | None = None) -> PlanServer:
    """A server that is not yet connected. `tools` are those of the command line, until the editor names others."""
    server = PlanServer(Settings(tools=tools))
    for method, function, options in _FEATURES:
        server.feature(method, options)(function)
    return server


def serve(tools: str | None, source: BinaryIO, sink: BinaryIO) -> bool:
    """Speak with the editor at the other end of two streams until it is done; whether it took its leave properly."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_surprise)
    server = make_server(tools)
    server.start_io(source, sink)
    return server.was_shut_down


def _is_surprise(said: logging.LogRecord) -> bool:
    """Whether a message is news: a refusal is an answer, and the editor shows it already."""
    return said.exc_info is None or not isinstance(said.exc_info[1], JsonRpcException)


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


def shutdown(ls: PlanServer, _params: None) -> None:
    ls.was_shut_down = True


def did_close(ls: PlanServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)


# --- what the editor asks ---------------------------------------------------------------------------------------------


async def on_hover(ls: PlanServer, params: lsp.HoverParams) -> lsp.Hover | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    shown = hover(view, wire.offset(params.position))
    return None if shown is None else wire.hover(shown)


async def on_completion(ls: PlanServer, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    found = await ls.ask_soon(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    proposed = completions(view, wire.offset(params.position))
    snippets = _knows_snippets(ls.client_capabilities)
    items = [wire.proposal(one, place, snippets=snippets) for place, one in enumerate(proposed.proposals)]
    return lsp.CompletionList(is_incomplete=proposed.are_there_more, items=items)


def _knows_snippets(client: lsp.ClientCapabilities) -> bool:
    completion = client.text_document.completion if client.text_document is not None else None
    item = completion.completion_item if completion is not None else None
    return item is not None and bool(item.snippet_support)


async def on_signature_help(ls: PlanServer, params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
    found = await ls.ask_soon(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    shown = calling(view, wire.offset(params.position))
    return None if shown is None else wire.signature(shown)


async def on_definition(ls: PlanServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    offset = wire.offset(params.position)
    one = path_at(view.names, offset) or name_at(view.names, offset)
    place = None if one is None else definition(view.names, one)
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


async def on_references(ls: PlanServer, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    places = _places(view, wire.offset(params.position))
    return [wire.location(one.span) for one in places if params.context.include_declaration or not one.is_definition]


async def on_highlight(ls: PlanServer, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return [wire.highlight(one) for one in _places(view, wire.offset(params.position))]


def _places(view: View, offset: int) -> list[Occurrence]:
    """All places of the name at the cursor."""
    one = name_at(view.names, offset)
    return [] if one is None else same(view.names, one)


async def on_prepare_rename(ls: PlanServer, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    one = _told(lambda: renamable(view, wire.offset(params.position)))
    return lsp.PrepareRenamePlaceholder(wire.range(one.span), one.name)


async def on_rename(ls: PlanServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return wire.change(_told(lambda: renamed(view, wire.offset(params.position), params.new_name)))


def _told(work: Callable[[], _Answer]) -> _Answer:
    """The answer, or for the client to show why there is none."""
    try:
        return work()
    except CannotRename as error:
        raise JsonRpcException(str(error), lsp.LSPErrorCodes.RequestFailed.value) from None


async def on_formatting(ls: PlanServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    document = ls.documents.opened.get(params.text_document.uri)
    if document is None:
        return None
    wire, text = ls.wire(document), document.text
    return wire.edits(await ls.in_thread(lambda: mending.formatted(text)))


async def on_code_action(ls: PlanServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    actions: list[lsp.CodeAction] = []
    if _wants(params.context, lsp.CodeActionKind.QuickFix.value):
        start, end = wire.offset(params.range.start), wire.offset(params.range.end)
        actions += [wire.quick_fix(offer) for offer in mending.offers(view.survey, start, end)]
    asked = params.context.only is not None and _wants(params.context, FIX_ALL)
    if asked or (params.context.only is None and len(view.survey.text) <= MOST_FOR_LIGHTBULB):
        actions += await _fix_all(ls, view, wire)
    return actions


def _wants(context: lsp.CodeActionContext, kind: str) -> bool:
    """Whether actions of that kind, or of one that it belongs to, were asked for."""
    return context.only is None or any(kind == one or kind.startswith(f"{one}.") for one in context.only)


async def _fix_all(ls: PlanServer, view: View, wire: Wire) -> list[lsp.CodeAction]:
    if not mending.can_mend(view.survey):
        return []
    check = ls.documents.checking(wire.uri)
    edits = await ls.in_thread(lambda: mending.mended(view.survey, check))
    if not edits:
        return []
    return [lsp.CodeAction("Fix everything that can be fixed safely", kind=FIX_ALL, edit=wire.change(edits))]


async def on_symbols(ls: PlanServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return [wire.symbol(entry) for entry in outline(view)]


async def on_folding(ls: PlanServer, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange] | None:
    found = await ls.ask(params.text_document.uri)
    if found is None:
        return None
    view, wire = found
    return [one for fold in folds(view.survey.document) if (one := wire.folding(fold)) is not None]


_FEATURES: tuple[tuple[str, Callable[..., Any], Any], ...] = (
    (lsp.INITIALIZE, initialize, None),
    (lsp.INITIALIZED, initialized, None),
    (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration, None),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files, None),
    (lsp.TEXT_DOCUMENT_DID_OPEN, did_open, None),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
    (lsp.SHUTDOWN, shutdown, None),
    (lsp.TEXT_DOCUMENT_HOVER, on_hover, None),
    (
        lsp.TEXT_DOCUMENT_COMPLETION,
        on_completion,
        lsp.CompletionOptions(trigger_characters=["#", ".", "(", "{", "=", " "]),
    ),
    (
        lsp.TEXT_DOCUMENT_SIGNATURE_HELP,
        on_signature_help,
        lsp.SignatureHelpOptions(trigger_characters=["(", ",", "["], retrigger_characters=["=", ")", "]"]),
    ),
    (lsp.TEXT_DOCUMENT_DEFINITION, on_definition, None),
    (lsp.TEXT_DOCUMENT_REFERENCES, on_references, None),
    (lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, on_highlight, None),
    (lsp.TEXT_DOCUMENT_PREPARE_RENAME, on_prepare_rename, None),
    (lsp.TEXT_DOCUMENT_RENAME, on_rename, lsp.RenameOptions(prepare_provider=True)),
    (lsp.TEXT_DOCUMENT_FORMATTING, on_formatting, None),
    (
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        on_code_action,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL]),
    ),
    (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, on_symbols, None),
    (lsp.TEXT_DOCUMENT_FOLDING_RANGE, on_folding, None),
)
"""Each message of the protocol, and what answers it."""
