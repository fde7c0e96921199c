"""What a project says of its plans: `[tool.rewoo]` of the nearest `pyproject.toml` above a plan.

```toml
[tool.rewoo]
tools = "tools.json"                    # a manifest or a list of tools, beside this file
strict = false
fail-on = "warning"                     # error, warning, note or never
exclude = ["specs/drafts/*"]
severity = {RW302 = "error", write-in-loop = "off"}
journal = "runs.db"                     # keeps every `rewoo run`
```

Tools are data here. A Python object is named on the command line only: checking a plan runs no code that its folder
brings along. What the command line says goes before what the project says.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ..._record import record
from ...diag.severities import FAIL_ON, LEVELS, FailOn, Level
from .arguments import Options
from .exits import WrongUse
from .sources import Source, folder_of

FILE = "pyproject.toml"
_MARK = b"tool.rewoo"


@record
class Project:
    """`levels` are by the number of the code. `tools` and `journal` are paths below the project's folder."""

    folder: Path | None = None
    levels: Mapping[str, Level] = field(default_factory=dict)
    strict: bool = False
    tools: str | None = None
    fail_on: FailOn | None = None
    exclude: tuple[str, ...] = ()
    journal: str | None = None

    @property
    def journal_file(self) -> Path | None:
        """Where its runs are kept. Raises `WrongUse` for a file that is not in the project."""
        if self.folder is None or self.journal is None:
            return None
        file = self.folder / self.journal
        if not file.resolve().is_relative_to(self.folder.resolve()):
            raise _wrong(self.folder, f"`journal` is a file of the project, and `{self.journal}` leads out of it")
        return file

    def excludes(self, source: Source) -> bool:
        """Whether the plan is one of those that the project leaves out, by its path below the project's folder."""
        if self.folder is None or source.path is None:
            return False
        path = source.path.resolve()
        inside = path.is_relative_to(self.folder)
        return inside and any(fnmatch(path.relative_to(self.folder).as_posix(), one) for one in self.exclude)

    def options(self, options: Options) -> Options:
        """The options of the command line, with what the project says where they say nothing."""
        wanted = copy(options)
        wanted.strict = options.strict or self.strict
        if options.tools is None:
            wanted.tools = self._tools_file()
        if options.fail_on is None:
            wanted.fail_on = "warning" if options.strict else self.fail_on or ("warning" if self.strict else "error")
        return wanted

    def _tools_file(self) -> str | None:
        """The file of tools. Raises `WrongUse` for what is no file: it would have to be run."""
        if self.folder is None or self.tools is None:
            return None
        if not (self.folder / self.tools).is_file():
            message = f"`tools` is `{self.tools}`, which is no file; what has to be run is named with --tools"
            raise _wrong(self.folder, message)
        return str(self.folder / self.tools)


class Projects:
    """The projects that the plans of one command belong to, each read once."""

    def __init__(self) -> None:
        self._by_folder: dict[Path, Project] = {}

    def of(self, source: Source) -> Project:
        """The project of a plan; that of the current folder for standard input.

        Raises:
            WrongUse: its file cannot be read, or says what makes no sense.
        """
        folder = folder_of(source).resolve()
        if folder not in self._by_folder:
            self._by_folder[folder] = _nearest(folder)
        return self._by_folder[folder]


def _nearest(folder: Path) -> Project:
    for place in (folder, *folder.parents):
        try:
            data = (place / FILE).read_bytes()
        except OSError:
            continue
        if _MARK in data and (table := _table(place / FILE, data)) is not None:
            return _read(place, table)
    return Project()


def _table(file: Path, data: bytes) -> Mapping[str, Any] | None:
    import tomllib  # only a project that says something pays for it

    try:
        found = tomllib.loads(data.decode("utf-8"))
    except ValueError as error:  # UnicodeDecodeError and TOMLDecodeError are both
        raise WrongUse(f"{file}: this is no TOML: {error}") from None
    table = found.get("tool", {}).get("rewoo")
    if table is not None and not isinstance(table, dict):
        raise WrongUse(f"{file}: tool.rewoo is a table")
    return table


def _read(folder: Path, table: Mapping[str, Any]) -> Project:
    known = ("tools", "strict", "fail-on", "exclude", "severity", "journal")
    for name in table:
        if name not in known:
            raise _wrong(folder, f"there is no setting `{name}`; known are {', '.join(known)}")
    return Project(
        folder=folder,
        levels=_levels(folder, table.get("severity", {})),
        strict=_of_type(folder, table, "strict", bool, "true or false") or False,
        tools=_of_type(folder, table, "tools", str, "the path of a file"),
        fail_on=_fail_on(folder, table.get("fail-on")),
        exclude=_exclude(folder, table.get("exclude", [])),
        journal=_of_type(folder, table, "journal", str, "the path of a file"),
    )


def _of_type(folder: Path, table: Mapping[str, Any], name: str, kind: type, wanted: str) -> Any:
    value = table.get(name)
    if value is not None and type(value) is not kind:
        raise _wrong(folder, f"`{name}` is {wanted}, not {value!r}")
    return value


def _levels(folder: Path, said: Any) -> dict[str, Level]:
    from ...diag.explain import find

    if not isinstance(said, dict):
        raise _wrong(folder, f"`severity` is a table of codes and levels, not {said!r}")
    levels: dict[str, Level] = {}
    for name, level in said.items():
        code = find(name)
        if code is None:
            raise _wrong(folder, f"there is no code `{name}`; `rewoo explain` lists them all")
        if level not in LEVELS:
            raise _wrong(folder, f"the severity of `{name}` is one of {', '.join(LEVELS)}, not {level!r}")
        levels[code.number] = level
    return levels


def _fail_on(folder: Path, said: Any) -> FailOn | None:
    if said is not None and said not in FAIL_ON:
        raise _wrong(folder, f"`fail-on` is one of {', '.join(FAIL_ON)}, not {said!r}")
    return said  # type: ignore[no-any-return]  # it is one of them, or None


def _exclude(folder: Path, said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise _wrong(folder, f"`exclude` is a list of patterns, not {said!r}")
    return tuple(said)


def _wrong(folder: Path, message: str) -> WrongUse:
    return WrongUse(f"{folder / FILE}: [tool.rewoo]: {message}")
