"""From the grammar's rules to nodes: one method a rule, named as the rule, its children in the order of the grammar.

A child is a token `(text, start, end)` or what another method made. What the grammar lets through and the language
does not (a clause twice, a name too long) goes to `complaints` as it is met; the node is made all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeAlias

from .._record import record
from ..diag.diagnostic import Span
from . import ast
from .engine import Token
from .limits import Limits
from .text import literal, raw_parts, segment, string_parts

RESERVED = frozenset(("true", "false", "null", "not"))
_CLAUSE_FIELDS = {
    ast.If: "condition",
    ast.For: "each",
    ast.Retry: "retry",
    ast.Timeout: "timeout",
    ast.Fallback: "fallback",
    ast.After: "after",
    ast.Approve: "approve",
}
Kids: TypeAlias = list[Any]


@record
class Complaint:
    """What the grammar reads and the language does not have. `about` is a key of `complaints.MEANINGS`."""

    about: str
    span: Span
    text: str = ""
    first: Span | None = None


def _span(token: Token) -> Span:
    """Where a token's word stands: keywords bring blanks along."""
    text, start, end = token
    return Span(start + len(text) - len(text.lstrip(" \t")), end - len(text) + len(text.rstrip(" \t")))


def _to(token: Token, end: int) -> Span:
    text, start, _ = token
    return Span(start + len(text) - len(text.lstrip(" \t")), end)


def _end(kid: Any) -> int:
    return kid[2] if type(kid) is tuple else kid.span.end  # type: ignore[no-any-return]  # token or node


@dataclass(slots=True)
class Builder:
    """Builds the nodes of one text. `operators` counts what can nest without brackets."""

    limits: Limits
    complaints: list[Complaint] = field(default_factory=list)
    operators: int = 0

    def methods(self, names: Iterable[str]) -> dict[str, Any]:
        """The methods of these rules; a rule that Python has a word for (`list`) has its method as `list_`."""
        return {
            name: method for name in names if (method := getattr(self, name, None) or getattr(self, name + "_", None))
        }

    # --- names and text ---

    def _name(self, token: Token, skip: int = 0) -> ast.Name:
        text, start, end = token
        if end - start - skip > self.limits.identifier:
            self.complaints.append(Complaint("long-name", Span(start, end)))
        return ast.Name(text[skip:], Span(start + skip, end))

    def _evid(self, token: Token) -> ast.Name:
        """`#name`: the span takes in the `#`."""
        text, start, end = token
        if end - start > self.limits.identifier + 1:
            self.complaints.append(Complaint("long-name", Span(start, end)))
        if text[1:] in RESERVED:
            self.complaints.append(Complaint("reserved-name", Span(start, end), text[1:]))
        return ast.Name(text[1:], Span(start, end))

    def _key(self, token: Token) -> ast.Name:
        """A quoted or bare key, as literal text."""
        text, start, end = token
        if text[0] not in "\"'":
            return self._name(token)
        inside, _ = self._inside(token)
        return ast.Name(self._sound(literal(inside), token), Span(start, end))

    def _inside(self, token: Token) -> tuple[str, int]:
        text, start, end = token
        if end - start > self.limits.string:
            self.complaints.append(Complaint("long-string", Span(start, end)))
        width = 3 if text[:3] == '"""' and len(text) > 5 else 1
        return text[width:-width], start + width

    def _sound(self, text: str, token: Token) -> str:
        """Half of a character of two halves (`\\ud83d`) is no text that could be sent anywhere."""
        if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
            return text
        self.complaints.append(Complaint("half-character", Span(token[1], token[2])))
        return "".join("�" if "\ud800" <= char <= "\udfff" else char for char in text)

    def _sound_parts(self, parts: tuple[str | ast.Ref, ...], token: Token) -> tuple[str | ast.Ref, ...]:
        return tuple(self._sound(part, token) if isinstance(part, str) else part for part in parts)

    def string(self, kids: Kids) -> ast.Str:
        token: Token = kids[0]
        inside, start = self._inside(token)
        parts = string_parts(inside, start)
        if "\\" in inside:
            parts = self._sound_parts(parts, token)
        block = "\n" in inside  # only a block holds a line's end as it is
        return ast.Str(parts, block, Span(token[1], token[2]))

    def _raw(self, source: str, start: int) -> ast.Str:
        if len(source) > self.limits.string:
            self.complaints.append(Complaint("long-string", Span(start, start + len(source))))
        inner = source.strip(" \t")
        start += len(source) - len(source.lstrip(" \t"))
        return ast.Str(raw_parts(inner, start), False, Span(start, start + len(inner)))

    # --- statements ---

    def version(self, kids: Kids) -> ast.Version:
        text = kids[0][0].split()[1]
        return ast.Version(int(text[:9]), _span(kids[0]))

    def _line(self, token: Token, head: str) -> str:
        return token[0][len(head) :].strip(" \t")

    def goal(self, kids: Kids) -> ast.Goal:
        return ast.Goal(self._line(kids[0], "Goal:"), Span(kids[0][1], kids[0][2]))

    def plan(self, kids: Kids) -> ast.Plan:
        return ast.Plan(self._line(kids[0], "Plan:"), Span(kids[0][1], kids[0][2]))

    def solve(self, kids: Kids) -> ast.Solve:
        text, start, end = kids[0]
        rest = text[6:].lstrip(" \t")
        if rest.startswith('"""') and rest.endswith('"""'):
            string = self.string([(rest, end - len(rest), end)])
            return ast.Solve(replace(string, block=False), Span(start, end))
        return ast.Solve(self._raw(text[6:], start + 6), Span(start, end))

    def use(self, kids: Kids) -> ast.Use:
        head, path, _, name = kids
        return ast.Use(self._key(path), self._bound_name(name), _to(head, name[2]))

    def _bound_name(self, token: Token) -> ast.Name:
        if token[0] in RESERVED:
            self.complaints.append(Complaint("reserved-name", Span(token[1], token[2]), token[0]))
        return self._name(token)

    def input_(self, kids: Kids) -> ast.Input:
        head, name, *rest = kids
        given = {mark[0]: node for mark, node in zip(rest[::2], rest[1::2], strict=True)}
        return ast.Input(self._bound_name(name), given.get(":"), given.get("="), _to(head, _end(kids[-1])))

    def limit(self, kids: Kids) -> ast.Limit:
        bounds: list[ast.Bound] = kids[1]
        seen: dict[str, Span] = {}
        for bound in bounds:
            if bound.kind in seen:
                self.complaints.append(Complaint("twice", bound.span, bound.kind, seen[bound.kind]))
            seen.setdefault(bound.kind, bound.span)
        return ast.Limit(tuple(bounds), _to(kids[0], bounds[-1].span.end))

    def bounds(self, kids: Kids) -> Any:
        return _more(kids)

    def bound(self, kids: Kids) -> ast.Bound:
        head, amount = kids
        kind = head[0].strip(" \t")
        make: Any = {"time": self._duration, "cost": self._number}.get(kind, self._count)
        return ast.Bound(kind, make(amount), _to(head, amount[2]))

    def step(self, kids: Kids) -> ast.Step:
        (name, kind), value = kids[0], kids[2]
        given: dict[str, Any] = {}
        for clause in kids[3] if len(kids) == 4 else ():
            slot = _CLAUSE_FIELDS[type(clause)]
            if slot in given:
                word = {"condition": "if", "each": "for"}.get(slot, slot)
                self.complaints.append(Complaint("twice", clause.span, word, given[slot].span))
            else:
                given[slot] = clause
        end = kids[3][-1].span.end if len(kids) == 4 else value.span.end
        return ast.Step(name, value, kind, span=Span(name.span.start, end), **given)

    def target(self, kids: Kids) -> tuple[ast.Name, ast.Type | None]:
        return self._evid(kids[0]), kids[2] if len(kids) == 3 else None

    def return_(self, kids: Kids) -> ast.Return:
        return ast.Return(kids[1], _to(kids[0], kids[1].span.end))

    # --- clauses ---

    def clauses(self, kids: Kids) -> list[ast.Clause]:
        if len(kids) == 1:
            return kids
        kids[0].append(kids[1])
        return kids[0]  # type: ignore[no-any-return]

    def condition(self, kids: Kids) -> ast.If:
        return ast.If(kids[1], kids[3] if len(kids) == 4 else None, _to(kids[0], _end(kids[-1])))

    def each(self, kids: Kids) -> ast.For:
        given = {kids[i][0].strip(" \t"): self._count(kids[i + 1]) for i in range(4, len(kids), 2)}
        span = _to(kids[0], _end(kids[-1]))
        return ast.For(self._evid(kids[1]), kids[3], given.get("max"), given.get("parallel"), span)

    def retry(self, kids: Kids) -> ast.Retry:
        return ast.Retry(self._count(kids[1]), _to(kids[0], kids[1][2]))

    def timeout(self, kids: Kids) -> ast.Timeout:
        return ast.Timeout(self._duration(kids[1]), _to(kids[0], kids[1][2]))

    def fallback(self, kids: Kids) -> ast.Fallback:
        return ast.Fallback(kids[1], _to(kids[0], kids[1].span.end))

    def after(self, kids: Kids) -> ast.After:
        names = tuple(self._evid(token) for token in kids[1])
        return ast.After(names, _to(kids[0], names[-1].span.end))

    def names(self, kids: Kids) -> Any:
        return _more(kids)

    def approve(self, kids: Kids) -> ast.Approve:
        text = within = None
        for before, kid in pairwise(kids):
            if kid[0][0] in "\"'":
                text = self.string([kid])
            elif before[0].strip(" \t") == "within":
                within = self._duration(kid)
        return ast.Approve(text, within, _to(kids[0], kids[-1][2]))

    def _digits(self, token: Token) -> str:
        if token[2] - token[1] > self.limits.number:
            self.complaints.append(Complaint("long-number", Span(token[1], token[2])))
            return "0"
        return token[0]

    def _count(self, token: Token) -> ast.Count:
        return ast.Count(int(self._digits(token)), Span(token[1], token[2]))

    def _duration(self, token: Token) -> ast.Duration:
        span = Span(token[1], token[2])
        return ast.Duration(token[0] if self._digits(token) == token[0] else "0s", span)

    def _number(self, token: Token) -> ast.Number:
        return ast.Number(self._digits(token), Span(token[1], token[2]))

    # --- values ---

    def raw_call(self, kids: Kids) -> ast.RawCall:
        name, (text, start, end) = kids
        return ast.RawCall(name, self._raw(text[1:-1], start + 1), Span(name.span.start, end))

    def dotted(self, kids: Kids) -> ast.Name:
        if len(kids) == 1:
            text, start, end = kids[0]
            if text in RESERVED:
                self.complaints.append(Complaint("reserved-call", Span(start, end), text))
            return self._name(kids[0])
        name, (text, _, end) = kids
        if end - name.span.start > self.limits.identifier:
            self.complaints.append(Complaint("long-name", Span(name.span.start, end)))
        return ast.Name(name.text + text, Span(name.span.start, end))

    def conditional(self, kids: Kids) -> ast.Conditional:
        self.operators += 1
        span = Span(kids[0].span.start, kids[4].span.end)
        return ast.Conditional(kids[0], kids[2], kids[4], span)

    def binary(self, kids: Kids) -> ast.Binary:
        self.operators += 1
        left, op, right = kids
        word: Any = op[0] if op[0][0] not in " \t" else " ".join(op[0].split())
        return ast.Binary(word, left, right, Span(left.span.start, right.span.end))

    def unary(self, kids: Kids) -> ast.Unary | ast.Number:
        self.operators += 1
        op, operand = kids
        span = Span(op[1], operand.span.end)
        if op[0] != "-":
            return ast.Unary("not", operand, span)
        if type(operand) is ast.Number and operand.text[0] != "-":
            return ast.Number("-" + operand.text, span)
        return ast.Unary("-", operand, span)

    def ref(self, kids: Kids) -> ast.Ref:
        text, start, end = kids[0]
        if end - start > self.limits.identifier + 1:
            self.complaints.append(Complaint("long-name", Span(start, end)))
        if len(kids) == 1:
            return ast.Ref(text[1:], (), Span(start, end))
        path = kids[1]
        return ast.Ref(text[1:], tuple(path), Span(start, path[-1].span.end))

    def path(self, kids: Kids) -> ast.Path | ast.Ref:
        base, segments = kids
        span = Span(base.span.start, segments[-1].span.end)
        if type(base) is ast.Ref:
            return ast.Ref(base.name, (*base.path, *segments), span)
        if type(base) is ast.Path:
            return ast.Path(base.base, (*base.path, *segments), span)
        return ast.Path(base, tuple(segments), span)

    def group(self, kids: Kids) -> Any:
        return replace(kids[1], span=Span(kids[0][1], kids[2][2]))

    def segments(self, kids: Kids) -> list[ast.Segment]:
        if len(kids) == 1:
            return kids
        kids[0].append(kids[1])
        return kids[0]  # type: ignore[no-any-return]

    def field_(self, kids: Kids) -> ast.Field:
        text, start, end = kids[0]
        if end - start > self.limits.identifier + 1:
            self.complaints.append(Complaint("long-name", Span(start, end)))
        return ast.Field(text[1:], Span(start, end))

    def index(self, kids: Kids) -> ast.Segment:
        text, start, end = kids[0]
        if end - start > self.limits.number:
            self.complaints.append(Complaint("long-number", Span(start, end)))
            return ast.Index(0, Span(start, end))
        return segment(text, start)

    def each_item(self, kids: Kids) -> ast.Each:
        return ast.Each(Span(kids[0][1], kids[0][2]))

    def key(self, kids: Kids) -> ast.Segment:
        found = segment(kids[0][0], kids[0][1])
        assert isinstance(found, ast.Field)
        sound = self._sound(found.name, kids[0])
        return found if sound is found.name else replace(found, name=sound)

    def number(self, kids: Kids) -> ast.Number:
        return self._number(kids[0])

    def true(self, kids: Kids) -> ast.Bool:
        return ast.Bool(True, Span(kids[0][1], kids[0][2]))

    def false(self, kids: Kids) -> ast.Bool:
        return ast.Bool(False, Span(kids[0][1], kids[0][2]))

    def null(self, kids: Kids) -> ast.Null:
        return ast.Null(Span(kids[0][1], kids[0][2]))

    def selector(self, kids: Kids) -> ast.Selector:
        text, start, end = kids[-1]
        if len(kids) == 1:
            return ast.Selector((text[1:],), Span(start, end))
        return ast.Selector((*kids[0].path, text[1:]), Span(kids[0].span.start, end))

    def call(self, kids: Kids) -> ast.Call:
        name = kids[0]
        span = Span(name.span.start, kids[-1][2])
        if len(kids) == 3:
            return ast.Call(name, (), (), span)
        args: list[ast.Value] = []
        named: list[ast.Named] = []
        for arg in kids[2]:
            if type(arg) is ast.Named:
                named.append(arg)
                continue
            args.append(arg)
            if named:
                self.complaints.append(Complaint("late-positional", arg.span, first=named[-1].span))
        return ast.Call(name, tuple(args), tuple(named), span)

    def args(self, kids: Kids) -> Any:
        return _more(kids)

    def named(self, kids: Kids) -> ast.Named:
        key = self._key(kids[0])
        if kids[0][0] in RESERVED:
            self.complaints.append(Complaint("reserved-name", key.span, key.text))
        return ast.Named(key, kids[2], Span(key.span.start, kids[2].span.end))

    def list_(self, kids: Kids) -> ast.List:
        items = tuple(kids[1]) if len(kids) > 2 else ()
        return ast.List(items, Span(kids[0][1], kids[-1][2]))

    def items(self, kids: Kids) -> Any:
        return _more(kids)

    def comprehension(self, kids: Kids) -> ast.Comprehension:
        condition = kids[7] if len(kids) == 9 else None
        span = Span(kids[0][1], kids[-1][2])
        return ast.Comprehension(kids[1], self._evid(kids[3]), kids[5], condition, span)

    def object_(self, kids: Kids) -> ast.Object:
        pairs = tuple(kids[1]) if len(kids) > 2 else ()
        self._each_once(pairs)
        return ast.Object(pairs, Span(kids[0][1], kids[-1][2]))

    def _each_once(self, entries: tuple[Any, ...]) -> None:
        seen: dict[str, Span] = {}
        for entry in entries:
            key = entry.key if type(entry) is ast.Pair else entry.name
            if key.text in seen:
                self.complaints.append(Complaint("twice", key.span, key.text, seen[key.text]))
            seen.setdefault(key.text, key.span)

    def pairs(self, kids: Kids) -> Any:
        return _more(kids)

    def pair(self, kids: Kids) -> ast.Pair:
        key = self._key(kids[0])
        if kids[0][0] in RESERVED:
            self.complaints.append(Complaint("reserved-name", key.span, key.text))
        return ast.Pair(key, kids[2], Span(key.span.start, kids[2].span.end))

    # --- types ---

    def union(self, kids: Kids) -> ast.UnionType:
        left, _, right = kids
        options = (*_options(left), *_options(right))
        return ast.UnionType(options, Span(left.span.start, right.span.end))

    def optional_type(self, kids: Kids) -> ast.OptionalType:
        return ast.OptionalType(kids[0], Span(kids[0].span.start, kids[1][2]))

    def scalar_type(self, kids: Kids) -> ast.ScalarType:
        return ast.ScalarType(kids[0][0], Span(kids[0][1], kids[0][2]))

    def literal_type(self, kids: Kids) -> ast.LiteralType:
        token = kids[-1]
        span = Span(kids[0][1], token[2])
        if token[0][0] in "\"'":
            return ast.LiteralType(self._key(token).text, span)
        sign = "-" if len(kids) == 2 else ""
        return ast.LiteralType(ast.Number(sign + self._digits(token), span), span)

    def list_type(self, kids: Kids) -> ast.ListType:
        return ast.ListType(kids[2], Span(kids[0][1], kids[3][2]))

    def dict_type(self, kids: Kids) -> ast.DictType:
        return ast.DictType(kids[2], Span(kids[0][1], kids[3][2]))

    def group_type(self, kids: Kids) -> Any:
        return replace(kids[1], span=Span(kids[0][1], kids[2][2]))

    def object_type(self, kids: Kids) -> ast.ObjectType:
        members = tuple(kids[1]) if len(kids) > 2 else ()
        self._each_once(members)
        return ast.ObjectType(members, Span(kids[0][1], kids[-1][2]))

    def members(self, kids: Kids) -> Any:
        return _more(kids)

    def member(self, kids: Kids) -> ast.Member:
        key = self._key(kids[0])
        return ast.Member(key, kids[-1], len(kids) == 4, Span(key.span.start, kids[-1].span.end))


def _more(kids: Kids) -> Any:
    """A list rule: one element, or the list so far, a comma, and one more."""
    if len(kids) == 1:
        return kids
    kids[0].append(kids[2])
    return kids[0]


def _options(kind: ast.Type) -> tuple[ast.Type, ...]:
    return kind.options if isinstance(kind, ast.UnionType) else (kind,)
