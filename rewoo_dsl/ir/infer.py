"""Expressions to types, without evaluating: the mirror of `evaluate`.

`infer` gives a type that every value of the expression belongs to and reports where evaluation fails or may fail.
The promise, held by a property test: where it reports nothing, evaluation in an environment of these types never
fails with the kinds `type`, `null` or `form`, nor with `key` for a declared field. Indexes, keys of a `dict[T]`,
division, overflow, text that is no number, and fuel are not its business.

Conditions narrow what is read behind them: in `#E1.x if #E1 != null else 0` the first `#E1` is not null. `narrow` is
that rule; the checker uses it for the `if` of a step as well.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from .._record import record
from .builtins import BUILTINS, Builtin, Given, Parameter, bind
from .evaluate import MAX_NESTING, is_flat, nesting
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
)
from .findings import Certainty, Finding, FindingKind, Report
from .fuel import cut
from .part import made
from .type_rules import (
    LIST,
    NUMBER,
    OBJECT,
    admits_null,
    alternatives,
    brief,
    filtered,
    is_unknown,
    item_type,
    near_names,
    never_equal,
    number_of,
    require,
    require_membership,
    type_at,
    widened,
    without_null,
)
from .types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
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
    of_value,
    union,
)

Place: TypeAlias = tuple[str, Path]
"""A name and a path: what a condition can say something about."""


@record
class Scope:
    """The types of names, and what conditions have said about places since. A name that is not there is `any`."""

    types: Mapping[str, Type]
    facts: Mapping[Place, Type] = field(default_factory=dict)

    def known(self, name: str, path: Path) -> tuple[Type, Path]:
        """The type of the longest part of a path that something is known about, and the rest of the path."""
        for length in range(len(path), -1, -1) if self.facts else ():
            fact = self.facts.get((name, path[:length]))
            if fact is not None:
                return fact, path[length:]
        return self.types.get(name, ANY), path

    def learnt(self, name: str, path: Path, one: Type) -> "Scope":
        """The same scope with one fact more."""
        return Scope(self.types, {**self.facts, (name, path): one})

    def with_variable(self, name: str, one: Type) -> "Scope":
        """The same scope with a loop variable."""
        facts = {place: fact for place, fact in self.facts.items() if place[0] != name}
        return Scope(ChainMap({name: one}, self.types), facts)  # type: ignore[arg-type]  # only read, never written


def infer(expr: Expr, types: Mapping[str, Type] | Scope, report: Report) -> Type:
    """The static type of an expression; what is wrong or unknown goes to `report`, in order of evaluation."""
    if not is_flat(expr) and nesting(expr) > MAX_NESTING:
        report(Finding("depth", f"the expression is nested deeper than {MAX_NESTING}"))
        return ANY
    return _infer(expr, _scope(types), "", report)


def _scope(types: Mapping[str, Type] | Scope) -> Scope:
    return types if isinstance(types, Scope) else Scope(types)


def _infer(expr: Expr, scope: Scope, at: str, report: Report) -> Type:
    rule: _Rule = _RULES[type(expr)]
    return rule(expr, scope, at, report)


_Rule: TypeAlias = Callable[[Any, Scope, str, Report], Type]

# --- leaves and containers -----------------------------------------------------------------------------------------


def _constant(expr: Constant, _scope: Scope, _at: str, _report: Report) -> Type:
    return of_value(expr.value)


def _ref(expr: Ref, scope: Scope, at: str, report: Report) -> Type:
    start, path = scope.known(expr.name, expr.path)
    return type_at(start, path, at, report) if path else start


def _select(expr: Select, scope: Scope, at: str, report: Report) -> Type:
    return type_at(_infer(expr.of, scope, at + "/of", report), expr.path, at, report)


def _text(expr: Text, scope: Scope, at: str, report: Report) -> Type:
    for place, part in children(expr):
        _infer(part, scope, at + place, report)
    return STR


def _list(expr: ListOf, scope: Scope, at: str, report: Report) -> Type:
    return ListType(union(*(_infer(item, scope, at + place, report) for place, item in children(expr))))


def _object(expr: ObjectOf, scope: Scope, at: str, report: Report) -> Type:
    types = [_infer(value, scope, at + place, report) for place, value in children(expr)]
    return ObjectType(tuple(map(Member, expr.fields, types)), closed=True)


def _comprehension(expr: Comprehension, scope: Scope, at: str, report: Report) -> Type:
    source = _infer(expr.source, scope, at + "/source", report)
    require(source, LIST, at + "/source", report, what="a list")
    inside = scope.with_variable(expr.variable, item_type(source))
    if expr.condition is not None:
        _condition(expr.condition, inside, at + "/condition", report)
        inside = narrow(expr.condition, inside)
    return ListType(_infer(expr.element, inside, at + "/element", report))


def _selector(_expr: Selector, _scope: Scope, at: str, report: Report) -> Type:
    report(Finding("argument", "a selector such as `.name` stands after `by=` only", at))
    return NEVER


# --- operators -----------------------------------------------------------------------------------------------------


def _unary(expr: Unary, scope: Scope, at: str, report: Report) -> Type:
    is_literal, literal = constant_value(expr)
    if is_literal:
        return of_value(literal)
    if expr.op == "not":
        _condition(expr.operand, scope, at + "/operand", report)
        return BOOL
    operand = _infer(expr.operand, scope, at + "/operand", report)
    require(operand, NUMBER, at, report, what="a number")
    return number_of(operand)


def _binary(expr: Binary, scope: Scope, at: str, report: Report) -> Type:
    if expr.op in ("and", "or"):
        return _logical(expr, scope, at, report)
    left = _infer(expr.left, scope, at + "/left", report)
    right = _infer(expr.right, scope, at + "/right", report)
    match expr.op:
        case "==" | "!=":
            if NULL not in (left, right) and never_equal(left, right):
                message = f"{brief(left)} never equals {brief(right)}"
                report(Finding("comparison", message, at, "maybe"))
            return BOOL
        case "in" | "not in":
            require_membership(left, right, (at, at), report)
            return BOOL
        case "<" | "<=" | ">" | ">=":
            _pairwise(expr.op, left, right, at, report)
            return BOOL
        case _:
            return _pairwise(expr.op, left, right, at, report)


def _pairwise(op: str, left: Type, right: Type, at: str, report: Report) -> Type:
    """The result of `op` over every pair of operand types; a pair without a result is a complaint."""
    if isinstance(left, Scalar) and isinstance(right, Scalar) and (plain := _result(op, left, right)) is not None:
        return plain
    results: list[Type] = []
    failed: set[FindingKind] = set()
    for a in _operands(left):
        for b in _operands(right):
            result = _result(op, a, b)
            if result is not None:
                results.append(result)
            else:
                failed.add("null" if NULL in (a, b) else "type")
    certainty: Certainty = "maybe" if results else "certain"
    for kind in sorted(failed):
        report(Finding(kind, f"`{op}` does not take {brief(left)} and {brief(right)}", at, certainty))
    if not failed and (is_unknown(left) or is_unknown(right)):
        report(Finding("unchecked", f"`{op}` takes any", at, "unchecked"))
    return union(*results)


def _operands(one: Type) -> list[Type]:
    """The kinds of operand in a type, at most one each."""
    if isinstance(one, Scalar | AnyType):
        return [one]
    lists = [ListType(item_type(one))] if any(isinstance(a, ListType) for a in alternatives(one)) else []
    objects = [OBJECT] if any(isinstance(a, ObjectType | DictType) for a in alternatives(one)) else []
    plain = [a for a in widened(one) if not isinstance(a, ListType | ObjectType | DictType)]
    return [*plain, *lists, *objects]


def _result(op: str, a: Type, b: Type) -> Type | None:
    """The type of `a op b`, or None when there is no such operation. `any` may be whatever suits the other side."""
    if isinstance(a, AnyType):
        return _with_any(op, b)
    if isinstance(b, AnyType):
        return _with_any(op, a)
    if a in (INT, FLOAT) and b in (INT, FLOAT):
        return FLOAT if op == "/" or FLOAT in (a, b) else INT
    if a == STR and b == STR and op not in ("-", "*", "/", "%"):
        return STR
    if isinstance(a, ListType) and isinstance(b, ListType) and op == "+":
        return ListType(union(a.item, b.item))
    return None


def _with_any(op: str, other: Type) -> Type | None:
    if isinstance(other, AnyType):
        return ANY if op == "+" else FLOAT
    if isinstance(other, ListType):
        return LIST if op == "+" else None
    return _result(op, FLOAT if other == INT else other, other)


def _logical(expr: Binary, scope: Scope, at: str, report: Report) -> Type:
    """The right side is only reached when the left one holds (`and`) or does not (`or`)."""
    _condition(expr.left, scope, at + "/left", report)
    behind = narrow(expr.left, scope, holds=expr.op == "and")
    _condition(expr.right, behind, at + "/right", report)
    return BOOL


def _condition(expr: Expr, scope: Scope, at: str, report: Report) -> None:
    require(_infer(expr, scope, at, report), BOOL, at, report, kind="condition", what="a bool")


def _conditional(expr: Conditional, scope: Scope, at: str, report: Report) -> Type:
    _condition(expr.test, scope, at + "/test", report)
    then = _infer(expr.then, narrow(expr.test, scope), at + "/then", report)
    otherwise = _infer(expr.otherwise, narrow(expr.test, scope, holds=False), at + "/otherwise", report)
    return union(then, otherwise)


# --- built-ins -----------------------------------------------------------------------------------------------------


def _apply(expr: Apply, scope: Scope, at: str, report: Report) -> Type:
    builtin = BUILTINS.get(expr.function)
    if builtin is None:
        near = near_names(expr.function, list(BUILTINS))
        report(Finding("function", f"there is no built-in `{cut(expr.function)}`", at, near=near))
        return ANY
    bound = bind(expr, builtin)
    for place, problem in bound.problems:
        report(Finding("argument", problem, at + place, near=_near_arguments(builtin)))
    places = {name: at + place for name, (place, _) in bound.arguments.items()}
    types = {
        name: _argument(builtin.parameter(name), arg, scope, places[name], report)
        for name, (_, arg) in bound.arguments.items()
    }
    rest = tuple((at + place, _infer(arg, scope, at + place, report)) for place, arg in bound.rest)
    if bound.problems:
        return ANY
    given = Given(types, places, rest, bound.selectors, report)
    for parameter in builtin.parameters:
        given.check(parameter)
    return builtin.gives(given)


def _near_arguments(builtin: Builtin) -> tuple[str, ...]:
    return tuple(p.name for p in builtin.parameters if not p.rest)


def _argument(parameter: Parameter | None, arg: Expr, scope: Scope, at: str, report: Report) -> Type:
    if parameter is None or not parameter.guarded:
        return _infer(arg, scope, at, report)
    match arg:
        case Ref():
            start, path = scope.known(arg.name, arg.path)
        case Select():
            start, path = _infer(arg.of, scope, at + "/of", report), arg.path
        case _:
            return _infer(arg, scope, at, report)
    return type_at(start, path, at, report, guarded=True)


_RULES: dict[type, _Rule] = {
    Constant: _constant,
    Ref: _ref,
    Select: _select,
    Text: _text,
    ListOf: _list,
    ObjectOf: _object,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Comprehension: _comprehension,
    Apply: _apply,
    Selector: _selector,
}

# --- what conditions say -------------------------------------------------------------------------------------------


def narrow(condition: Expr, types: Mapping[str, Type] | Scope, *, holds: bool = True) -> Scope:
    """What is known where `condition` was evaluated and came out as `holds`."""
    scope = _scope(types)
    match condition:
        case Unary(op="not"):
            return narrow(condition.operand, scope, holds=not holds)
        case Binary(op="and") if holds:
            return narrow(condition.right, narrow(condition.left, scope))
        case Binary(op="or") if not holds:
            return narrow(condition.right, narrow(condition.left, scope, holds=False), holds=False)
        case Binary(op="==" | "!="):
            equals = (condition.op == "==") is holds
            scope = _compared(condition.left, condition.right, scope, equals=equals)
            return _compared(condition.right, condition.left, scope, equals=equals)
        case Binary(op="in" | "not in") if (condition.op == "in") is holds:
            return _is_member(condition.left, condition.right, scope)
        case _:
            return scope


def _silent(_finding: Finding) -> None:
    """Whatever there is to say was said where the condition itself was looked at."""


def _subject(expr: Expr) -> tuple[Ref | None, bool]:
    """The place that an expression reads, and whether it gives null where there is no such place."""
    match expr:
        case Ref() if None not in expr.path:
            return expr, False
        case Apply(function="default", args=(Ref() as ref, Constant(value=None)), named={}) if None not in ref.path:
            return ref, True
        case Apply(function="get", args=(Ref() as ref, Constant(value=str() | int() as key)), named={}) if (
            None not in ref.path and not isinstance(key, bool)
        ):
            return made(Ref, name=ref.name, path=(*ref.path, key)), True
        case _:
            return None, False


def _compared(expr: Expr, other: Expr, scope: Scope, *, equals: bool) -> Scope:
    """What `expr == other` or `expr != other` says about `expr`."""
    ref, gives_null = _subject(expr)
    if ref is None:
        return scope
    value = _infer(other, scope, "", _silent)
    is_null = isinstance(other, Constant) and other.value is None
    if (
        gives_null
        and not (is_null and not equals)
        and not (equals and not is_unknown(value) and not admits_null(value))
    ):
        return scope
    scope = _parent_narrowed(ref, value, scope, equals=equals)
    return scope.learnt(ref.name, ref.path, _kept(_ref(ref, scope, "", _silent), value, equals=equals))


def _excludes_null(value: Type, *, equals: bool) -> bool:
    """Whether what equals `value`, or differs from it, cannot be null."""
    return not admits_null(value) and not is_unknown(value) if equals else value == NULL


def _kept(one: Type, value: Type, *, equals: bool) -> Type:
    """The part of a type that equals `value`, or the part that may differ from it."""
    if not equals:
        if value == NULL:
            return without_null(one)
        return filtered(one, lambda a: a != value) if isinstance(value, Only) else one
    if is_unknown(one):
        return value if isinstance(value, Only) else one
    return filtered(one, lambda a: not never_equal(a, value))


def _parent_narrowed(ref: Ref, value: Type, scope: Scope, *, equals: bool) -> Scope:
    """Of several kinds of object, those whose field can be so: `#e.kind == "error"` tells which one `#e` is."""
    if not ref.path or not isinstance(key := ref.path[-1], str):
        return scope
    above = ref.path[:-1]
    parent = _ref(made(Ref, name=ref.name, path=above), scope, "", _silent)
    if is_unknown(parent):
        return scope
    kept = filtered(parent, lambda a: _may_hold(a, key, value, equals=equals))
    return scope.learnt(ref.name, above, kept)


def _may_hold(one: Type, key: str, value: Type, *, equals: bool) -> bool:
    if not isinstance(one, ObjectType):
        return isinstance(one, DictType)
    member = one.member(key)
    if member is None:
        return not one.closed
    return _kept(member.type, value, equals=equals) != NEVER or member.type == NEVER


def _is_member(item: Expr, container: Expr, scope: Scope) -> Scope:
    """What `item in container` says: of the item that it is one of a list's, of an object that it has the key."""
    holder = _infer(container, scope, "", _silent)
    only_lists = bool(alternatives(holder)) and all(isinstance(a, ListType) for a in alternatives(holder))
    if isinstance(item, Ref) and None not in item.path and only_lists:
        current = _ref(item, scope, "", _silent)
        return scope.learnt(item.name, item.path, _kept(current, item_type(holder), equals=True))
    if isinstance(item, Constant) and isinstance(item.value, str) and isinstance(container, Ref):
        objects = filtered(holder, lambda a: isinstance(a, ObjectType | DictType))
        if None not in container.path and objects != NEVER and len(alternatives(objects)) == len(alternatives(holder)):
            path = (*container.path, item.value)
            return scope.learnt(container.name, path, type_at(objects, (item.value,), "", _silent))
    return scope


__all__ = ["Certainty", "Finding", "FindingKind", "Report", "Scope", "infer", "narrow"]
