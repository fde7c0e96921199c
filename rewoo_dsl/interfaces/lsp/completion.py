"""What can be written at the cursor: tools, arguments, evidence, fields, clauses. Pure: a view and an offset go in."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from ..._record import record
from ...checker.callables import Target
from ...diag.diagnostic import Span
from ...ir.builtins import BUILTINS
from ...ir.type_rules import alternatives
from ...ir.types import ANY, Answer, ListType, ObjectType, Type, fits
from ...syntax import ast
from . import signatures
from .cursor import Cursor, cursor_at
from .view import View, inside, path_of
from .words import CLAUSES, HEADER, STATEMENTS, TYPES, VALUES, Word

Kind: TypeAlias = Literal["tool", "sub-plan", "function", "argument", "evidence", "field", "keyword", "literal", "type"]

MOST_NAMES = 200
"""Names that are proposed at once."""

_EVIDENCE = re.compile(r"E([0-9]+)\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NEEDS = {"else": "if", "max": "for", "parallel": "for", "within": "approve"}
_ORDER = {Answer.YES: 0, Answer.MAYBE: 1, Answer.NO: 2}


@record
class Proposal:
    """One thing to write in place of `span`. In a `snippet`, `$1`, `${1:text}` are places to fill in."""

    label: str
    kind: Kind
    span: Span
    text: str
    detail: str = ""
    about: str = ""
    is_snippet: bool = False
    rank: int = 5


@record
class Proposed:
    """What can be written, what fits best first; whether there is more, to be asked for as more of it is written."""

    proposals: list[Proposal]
    are_there_more: bool = False


def completions(view: View, offset: int) -> Proposed:
    """What can be written at `offset`."""
    cursor = cursor_at(view.survey.text, offset)
    found = sorted(_proposals(view, cursor, offset), key=lambda one: one.rank)
    has_names = any(one.kind == "evidence" for one in found)
    return Proposed(found, are_there_more=has_names and len(view.visible(cursor.start)) > MOST_NAMES)


def _proposals(view: View, cursor: Cursor, offset: int) -> Iterator[Proposal]:
    match cursor.place:
        case "statement":
            yield from _statements(view, cursor)
        case "action":
            yield from _calls(view, cursor)
            yield from _values(view, cursor, offset)
        case "argument":
            yield from _arguments(view, cursor)
            if cursor.call is not None and cursor.call.position == 0:
                yield from _values(view, cursor, offset)
        case "value" | "reference":
            yield from _values(view, cursor, offset)
        case "text-reference":
            yield from _text_references(view, cursor, offset)
        case "field":
            yield from _fields(view, cursor, offset)
        case "after":
            yield from _references(view, cursor, offset, steps_only=True)
        case "type":
            yield from _words(TYPES.values(), cursor, "type")
        case "clause":
            open_ = (one for one in CLAUSES.values() if one.text not in cursor.clauses)
            yield from _words((one for one in open_ if _NEEDS.get(one.text) in {None, *cursor.clauses}), cursor)


def _words(words: Iterable[Word], cursor: Cursor, kind: Kind = "keyword") -> Iterator[Proposal]:
    for rank, word in enumerate(words):
        is_snippet = word.snippet != word.text
        yield Proposal(word.text, kind, cursor.span, word.snippet, about=word.meaning, is_snippet=is_snippet, rank=rank)


def _statements(view: View, cursor: Cursor) -> Iterator[Proposal]:
    statements = [one for one in view.survey.document.statements if one.span.start != cursor.start]
    numbers = [int(found[1]) for name in view.visible(len(view.survey.text)) if (found := _EVIDENCE.match(name))]
    step = f"#E{max(numbers, default=0) + 1}"
    yield Proposal(f"{step} =", "keyword", cursor.span, f"{step} = ", about="The next step.", rank=0)
    yield from _words(STATEMENTS.values(), cursor)
    if not any(isinstance(one, ast.Step) and one.span.start < cursor.start for one in statements):
        yield from _words(HEADER.values(), cursor)


# --- calls and their arguments -------------------------------------------------------------------------------------


def _calls(view: View, cursor: Cursor) -> Iterator[Proposal]:
    for name, target in view.survey.callables().items():
        yield Proposal(
            label=name,
            kind="sub-plan" if target.is_subplan else "tool",
            span=cursor.span,
            text=_call_snippet(name, target),
            detail=signatures.line(name, target),
            about=signatures.about(target),
            is_snippet=True,
            rank=1,
        )


def _call_snippet(name: str, target: Target) -> str:
    """The call with its required arguments, or with the first one where none is required."""
    required = list(target.signature.required) or list(target.parameters)[:1]
    places = (f"{_argument_name(one)}=${number}" for number, one in enumerate(required, 1))
    return f"{name}({', '.join(places)})$0"


def _argument_name(name: str) -> str:
    """As a call writes it, inside a snippet."""
    return name if _IDENTIFIER.match(name) else json.dumps(name, ensure_ascii=False).replace("$", "\\$")


def _arguments(view: View, cursor: Cursor) -> Iterator[Proposal]:
    call = cursor.call
    if call is None:
        return
    target = view.survey.target(call.name)
    if target is not None:
        for name in target.parameters:
            if name not in call.given:
                rank = 0 if name in target.signature.required else 1
                line, about = signatures.argument(target, name) or ("", "")
                yield Proposal(name, "argument", cursor.span, f"{_written(name)}=", line, about, rank=rank)
    elif call.name in BUILTINS:
        named = (one for one in BUILTINS[call.name].parameters if one.named and one.name not in call.given)
        for one in named:
            yield Proposal(one.name, "argument", cursor.span, f"{one.name}=", str(one), rank=1)


def _written(name: str) -> str:
    return name if _IDENTIFIER.match(name) else json.dumps(name, ensure_ascii=False)


# --- values --------------------------------------------------------------------------------------------------------


def _values(view: View, cursor: Cursor, offset: int) -> Iterator[Proposal]:
    for literal in signatures.literals(_wanted(view, cursor)):
        yield Proposal(literal, "literal", cursor.span, literal, rank=0)
    yield from _references(view, cursor, offset)
    if cursor.place == "reference":
        return
    for name, one in BUILTINS.items():
        yield Proposal(name, "function", cursor.span, f"{name}($1)$0", one.signature, one.doc, True, rank=7)
    yield from (_ranked(one, 8) for one in _words(VALUES.values(), cursor))


def _ranked(one: Proposal, rank: int) -> Proposal:
    return Proposal(one.label, one.kind, one.span, one.text, one.detail, one.about, one.is_snippet, rank)


def _wanted(view: View, cursor: Cursor) -> Type:
    """The type of the argument that is being written; `any` where nobody can say."""
    call = cursor.call
    target = None if call is None else view.survey.target(call.name)
    if call is None or target is None or (call.argument is None and call.position > 0):
        return ANY
    return target.parameters.get(call.argument or target.signature.positional or "", ANY)


def _references(view: View, cursor: Cursor, offset: int, *, steps_only: bool = False) -> Iterator[Proposal]:
    wanted = _wanted(view, cursor)
    steps = {one.name.text for one in view.survey.document.steps}
    for name, one in _types(view, cursor, offset).items():
        if not steps_only or name in steps:
            rank = 2 + _ORDER[fits(one, wanted).answer]
            yield Proposal(f"#{name}", "evidence", cursor.span, f"#{name}", signatures.shown(one), rank=rank)


def _text_references(view: View, cursor: Cursor, offset: int) -> Iterator[Proposal]:
    closing = "" if view.survey.text.startswith("}", offset) else "}"
    for name, one in _types(view, cursor, offset).items():
        plain = _EVIDENCE.match(name) and not cursor.is_braced
        text = f"#{name}" if plain else f"#{{{name}{closing}"
        label = f"#{name}" if plain else f"#{{{name}}}"
        yield Proposal(label, "evidence", cursor.span, text, signatures.shown(one))


def _types(view: View, cursor: Cursor, offset: int) -> Mapping[str, Type]:
    types = view.types(offset, cursor.start)
    return {name: types.get(name, ANY) for name in _names(view, cursor)}


def _names(view: View, cursor: Cursor) -> list[str]:
    """The names to propose; of very many, the last ones that begin as what is written."""
    names = view.visible(cursor.start)
    if len(names) <= MOST_NAMES:
        return names
    written = view.survey.text[cursor.span.start : cursor.span.end].lstrip("#{")
    return [name for name in names if name.startswith(written)][-MOST_NAMES:]


def _fields(view: View, cursor: Cursor, offset: int) -> Iterator[Proposal]:
    found = inside(view.type_of(cursor.name, offset, cursor.start), path_of(cursor.path))
    for one in alternatives(found):
        match one:
            case ObjectType():
                for member in one.members:
                    yield from _field(member.name, member.type, cursor)
            case ListType():
                about = "Each item in turn; the result is a list."
                yield Proposal("[*]", "field", cursor.span, "[*]", signatures.shown(one), about, rank=1)
                yield Proposal("[0]", "field", cursor.span, "[0]", signatures.shown(one.item), rank=1)
                yield Proposal("[-1]", "field", cursor.span, "[-1]", signatures.shown(one.item), rank=1)


def _field(name: str, one: Type, cursor: Cursor) -> Iterator[Proposal]:
    """A field behind its dot; a key that is no identifier stands in brackets, which a text cannot hold unescaped."""
    if _IDENTIFIER.match(name):
        yield Proposal(name, "field", cursor.span, f".{name}", signatures.shown(one), rank=0)
    elif not cursor.in_text:
        key = json.dumps(name, ensure_ascii=False)
        yield Proposal(name, "field", cursor.span, f"[{key}]", signatures.shown(one), rank=2)
