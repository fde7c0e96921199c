"""Built-ins over lists and objects: `len sum min max sorted take unique flatten keys values all any get default`."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..expr import Path
from ..findings import Finding
from ..fuel import EvaluationError, Fuel, cut, wanted
from ..operations import (
    Number,
    as_bool,
    as_int,
    as_list,
    as_number,
    as_object,
    as_str,
    checked,
    contains,
    identity,
    order_keys,
    walk,
)
from ..type_rules import (
    LIST,
    NUMBER,
    OBJECT,
    alternatives,
    brief,
    is_unknown,
    item_type,
    near_names,
    number_of,
    require,
    require_membership,
    require_order,
    type_at,
    value_type,
    without_null,
)
from ..types import ANY, BOOL, INT, NULL, STR, DictType, ListType, ObjectType, Only, Type, union
from ..values import Value
from ._table import Builtin, Given, Parameter

_ITEMS = Parameter("list", LIST)
_BY = Parameter("by", default=(), named=True, selectors=True)

# --- what they do --------------------------------------------------------------------------------------------------


def _len(_fuel: Fuel, value: Value) -> Value:
    if isinstance(value, list | str | dict):
        return len(value)
    raise wanted("a list, a str or an object", value)


def _sum(fuel: Fuel, value: Value) -> Value:
    items = as_list(value)
    fuel.visit(len(items))
    numbers = [as_number(item) for item in items]
    if all(isinstance(number, int) for number in numbers):
        return checked(sum(numbers))
    try:
        return checked(_exact_sum(numbers))
    except OverflowError:
        raise EvaluationError("overflow", "the sum is no finite number") from None


def _exact_sum(numbers: list[Number]) -> float:
    """`fsum` gives up when it passes what a float holds on its way to a sum that one does hold."""
    try:
        return math.fsum(numbers)
    except OverflowError:
        return float(sum(map(Fraction, numbers)))


def _sorted(fuel: Fuel, value: Value, by: tuple[Path, ...], desc: Value) -> Value:
    """Stable, in both directions: sorts by the last selector first."""
    order = list(range(len(as_list(value))))
    items = as_list(value)
    down = as_bool(desc)
    for path in reversed(by or ((),)):
        keys = order_keys(_keys(items, path, fuel), fuel)
        order.sort(key=keys.__getitem__, reverse=down)
    return [items[i] for i in order]


def _keys(items: list[Value], path: Path, fuel: Fuel) -> list[Value]:
    fuel.visit(len(items))
    return [walk(item, path, fuel) for item in items] if path else items


def _extreme(name: str, pick: Callable[..., Any]) -> Callable[..., Value]:
    """`min` or `max`: of a list, or of several arguments. Of equal items the first one."""

    def extreme(fuel: Fuel, first: Value, others: tuple[Value, ...], by: tuple[Path, ...]) -> Value:
        items = [first, *others] if others else as_list(first)
        if not items:
            raise EvaluationError("value", f"`{name}` of no items; test `len(...) > 0` first")
        columns = [order_keys(_keys(items, path, fuel), fuel) for path in by or ((),)]
        found: int = pick(range(len(items)), key=lambda i: tuple(column[i] for column in columns))
        return items[found]

    return extreme


def _take(fuel: Fuel, value: Value, count: Value) -> Value:
    n = as_int(count)
    if not isinstance(value, str | list):
        raise wanted("a list or a str", value)
    size = min(abs(n), len(value))
    if isinstance(value, str):
        fuel.make(size)
    else:
        fuel.visit(size)
    return value[:size] if n >= 0 else value[len(value) - size :]


def _unique(fuel: Fuel, value: Value) -> Value:
    seen = set()
    kept = []
    for item in as_list(value):
        known = identity(item, fuel)
        if known not in seen:
            seen.add(known)
            kept.append(item)
    return kept


def _flatten(fuel: Fuel, value: Value) -> Value:
    flat: list[Value] = []
    for item in as_list(value):
        fuel.visit(1 + len(as_list(item)))
        flat.extend(as_list(item))
    return flat


def _all_keys(fuel: Fuel, value: Value) -> Value:
    members = as_object(value)
    fuel.visit(len(members))
    return list(members)


def _all_values(fuel: Fuel, value: Value) -> Value:
    members = as_object(value)
    fuel.visit(len(members))
    return list(members.values())


def _all(fuel: Fuel, value: Value) -> Value:
    items = as_list(value)
    fuel.visit(len(items))
    decided = [as_bool(item) for item in items]
    return all(decided)


def _any(fuel: Fuel, value: Value) -> Value:
    items = as_list(value)
    fuel.visit(len(items))
    decided = [as_bool(item) for item in items]
    return any(decided)


def _contains(fuel: Fuel, value: Value, item: Value) -> Value:
    return contains(value, item, fuel)


def _get(_fuel: Fuel, value: Value, key: Value, other: Callable[[], Value] | None) -> Value:
    if isinstance(value, dict):
        name = as_str(key)
        return value[name] if name in value else _other(other)
    if isinstance(value, list):
        index = as_int(key)
        return value[index] if -len(value) <= index < len(value) else _other(other)
    if value is None:
        return _other(other)
    raise wanted("an object or a list", value)


def _default(_fuel: Fuel, value: Value, other: Callable[[], Value]) -> Value:
    return other() if value is None else value


def _other(other: Callable[[], Value] | None) -> Value:
    return None if other is None else other()


# --- what type they give -------------------------------------------------------------------------------------------


def _sum_type(given: Given) -> Type:
    item = item_type(given["list"])
    require(item, NUMBER, given.at("list"), given.report, what="numbers")
    return number_of(item)


def _sorted_type(given: Given) -> Type:
    item = item_type(given["list"])
    _require_order_by(item, given.at("list"), given)
    return ListType(item)


def _extreme_type(given: Given) -> Type:
    if given.rest:
        item = union(given["first"], *(one for _, one in given.rest))
    else:
        require(given["first"], LIST, given.at("first"), given.report)
        item = item_type(given["first"])
    _require_order_by(item, given.at("first"), given)
    return item


def _require_order_by(item: Type, at: str, given: Given) -> None:
    for path in given.selectors or ((),):
        require_order(type_at(item, path, at, given.report), at, given.report)


def _take_type(given: Given) -> Type:
    one = given["list"]
    if is_unknown(one):
        return ANY
    kinds = alternatives(one)
    lists = [ListType(item_type(one))] if any(isinstance(a, ListType) for a in kinds) else []
    return union(*lists, *([STR] if any(a == STR or isinstance(a, Only) for a in kinds) else []))


def _flatten_type(given: Given) -> Type:
    inner = item_type(given["list"])
    require(inner, LIST, given.at("list"), given.report, what="lists in the list")
    return ListType(item_type(inner))


def _bools_type(given: Given) -> Type:
    require(item_type(given["list"]), BOOL, given.at("list"), given.report, what="bools")
    return BOOL


def _contains_type(given: Given) -> Type:
    require_membership(given["item"], given["container"], (given.at("item"), given.at("container")), given.report)
    return BOOL


def _get_type(given: Given) -> Type:
    container = without_null(given["container"])
    other = given.types.get("default", NULL)
    if is_unknown(container):
        return ANY
    surely = given["container"] == container
    found = [_got(one, given, surely=surely) for one in alternatives(container)]
    missing = any(miss for _, miss in found) or not surely or not found
    return union(*(one for one, _ in found), *([other] if missing else []))


def _got(one: Type, given: Given, *, surely: bool) -> tuple[Type, bool]:
    """What `get` finds in one kind of container, and whether the key may be missing there."""
    key, at, report = given["key"], given.at("key"), given.report
    if isinstance(one, ListType):
        require(key, INT, at, report)
        return one.item, True
    if not isinstance(one, ObjectType | DictType):
        report(Finding("type", f"`get` reads an object or a list, this is {brief(one)}", given.at("container")))
        return union(), False
    require(key, STR, at, report)
    if isinstance(one, DictType) or not isinstance(key, Only):
        return value_type(one), True
    member = one.member(str(key.value))
    if member is not None:
        return member.type, member.optional or not surely
    if one.closed:
        near = near_names(str(key.value), [m.name for m in one.members])
        report(Finding("field", f"there is no `{cut(str(key.value))}` in {brief(one)}", at, "maybe", near))
        return union(), True
    return ANY, True


def _default_type(given: Given) -> Type:
    if is_unknown(given["value"]):
        return ANY
    value = without_null(given["value"])
    return value if value == given["value"] else union(value, given["other"])


# --- the table -----------------------------------------------------------------------------------------------------

LISTS: tuple[Builtin, ...] = (
    Builtin(
        "len",
        (Parameter("value", union(LIST, OBJECT, STR)),),
        lambda _: INT,
        _len,
        "The number of items of a list, characters of a text or keys of an object.",
        (("len([1, 2])", "2"), ('len("été")', "3"), ("len({a: 1})", "1")),
    ),
    Builtin(
        "sum",
        (_ITEMS,),
        _sum_type,
        _sum,
        "The sum of a list of numbers, `0` of none; floats are added without losing digits on the way.",
        (("sum([1, 2, 3])", "6"), ("sum([0.1, 0.2, 0.3])", "0.6"), ("sum([])", "0")),
    ),
    Builtin(
        "min",
        (Parameter("first"), Parameter("others", rest=True, default=()), _BY),
        _extreme_type,
        _extreme("min", min),
        "The smallest item of a list, or the smallest of several arguments; `by=` says what is compared. "
        "Of equal ones the first. Fails on an empty list.",
        (("min([3, 1, 2])", "1"), ("min(4, 2.5)", "2.5"), ("min([{n: 2}, {n: 1}], by=.n)", "{n: 1}")),
    ),
    Builtin(
        "max",
        (Parameter("first"), Parameter("others", rest=True, default=()), _BY),
        _extreme_type,
        _extreme("max", max),
        "The largest item of a list, or the largest of several arguments; `by=` says what is compared. "
        "Of equal ones the first. Fails on an empty list.",
        (("max([3, 1, 2])", "3"), ("max(0, 1)", "1"), ('max(["b", "c", "a"])', '"c"')),
    ),
    Builtin(
        "sorted",
        (_ITEMS, _BY, Parameter("desc", BOOL, False, named=True)),
        _sorted_type,
        _sorted,
        "The items in ascending order, with `desc=true` in descending; equal ones keep their order. "
        "`by=.a` compares a field, `by=[.a, .b]` the second where the first are equal. Numbers or text, not both.",
        (
            ("sorted([3, 1, 2])", "[1, 2, 3]"),
            ('sorted(["a", "c", "b"], desc=true)', '["c", "b", "a"]'),
            ("sorted([{n: 2}, {n: 1}], by=.n)", "[{n: 1}, {n: 2}]"),
        ),
    ),
    Builtin(
        "take",
        (Parameter("list", union(LIST, STR)), Parameter("n", INT)),
        _take_type,
        _take,
        "The first `n` items of a list or characters of a text, all when there are fewer; "
        "the last ones when `n` is negative.",
        (("take([1, 2, 3], 2)", "[1, 2]"), ("take([1, 2, 3], -1)", "[3]"), ('take("October", 3)', '"Oct"')),
    ),
    Builtin(
        "unique",
        (_ITEMS,),
        lambda given: ListType(item_type(given["list"])),
        _unique,
        "The items without repeats, each where it is first.",
        (("unique([2, 1, 2, 1.0])", "[2, 1]"), ("unique([{a: 1}, {a: 1}])", "[{a: 1}]")),
    ),
    Builtin(
        "flatten",
        (_ITEMS,),
        _flatten_type,
        _flatten,
        "The items of a list of lists in one list; one level only.",
        (("flatten([[1], [2, 3]])", "[1, 2, 3]"), ("flatten([[[1]], []])", "[[1]]")),
    ),
    Builtin(
        "keys",
        (Parameter("object", OBJECT),),
        lambda _: ListType(STR),
        _all_keys,
        "The keys of an object, in its order.",
        (("keys({b: 1, a: 2})", '["b", "a"]'), ("keys({})", "[]")),
    ),
    Builtin(
        "values",
        (Parameter("object", OBJECT),),
        lambda given: ListType(value_type(given["object"])),
        _all_values,
        "The values of an object, in its order.",
        (("values({b: 1, a: 2})", "[1, 2]"), ("values({})", "[]")),
    ),
    Builtin(
        "all",
        (_ITEMS,),
        _bools_type,
        _all,
        "Whether every item of a list of bools is true; true of none.",
        (("all([true, false])", "false"), ("all([])", "true")),
    ),
    Builtin(
        "any",
        (_ITEMS,),
        _bools_type,
        _any,
        "Whether some item of a list of bools is true; false of none.",
        (("any([true, false])", "true"), ("any([])", "false")),
    ),
    Builtin(
        "contains",
        (Parameter("container"), Parameter("item")),
        _contains_type,
        _contains,
        "The same as `item in container`: an equal item of a list, a part of a text, a key of an object.",
        (
            ('contains("port strike", "port")', "true"),
            ("contains([1, 2], 3)", "false"),
            ('contains({a: 1}, "a")', "true"),
        ),
    ),
    Builtin(
        "get",
        (Parameter("container", guarded=True), Parameter("key"), Parameter("default", default=None, lazy=True)),
        _get_type,
        _get,
        "The value at a key of an object or an index of a list, `default` (null when not given) where there is none. "
        "A container that is null or missing has none.",
        (('get({a: 1}, "a")', "1"), ('get({a: 1}, "b", 0)', "0"), ("get([1, 2], -1)", "2"), ("get([], 0)", "null")),
    ),
    Builtin(
        "default",
        (Parameter("value", guarded=True), Parameter("other", lazy=True)),
        _default_type,
        _default,
        "The value, or `other` when it is null. Where the value is a path, `other` stands in as well when a key or "
        "index on the way is missing or null. `other` is evaluated only when it is needed.",
        (("default(null, 3)", "3"), ("default(0, 3)", "0"), ("default(([])[0], 3)", "3")),
    ),
)
