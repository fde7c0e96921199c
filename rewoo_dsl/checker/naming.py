"""The fix for arguments without a name: the names that the tool's signature has for them, in its order.

Lowering finds such arguments and knows no tools; here the tools are known. The fix is safe where the arguments are just
as many as there are parameters left, so that only one reading is possible.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ..diag.codes.structure import POSITIONAL_ARGUMENT
from ..diag.diagnostic import Diagnostic, Edit, Fix, Span
from ..syntax import ast
from .callables import Target
from .reading import Reading


def with_names(reading: Reading, target: Callable[[str], Target | None]) -> Sequence[Diagnostic]:
    """The reading's findings, those about nameless arguments with a fix."""
    nameless = {one.span for one in reading.diagnostics if one.code == POSITIONAL_ARGUMENT.number}
    if not nameless or reading.document is None or reading.text is None:
        return reading.diagnostics
    fixes: dict[Span | None, Fix] = {}
    for call in _calls(reading.document):
        known = target(call.name.text) if len(call.args) > 1 and call.args[1].span in nameless else None
        fix = _naming(call, known, reading.text) if known is not None else None
        if fix is not None:
            fixes[call.args[1].span] = fix
    return [_with_fix(one, fixes.get(one.span)) for one in reading.diagnostics]


def _with_fix(one: Diagnostic, fix: Fix | None) -> Diagnostic:
    if fix is None or one.code != POSITIONAL_ARGUMENT.number:
        return one
    return one.model_copy(update={"fixes": (fix,)})


def _calls(document: ast.Document) -> Iterator[ast.Call]:
    todo: list[ast.Node] = [document]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        todo.extend(ast.children(node))


def _naming(call: ast.Call, target: Target, text: str) -> Fix | None:
    given = {target.signature.positional, *(one.name.text for one in call.named)}
    free = [name for name in target.parameters if name not in given]
    nameless = call.args[1:]
    names = free[: len(nameless)]
    if len(names) < len(nameless) or not all(name.isidentifier() and name.isascii() for name in names):
        return None
    if not all(_behind_comma(text, one.span.start) for one in nameless):
        return None  # in brackets of its own, which leave no node
    edits = tuple(
        Edit(span=Span(one.span.start, one.span.start), text=f"{name}=")
        for one, name in zip(nameless, names, strict=True)
    )
    return Fix(message=f"name {_listed(names)}", edits=edits, safe=len(names) == len(free))


def _behind_comma(text: str, place: int) -> bool:
    while place and text[place - 1].isspace():
        place -= 1
    return text[place - 1 : place] == ","


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
