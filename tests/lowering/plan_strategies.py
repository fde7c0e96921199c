"""Random plans for the tests of this folder: anything that the IR can say, sense or nonsense, in its one form."""

import string
from typing import Any

from hypothesis import strategies as st

from rewoo_dsl.ir import expr as e
from rewoo_dsl.ir import types as t
from rewoo_dsl.ir.builtins import BUILTINS
from rewoo_dsl.ir.plan import Approval, Each, Input, Limit, Plan, Step, Use
from rewoo_dsl.lowering.raising import _raw_text

_WORD = st.text(string.ascii_letters + string.digits + "_", max_size=6)
RESERVED = {"true", "false", "null", "not"}
NAMES = st.sampled_from(["E1", "E2", "E12", "item", "region", "s"]) | _WORD.map(lambda rest: "n" + rest)
TOOLS = st.sampled_from(["search", "llm", "Wikipedia", "erp.orders.list"])
FUNCTIONS = st.sampled_from(sorted(BUILTINS))
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(list("\n\t\"'\\#{}[]()E1.$,=: "))
TEXT = st.text(CHARACTERS, max_size=8) | st.sampled_from(
    ["#E1", "#{E1.x}", '"""', "\\#E2", "a\n#E1", " x ", "", "//", "Plan: #E1 = f()"]
)
LINE = st.text(string.ascii_letters + string.digits + " .,;:'!?()äöü語😀", max_size=20).map(str.strip)
KEYS = NAMES | TEXT
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 3)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
CONSTANTS = st.builds(e.Constant, value=SCALARS)
PATHS = st.lists(KEYS | st.integers(-3, 3) | st.none(), max_size=3).map(tuple)
REFS = st.builds(e.Ref, name=NAMES, path=PATHS)


def _joined(parts: list[str | e.Ref]) -> e.Expr:
    """The one form of a text in pieces."""
    joined: list[str | e.Ref] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if len(joined) > 1:
        return e.Text(parts=tuple(joined))
    if not joined or isinstance(joined[0], str):
        return e.Constant(value="".join(map(str, joined)))
    return joined[0]


TEXTS: st.SearchStrategy[Any] = st.lists(TEXT | REFS, max_size=4).map(_joined)


def _select(of: e.Expr, path: tuple[Any, ...]) -> e.Expr:
    """A path on a reference or on a path belongs to that one."""
    return of if isinstance(of, e.Ref | e.Select) or not path else e.Select(of=of, path=path)


def _unary(op: Any, operand: e.Expr) -> e.Expr:
    number = isinstance(operand, e.Constant) and type(operand.value) in (int, float)
    return operand if op == "-" and number else e.Unary(op=op, operand=operand)


OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"])
SELECTORS = st.builds(e.Selector, path=st.lists(NAMES, min_size=1, max_size=2).map(tuple))


def _inner(sub: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    few = st.lists(sub, max_size=3).map(tuple)
    return (
        st.builds(e.ListOf, items=few)
        | st.builds(e.ObjectOf, fields=st.dictionaries(KEYS, sub, max_size=3))
        | st.builds(_select, sub, PATHS)
        | st.builds(_unary, st.sampled_from(["-", "not"]), sub)
        | st.builds(e.Binary, op=OPERATORS, left=sub, right=sub)
        | st.builds(e.Conditional, test=sub, then=sub, otherwise=sub)
        | st.builds(e.Comprehension, element=sub, variable=NAMES, source=sub, condition=st.none() | sub)
        | st.builds(e.Apply, function=FUNCTIONS, args=few, named=st.dictionaries(NAMES, sub | SELECTORS, max_size=2))
    )


EXPRESSIONS: st.SearchStrategy[Any] = st.recursive(CONSTANTS | REFS | TEXTS, _inner, max_leaves=6)


def _short(tool: str, first: Any) -> e.Call:
    return e.Call(tool=tool, first=first, short=_raw_text(first) is not None)


CALLS = st.builds(
    e.Call, tool=TOOLS, first=st.none() | EXPRESSIONS, args=st.dictionaries(KEYS, EXPRESSIONS, max_size=3)
) | st.builds(_short, TOOLS, TEXTS)
ACTIONS = CALLS | EXPRESSIONS

TYPES: st.SearchStrategy[t.Type] = st.recursive(
    st.sampled_from([t.ANY, t.STR, t.INT, t.FLOAT, t.BOOL, t.NULL]) | st.builds(t.Only, TEXT | NUMBERS),
    lambda inner: (
        st.builds(t.ListType, inner)
        | st.builds(t.DictType, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda found: t.union(*found))
        | st.dictionaries(KEYS, st.tuples(inner, st.booleans()), min_size=1, max_size=3).map(
            lambda found: t.ObjectType(tuple(t.Member(name, *rest) for name, rest in found.items()))
        )
    ),
    max_leaves=5,
)

SECONDS = st.sampled_from([0.001, 0.25, 1.0, 1.5, 90.0, 600.0, 5400.0, 7200.0]) | st.floats(1e-6, 1e7)


@st.composite
def _steps(draw: st.DrawFn) -> Step:
    do = draw(ACTIONS)
    calls = isinstance(do, e.Call)
    condition = draw(st.none() | EXPRESSIONS)
    return Step(
        name=draw(NAMES),
        rationale="\n".join(draw(st.lists(LINE, max_size=2))),
        type=draw(st.none() | TYPES),
        do=do,
        condition=condition,
        otherwise=None if condition is None else draw(st.none() | ACTIONS),
        each=draw(
            st.none()
            | st.builds(
                Each,
                variable=NAMES,
                source=EXPRESSIONS,
                max=st.none() | st.integers(0, 500),
                parallel=st.none() | st.integers(1, 9),
            )
        ),
        retry=draw(st.integers(0, 3)) if calls else 0,
        timeout=draw(st.none() | SECONDS) if calls else None,
        fallback=draw(st.none() | ACTIONS),
        after=tuple(draw(st.lists(NAMES, max_size=2))),
        approve=draw(st.none() | st.builds(Approval, text=st.none() | TEXTS, within=st.none() | SECONDS))
        if calls
        else None,
    )


JSON = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=2) | st.dictionaries(KEYS, one, max_size=2), max_leaves=4
)
INPUTS = st.builds(Input, name=NAMES, type=st.none() | TYPES) | st.builds(
    Input, name=NAMES, type=st.none() | TYPES, has_default=st.just(True), default=JSON
)
LIMITS = st.builds(
    Limit,
    calls=st.none() | st.integers(0, 1000),
    tokens=st.none() | st.integers(0, 100_000),
    time=st.none() | SECONDS,
    cost=st.none() | st.floats(0, 1e9, allow_subnormal=False),
).filter(lambda limit: limit != Limit())


PLANS: st.SearchStrategy[Plan] = st.builds(
    Plan,
    goal=st.none() | LINE,
    uses=st.lists(st.builds(Use, path=TEXT, name=NAMES), max_size=1).map(tuple),
    inputs=st.lists(INPUTS, max_size=2).map(tuple),
    limit=st.none() | LIMITS,
    steps=st.lists(_steps(), min_size=1, max_size=2).map(tuple),
    result=st.none() | EXPRESSIONS,
    solve=st.none() | TEXTS,
)
