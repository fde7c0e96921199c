"""The tree of a plan's text: frozen nodes, named as the grammar's rules, each with the span it was read from.

Spans never take part in equality: two texts with equal trees have the same canonical text (`printer`), whatever
their blanks, quotes, argument colons or order of clauses. Brackets that only group leave no node. Nothing here
knows what a plan means; `lowering` turns a `Document` into the IR.
"""

from collections.abc import Iterator
from dataclasses import field, fields
from typing import Literal, TypeAlias

from .._record import Record, record
from ..diag.diagnostic import Span

NOWHERE = Span(0, 0)
"""The span of a node that was built and not read."""


@record
class Name(Record):
    """A name where it stands, without its `#`: of a step, an input, a tool (`a.b.tool`), an argument."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- references and text ---------------------------------------------------------------------------------------


@record
class Field(Record):
    """`.name` or `["any key"]`."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Index(Record):
    """`[0]`, `[-1]`."""

    value: int
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Each(Record):
    """`[*]`: maps the rest of the path over a list, never flattens."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


Segment: TypeAlias = Field | Index | Each


@record
class Ref(Record):
    """`#name.path` as a value; in text also `#{name.path}`."""

    name: str
    path: tuple[Segment, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Str(Record):
    """Text with escapes already read: pieces of plain text (never empty, never two in a row) and references.

    `block` is true for a `\"""` string that spans lines; it says how to print, not what is meant.
    """

    parts: tuple[str | Ref, ...]
    block: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether the text holds no reference."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def plain(self) -> str:
        """The text of a string without references."""
        return "".join(part for part in self.parts if isinstance(part, str))


# --- values ----------------------------------------------------------------------------------------------------


@record
class Number(Record):
    """A number as it was written, with the sign folded in (`-1` is one node)."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def value(self) -> int | float:
        return int(self.text) if self.text.lstrip("-").isdigit() else float(self.text)


@record
class Bool(Record):
    value: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Null(Record):
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Selector(Record):
    """`.risk`, `.owner.name`: what `by=` sorts by."""

    path: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class List(Record):
    items: tuple["Value", ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Pair(Record):
    """`key: value` of an object. The key is literal text, quoted or not."""

    key: Name
    value: "Value"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Object(Record):
    pairs: tuple[Pair, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Named(Record):
    """`name=value` of a call."""

    name: Name
    value: "Value"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Call(Record):
    """`tool(value, name=value)`: a tool, a sub-plan or a built-in; the names alone tell which."""

    name: Name
    args: tuple["Value", ...] = ()
    named: tuple[Named, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class RawCall(Record):
    """`Tool[raw text]`, blanks at both ends of the text dropped. Only right of `=`, `fallback` and `else`."""

    name: Name
    text: Str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Path(Record):
    """A path on anything but a plain reference: `max(#E1).name`, `(#a + #b)[0]`. `path` is never empty."""

    base: "Value"
    path: tuple[Segment, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Unary(Record):
    op: Literal["-", "not"]
    operand: "Value"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


BinaryOp: TypeAlias = Literal["or", "and", "==", "!=", "<=", ">=", "<", ">", "in", "not in", "+", "-", "*", "/", "%"]


@record
class Binary(Record):
    op: BinaryOp
    left: "Value"
    right: "Value"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Conditional(Record):
    """`value if condition else otherwise`, only inside brackets and after `return`."""

    value: "Value"
    condition: "Value"
    otherwise: "Value"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Comprehension(Record):
    """`[item for #variable in source if condition]`."""

    item: "Value"
    variable: Name
    source: "Value"
    condition: "Value | None" = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Value: TypeAlias = (
    Str
    | Number
    | Bool
    | Null
    | Ref
    | Selector
    | List
    | Object
    | Call
    | Path
    | Unary
    | Binary
    | Conditional
    | Comprehension
)
CallOrValue: TypeAlias = Value | RawCall

# --- types -----------------------------------------------------------------------------------------------------


@record
class ScalarType(Record):
    name: Literal["str", "int", "float", "bool", "null", "any"]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class LiteralType(Record):
    """`"high"`, `3`, `-1.5`: exactly this value."""

    value: str | Number
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class ListType(Record):
    item: "Type"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class DictType(Record):
    value: "Type"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Member(Record):
    """`a: T`, `b?: T`, `"odd key": T`."""

    name: Name
    type: "Type"
    optional: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class ObjectType(Record):
    members: tuple[Member, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class UnionType(Record):
    """`A | B`: two options or more, none of them a union itself."""

    options: tuple["Type", ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class OptionalType(Record):
    """`T?`."""

    type: "Type"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Type: TypeAlias = ScalarType | LiteralType | ListType | DictType | ObjectType | UnionType | OptionalType

# --- clauses of a step -----------------------------------------------------------------------------------------


@record
class Count(Record):
    value: int
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Duration(Record):
    """A time span as it was written (`10s`, `1.5h`)."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def seconds(self) -> float:
        number = self.text.rstrip("mhs")
        return float(number) * {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}[self.text[len(number) :]]


@record
class If(Record):
    condition: Value
    otherwise: CallOrValue | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class For(Record):
    variable: Name
    source: Value
    max: Count | None = None
    parallel: Count | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Retry(Record):
    times: Count
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Timeout(Record):
    duration: Duration
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Fallback(Record):
    value: CallOrValue
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class After(Record):
    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Approve(Record):
    text: Str | None = None
    within: Duration | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Clause: TypeAlias = If | For | Retry | Timeout | Fallback | After | Approve

# --- statements ------------------------------------------------------------------------------------------------


@record
class Version(Record):
    """`rewoo 1`, the optional first line."""

    number: int
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Goal(Record):
    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Use(Record):
    """`use "path" as name`: a sub-plan."""

    path: Name
    name: Name
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Input(Record):
    """`input name: type = default`. The default is a literal; the checker says so."""

    name: Name
    type: Type | None = None
    default: Value | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Bound(Record):
    """One ceiling of `limit`: a `Count` for calls and tokens, a `Duration` for time, a `Number` for cost."""

    kind: Literal["calls", "tokens", "time", "cost"]
    amount: Count | Duration | Number
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Limit(Record):
    bounds: tuple[Bound, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Plan(Record):
    """One `Plan:` line, the rationale of the next step. Plain text: a `#E1` in it is no reference."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Step(Record):
    """`#name: type = value` and its clauses, each at most once, whatever their order in the text."""

    name: Name
    value: CallOrValue
    type: Type | None = None
    condition: If | None = None
    each: For | None = None
    retry: Retry | None = None
    timeout: Timeout | None = None
    fallback: Fallback | None = None
    after: After | None = None
    approve: Approve | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that are there, in canonical order."""
        every = (
            self.condition,
            self.each,
            self.retry,
            self.timeout,
            self.fallback,
            self.after,
            self.approve,
        )
        return tuple(clause for clause in every if clause is not None)


@record
class Return(Record):
    value: Value
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Solve(Record):
    text: Str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Broken(Record):
    """A statement that could not be read. A broken step, input or `use` still defines its name.

    `kind` is what its head says it wanted to be; `text` is the piece as it stands, for the formatter to keep.
    """

    text: str
    kind: Literal["step", "input", "use", "other"] = "other"
    name: Name | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Statement: TypeAlias = Version | Goal | Use | Input | Limit | Plan | Step | Return | Solve | Broken


@record
class Comment(Record):
    """A comment as written, from its `//`, `# ` or `#!` on. `trailing`: on the line where the statement before it ends.

    A comment inside a statement's brackets is kept as a line of its own before that statement.
    """

    text: str
    trailing: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@record
class Blank(Record):
    """One or more blank lines between two items."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


Item: TypeAlias = Statement | Comment | Blank


@record
class Document(Record):
    """A whole plan: statements, comments and blank lines in the order of the text."""

    items: tuple[Item, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(item for item in self.items if not isinstance(item, Comment | Blank))

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(item for item in self.items if isinstance(item, Step))


Node: TypeAlias = (
    Name
    | Segment
    | Value
    | RawCall
    | Pair
    | Named
    | Type
    | Member
    | Count
    | Duration
    | Clause
    | Bound
    | Item
    | Document
)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in the order of its fields."""
    for one in fields(node):
        value = getattr(node, one.name)
        for child in value if isinstance(value, tuple) and not isinstance(value, Span) else (value,):
            if hasattr(child, "__dataclass_fields__"):
                yield child
