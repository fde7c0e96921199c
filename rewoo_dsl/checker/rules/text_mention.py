import re
from collections.abc import Iterator

from ...diag.diagnostic import Diagnostic, Edit, Fix, Severity, Span
from ...ir.expr import Call, Constant, Expr, Text, children
from ...syntax.grammar import pattern
from ..scope import CLOCK, Scope, Source, Statement

_MENTION = r"#(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braces>[^{}\n]{0,80})\}?)"
_MENTIONS = re.compile(_MENTION)
_UNESCAPED = re.compile(rf"(?<!\\)(?:\\\\)*(?P<whole>{_MENTION})")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBERED = re.compile(r"E[0-9]+")


def text_mention(scope: Scope) -> Iterator[Diagnostic]:
    """RW113: a `#word`, or a `#{…}` that is no reference, in text, although it names something in scope.

    Only a note for a plan that came as data: references are told apart there, and nobody can see what was escaped.
    """
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
        words = dict.fromkeys(_words(text, numbered=scope.source is None))
        found = [name for name in words if name in variables or name in scope.names or name == CLOCK]
        if found:
            yield at, found


def _words(text: str, *, numbered: bool) -> Iterator[str]:
    """The words behind a `#`, and those in braces. Read from text, `#E1` was a reference, or else it was escaped."""
    for found in _MENTIONS.finditer(text):
        if found["braces"] is not None:
            yield from _WORD.findall(found["braces"])
        elif numbered or not _NUMBERED.fullmatch(found["word"]):
            yield found["word"]


def _texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """The literal texts of the statement that hold a `#`, with their pointers."""
    stack: list[tuple[str, Expr | Call]] = [(at, node) for at, node, _ in statement.pieces()][::-1]
    while stack:
        at, node = stack.pop()
        if isinstance(node, Constant) and isinstance(node.value, str) and "#" in node.value:
            yield at, node.value
        elif isinstance(node, Text):
            # References count inside the braces of `#{len(#E1)}` only: blanks keep them apart from a `#` before them.
            yield at, "".join(part if isinstance(part, str) else f" {part.name} " for part in node.parts)
        else:
            stack.extend([(at + suffix, child) for suffix, child in children(node)][::-1])


def _mentioned(source: Source | None, at: str, names: list[str]) -> Iterator[Diagnostic]:
    span = source.find(at) if source is not None else None
    if source is None:
        yield from (_in_data(at, name) for name in names)
        return
    if span is None:
        yield from (_diagnostic(at, name) for name in names)
        return
    wanted = frozenset(names)
    for found in _UNESCAPED.finditer(source.text, span.start, span.end):
        place = Span(*found.span("whole"))
        if pattern("TEXT_REF").match(source.text, place.start):
            continue
        if found["braces"] is not None:
            if not wanted.isdisjoint(_WORD.findall(found["braces"])):
                yield _no_reference(at, place, found["braces"].strip())
        elif (name := found["word"]) in wanted:
            yield _diagnostic(at, name, place, (_writing(f"#{{{name}}}", place),))


def _writing(text: str, place: Span, *, safe: bool = False) -> Fix:
    return Fix(message=f"write `{text}`", edits=(Edit(span=place, text=text),), safe=safe)


def _no_reference(at: str, place: Span, inside: str) -> Diagnostic:
    """`#{ E1 }`, `#{len(E1)}`, `#{E1`."""
    meant = f"#{{{inside}}}"
    is_reference = pattern("TEXT_REF").fullmatch(meant) is not None
    return Diagnostic(
        code="RW113",
        severity=Severity.WARNING,
        message="this `#{` begins no reference, and is plain text",
        at=at,
        span=place,
        hint="a name and its path stand in the braces, nothing else; a step of its own can compute the rest",
        fixes=(_writing(meant, place, safe=True),) if is_reference else (),
    )


def _in_data(at: str, name: str) -> Diagnostic:
    return Diagnostic(
        code="RW113",
        severity=Severity.NOTE,
        message=f"#{name} is plain text here",
        at=at,
        hint=f'as data, its value is {{"kind": "ref", "name": "{name}"}}, alone or as a part of a text',
    )


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
