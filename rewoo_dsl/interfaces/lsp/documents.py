"""The texts that are open in the editor, each with the last view of it. What is open is newer than what is saved.

A text is looked at as `rewoo check` would: with the tools, the severities and the strictness of its project.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pygls.uris import from_fs_path, to_fs_path, urlparse

from ...checker.survey import Survey, survey
from ...diag.diagnostic import Diagnostic
from ...diag.severities import at_levels
from ...ir.signature import Signature
from ..cli.exits import WrongUse
from ..cli.project import Project, Projects
from ..cli.sources import Folder, Source
from .settings import Choice, NoTools, choose, of_file
from .view import View

Tools = Mapping[str, Signature] | None


@dataclass(slots=True)
class Document:
    """One open text. `view` is of the text as it was in the edition `seen`, and None before the first.

    Each change of whatever is said about it (its text, its tools, its sub-plans) makes a new edition.
    """

    uri: str
    text: str
    version: int | None
    view: View | None = None
    edition: int = 1
    seen: int = 0

    @property
    def is_stale(self) -> bool:
        """Whether the view is of an earlier edition."""
        return self.seen != self.edition

    def outdate(self) -> None:
        self.edition += 1

    @property
    def path(self) -> Path | None:
        """Where the text is saved; None when it is not."""
        found = to_fs_path(self.uri) if urlparse(self.uri)[0] == "file" else None
        return Path(found) if found and "\0" not in found else None


@dataclass(slots=True)
class Documents:
    """All open texts, and what they are looked at with.

    `tools` are those that the editor named, if they `are_named`; else each text's project is asked. `complaints` are
    what is wrong around the plans: a project that cannot be read, tools that are not there.
    """

    tools: Tools = None
    are_named: bool = False
    projects_may_run: bool = False
    opened: dict[str, Document] = field(default_factory=dict)
    complaints: set[str] = field(default_factory=set)
    _projects: Projects = field(default_factory=Projects)
    _tools_of_projects: dict[Choice, Tools] = field(default_factory=dict)
    _to_run: list[Choice] = field(default_factory=list)

    def open(self, uri: str, text: str, version: int | None) -> None:
        self.opened[uri] = Document(uri, text, version)

    def change(self, uri: str, text: str, version: int | None) -> None:
        document = self.opened.get(uri)
        if document is None:
            self.open(uri, text, version)
            return
        document.text, document.version = text, version
        document.outdate()

    def close(self, uri: str) -> None:
        self.opened.pop(uri, None)

    def use(self, tools: Tools, *, are_named: bool, complaints: set[str], projects_may_run: bool) -> None:
        """Look at everything with these tools from now on, and at the projects anew."""
        self.tools, self.are_named, self.complaints = tools, are_named, complaints
        self.projects_may_run = projects_may_run
        self._projects, self._tools_of_projects, self._to_run = Projects(), {}, []
        self.outdate()

    def take_to_run(self) -> list[Choice]:
        """The tools that projects name and that have to be run; each is given once."""
        taken, self._to_run = self._to_run, []
        return taken

    def learn(self, choice: Choice, tools: Tools) -> None:
        """What came of running them. Without it such a project's plans are looked at without tools."""
        self._tools_of_projects[choice] = tools

    def outdate(self) -> None:
        """What was said of any text may no longer be true."""
        for document in self.opened.values():
            document.outdate()

    def looking(self, document: Document) -> Callable[[], View]:
        """The work of looking at a text as it is now: it holds all that it needs, so it may be done in a thread."""
        look, text = self._look(document), document.text
        remembered = {} if document.view is None else document.view.known()

        def look_well() -> View:
            view = View(look(text), remembered)
            view.known()  # the types are worked out when first asked for: here nobody waits
            return view

        return look_well

    def _look(self, document: Document) -> Callable[[str], Survey]:
        project = self._project(document)
        tools, load = self._tools(project), self._loader(document)
        name = None if document.path is None else document.path.name
        is_excluded = project.excludes(_source(document))

        def look(text: str) -> Survey:
            found = survey(text, tools, load=load, strict=project.strict, path=name)
            shown = () if is_excluded else at_levels(found.report.diagnostics, project.levels)
            return replace(found, report=replace(found.report, diagnostics=shown))

        return look

    def _project(self, document: Document) -> Project:
        try:
            return self._projects.of(_source(document))
        except WrongUse as error:
            self.complaints.add(str(error))
            return Project()

    def _tools(self, project: Project) -> Tools:
        if self.are_named or project.tools is None:
            return self.tools
        choice = choose(project.tools, project.folder, may_run=self.projects_may_run)
        if choice not in self._tools_of_projects:
            self._tools_of_projects[choice] = self._of_project(choice)
        return self._tools_of_projects[choice]

    def _of_project(self, choice: Choice) -> Tools:
        if choice.refused is not None:
            self.complaints.add(choice.refused)
        elif choice.file is None:
            self._to_run.append(choice)
        else:
            try:
                return of_file(choice.file)
            except NoTools as error:
                self.complaints.add(str(error))
        return None

    def checking(self, uri: str) -> Callable[[str], Sequence[Diagnostic]]:
        """How any other text would be looked at in the place of this one."""
        look = self._look(self.opened[uri])
        return lambda text: look(text).report.diagnostics

    def users(self, uri: str) -> list[Document]:
        """The other open texts that lead to this one as a sub-plan: what is said of them depends on it."""
        mine = self.opened[uri].path if uri in self.opened else None
        return [one for one in self.opened.values() if one.uri != uri and mine is not None and mine in _files(one)]

    def addresses(self, document: Document) -> dict[str, str]:
        """The URIs of a text's sub-plans by the names that findings have for them."""
        path, view = document.path, document.view
        if path is None or view is None:
            return {}
        named = {**dict.fromkeys(view.survey.files.values()), **dict.fromkeys(view.survey.report.sources)}
        return {file: from_fs_path(str(path.parent / PurePosixPath(file))) or document.uri for file in named}

    def _loader(self, document: Document) -> "_Load | None":
        path = document.path
        if path is None:
            return None
        texts = {other.resolve(): one.text for one in self.opened.values() if (other := one.path) is not None}
        return _Load(path.parent, texts)


class _Load:
    """Gives a sub-plan's text: as it is in the editor, else as it is saved."""

    def __init__(self, root: Path, texts: Mapping[Path, str]) -> None:
        self.folder, self.texts = Folder(root), texts

    def __call__(self, path: str) -> str:
        open_text = self.texts.get((self.folder.root / path).resolve())
        return self.folder(path) if open_text is None else open_text


def _source(document: Document) -> Source:
    return Source(document.uri, document.text, document.path)


def _files(document: Document) -> set[Path]:
    path, view = document.path, document.view
    if path is None or view is None:
        return set()
    return {path.parent / PurePosixPath(file) for file in view.survey.report.sources}
