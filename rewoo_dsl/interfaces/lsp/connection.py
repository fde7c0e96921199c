"""One connection to one editor: its texts, their looks and their tools. What is asked, `server` answers.

A look at a text is taken in a thread, one at a time, so that keys are heard meanwhile; whoever asks about the same
text waits for the same look. Diagnostics follow a pause in the typing.
"""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.language_server import lsp_method

from ...diag.lines import Lines
from .documents import Document, Documents
from .settings import Choice, NoTools, Settings, choose, load
from .view import View
from .wire import Wire, diagnostics

PAUSE = 0.2
"""Seconds without a key before diagnostics are made."""

QUICK = 16 * 1024
"""Characters up to which a text is looked at anew for each proposal; of a longer one, what was seen last will do."""

_Answer = TypeVar("_Answer")


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
        self.was_shut_down = False
        self._worker = ThreadPoolExecutor(1)
        self._pauses: dict[str, asyncio.Task[None]] = {}
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._loading: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._said: frozenset[str] = frozenset()

    @property
    def root(self) -> Path | None:
        path = self.workspace.root_path
        return Path(path) if path else None

    # --- what is asked ---------------------------------------------------------------------------------------------

    async def ask(self, uri: str) -> tuple[View, Wire] | None:
        """What is known of an open text as it is now, and how to say it; None when it is not open.

        Raises:
            JsonRpcException: the text has changed meanwhile, so the answer would be about another one.
        """
        document = self.documents.opened.get(uri)
        if document is None:
            return None
        text = document.text
        while document.is_stale or document.view is None:
            await self._look(document)
            if document.text != text:
                raise JsonRpcException("the text has changed", lsp.LSPErrorCodes.ContentModified.value)
        return document.view, self.wire(document)

    async def ask_soon(self, uri: str) -> tuple[View, Wire] | None:
        """The same for who asks at every key: what is known of a long text may be what was known a moment ago."""
        document = self.documents.opened.get(uri)
        if document is None or document.view is None or len(document.text) <= QUICK:
            return await self.ask(uri)
        return document.view.of(document.text), self.wire(document)

    async def in_thread(self, work: Callable[[], _Answer]) -> _Answer:
        """Work that takes long, while the editor is listened to. One at a time: more would only be slower."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def wire(self, document: Document) -> Wire:
        return Wire(document.uri, Lines(document.text), document.version if self._knows_versions else None)

    @property
    def _knows_versions(self) -> bool:
        workspace = self.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        return edit is not None and bool(edit.document_changes)

    # --- diagnostics -----------------------------------------------------------------------------------------------

    def look_soon(self, uri: str, pause: float = PAUSE) -> None:
        """Publish what there is to say about a text once nobody has typed for a while."""
        self._forget_pause(uri)
        self._pauses[uri] = asyncio.create_task(self._tell(uri, pause))

    def look_at_all(self) -> None:
        """Publish anew what there is to say about every open text."""
        self.documents.outdate()
        for uri in self.documents.opened:
            self.look_soon(uri, 0)

    def forget(self, uri: str) -> None:
        """Closed: nothing is said of it any more."""
        self._forget_pause(uri)
        users = self.documents.users(uri)
        self.documents.close(uri)
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self._outdate(users)

    def _forget_pause(self, uri: str) -> None:
        earlier = self._pauses.pop(uri, None)
        if earlier is not None:
            earlier.cancel()

    async def _tell(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self.documents.opened.get(uri)
        while document is not None and document.is_stale:
            await self._look(document)
        if document is not None and document.view is not None:
            self._publish(document, document.view)
        self._complain()
        for choice in self.documents.take_to_run():
            task = asyncio.create_task(self._run_tools(choice))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _look(self, document: Document) -> None:
        """Wait for the look that is being taken at a document, or take one. It goes on when who waits gives up."""
        task = self._looks.get(document.uri)
        if task is None:
            task = asyncio.create_task(self._take_look(document))
            self._looks[document.uri] = task
            task.add_done_callback(lambda _: self._looks.pop(document.uri))
        await asyncio.shield(task)

    async def _take_look(self, document: Document) -> None:
        edition = document.edition
        document.view = await self.in_thread(self.documents.looking(document))
        document.seen = edition

    def _publish(self, document: Document, view: View) -> None:
        found = diagnostics(view.survey, self.wire(document), self.documents.addresses(document))
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, found, document.version))

    def look_at_users(self, uri: str) -> None:
        """A sub-plan has changed: whoever uses it may be right or wrong now."""
        self._outdate(self.documents.users(uri))

    def _outdate(self, documents: list[Document]) -> None:
        for document in documents:
            document.outdate()
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
