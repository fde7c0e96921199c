"""Expressions of a type over names of known types, with nothing in them to complain about.

    expressions(INT, {"E1": ListType(STR)})      # 7, len(#E1), len(#E1) + 1, …

What is written depends on what is wanted: for an `int` a literal, a place that holds one, a sum, a length. Every
expression is held against `ir.infer` as it is made, and where that has anything to say, a literal is taken instead; so
the promise does not hang on this module knowing every rule of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from hypothesis import strategies as st

from ..._record import record
from ...ir.expr import (
    Apply,
    Binary,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    ListOf,
    ObjectOf,
    Path,
    Ref,
    Selector,
    Text,
    Unary,
)
from ...ir.findings import Finding
from ...ir.infer import Scope, infer
from ...ir.type_rules import item_type
from ...ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    STR,
    Answer,
    DictType,
    ListType,
    ObjectType,
    Type,
    base,
    fits,
    is_nullable,
    to_schema,
    union,
    without_null,
)
from .texts import WORDS
from .values import values

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Names: TypeAlias = Mapping[str, Type]

_DEEPEST_PLACE = 3
_TEXTS = ListType(STR)


@st.composite
def expressions(draw: Draw, wanted: Type, names: Names, *, depth: int = 2, total: bool = False) -> Expr:
    """Expressions whose value is of the type `wanted`, whatever `names` of these types hold.

    Args:
        wanted: the type; not `any`, and one that has values.
        names: the types of evidence, inputs and variables that may be read.
        depth: how deep operators and functions are nested at most.
        total: leaves out what may have no value for some values of these types: `/`, `number(…)`, indexes, sums
            that may be beyond 64 bits.
    """
    return Writer(draw, names, total=total).write(wanted, depth)


@record
class Place:
    """Something that can be read, and its type."""

    ref: Ref
    type: Type


def places(names: Names, *, indexes: bool = False) -> list[Place]:
    """What can be read of some names without any doubt: names, required fields, the same field of all items."""
    return [one for name, kind in names.items() for one in _below(Ref(name=name), kind)] + (
        [one for name, kind in names.items() for one in _items(Ref(name=name), kind)] if indexes else []
    )


def _below(ref: Ref, kind: Type, depth: int = 0) -> Iterator[Place]:
    yield Place(ref, kind)
    if depth == _DEEPEST_PLACE:
        return
    match base(kind):
        case ObjectType(members=members):
            for member in members:
                if not member.optional:
                    yield from _below(_further(ref, member.name), member.type, depth + 1)
        case ListType(item=item) if isinstance(base(item), ObjectType):
            for one in _below(_further(ref, None), item, depth + 1):
                if one.ref.path[-1] is not None:
                    yield Place(one.ref, ListType(one.type))


def _items(ref: Ref, kind: Type) -> Iterator[Place]:
    if isinstance(base(kind), ListType):
        yield from _below(_further(ref, 0), item_type(kind), depth=_DEEPEST_PLACE - 1)


def _further(ref: Ref, step: str | int | None) -> Ref:
    path: Path = (*ref.path, step)
    return Ref(name=ref.name, path=path)


def literal(value: Any) -> Expr:
    """A JSON value as it is written in a plan."""
    if isinstance(value, list):
        return ListOf(items=tuple(map(literal, value)))
    if isinstance(value, dict):
        return ObjectOf(fields={key: literal(one) for key, one in value.items()})
    return Constant(value=value)


def is_sound(expr: Expr, wanted: Type, names: Names) -> bool:
    """Whether the expression is surely of the type, and the checker has nothing to say about it."""
    found: list[Finding] = []
    kind = infer(expr, Scope(names), found.append)
    fit = fits(kind, wanted)
    return not found and fit.answer is Answer.YES and fit.checked


class Writer:
    """Writes expressions with the choices of one draw."""

    def __init__(self, draw: Draw, names: Names, *, total: bool = False) -> None:
        self.draw, self.names, self.total = draw, dict(names), total
        self.places = places(names, indexes=not total)

    def write(self, wanted: Type, depth: int = 2) -> Expr:
        """An expression of the type."""
        fitting = self._fitting(wanted)
        if fitting and self.draw(st.booleans()):
            return self.draw(st.sampled_from(fitting)).ref  # type: ignore[no-any-return]  # a place has a Ref
        if depth > 0 and (ways := self._ways(wanted)) and self.draw(st.booleans()):
            made: Expr = self.draw(st.sampled_from(ways))(depth - 1)
            if is_sound(made, wanted, self.names):
                return made
        return self.literal(wanted)

    def literal(self, wanted: Type) -> Expr:
        """A value written out."""
        return literal(self.draw(values(to_schema(wanted, closed=True), texts=WORDS)))

    def some(self, *kinds: Type) -> Place | None:
        """A place whose value is of one of these types, if there is one."""
        fitting = self._fitting(union(*kinds))
        return self.draw(st.sampled_from(fitting)) if fitting else None

    def _fitting(self, wanted: Type) -> list[Place]:
        found = ((one, fits(one.type, wanted)) for one in self.places)
        return [one for one, fit in found if fit.answer is Answer.YES and fit.checked and one.type != ANY]

    # --- what an expression of a type may look like --------------------------------------------------------------

    def _ways(self, wanted: Type) -> list[Callable[[int], Expr]]:
        ways: list[Callable[[int], Expr]] = [lambda depth: self._conditional(wanted, depth)]
        maybe = [one for one in self.places if is_nullable(one.type) and self._is(without_null(one.type), wanted)]
        if maybe:
            ways.append(lambda depth: self._guarded(self.draw(st.sampled_from(maybe)).ref, wanted, depth))
        match without_null(wanted):
            case found if found == STR:
                ways += [self._text, self._text, self._changed_text, self._joined]
            case found if found in (INT, FLOAT):
                ways += [self._length, lambda depth: self._number(found, depth)]
            case found if found == BOOL:
                ways += [self._comparison, self._null_question, self._logical]
            case ListType(item=item) if item != NEVER:
                ways += [lambda depth: self._list(item, depth), lambda depth: self._for_each(item, depth)]
                ways += [lambda depth: self._changed_list(ListType(item), depth)]
            case ObjectType() | DictType() as found:
                ways.append(lambda depth: self._object(found, depth))
            case _:
                pass
        return ways

    def _is(self, source: Type, wanted: Type) -> bool:
        fit = fits(source, wanted)
        return fit.answer is Answer.YES and fit.checked and source != NEVER

    def _conditional(self, wanted: Type, depth: int) -> Expr:
        return Conditional(
            test=self.write(BOOL, depth), then=self.write(wanted, depth), otherwise=self.write(wanted, 0)
        )

    def _guarded(self, ref: Ref, wanted: Type, depth: int) -> Expr:
        """What may be null, with something in its stead: as a function, or as a question."""
        other = self.write(without_null(wanted), depth)
        if self.draw(st.booleans()):
            return Conditional(test=_is_there(ref), then=ref, otherwise=other)
        return Apply(function="default", args=(ref, other))

    def _text(self, depth: int) -> Expr:
        """Words with references in them."""
        if not self.places:
            return self._changed_text(depth)
        parts: list[str | Ref] = [self.draw(st.sampled_from(["see ", "of: ", "x"]))]
        for one in self.draw(st.lists(st.sampled_from(self.places), min_size=1, max_size=2)):
            parts += [one.ref, self.draw(st.sampled_from([" and ", ", ", "."]))]
        return Text(parts=tuple(parts))

    def _changed_text(self, depth: int) -> Expr:
        one = self.write(STR, depth)
        match self.draw(st.sampled_from(["upper", "plus", "take", "replace", "match", "strip"])):
            case "plus":
                return Binary(op="+", left=one, right=self.write(STR, 0))
            case "take":
                return _call("take", one, Constant(value=self.draw(st.integers(-3, 5))))
            case "replace":
                return _call("replace", one, Constant(value="a"), self.write(STR, 0))
            case "match":
                return _call("default", _call("match", one, Constant(value="[a-z]+")), Constant(value="none"))
            case function:
                return _call(function, one)

    def _joined(self, depth: int) -> Expr:
        return _call("join", self.write(_TEXTS, depth), Constant(value=", "))

    def _length(self, depth: int) -> Expr:
        one = self.some(STR, ListType(ANY), DictType(ANY))
        return _call("len", self.write(STR, depth) if one is None else one.ref)

    def _number(self, wanted: Type, depth: int) -> Expr:
        way = self.draw(st.sampled_from(["+", "-", "abs", "sum", "max", *([] if self.total else ["*", "%"])]))
        left, right = self.write(wanted, depth), self.write(INT, 0)
        if self.total and way != "max":  # any number may lie at the edge of 64 bits; a length does not
            left, right = self._length(depth), Constant(value=self.draw(st.integers(-9, 9)))
        match way:
            case "abs":
                return _call("abs", left)
            case "sum":
                return _call("sum", ListOf(items=(left, right)))
            case "max":
                return _call("max", left, right)
            case op:
                return Binary(op=op, left=left, right=right)

    def _comparison(self, depth: int) -> Expr:
        kind = self.draw(st.sampled_from([INT, STR]))
        op = self.draw(st.sampled_from(["==", "<", ">=", "!="]))
        return Binary(op=op, left=self.write(kind, depth), right=self.write(kind, 0))

    def _null_question(self, depth: int) -> Expr:
        maybe = [one.ref for one in self.places if is_nullable(one.type)]
        return _is_there(self.draw(st.sampled_from(maybe))) if maybe else self._comparison(depth)

    def _logical(self, depth: int) -> Expr:
        left = self.write(BOOL, depth)
        op = self.draw(st.sampled_from(["and", "or", "not"]))
        return Unary(op="not", operand=left) if op == "not" else Binary(op=op, left=left, right=self.write(BOOL, 0))

    def _list(self, item: Type, depth: int) -> Expr:
        return ListOf(items=tuple(self.write(item, depth) for _ in range(self.draw(st.integers(1, 3)))))

    def _for_each(self, item: Type, depth: int) -> Expr:
        """One thing for each item of a list that is there."""
        source = self.some(ListType(ANY)) or Place(ListOf(items=(self.literal(STR),)), _TEXTS)  # type: ignore[arg-type]
        variable = next(name for name in ("it", "it2", "it3") if name not in self.names)
        inside = Writer(self.draw, {**self.names, variable: item_type(source.type)}, total=self.total)
        condition = inside.write(BOOL, depth) if self.draw(st.booleans()) else None
        element = inside.write(item, depth)
        return Comprehension(element=element, variable=variable, source=source.ref, condition=condition)

    def _changed_list(self, wanted: ListType, depth: int) -> Expr:
        one = self.write(wanted, depth)
        match self.draw(st.sampled_from(["take", "unique", "plus", "sorted", "flatten"])):
            case "take":
                return _call("take", one, Constant(value=self.draw(st.integers(1, 4))))
            case "plus":
                return Binary(op="+", left=one, right=self.write(wanted, 0))
            case "flatten":
                return _call("flatten", ListOf(items=(one,)))
            case "sorted":
                by = self._order(wanted.item)
                return Apply(function="sorted", args=(one,), named={} if by is None else {"by": by})
            case function:
                return _call(function, one)

    def _order(self, item: Type) -> Selector | None:
        """A field by which such items can be put in order."""
        if not isinstance(item, ObjectType):
            return None
        names = [
            m.name for m in item.members if m.type in (STR, INT, FLOAT) and not m.optional and m.name.isidentifier()
        ]
        return Selector(path=(self.draw(st.sampled_from(names)),)) if names else None

    def _object(self, wanted: ObjectType | DictType, depth: int) -> Expr:
        if isinstance(wanted, DictType):
            return ObjectOf(fields={"a": self.write(wanted.value, depth), "odd key": self.write(wanted.value, 0)})
        there = [one for one in wanted.members if not one.optional or self.draw(st.booleans())]
        return ObjectOf(fields={one.name: self.write(one.type, depth) for one in there})


def _call(function: str, *args: Expr) -> Expr:
    return Apply(function=function, args=args)


def _is_there(ref: Ref) -> Expr:
    return Binary(op="!=", left=ref, right=Constant(value=None))
