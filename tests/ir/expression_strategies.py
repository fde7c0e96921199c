"""Random expressions, types and values for the tests of this folder."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from rewoo_dsl.ir.builtins import BUILTINS
from rewoo_dsl.ir.expr import (
    Apply,
    Binary,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    ListOf,
    ObjectOf,
    Ref,
    Select,
    Selector,
    Text,
    Unary,
)
from rewoo_dsl.ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NULL,
    STR,
    AnyType,
    DictType,
    ListType,
    Member,
    ObjectType,
    Only,
    Scalar,
    Type,
    Union,
    union,
)

KEYS = ("name", "n", "x", "tag", "opt", "inner", "k", "kind", "v", "m")

numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 3)
words = st.sampled_from(["", "a", "b", "ok", "err", "name", "2024-05-31", "12", "port strike", "é"]) | st.text(
    max_size=4
)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)

_RECORD = ObjectType(
    (
        Member("name", STR),
        Member("n", INT),
        Member("x", union(FLOAT, NULL)),
        Member("tag", union(Only("a"), Only("b"))),
        Member("opt", STR, optional=True),
        Member("inner", union(ObjectType((Member("k", INT),)), NULL)),
    ),
    closed=True,
)
TYPES: dict[str, Type] = {
    "E1": _RECORD,
    "E2": ListType(_RECORD),
    "E3": union(
        ObjectType((Member("kind", Only("ok")), Member("v", INT)), closed=True),
        ObjectType((Member("kind", Only("err")), Member("m", STR)), closed=True),
    ),
    "E4": union(_RECORD, NULL),
    "E5": DictType(INT),
    "s": STR,
    "n": INT,
    "f": FLOAT,
    "b": BOOL,
    "i": union(INT, NULL),
    "t": union(STR, NULL),
    "ns": ListType(INT),
    "ts": ListType(STR),
    "bs": ListType(BOOL),
    "is": ListType(union(INT, NULL)),
    "mix": union(INT, STR),
    "nested": ListType(ListType(INT)),
    "open": ObjectType((Member("name", STR),)),
    "any": ANY,
}
"""The names that random expressions read, with a type each."""


def values_of(one: Type) -> st.SearchStrategy[Any]:
    """Values of a type; whole floats count as integers, as in JSON."""
    match one:
        case AnyType():
            return values
        case Only():
            return st.just(one.value)
        case Scalar():
            return _SCALARS[one.name]
        case ListType():
            return st.lists(values_of(one.item), max_size=3)
        case DictType():
            return st.dictionaries(st.sampled_from(KEYS), values_of(one.value), max_size=3)
        case ObjectType():
            required = {m.name: values_of(m.type) for m in one.members if not m.optional}
            optional = {m.name: values_of(m.type) for m in one.members if m.optional}
            return st.fixed_dictionaries(required, optional=optional)
        case Union():
            return st.one_of(*map(values_of, one.members))
        case _:
            raise AssertionError(one)


_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "str": words,
    "int": st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([1.0, 2.0]),
    "float": numbers,
    "bool": st.booleans(),
    "null": st.none(),
}

environments = st.fixed_dictionaries({name: values_of(one) for name, one in TYPES.items()})

# --- any expression at all -----------------------------------------------------------------------------------------

_paths = st.lists(st.sampled_from([*KEYS, 0, -1, 1, None]), max_size=3).map(tuple)
_refs = st.builds(Ref, name=st.sampled_from([*TYPES, "q", "nowhere"]), path=_paths)
_leaves = (
    st.builds(Constant, value=st.none() | st.booleans() | numbers | words)
    | _refs
    | st.builds(Selector, path=st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map(tuple))
    | st.builds(Text, parts=st.tuples(st.just("x"), _refs) | st.tuples(_refs, _refs, st.just(" y")))
)


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    operators = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", "in", "not in", "and", "or"])
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Select, of=inner, path=_paths.filter(bool)),
        st.builds(ListOf, items=several),
        st.builds(ObjectOf, fields=st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
        st.builds(Unary, op=st.sampled_from(["-", "not"]), operand=inner),
        st.builds(Binary, op=operators, left=inner, right=inner),
        st.builds(Conditional, test=inner, then=inner, otherwise=inner),
        st.builds(Comprehension, element=inner, variable=st.just("q"), source=inner, condition=st.none() | inner),
        st.builds(
            Apply,
            function=st.sampled_from([*BUILTINS, "no_such"]),
            args=several,
            named=st.dictionaries(st.sampled_from(["by", "desc", "default", "digits"]), inner, max_size=1),
        ),
    )


expressions = st.recursive(_leaves, _larger, max_leaves=12)

# --- expressions that tend to make sense ---------------------------------------------------------------------------

Draw = Callable[[st.SearchStrategy[Any]], Any]

_PLACES: dict[str, list[str]] = {
    "number": [
        "n",
        "f",
        "i",
        "E1.n",
        "E1.x",
        "E2.0.n",
        "E3.v",
        "E4.n",
        "E5.k",
        "ns.0",
        "is.0",
        "E1.inner.k",
        "mix",
        "any",
    ],
    "text": [
        "s",
        "t",
        "E1.name",
        "E1.tag",
        "E1.opt",
        "E3.m",
        "E3.kind",
        "E4.name",
        "ts.-1",
        "open.name",
        "open.x",
        "mix",
    ],
    "bool": ["b", "bs.0", "any"],
    "numbers": ["ns", "E2.*.n", "is", "nested.0", "E2.*.x"],
    "texts": ["ts", "E2.*.name", "E2.*.tag", "E2.*.opt"],
    "records": ["E2"],
    "record": ["E1", "E4", "E2.0", "E3"],
}


@st.composite
def sensible(draw: Draw, want: str | None = None, depth: int = 3) -> Expr:
    """An expression of the kind that is wanted, more often than not without a complaint."""
    return _sensible(draw, want or draw(st.sampled_from(list(_PLACES))), depth, ())


def _sensible(draw: Draw, want: str, depth: int, variables: tuple[tuple[str, str], ...]) -> Expr:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return _leaf(draw, want, variables)

    def some(kind: str) -> Expr:
        return _sensible(draw, kind, depth - 1, variables)

    def call(function: str, *kinds: str, **named: Expr) -> Expr:
        return Apply(function=function, args=tuple(some(kind) for kind in kinds), named=named)

    if draw(st.integers(0, 5)) == 0:
        test = _guard(draw, variables) if draw(st.booleans()) else some("bool")
        return Conditional(test=test, then=some(want), otherwise=some(want))
    if draw(st.integers(0, 7)) == 0:
        return Apply(function="default", args=(_leaf(draw, want, variables), some(want)))
    by = Selector(path=(draw(st.sampled_from(["n", "name", "tag", "x"])),))
    match want:
        case "number":
            kind = draw(st.sampled_from(["binary", "minus", "builtin"]))
            if kind == "binary":
                op = draw(st.sampled_from(["+", "-", "*", "/", "%"]))
                return Binary(op=op, left=some("number"), right=some("number"))
            if kind == "minus":
                return Unary(op="-", operand=some("number"))
            return draw(st.sampled_from([
                lambda: call("len", "texts"), lambda: call("sum", "numbers"), lambda: call("max", "number", "number"),
                lambda: call("min", "numbers"), lambda: call("round", "number"), lambda: call("floor", "number"),
                lambda: call("abs", "number"), lambda: call("round", "number", "number"),
                lambda: call("number", "text"), lambda: call("days_between", "text", "text"),
                lambda: Select(of=call("max", "records", by=by), path=("n",)),
                lambda: call("get", "numbers", "number", "number"),
            ]))()  # fmt: skip
        case "text":
            return draw(st.sampled_from([
                lambda: Text(parts=("x ", Ref(name="E1", path=("name",)), " ", Ref(name="ns"))),
                lambda: Binary(op="+", left=some("text"), right=some("text")), lambda: call("lower", "text"),
                lambda: call("take", "text", "number"), lambda: call("join", "texts", "text"),
                lambda: call("replace", "text", "text", "text"), lambda: call("match", "text", "text"),
                lambda: call("between", "text", "text", "text"), lambda: call("format", "number", "text"),
                lambda: call("date", "text"), lambda: call("weekday", "text"),
                lambda: Apply(function="get", args=(some("record"), Constant(value="name"), Constant(value="-"))),
                lambda: call("max", "texts"),
            ]))()  # fmt: skip
        case "bool":
            kind = draw(st.sampled_from(["number", "text", "in", "logic", "not", "guard"]))
            if kind in ("number", "text"):
                op = draw(st.sampled_from(["<", "<=", ">", "==", "!="]))
                return Binary(op=op, left=some(kind), right=some(kind))
            if kind == "in":
                return Binary(op="in", left=some("text"), right=some(draw(st.sampled_from(["text", "texts"]))))
            if kind == "logic":
                left = _guard(draw, variables) if draw(st.booleans()) else some("bool")
                return Binary(op=draw(st.sampled_from(["and", "or"])), left=left, right=some("bool"))
            return Unary(op="not", operand=some("bool")) if kind == "not" else _guard(draw, variables)
        case "record":
            return Apply(function="max", args=(some("records"),), named={"by": by})
        case _:
            return _some_list(draw, want, depth, variables, by)


def _some_list(draw: Draw, want: str, depth: int, variables: tuple[tuple[str, str], ...], by: Expr) -> Expr:
    item = want.removesuffix("s")
    kind = draw(st.sampled_from(["literal", "comprehension", "sorted", "take", "plus", "unique"]))
    if kind == "comprehension":
        source = draw(st.sampled_from(["numbers", "texts", "records"]))
        name = f"q{len(variables)}"
        inside = (*variables, (name, source.removesuffix("s")))
        condition = _sensible(draw, "bool", depth - 1, inside) if draw(st.booleans()) else None
        return Comprehension(
            element=_sensible(draw, item, depth - 1, inside),
            variable=name,
            source=_sensible(draw, source, depth - 1, variables),
            condition=condition,
        )
    first = _sensible(draw, want, depth - 1, variables)
    match kind:
        case "literal":
            return ListOf(items=tuple(_sensible(draw, item, depth - 1, variables) for _ in range(2)))
        case "sorted":
            return Apply(function="sorted", args=(first,), named={"by": by} if want == "records" else {})
        case "take":
            return Apply(function="take", args=(first, _sensible(draw, "number", depth - 1, variables)))
        case "plus":
            return Binary(op="+", left=first, right=_sensible(draw, want, depth - 1, variables))
        case _:
            return Apply(function="unique", args=(first,))


def _leaf(draw: Draw, want: str, variables: tuple[tuple[str, str], ...]) -> Expr:
    places = [*_PLACES[want], *(name for name, kind in variables if kind == want)]
    if want in ("number", "text"):
        field = "n" if want == "number" else "name"
        places += [f"{name}.{field}" for name, kind in variables if kind == "record"]
    if draw(st.integers(0, 2)) == 0 and want in ("number", "text", "bool"):
        literal = {"number": st.integers(-3, 3), "text": words, "bool": st.booleans()}[want]
        return Constant(value=draw(literal))
    return _place(draw(st.sampled_from(places)))


def _place(text: str) -> Ref:
    name, *steps = text.split(".")
    path = (None if one == "*" else int(one) if one.lstrip("-").isdigit() else one for one in steps)
    return Ref(name=name, path=tuple(path))


def _guard(draw: Draw, variables: tuple[tuple[str, str], ...]) -> Expr:
    """A condition that says something about a place."""
    op = draw(st.sampled_from(["==", "!="]))
    null = Constant(value=None)
    place = _place(draw(st.sampled_from(["E4", "i", "t", "E1.x", "E1.inner", "is.0", "E2.0.x", "mix", "any"])))
    found = draw(st.sampled_from(["null", "kind", "default", "has", "literal"]))
    match found:
        case "kind":
            return Binary(op=op, left=_place("E3.kind"), right=Constant(value=draw(st.sampled_from(["ok", "err"]))))
        case "default":
            guarded = Apply(function="default", args=(_place("E1.opt"), null))
            return Binary(op=op, left=guarded, right=null)
        case "has":
            record = draw(st.sampled_from([("opt", "E1"), ("k", "E5"), ("v", "E3"), ("x", "open")]))
            negated = draw(st.sampled_from(["in", "not in"]))
            return Binary(op=negated, left=Constant(value=record[0]), right=_place(record[1]))
        case "literal":
            return Binary(op=op, left=place, right=Constant(value=draw(st.sampled_from([1, "a", True]))))
        case _:
            return Binary(op=op, left=place, right=null)
