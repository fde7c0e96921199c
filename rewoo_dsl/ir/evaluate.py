"""Expressions to values: `compile_expr` turns one into a closure, once; the closure is then called many times.

    compiled = compile_expr(expr)
    value = compiled({"E1": [1, 2, 3]}, Fuel())

The meaning of each operator is in `operations`, of each built-in in `builtins`; this module is only the shape of the
tree. Closures are specialised for what plans are full of: constants, references, text. Whatever goes wrong is an
`EvaluationError` with its kind and the place of the node. Values are never copied and never changed: what an
expression gives may share parts with what it was given.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

from .builtins import BUILTINS, Builtin, Parameter, bind
from .expr import (
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
    constant_value,
    references,
)
from .fuel import ErrorKind, EvaluationError, Fuel, cut
from .operations import (
    Operation,
    add,
    as_bool,
    as_list,
    checked,
    compare,
    contains,
    divide,
    modulo,
    multiply,
    negate,
    render,
    same,
    subtract,
    walk,
)
from .values import Value

MAX_NESTING = 32

Environment: TypeAlias = Mapping[str, Value]
"""The values of evidence, inputs and loop variables by name, without `#`."""

Compiled: TypeAlias = Callable[[Environment, Fuel], Value]


def evaluate(expr: Expr, env: Environment, fuel: Fuel | None = None) -> Value:
    """The value of an expression. Raises `EvaluationError` when it has none."""
    return compile_expr(expr)(env, Fuel() if fuel is None else fuel)


def compile_expr(expr: Expr) -> Compiled:
    """A function that evaluates `expr`. Raises `EvaluationError` of kind `form` for what is no expression."""
    if not is_flat(expr) and nesting(expr) > MAX_NESTING:
        raise EvaluationError("form", f"the expression is nested deeper than {MAX_NESTING}", "")
    return _compiled(expr, "")


def is_flat(expr: Expr) -> bool:
    """Whether an expression surely has no deep nesting: most have none."""
    return isinstance(expr, Constant | Ref | Text)


def nesting(expr: Expr) -> int:
    """How many nodes are around the innermost one. Stops counting past `MAX_NESTING`; never recurses."""
    depth, level = -1, [expr]
    while level and depth <= MAX_NESTING:
        depth += 1
        level = [child for node in level for _, child in children(node)]
    return depth


def _compiled(expr: Expr, at: str) -> Compiled:
    match expr:
        case Constant():
            return _constant(expr.value, at)
        case Ref():
            return _ref(expr, at)
        case Text():
            return _text(expr, at)
        case Select():
            return _select(expr, at)
        case ListOf():
            return _list(expr, at)
        case ObjectOf():
            return _object(expr, at)
        case Unary():
            return _unary(expr, at)
        case Binary():
            return _binary(expr, at)
        case Conditional():
            return _conditional(expr, at)
        case Comprehension():
            return _comprehension(expr, at)
        case Apply():
            return _apply(expr, at)
        case Selector():
            raise EvaluationError("form", "a selector such as `.name` stands after `by=` only", at)
        case _:
            assert_never(expr)


# --- leaves --------------------------------------------------------------------------------------------------------


def _constant(value: Value, at: str) -> Compiled:
    """A number beyond its bounds fails where it is evaluated: a branch that is not taken does no harm."""
    if isinstance(value, int | float):
        try:
            checked(value)
        except EvaluationError as error:
            return _failing(error.kind, error.message, at)
    return lambda _env, _fuel: value


def _failing(kind: ErrorKind, message: str, at: str) -> Compiled:
    def fail(_env: Environment, _fuel: Fuel) -> Value:
        raise EvaluationError(kind, message, at)

    return fail


def _ref(ref: Ref, at: str) -> Compiled:
    """One closure each for no path, a single key, and any other path."""
    name, path = ref.name, ref.path
    if not path:
        return _name(name, at)
    if len(path) == 1 and isinstance(path[0], str):
        return _field(name, path, at)
    return _walked(_name(name, at), path, at)


def _name(name: str, at: str) -> Compiled:
    def read(env: Environment, _fuel: Fuel) -> Value:
        try:
            return env[name]
        except KeyError:
            raise EvaluationError("form", f"`#{cut(name)}` has no value here", at) from None

    return read


def _field(name: str, path: Path, at: str) -> Compiled:
    key = path[0]
    slow = _walked(_name(name, at), path, at)

    def read(env: Environment, fuel: Fuel) -> Value:
        value = env.get(name)
        if type(value) is dict and key in value:
            return value[key]
        return slow(env, fuel)

    return read


def _walked(of: Compiled, path: Path, at: str) -> Compiled:
    def read(env: Environment, fuel: Fuel) -> Value:
        value = of(env, fuel)
        try:
            return walk(value, path, fuel)
        except EvaluationError as error:
            raise error.placed(at) from None

    return read


def _select(expr: Select, at: str) -> Compiled:
    return _walked(_compiled(expr.of, at + "/of"), expr.path, at)


def _text(expr: Text, at: str) -> Compiled:
    """Text is put together once: what a reference brings in is never read again."""
    parts = [part if isinstance(part, str) else _ref(part, f"{at}/parts/{i}") for i, part in enumerate(expr.parts)]
    fixed = sum(len(part) for part in parts if isinstance(part, str))

    def write(env: Environment, fuel: Fuel) -> Value:
        try:
            fuel.make(fixed)
            return "".join([part if isinstance(part, str) else render(part(env, fuel), fuel) for part in parts])
        except EvaluationError as error:
            raise error.placed(at) from None

    return write


# --- containers ----------------------------------------------------------------------------------------------------


def _list(expr: ListOf, at: str) -> Compiled:
    items = [_compiled(item, f"{at}{place}") for place, item in children(expr)]

    def build(env: Environment, fuel: Fuel) -> Value:
        fuel.visit(len(items))
        return [item(env, fuel) for item in items]

    return _placed(build, at)


def _object(expr: ObjectOf, at: str) -> Compiled:
    places = [place for place, _ in children(expr)]
    fields = [
        (key, _compiled(value, at + place)) for place, (key, value) in zip(places, expr.fields.items(), strict=True)
    ]

    def build(env: Environment, fuel: Fuel) -> Value:
        fuel.visit(len(fields))
        return {key: value(env, fuel) for key, value in fields}

    return _placed(build, at)


def _comprehension(expr: Comprehension, at: str) -> Compiled:
    """The element sees a small environment of its own: the names it reads, and the variable."""
    source = _compiled(expr.source, at + "/source")
    element = _compiled(expr.element, at + "/element")
    condition = None if expr.condition is None else _condition(expr.condition, at + "/condition")
    variable = expr.variable
    inside = [expr.element] if expr.condition is None else [expr.element, expr.condition]
    names = {ref.name for node in inside for _, ref in references(node)} - {variable}

    def build(env: Environment, fuel: Fuel) -> Value:
        items = as_list(source(env, fuel))
        fuel.visit(len(items))
        inner: dict[str, Value] = {name: env[name] for name in names if name in env}
        out: list[Value] = []
        for item in items:
            inner[variable] = item
            if condition is None or condition(inner, fuel):
                out.append(element(inner, fuel))
        return out

    return _placed(build, at)


def _placed(run: Compiled, at: str) -> Compiled:
    """`run`, with this place for the errors that have none yet."""

    def placed(env: Environment, fuel: Fuel) -> Value:
        try:
            return run(env, fuel)
        except EvaluationError as error:
            raise error.placed(at) from None

    return placed


# --- operators -----------------------------------------------------------------------------------------------------


def _equal(a: Value, b: Value, fuel: Fuel) -> Value:
    return same(a, b, fuel)


def _unequal(a: Value, b: Value, fuel: Fuel) -> Value:
    return not same(a, b, fuel)


def _in(a: Value, b: Value, fuel: Fuel) -> Value:
    return contains(b, a, fuel)


def _not_in(a: Value, b: Value, fuel: Fuel) -> Value:
    return not contains(b, a, fuel)


_OPERATIONS: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "==": _equal,
    "!=": _unequal,
    "in": _in,
    "not in": _not_in,
    **{op: compare(op) for op in ("<", "<=", ">", ">=")},
}


def _unary(expr: Unary, at: str) -> Compiled:
    is_literal, literal = constant_value(expr)
    if is_literal:
        return _constant(literal, at)
    if expr.op == "not":
        condition = _condition(expr.operand, at + "/operand")
        return lambda env, fuel: not condition(env, fuel)
    operand = _compiled(expr.operand, at + "/operand")
    return _placed(lambda env, fuel: negate(operand(env, fuel)), at)


def _binary(expr: Binary, at: str) -> Compiled:
    if expr.op in ("and", "or"):
        return _logical(expr, at)
    operation = _OPERATIONS[expr.op]
    left, right = _compiled(expr.left, at + "/left"), _compiled(expr.right, at + "/right")

    def apply(env: Environment, fuel: Fuel) -> Value:
        try:
            return operation(left(env, fuel), right(env, fuel), fuel)
        except EvaluationError as error:
            raise error.placed(at) from None

    return apply


def _logical(expr: Binary, at: str) -> Compiled:
    """`and` and `or` look at the right side only when the left one does not decide."""
    left, right = _condition(expr.left, at + "/left"), _condition(expr.right, at + "/right")
    if expr.op == "and":
        return lambda env, fuel: left(env, fuel) and right(env, fuel)
    return lambda env, fuel: left(env, fuel) or right(env, fuel)


def _condition(expr: Expr, at: str) -> Callable[[Environment, Fuel], bool]:
    """An expression that must be `true` or `false`: nothing else counts as either."""
    run = _compiled(expr, at)

    def decide(env: Environment, fuel: Fuel) -> bool:
        try:
            return as_bool(run(env, fuel))
        except EvaluationError as error:
            raise error.placed(at) from None

    return decide


def _conditional(expr: Conditional, at: str) -> Compiled:
    test = _condition(expr.test, at + "/test")
    then, otherwise = _compiled(expr.then, at + "/then"), _compiled(expr.otherwise, at + "/otherwise")
    return lambda env, fuel: then(env, fuel) if test(env, fuel) else otherwise(env, fuel)


# --- built-ins -----------------------------------------------------------------------------------------------------


def _apply(expr: Apply, at: str) -> Compiled:
    builtin = BUILTINS.get(expr.function)
    if builtin is None:
        raise EvaluationError("form", f"there is no built-in `{cut(expr.function)}`", at)
    arguments = _arguments(expr, builtin, at)
    function = builtin.function

    def call(env: Environment, fuel: Fuel) -> Value:
        try:
            return function(fuel, *[argument(env, fuel) for argument in arguments])
        except EvaluationError as error:
            raise error.placed(at) from None

    return call


def _arguments(expr: Apply, builtin: Builtin, at: str) -> list[Callable[[Environment, Fuel], object]]:
    """One closure per parameter, in order."""
    bound = bind(expr, builtin)
    for place, problem in bound.problems:
        raise EvaluationError("form", problem, at + place)
    out: list[Callable[[Environment, Fuel], object]] = []
    for parameter in builtin.parameters:
        if parameter.rest:
            out.append(_together([_compiled(arg, at + place) for place, arg in bound.rest]))
        elif parameter.selectors:
            out.append(_fixed(bound.selectors))
        elif parameter.name in bound.arguments:
            place, arg = bound.arguments[parameter.name]
            out.append(_argument(parameter, arg, at + place))
        else:
            out.append(_fixed(parameter.default))
    return out


def _argument(parameter: Parameter, arg: Expr, at: str) -> Callable[[Environment, Fuel], object]:
    if parameter.guarded:
        return _guarded(arg, at)
    run = _compiled(arg, at)
    return (lambda env, fuel: lambda: run(env, fuel)) if parameter.lazy else run


def _together(runs: list[Compiled]) -> Callable[[Environment, Fuel], object]:
    return lambda env, fuel: tuple([run(env, fuel) for run in runs])


def _fixed(value: object) -> Callable[[Environment, Fuel], object]:
    return lambda _env, _fuel: value


_LEADS_NOWHERE: frozenset[ErrorKind] = frozenset({"null", "key", "index"})


def _guarded(expr: Expr, at: str) -> Compiled:
    """A path that may lead nowhere gives null. Only the path is guarded, not what it starts from."""
    match expr:
        case Ref():
            start, path = _name(expr.name, at), expr.path
        case Select():
            start, path = _compiled(expr.of, at + "/of"), expr.path
        case _:
            return _compiled(expr, at)

    def read(env: Environment, fuel: Fuel) -> Value:
        value = start(env, fuel)
        try:
            return walk(value, path, fuel)
        except EvaluationError as error:
            if error.kind in _LEADS_NOWHERE:
                return None
            raise error.placed(at) from None

    return read


__all__ = [
    "MAX_NESTING",
    "Compiled",
    "Environment",
    "EvaluationError",
    "Fuel",
    "compile_expr",
    "evaluate",
    "is_flat",
    "nesting",
]
