"""From a source to a checked plan, and its findings to the reader: what `check`, `run` and `graph` have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from ..._record import Record, record
from ...checker import Report, check
from ...diag.diagnostic import Diagnostic, located
from ...diag.errors import PlanError
from ...diag.pages import Page
from ...ir.signature import Signature
from .exits import WrongUse
from .sources import Folder, Source, folder_of, read_source
from .terminal import Terminal

if TYPE_CHECKING:
    from ...ir.policy import Policy


@record
class Checked(Record):
    """A source and what the checker says of it.

    `text` is what findings point into, None for a plan that came as JSON; `texts` are those of the sub-plans that were
    read, by the name in findings. `called` says what a step is called by its name in the report's plan.
    """

    source: Source
    report: Report
    diagnostics: tuple[Diagnostic, ...]
    text: str | None
    texts: Mapping[str, str]
    called: Callable[[str], str] = "#{}".format

    @property
    def page(self) -> Page:
        """The findings as the formats for machines take them."""
        return Page(self.source.name, self.diagnostics, self.text, self.texts)


def check_source(
    source: Source,
    tools: Mapping[str, Signature] | None,
    *,
    dialect: str | None = None,
    from_model: bool = False,
    strict: bool = False,
    policy: Policy | None = None,
    request: str | None = None,
) -> Checked:
    """What the checker says of the plan in `source`, text or JSON. Raises `WrongUse` for JSON that is none.

    With a `dialect`, of the plan that the text says in that format.
    """
    if dialect is not None:
        return _check_foreign(
            source, tools, dialect, from_model=from_model, strict=strict, policy=policy, request=request
        )
    folder, plan = Folder(folder_of(source)), _plan_in(source)
    report = check(
        plan,
        tools,
        load=folder,
        from_model=from_model,
        lenient=not strict,
        strict=strict,
        path=None if source.path is None else source.path.name,
        policy=policy,
        request=request,
    )
    shown = tuple(_with_whole_path(one, folder) for one in report.diagnostics)
    text = plan if isinstance(plan, str) else None
    return Checked(source, report, shown, text, {_whole(path, folder): text for path, text in folder.texts.items()})


def read_policy_file(name: str | None) -> Policy | None:
    """The policy in a file, None without one. Raises `WrongUse` with all that is wrong in it."""
    if name is None:
        return None
    from ...ir.policy import PolicyError, read_policy  # imported late: few checks have one

    source = read_source(name)
    try:
        return read_policy(source.text)
    except PolicyError as error:
        told = "\n".join(f"{source.name}{one.at or ''}: {one.code} {one.message}" for one in error.diagnostics)
        raise WrongUse(f"the policy cannot be used\n{told}") from None


class _How(TypedDict):
    """How a plan is checked, whatever its format."""

    from_model: bool
    strict: bool
    policy: Policy | None
    request: str | None


def _check_foreign(source: Source, tools: Mapping[str, Signature] | None, dialect: str, **how: Unpack[_How]) -> Checked:
    from ...checker.foreign import check_as  # imported late: our own plans are read without the others' readers
    from .formats import known_format

    judged = check_as(source.text, known_format(dialect), tools, **how)
    return Checked(source, judged.report, judged.report.diagnostics, judged.report.text, {}, judged.called)


def _plan_in(source: Source) -> str | dict[str, Any]:
    """A plan begins with a word or a comment, so a bracket at the start means JSON."""
    if not source.text.lstrip().startswith("{"):
        return source.text
    import json

    from ...lowering.plan_json import read_json  # imported late: most plans are text

    try:
        data: dict[str, Any] = read_json(source.text)
    except json.JSONDecodeError as error:
        raise WrongUse(f"{source.name}:{error.lineno}:{error.colno}: this is no JSON: {error.msg}") from None
    except ValueError as error:
        raise WrongUse(f"{source.name}: this is no JSON that can be read: {error}") from None
    except RecursionError:
        raise WrongUse(f"{source.name}: this JSON is nested too deep to be a plan") from None
    return data


def _with_whole_path(one: Diagnostic, folder: Folder) -> Diagnostic:
    return one if one.file is None else one.model_copy(update={"file": _whole(one.file, folder)})


def _whole(path: str, folder: Folder) -> str:
    return str(PurePosixPath(folder.root.as_posix()) / path)


def refused(error: PlanError, checked: Checked, terminal: Terminal) -> WrongUse:
    """What keeps a run of a good plan from starting, each thing with its place."""
    from ...diag.text import render_text

    find = checked.report.source_map.find if checked.report.source_map is not None else lambda _: None
    found = located(error.diagnostics, find)
    shown = render_text(
        found, checked.text, file=checked.source.name, colour=terminal.err_colour, width=terminal.columns
    )
    return WrongUse(f"the run cannot start\n\n{shown}".rstrip())


def show_findings(checked: Checked, terminal: Terminal, *, as_result: bool) -> None:
    """The findings for a person: on standard output where they are what was asked for, else beside it."""
    if not checked.diagnostics:
        return
    from ...diag.text import render_text

    text = render_text(
        checked.diagnostics,
        checked.text,
        file=checked.source.name,
        sources=checked.texts,
        colour=terminal.out_colour if as_result else terminal.err_colour,
        width=terminal.columns,
    )
    if as_result:
        terminal.give(text)
    else:
        terminal.say(text.rstrip("\n"))
