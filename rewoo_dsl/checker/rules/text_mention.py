import re
from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Edit, Fix, Severity, Span
from ...ir.expr import Call, Constant, Expr, Text, children
from ..scope import CLOCK, Scope, Source, Statement

_WORD = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*)")
_UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*(#([A-Za-z_][A-Za-z0-9_]*))")
_NUMBERED = re.compile(r"E[0-9]+")


def text_mention(scope: Scope) -> Iterator[Diagnostic]:
    """RW113: a `#word` in text that is plain text, although something of that name is in scope."""
    for statement in scope.statements:
        for at, names in mentions(scope, statement):
            yield from _mentioned(scope.source, at, names)


def mentions(scope: Scope, statement: Statement) -> Iterator[tuple[str, list[str]]]:
    """The names in scope that each text of a statement holds as plain words, with the text's pointer."""
    if not statement.has_hash:
        return
    variables = {loop.variable for loop, _ in statement.loops}
    if statement.step is not None and statement.step.each is not None:
        variables.add(statement.step.each.variable)
    for at, text in _texts(statement):
        words = dict.fromkeys(_WORD.findall(text))
        found = [name for name in words if name in variables or name in scope.names or name == CLOCK]
        if scope.source is not None:  # read from text, `#E1` is a reference; where it is not, it was escaped
            found = [name for name in found if not _NUMBERED.fullmatch(name)]
        if found:
            yield at, found


def _texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """The literal texts of the statement that hold a `#`, with their pointers."""
    stack: list[tuple[str, Expr | Call]] = [(at, node) for at, node, _ in statement.pieces()][::-1]
    while stack:
        at, node = stack.pop()
        if isinstance(node, Constant) and isinstance(node.value, str) and "#" in node.value:
            yield at, node.value
        elif isinstance(node, Text):
            # A blank for each reference, so that `#` and a name on both sides of one do not meet.
            yield at, " ".join(part for part in node.parts if isinstance(part, str))
        else:
            stack.extend([(at + suffix, child) for suffix, child in children(node)][::-1])


def _mentioned(source: Source | None, at: str, names: list[str]) -> Iterator[Diagnostic]:
    span = source.find(at) if source is not None else None
    if source is None or span is None:
        yield from (_diagnostic(at, name) for name in names)
        return
    wanted = frozenset(names)
    for found in _UNESCAPED.finditer(source.text, span.start, span.end):
        if (name := found[2]) in wanted:
            place = Span(*found.span(1))
            edit = Edit(span=place, text=f"#{{{name}}}")
            yield _diagnostic(at, name, place, (Fix(message=f"write `#{{{name}}}`", edits=(edit,)),))


def _diagnostic(at: str, name: str, span: Span | None = None, fixes: tuple[Fix, ...] = ()) -> Diagnostic:
    return Diagnostic(
        code="RW113",
        severity=Severity.WARNING,
        message=f"#{name} is plain text here",
        at=at,
        span=span,
        hint=f"write #{{{name}}} for its value, or \\#{name} for these very characters",
        allowed=(f"#{{{name}}}", f"\\#{name}"),
        fixes=fixes,
    )
