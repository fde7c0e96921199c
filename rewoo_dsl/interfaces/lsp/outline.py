"""A plan as a list of what it defines and what comes of it: what an editor shows beside the text."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from ..._record import record
from ...diag.diagnostic import Span
from ...ir.types import ANY, Type
from ...syntax import ast
from . import signatures
from .view import View

Kind: TypeAlias = Literal["goal", "sub-plan", "input", "step", "return", "solve"]
MAX_WORDS = 80


@record
class Entry:
    """One statement worth finding: `span` is all of it, `name_span` what to select."""

    name: str
    kind: Kind
    span: Span
    name_span: Span
    detail: str = ""


def outline(view: View) -> list[Entry]:
    """The entries in order of the text; a step that cannot be read is there by its name."""
    types = view.known()
    return [one for statement in view.survey.document.statements for one in _entry(statement, types)]


def _entry(statement: ast.Statement, types: Mapping[str, Type]) -> Iterator[Entry]:
    match statement:
        case ast.Goal():
            yield Entry("Goal", "goal", statement.span, statement.span, _short(statement.text))
        case ast.Use():
            yield Entry(statement.name.text, "sub-plan", statement.span, statement.name.span, statement.path.text)
        case ast.Input():
            yield _named(statement, statement.name, "input", types)
        case ast.Step():
            yield _named(statement, statement.name, "step", types)
        case ast.Broken(name=ast.Name() as name) if statement.kind != "other":
            yield _named(statement, name, "sub-plan" if statement.kind == "use" else statement.kind, types)
        case ast.Return():
            yield Entry("return", "return", statement.span, statement.span)
        case ast.Solve():
            yield Entry("Solve", "solve", statement.span, statement.span, _short(statement.text.plain))


def _named(statement: ast.Statement, name: ast.Name, kind: Kind, types: Mapping[str, Type]) -> Entry:
    sign = "" if kind == "sub-plan" else "#"
    detail = "" if kind == "sub-plan" else _detail(statement, types.get(name.text, ANY))
    return Entry(f"{sign}{name.text}", kind, statement.span, name.span, detail)


def _detail(statement: ast.Statement, one: Type) -> str:
    known = signatures.shown(one, MAX_WORDS)
    match statement:
        case ast.Step(value=ast.Call() | ast.RawCall() as call):
            return f"{call.name.text} → {known}"
    return known


@record
class Fold:
    """What can be folded away, if it has more than one line: the first line stays."""

    span: Span
    is_comment: bool = False


def folds(document: ast.Document) -> Iterator[Fold]:
    """Each statement; a step with the `Plan:` lines before it; comments that follow each other."""
    rationale: Span | None = None
    comments: list[Span] = []
    for item in document.items:
        if isinstance(item, ast.Comment):
            if not item.trailing:
                comments.append(item.span)
            continue
        if comments:
            yield Fold(Span(comments[0].start, comments[-1].end), is_comment=True)
            comments = []
        if isinstance(item, ast.Plan):
            rationale = rationale or item.span
        elif isinstance(item, ast.Step) and rationale is not None:
            yield Fold(Span(rationale.start, item.span.end))
        if not isinstance(item, ast.Blank):
            yield Fold(item.span)
        if not isinstance(item, ast.Plan | ast.Blank):
            rationale = None
    if comments:
        yield Fold(Span(comments[0].start, comments[-1].end), is_comment=True)


def _short(text: str) -> str:
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"
