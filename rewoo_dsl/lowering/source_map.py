"""Where each part of a plan stands in its text: JSON pointer into the IR -> span.

Nothing is recorded while a plan is lowered: most plans are fine and nobody asks. The map keeps the syntax tree and,
when asked, walks down the pointer in it. Where the pointer leaves what the tree knows, the nearest enclosing part
answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..diag.diagnostic import Span
from ..syntax import ast


@dataclass(slots=True)
class Statements:
    """The statements of a text by the part of the plan that each became."""

    version: ast.Version | None = None
    goal: ast.Goal | None = None
    limit: ast.Limit | None = None
    result: ast.Return | None = None
    solve: ast.Solve | None = None
    uses: list[ast.Use] = field(default_factory=list)
    inputs: list[ast.Input] = field(default_factory=list)
    steps: list[ast.Step] = field(default_factory=list)


class SourceMap:
    """The spans of one lowered text."""

    def __init__(self, statements: Statements, whole: Span) -> None:
        self._statements = statements
        self._whole = whole

    def find(self, pointer: str) -> Span:
        """The span of what `pointer` points at, or of the nearest part around it; at worst of the whole text."""
        span = self._whole
        node, tokens = self._statement([_unescape(token) for token in pointer.split("/")[1:]])
        while node is not None:
            span = node.span
            node, tokens = _below(node, tokens)
        return span

    def _statement(self, tokens: Sequence[str]) -> "_Found":
        match tokens:
            case ["version" | "goal" | "limit" as part, *rest]:
                return getattr(self._statements, part), rest
            case ["result", *rest]:
                return self._statements.result and self._statements.result.value, rest
            case ["solve", *rest]:
                return self._statements.solve and self._statements.solve.text, rest
            case ["uses" | "inputs" | "steps" as part, index, *rest]:
                return _item(getattr(self._statements, part), index), rest
        return _NOWHERE


_Found = tuple[ast.Node | None, Sequence[str]]
_NOWHERE: _Found = (None, ())


def _unescape(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _below(node: ast.Node, tokens: Sequence[str]) -> _Found:
    """The part of `node` that the next token or two lead to, and the tokens that are left."""
    match node, tokens:
        case _, []:
            return _NOWHERE
        case ast.Str(parts=[ast.Ref() as only]), _:  # a whole text that is one reference became that reference
            return _below(only, tokens)
        case ast.Call(), ["args" | "named", name, *rest]:
            return _argument(node, name), rest
        case ast.Call(), ["first", *rest]:
            return _item(node.args, "0"), rest
        case ast.Object(), ["fields", key, *rest]:
            return next((pair.value for pair in node.pairs if pair.key.text == key), None), rest
        case ast.Limit(), [kind, *rest]:
            return next((bound for bound in node.bounds if bound.kind == kind), None), rest
        case ast.Step(condition=ast.If() as clause), ["condition" | "otherwise" as part, *rest]:
            return getattr(clause, part), rest
        case ast.Step(fallback=ast.Fallback() as clause), ["fallback", *rest]:
            return clause.value, rest
        case ast.Step(after=ast.After() as clause), ["after", index, *rest]:
            return _item(clause.names, index) or clause, rest
    return _by_table(node, tokens)


def _by_table(node: ast.Node, tokens: Sequence[str]) -> _Found:
    name = _FIELDS.get((type(node), tokens[0]))
    if name is None:
        return _NOWHERE
    part = getattr(node, name)
    if not isinstance(part, tuple):
        return part, tokens[1:]
    return (_item(part, tokens[1]), tokens[2:]) if len(tokens) > 1 else _NOWHERE


def _argument(call: ast.Call, name: str) -> ast.Node | None:
    named = next((one.value for one in call.named if one.name.text == name), None)
    return named or _item(call.args, name)


def _item(nodes: Sequence[ast.Node | str], index: str) -> ast.Node | None:
    if not index.isdecimal() or int(index) >= len(nodes):
        return None
    found = nodes[int(index)]
    return None if isinstance(found, str) else found


_FIELDS: dict[tuple[type[ast.Node], str], str] = {
    (ast.Approve, "text"): "text",
    (ast.Approve, "within"): "within",
    (ast.Binary, "left"): "left",
    (ast.Binary, "right"): "right",
    (ast.Call, "function"): "name",
    (ast.Call, "tool"): "name",
    (ast.Comprehension, "condition"): "condition",
    (ast.Comprehension, "element"): "item",
    (ast.Comprehension, "source"): "source",
    (ast.Comprehension, "variable"): "variable",
    (ast.Conditional, "otherwise"): "otherwise",
    (ast.Conditional, "test"): "condition",
    (ast.Conditional, "then"): "value",
    (ast.For, "max"): "max",
    (ast.For, "parallel"): "parallel",
    (ast.For, "source"): "source",
    (ast.For, "variable"): "variable",
    (ast.Input, "default"): "default",
    (ast.Input, "name"): "name",
    (ast.Input, "type"): "type",
    (ast.List, "items"): "items",
    (ast.Path, "of"): "base",
    (ast.Path, "path"): "path",
    (ast.RawCall, "first"): "text",
    (ast.RawCall, "tool"): "name",
    (ast.Ref, "path"): "path",
    (ast.Step, "after"): "after",
    (ast.Step, "approve"): "approve",
    (ast.Step, "do"): "value",
    (ast.Step, "each"): "each",
    (ast.Step, "name"): "name",
    (ast.Step, "retry"): "retry",
    (ast.Step, "timeout"): "timeout",
    (ast.Step, "type"): "type",
    (ast.Str, "parts"): "parts",
    (ast.Unary, "operand"): "operand",
    (ast.Use, "name"): "name",
    (ast.Use, "path"): "path",
}
"""Where the IR's field is found in the tree: the same thing, at times under another name."""
