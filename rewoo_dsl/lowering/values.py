"""Values as written -> expressions as meant, with what lowering finds on the way.

Built-ins and tools look alike in the tree; here their names tell them apart. A tool call stands alone right of `=`,
`fallback` or `else`; anywhere else it is reported, with the edit that gives it a step of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from math import isfinite
from typing import Any, assert_never

from ..diag.codes import structure as codes
from ..diag.diagnostic import Diagnostic, Edit, Fix, Related, Span
from ..diag.spell import nearest
from ..ir import expr as ir
from ..ir.builtins import BUILTINS
from ..ir.part import made
from ..ir.plan import Prompt
from ..ir.values import MAX_INT, MIN_INT
from ..syntax import ast
from ..syntax.printer import print_value

_STAND_IN = made(ir.Constant, value=None)


class Values:
    """Lowers the values of one statement and collects what is wrong with them.

    `broken` says that a finding leaves no meaning: the statement must not reach the checker. `spare` gives names that
    no step has, `above` is the place where a step in front of this statement goes: both serve the fix of a nested call.
    `always` says that the statement runs whatever happens, once: pulled out of it, a call is made as often as before.
    """

    def __init__(
        self, spare: Iterator[str], above: int, variables: Iterable[str] = (), *, always: bool = False
    ) -> None:
        self.found: list[Diagnostic] = []
        self.broken = False
        self._spare = spare
        self._above = above
        self._variables = set(variables)
        self._always = always

    def action(self, node: ast.CallOrValue) -> ir.Action:
        """What stands right of `=`, `fallback` or `else`."""
        if isinstance(node, ast.RawCall):
            return made(ir.Call, tool=_tool(node.name.text), first=lower_text(node.text), short=True)
        if isinstance(node, ast.Call) and node.name.text not in BUILTINS:
            return self._call(node)
        return self.value(node)

    def value(self, node: ast.Value) -> ir.Expr:
        match node:
            case ast.Str():
                return lower_text(node)
            case ast.Ref():
                return reference(node)
            case ast.Number():
                return self._number(node)
            case ast.Bool():
                return made(ir.Constant, value=node.value)
            case ast.Null():
                return made(ir.Constant, value=None)
            case ast.List():
                return made(ir.ListOf, items=tuple(map(self.value, node.items)))
            case ast.Object():
                return self._object(node)
            case ast.Call():
                return self._apply(node)
            case ast.Path():
                return made(ir.Select, of=self.value(node.base), path=path_items(node.path))
            case ast.Selector():
                return made(ir.Selector, path=node.path)
            case ast.Unary():
                return self._unary(node)
            case ast.Binary():
                left = self.value(node.left)
                right = self._maybe(node.right) if node.op in ("and", "or") else self.value(node.right)
                return made(ir.Binary, op=node.op, left=left, right=right)
            case ast.Conditional():
                test, then = self.value(node.condition), self._maybe(node.value)
                return made(ir.Conditional, test=test, then=then, otherwise=self._maybe(node.otherwise))
            case ast.Comprehension():
                return self._comprehension(node)
        assert_never(node)

    def _maybe(self, node: ast.Value) -> ir.Expr:
        """A value that is not always asked for."""
        always, self._always = self._always, False
        value = self.value(node)
        self._always = always
        return value

    def _number(self, node: ast.Number) -> ir.Expr:
        value = node.value
        if isinstance(value, int) and not MIN_INT <= value <= MAX_INT:
            return self._break(codes.NUMBER_OUT_OF_RANGE.number, "this integer needs more than 64 bits", node.span)
        if isinstance(value, float) and not isfinite(value):
            return self._break(codes.NUMBER_OUT_OF_RANGE.number, "this number is too large for a float", node.span)
        return made(ir.Constant, value=value)

    def _unary(self, node: ast.Unary) -> ir.Expr:
        operand = self.value(node.operand)
        match node.op, operand:
            case "-", ir.Constant(value=int() | float() as number) if number != MIN_INT and type(number) is not bool:
                return made(ir.Constant, value=-number)
        return made(ir.Unary, op=node.op, operand=operand)

    def _object(self, node: ast.Object) -> ir.Expr:
        fields: dict[str, ir.Expr] = {}
        for pair in node.pairs:  # the parser has reported a key that stands there twice; the first one counts
            fields.setdefault(pair.key.text, self.value(pair.value))
        return made(ir.ObjectOf, fields=fields)

    def _comprehension(self, node: ast.Comprehension) -> ir.Expr:
        self._variables.add(node.variable.text)
        source = self.value(node.source)
        condition = None if node.condition is None else self._maybe(node.condition)
        return made(
            ir.Comprehension,
            element=self._maybe(node.item),
            variable=node.variable.text,
            source=source,
            condition=condition,
        )

    def _call(self, node: ast.Call) -> ir.Call:
        if len(node.args) > 1:
            self._second_positional(node)
        first = self.value(node.args[0]) if node.args else None
        return made(ir.Call, tool=_tool(node.name.text), first=first, args=self._named(node))

    def _second_positional(self, node: ast.Call) -> None:
        self.broken = True
        if any(one.span.end <= node.args[1].span.start for one in node.named):
            return  # behind a named one: the parser has said so
        self._break(
            codes.POSITIONAL_ARGUMENT.number,
            "only the first argument of a tool may stand without a name",
            node.args[1].span,
            hint=f"write the parameter's name in front of it: {node.name.text}(…, name=value)",
        )

    def _apply(self, node: ast.Call) -> ir.Expr:
        if node.name.text not in BUILTINS:
            return self._nested(node)
        args = tuple(map(self.value, node.args))
        return made(ir.Apply, function=node.name.text, args=args, named=self._named(node))

    def _named(self, node: ast.Call) -> dict[str, ir.Expr]:
        named: dict[str, ir.Expr] = {}
        for one in node.named:
            if one.name.text in named:
                self._repeated(one.name, node.named)
            named.setdefault(one.name.text, self.value(one.value))
        return named

    def _nested(self, node: ast.Call) -> ir.Expr:
        name = node.name.text
        near = nearest(name, BUILTINS)
        hint = "give the call a step of its own above this one"
        if near:
            hint += f"; or did you mean the built-in `{near[0]}`?"
        message = f"the tool call `{name}(…)` stands inside an expression; a tool call stands alone"
        fixes = self._pulled_out(node, safe=self._always and not near)
        return self._break(codes.NESTED_CALL.number, message, node.span, hint=hint, allowed=tuple(near), fixes=fixes)

    def _pulled_out(self, node: ast.Call, *, safe: bool) -> tuple[Fix, ...]:
        """The edit that makes the call a step above; none where the call depends on a loop variable."""
        if self._variables & {name.name for name in references(node)}:
            return ()
        steps: list[str] = []
        made_of = self._lifted(node, steps)
        above = Edit(span=Span(self._above, self._above), text="".join(steps))
        here = Edit(span=node.span, text=print_value(made_of))
        message = f"make the call the step {print_value(made_of)}"
        return (Fix(message=message, edits=(above, here), safe=safe),)

    def _lifted(self, node: Any, steps: list[str]) -> Any:
        """The node with a reference for each tool call that it surely makes; `steps` takes those calls, as text."""
        if isinstance(node, Span) or not (isinstance(node, tuple) or hasattr(node, "__dataclass_fields__")):
            return node
        if isinstance(node, tuple):
            return tuple(self._lifted(one, steps) for one in node)
        if isinstance(node, ast.Conditional | ast.Comprehension) or getattr(node, "op", "") in ("and", "or"):
            return node
        inner = replace(node, **{one.name: self._lifted(getattr(node, one.name), steps) for one in fields(node)})
        if not isinstance(inner, ast.Call) or inner.name.text in BUILTINS:
            return inner
        name = next(self._spare)
        steps.append(f"#{name} = {print_value(inner)}\n")
        return ast.Ref(name)

    def _repeated(self, name: ast.Name, every: Iterable[ast.Named]) -> None:
        first = next(one.name for one in every if one.name.text == name.text)
        related = (Related(message="it stands here first", span=first.span),)
        code, message = codes.DUPLICATE_ARGUMENT.number, f"the argument {name.text} is given twice"
        self.found.append(Diagnostic(code=code, message=message, span=name.span, related=related))

    def _break(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        allowed: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
    ) -> ir.Expr:
        self.broken = True
        self.found.append(Diagnostic(code=code, message=message, span=span, hint=hint, allowed=allowed, fixes=fixes))
        return _STAND_IN


def lower_text(node: ast.Str) -> Prompt:
    """Text with its references. One that is the whole text is that reference itself and keeps its type."""
    match node.parts:
        case []:
            return made(ir.Constant, value="")
        case [str() as only]:
            return made(ir.Constant, value=only)
        case [ast.Ref() as only]:
            return reference(only)
    return made(ir.Text, parts=tuple(part if isinstance(part, str) else reference(part) for part in node.parts))


def reference(node: ast.Ref) -> ir.Ref:
    return made(ir.Ref, name=node.name, path=path_items(node.path)) if node.path else made(ir.Ref, name=node.name)


def path_items(path: Iterable[ast.Segment]) -> ir.Path:
    return tuple(map(_path_item, path))


def _path_item(segment: ast.Segment) -> ir.PathItem:
    match segment:
        case ast.Field():
            return segment.name
        case ast.Index():
            return segment.value
        case ast.Each():
            return None
    assert_never(segment)


def references(node: ast.Node) -> Iterable[ast.Ref]:
    """Every reference written below `node`, loop variables included."""
    pending: list[ast.Node] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Ref):
            yield one
        else:
            pending.extend(ast.children(one))


def _tool(name: str) -> str:
    return "llm" if name == "LLM" else name
