import re
from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Edit, Fix, Severity, Span
from ...ir.expr import Call, Constant, Expr, Text, children
from ..scope import CLOCK, Scope, Source, Statement

_WORD = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*)")
_NUMBERED = re.compile(r"E[0-9]+")


def text_mention(scope: Scope) -> Iterator[Diagnostic]:
    """RW113: a `#word` in text that is plain text, although something of that name is in scope."""
    for statement in scope.statements:
        for at, name in mentions(scope, statement):
            yield from _mention(scope.source, at, name)


def mentions(scope: Scope, statement: Statement) -> Iterator[tuple[str, str]]:
    """The names in scope that a statement's texts hold as plain words, with the pointers of the texts."""
    for at, text in _texts(statement) if statement.has_hash else ():
        for name in dict.fromkeys(_WORD.findall(text)):
            if _is_in_scope(scope, statement, name):
                yield at, name


def _is_in_scope(scope: Scope, statement: Statement, name: str) -> bool:
    if scope.source is not None and _NUMBERED.fullmatch(name):
        return False  # read from text, `#E1` is a reference; where it is not, it was escaped
    each = statement.step.each if statement.step is not None else None
    if name == CLOCK or name in scope.names or (each is not None and name == each.variable):
        return True
    return any(loop.variable == name for loop, _ in statement.loops)


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


def _mention(source: Source | None, at: str, name: str) -> Iterator[Diagnostic]:
    span = source.find(at) if source is not None else None
    if source is None or span is None:
        yield _diagnostic(at, name)
        return
    for found in _unescaped(name).finditer(source.text, span.start, span.end):
        place = Span(*found.span(1))
        edit = Edit(span=place, text=f"#{{{name}}}")
        yield _diagnostic(at, name, place, (Fix(message=f"write `#{{{name}}}`", edits=(edit,)),))


def _unescaped(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\\)(?:\\\\)*(#{name})(?![A-Za-z0-9_])")


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
