"""What an expression is worth: a straight walk over its nodes, written to be read, not to be fast.

It shares no code with `ir.evaluate`, which compiles, nor with the functions of `ir.builtins`; a property test holds
the two against each other. What the language says about a node stands at the function of that node.
"""

from collections.abc import Callable, Mapping
from typing import assert_never

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
    Select,
    Selector,
    Text,
    Unary,
    children,
)
from .builtins import BUILTINS, SIGNATURES
from .values import (
    Fails,
    TooMuchWork,
    Value,
    fitting,
    is_in,
    is_number,
    items,
    number,
    same,
    shown,
    text,
    truth,
    walk,
    whole,
)

DEEPEST = 32
MOST_WORK = 200_000
"""Beyond this many values looked at, an evaluation is too near its fuel for the reference to say how it ends."""

Names = Mapping[str, Value]


def evaluate(expr: Expr, names: Names) -> Value:
    """The value of an expression where the names have these values.

    Raises:
        Fails: it has none.
        TooMuchWork: it may run out of fuel.
    """
    check_form(expr, 0)
    return _Evaluation().value(expr, names)


def check_form(expr: Expr, depth: int) -> None:
    """What is no expression of the language has no value, wherever in the expression it stands."""
    if depth > DEEPEST or isinstance(expr, Selector):
        raise Fails("form")
    if isinstance(expr, Apply):
        _check_call(expr)
    for place, child in children(expr):
        if place == "/named/by" and isinstance(expr, Apply):
            if depth + (2 if isinstance(child, ListOf) else 1) > DEEPEST:
                raise Fails("form")
            continue
        check_form(child, depth + 1)


def _check_call(call: Apply) -> None:
    """Every required parameter once, none unknown, none twice; `by=` takes a selector or a list of them."""
    signature = SIGNATURES.get(call.function)
    if signature is None:
        raise Fails("form")
    given = [*signature.by_position[: len(call.args)], *call.named]
    too_many = len(call.args) > len(signature.by_position) and signature.rest is None
    unknown = set(call.named) - set(signature.by_position) - set(signature.by_name)
    missing = set(signature.required) - set(given)
    if too_many or unknown or missing or len(set(given)) < len(given):
        raise Fails("form")
    if "by" in call.named and not _selectors(call.named["by"]):
        raise Fails("form")


def _selectors(by: Expr) -> list[Path] | None:
    found = by.items if isinstance(by, ListOf) else (by,)
    paths: list[Path] = [one.path for one in found if isinstance(one, Selector)]
    return paths if len(paths) == len(found) else None


class _Evaluation:
    """One evaluation: it only counts the values that it looks at."""

    def __init__(self) -> None:
        self._looked_at = 0

    def _look(self, value: Value) -> Value:
        stack = [value]
        while stack:
            one = stack.pop()
            self._looked_at += 1 + (len(one) >> 4 if type(one) is str else 0)
            if self._looked_at > MOST_WORK:
                raise TooMuchWork
            if type(one) is list:
                stack.extend(one)
            elif type(one) is dict:
                stack.extend(one.values())
        return value

    def value(self, expr: Expr, names: Names) -> Value:
        return self._look(self._value(expr, names))

    def _value(self, expr: Expr, names: Names) -> Value:
        match expr:
            case Constant():
                return expr.value
            case Ref():
                return walk(named(expr.name, names), expr.path)
            case Select():
                return walk(self.value(expr.of, names), expr.path)
            case Text():
                return "".join([one if isinstance(one, str) else shown(self.value(one, names)) for one in expr.parts])
            case ListOf():
                return [self.value(one, names) for one in expr.items]
            case ObjectOf():
                return {key: self.value(one, names) for key, one in expr.fields.items()}
            case Unary(op="not"):
                return not truth(self.value(expr.operand, names))
            case Unary():
                return fitting(-number(self.value(expr.operand, names)))
            case Binary():
                return self._binary(expr, names)
            case Conditional():
                chosen = expr.then if truth(self.value(expr.test, names)) else expr.otherwise
                return self.value(chosen, names)
            case Comprehension():
                return self._comprehension(expr, names)
            case Apply():
                return self._apply(expr, names)
            case Selector():
                raise Fails("form")
            case _:
                assert_never(expr)

    def _binary(self, expr: Binary, names: Names) -> Value:
        """`and` and `or` look at their right side only when the left one does not decide."""
        left = self.value(expr.left, names)
        if expr.op == "and":
            return truth(left) and truth(self.value(expr.right, names))
        if expr.op == "or":
            return truth(left) or truth(self.value(expr.right, names))
        return operate(expr.op, left, self.value(expr.right, names))

    def _comprehension(self, expr: Comprehension, names: Names) -> Value:
        """`[element for #variable in source if condition]`, in the order of the source."""
        found = []
        for one in items(self.value(expr.source, names)):
            inside = {**names, expr.variable: one}
            if expr.condition is None or truth(self.value(expr.condition, inside)):
                found.append(self.value(expr.element, inside))
        return found

    def _apply(self, call: Apply, names: Names) -> Value:
        if call.function == "default":
            return self._default(call, names)
        if call.function == "get":
            return self._get(call, names)
        signature = SIGNATURES[call.function]
        written = dict(zip(signature.by_position, call.args, strict=False)) | call.named
        given: list[Value] = []
        for name in (*signature.by_position, *signature.by_name):
            if name == "by":
                given.append(_selectors(written[name]) if name in written else [])
            else:
                given.append(self.value(written[name], names) if name in written else _ABSENT.get(name))
            if signature.rest is not None and name == signature.by_position[-1]:
                given.append([self.value(one, names) for one in call.args[len(signature.by_position) :]])
        return BUILTINS[call.function](*given)

    def _default(self, call: Apply, names: Names) -> Value:
        """The other one is looked at only when the first is null, or its path leads nowhere."""
        written = dict(zip(("value", "other"), call.args, strict=False)) | call.named
        value = self._guarded(written["value"], names)
        return self.value(written["other"], names) if value is None else value

    def _get(self, call: Apply, names: Names) -> Value:
        """The default is looked at only when there is no such key or index; without one it is null."""
        written = dict(zip(("container", "key", "default"), call.args, strict=False)) | call.named
        container = self._guarded(written["container"], names)
        key = self.value(written["key"], names)
        if container is not None and type(container) not in (list, dict):
            raise Fails("type")
        if type(container) is dict and text(key) in container:
            return container[key]
        if type(container) is list and -len(container) <= whole(key) < len(container):
            return container[int(key)]
        return self.value(written["default"], names) if "default" in written else None

    def _guarded(self, expr: Expr, names: Names) -> Value:
        """A path that leads nowhere gives null; what the path starts from is not guarded."""
        match expr:
            case Ref():
                start = named(expr.name, names)
            case Select():
                start = self.value(expr.of, names)
            case _:
                return self.value(expr, names)
        try:
            return self._look(walk(start, expr.path))
        except Fails as failure:
            if failure.kind in ("null", "key", "index"):
                return None
            raise


_ABSENT: Mapping[str, Value] = {"desc": False}


def named(name: str, names: Names) -> Value:
    if name not in names:
        raise Fails("form")
    return names[name]


def operate(op: str, a: Value, b: Value) -> Value:
    """The value of `a op b`. Nothing is converted: text goes with text, numbers with numbers."""
    if op in ("==", "!="):
        return same(a, b) is (op == "==")
    if op in ("in", "not in"):
        return is_in(a, b) is (op == "in")
    if op == "+" and type(a) is type(b) and type(a) in (str, list):
        return a + b
    ordered = op in _ORDER and type(a) is str and type(b) is str
    if not ordered and not (is_number(a) and is_number(b)):
        raise Fails("null" if a is None or b is None else "type")
    if op in _ORDER:
        return _ORDER[op](a, b)
    if op in ("/", "%") and b == 0:
        raise Fails("division")
    return fitting(_ARITHMETIC[op](a, b))


_ORDER: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
}
"""`/` always gives a float; the remainder has the sign of the divisor."""
