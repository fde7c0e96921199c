"""What is known of the thing under the cursor, as a line of code and a few words. Pure: a view and an offset go in."""

from collections.abc import Iterator

from ..._record import record
from ...diag.diagnostic import Span
from ...ir.types import Type
from ...syntax import ast
from . import signatures
from .occurrences import Occurrence, name_at
from .view import View, along, path_of
from .words import CLAUSES

_KINDS = {"input": "input", "step": "evidence", "variable": "loop variable"}


@record
class Shown:
    """What to show about `span`: `code` in the language, `about` in Markdown that is safe to render."""

    span: Span
    code: str
    about: str = ""


def hover(view: View, offset: int) -> Shown | None:
    """What there is to say about the place at `offset`."""
    nodes = list(nodes_at(view.survey.document, offset))
    return _argument(view, nodes, offset) or _name(view, nodes, offset) or _clause(nodes, offset)


def nodes_at(node: ast.Node, offset: int) -> Iterator[ast.Node]:
    """The nodes around `offset`, from the whole document to the smallest."""
    yield node
    for child in ast.children(node):
        if child.span.start <= offset <= child.span.end and child.span != (0, 0):
            yield from nodes_at(child, offset)


def _argument(view: View, nodes: list[ast.Node], offset: int) -> Shown | None:
    call = next((node for node in reversed(nodes) if isinstance(node, ast.Call)), None)
    named = next((node for node in reversed(nodes) if isinstance(node, ast.Named)), None)
    if call is None or named is None or named not in call.named or not _touches(named.name.span, offset):
        return None
    target = view.survey.target(call.name.text)
    found = None if target is None else signatures.argument(target, named.name.text)
    return None if found is None else Shown(named.name.span, *found)


def _touches(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def _name(view: View, nodes: list[ast.Node], offset: int) -> Shown | None:
    found = view.names
    ref = next((node for node in reversed(nodes) if isinstance(node, ast.Ref)), None)
    if ref is not None:
        one = next((one for one in found if one.node is ref), None)
        return None if one is None else _reference(view, found, one, ref, offset)
    one = name_at(found, offset)
    if one is None:
        return None
    if one.binding.is_callable:
        return _callable(view, one)
    return _evidence(view, found, one, one.span)


def _reference(view: View, found: list[Occurrence], one: Occurrence, ref: ast.Ref, offset: int) -> Shown | None:
    """A reference, as far as its path goes up to the cursor."""
    taken = [segment for segment in ref.path if segment.span.start < offset]
    if not taken:
        return _evidence(view, found, one, one.span)
    path = view.survey.text[ref.path[0].span.start : taken[-1].span.end]
    known = along(view.type_of(ref.name, offset, _statement_start(view, offset)), path_of(path))
    return Shown(Span(ref.span.start, taken[-1].span.end), f"#{ref.name}{path}: {signatures.shown(known)}")


def _evidence(view: View, found: list[Occurrence], one: Occurrence, span: Span) -> Shown:
    name = one.binding.name
    known = view.type_of(name, one.span.start, _statement_start(view, one.span.start))
    place = next((other for other in found if other.is_definition and other.binding == one.binding), None)
    if place is None:
        said = "The recorded start of the run." if name == "now" else "Nothing in this plan gives it."
        return Shown(span, f"#{name}: {signatures.shown(known)}", said)
    about = " — ".join(filter(None, (_KINDS.get(place.kind, ""), signatures.plain(_rationale(view, place.node)))))
    return Shown(span, f"#{name}: {_type(known, place)}", about)


def _type(known: Type, place: Occurrence) -> str:
    return "?" if isinstance(place.node, ast.Broken) and signatures.is_unknown(known) else signatures.shown(known)


def _rationale(view: View, node: ast.Node) -> str:
    """The `Plan:` lines right before a step."""
    lines: list[str] = []
    for statement in view.survey.document.statements:
        if statement is node:
            return " ".join(lines)
        lines = [*lines, statement.text] if isinstance(statement, ast.Plan) else []
    return ""


def _callable(view: View, one: Occurrence) -> Shown | None:
    name = one.binding.name
    target = view.survey.target(name)
    if target is not None:
        said = "\n\n".join(filter(None, (signatures.effect(target), signatures.about(target))))
        return Shown(one.span, signatures.line(name, target), said)
    built_in = signatures.builtin(name)
    return None if built_in is None else Shown(one.span, built_in[0], signatures.plain(built_in[1]))


def _clause(nodes: list[ast.Node], offset: int) -> Shown | None:
    """The keyword that a clause begins with."""
    for node in reversed(nodes):
        word = CLAUSES.get(type(node).__name__.lower())
        if word is not None:
            span = Span(node.span.start, node.span.start + len(word.text))
            return Shown(span, word.text, word.meaning) if _touches(span, offset) else None
    return None


def _statement_start(view: View, offset: int) -> int:
    starts = (one.span.start for one in view.survey.document.statements if one.span.start <= offset)
    return max(starts, default=0)
