"""Expressions: what stands right of `=`, in arguments, conditions and clauses, as a plan's JSON holds it.

Every node is a frozen model with a `kind`. Nodes have no spans; a diagnostic points at one by JSON pointer into the
plan. References name evidence, inputs and loop variables without the `#`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainValidator, StrictInt, StrictStr, StringConstraints, field_validator

from .part import Part
from .values import MAX_INT, MIN_INT

Name: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""The name of a step, an input or a loop variable, without the `#`."""

CallableName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")
]
"""The name of a tool, a sub-plan or a built-in: `search`, `erp.orders.list`."""


def _scalar(value: object) -> str | int | float | bool | None:
    """A JSON scalar that every room can hold. pydantic itself would make a float of an integer that is too large."""
    match value:
        case None | str() | bool():
            return value
        case int() if MIN_INT <= value <= MAX_INT:
            return value
        case float() if isfinite(value):
            return value
        case int() | float():
            raise ValueError("integers have 64 bits, and floats are finite")
    raise ValueError("text, a number, true, false or null is needed here")


Scalar: TypeAlias = Annotated[
    str | int | float | bool | None, PlainValidator(_scalar, json_schema_input_type=str | float | bool | None)
]
"""Text, a 64-bit integer, a finite float, true, false or null."""

PathItem: TypeAlias = StrictStr | StrictInt | None
"""A key (`.rows`, `["odd key"]`), an index (`[0]`, `[-1]`), or None for every item (`[*]`)."""

Path: TypeAlias = tuple[PathItem, ...]
BinaryOp: TypeAlias = Literal["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]


class Constant(Part):
    """A JSON scalar written in the plan."""

    kind: Literal["constant"] = "constant"
    value: Scalar


class Ref(Part):
    """`#name` and a path into its value."""

    kind: Literal["ref"] = "ref"
    name: Name
    path: Path = ()


class Select(Part):
    """A path into a computed value: `max(#E3, by=.risk).name`."""

    kind: Literal["select"] = "select"
    of: Expr
    path: Annotated[Path, Field(min_length=1)]


class Text(Part):
    """Text with references in it. Literal pieces and references in order; two pieces never touch."""

    kind: Literal["text"] = "text"
    parts: tuple[StrictStr | Ref, ...]

    @field_validator("parts")
    @classmethod
    def _in_one_form(cls, parts: tuple[str | Ref, ...]) -> tuple[str | Ref, ...]:
        """What can be said as a constant or a reference is not said as text: one plan, one form."""
        if len(parts) < 2:
            raise ValueError("a text has a piece and a reference at least; a lone one is a constant or a ref")
        for one, other in zip((*parts, None), (None, *parts), strict=True):
            if isinstance(one, str) and (not one or isinstance(other, str)):
                raise ValueError("the pieces of a text are not empty and do not touch each other")
        return parts


class ListOf(Part):
    kind: Literal["list"] = "list"
    items: tuple[Expr, ...]


class ObjectOf(Part):
    kind: Literal["object"] = "object"
    fields: dict[str, Expr]


class Unary(Part):
    kind: Literal["unary"] = "unary"
    op: Literal["-", "not"]
    operand: Expr


class Binary(Part):
    kind: Literal["binary"] = "binary"
    op: BinaryOp
    left: Expr
    right: Expr


class Conditional(Part):
    """`then if test else otherwise`."""

    kind: Literal["conditional"] = "conditional"
    test: Expr
    then: Expr
    otherwise: Expr


class Comprehension(Part):
    """`[element for #variable in source if condition]`."""

    kind: Literal["comprehension"] = "comprehension"
    element: Expr
    variable: Name
    source: Expr
    condition: Expr | None = None


class Apply(Part):
    """A pure built-in applied to arguments, such as `len(#E1)` or `sorted(#E1, by=.name)`."""

    kind: Literal["apply"] = "apply"
    function: CallableName
    args: tuple[Expr, ...] = ()
    named: dict[str, Expr] = Field(default_factory=dict)


class Selector(Part):
    """`.risk`: what `by=` takes, a path into each item."""

    kind: Literal["selector"] = "selector"
    path: Annotated[tuple[Name, ...], Field(min_length=1)]


Expr: TypeAlias = Annotated[
    Constant
    | Ref
    | Select
    | Text
    | ListOf
    | ObjectOf
    | Unary
    | Binary
    | Conditional
    | Comprehension
    | Apply
    | Selector,
    Field(discriminator="kind"),
]


class Call(Part):
    """A tool or sub-plan call. It is no expression: it stands alone right of `=`, `fallback` or `else`.

    `first` is a positional first argument. `short` marks the paper's form `Tool[text]`; its text is `first`, and
    an empty text is no argument at all for a tool without a required one.
    """

    kind: Literal["call"] = "call"
    tool: CallableName
    first: Expr | None = None
    args: dict[str, Expr] = Field(default_factory=dict)
    short: bool = False


Action: TypeAlias = Annotated[
    Constant
    | Ref
    | Select
    | Text
    | ListOf
    | ObjectOf
    | Unary
    | Binary
    | Conditional
    | Comprehension
    | Apply
    | Selector
    | Call,
    Field(discriminator="kind"),
]
"""What a step, a fallback or an `else` does: a call, or a pure value."""


def children(node: Expr | Call) -> Iterator[tuple[str, Expr]]:
    """The direct sub-expressions with their JSON pointers relative to `node`, in order of evaluation."""
    match node:
        case Constant() | Ref() | Selector():
            return
        case Select():
            yield "/of", node.of
        case Text():
            for i, part in enumerate(node.parts):
                if isinstance(part, Ref):
                    yield f"/parts/{i}", part
        case ListOf():
            for i, item in enumerate(node.items):
                yield f"/items/{i}", item
        case ObjectOf():
            for key, value in node.fields.items():
                yield f"/fields/{escape(key)}", value
        case Unary():
            yield "/operand", node.operand
        case Binary():
            yield "/left", node.left
            yield "/right", node.right
        case Conditional():
            yield "/test", node.test
            yield "/then", node.then
            yield "/otherwise", node.otherwise
        case Comprehension():
            yield "/source", node.source
            if node.condition is not None:
                yield "/condition", node.condition
            yield "/element", node.element
        case Apply():
            for i, arg in enumerate(node.args):
                yield f"/args/{i}", arg
            for name, arg in node.named.items():
                yield f"/named/{escape(name)}", arg
        case Call():
            if node.first is not None:
                yield "/first", node.first
            for name, arg in node.args.items():
                yield f"/args/{escape(name)}", arg


def references(node: Expr | Call, at: str = "", bound: frozenset[str] = frozenset()) -> Iterator[tuple[str, Ref]]:
    """Every reference below `node` with its JSON pointer, without those to a comprehension's own variable."""
    if isinstance(node, Ref):
        if node.name not in bound:
            yield at, node
        return
    inside = bound | {node.variable} if isinstance(node, Comprehension) else bound
    for pointer, child in children(node):
        yield from references(child, at + pointer, bound if pointer == "/source" else inside)


def escape(key: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def constant_value(node: Expr) -> tuple[bool, Any]:
    """`(True, value)` when the expression is a literal through and through, else `(False, None)`."""
    match node:
        case Constant():
            return True, node.value
        case Unary(op="-", operand=Constant(value=int() | float() as number)) if not isinstance(number, bool):
            return True, -number
        case ListOf():
            found = [constant_value(item) for item in node.items]
            return (True, [v for _, v in found]) if all(ok for ok, _ in found) else (False, None)
        case ObjectOf():
            pairs = {key: constant_value(value) for key, value in node.fields.items()}
            if all(ok for ok, _ in pairs.values()):
                return True, {key: v for key, (_, v) in pairs.items()}
            return False, None
        case _:
            return False, None
