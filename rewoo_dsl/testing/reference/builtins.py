"""The built-ins of the language, each written down from what its page says, as plainly as it can be.

None of this is shared with `ir.builtins`, but for `match`: both ask the same RE2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import copysign
from typing import Any

from ...ir.builtins._pattern import first_match
from ...ir.expr import Path
from ...ir.fuel import EvaluationError, Fuel
from .dates import read_date
from .values import (
    Fails,
    Value,
    fitting,
    is_in,
    is_number,
    items,
    members,
    mistyped,
    number,
    same,
    shown,
    text,
    truth,
    walk,
    whole,
)


@dataclass(frozen=True)
class Written:
    """How the arguments of a built-in are written: by position or name, or by name only; `rest` takes all further."""

    by_position: tuple[str, ...]
    by_name: tuple[str, ...]
    required: tuple[str, ...]
    rest: str | None


def _written(form: str) -> Written:
    """`list n? *others by=`: required, optional, all further, by name only."""
    words = form.split()
    plain = [word for word in words if word[0] != "*" and word[-1] != "="]
    return Written(
        by_position=tuple(word.rstrip("?") for word in plain),
        by_name=tuple(word.rstrip("=") for word in words if word[-1] == "="),
        required=tuple(word for word in plain if word[-1] != "?"),
        rest=next((word[1:] for word in words if word[0] == "*"), None),
    )


SIGNATURES: Mapping[str, Written] = {
    line.partition(":")[0]: _written(line.partition(":")[2])
    for line in (
        "len: value", "sum: list", "min: first *others by=", "max: first *others by=", "sorted: list by= desc=",
        "take: list n", "unique: list", "flatten: list", "keys: object", "values: object", "all: list", "any: list",
        "join: list separator", "split: text separator?", "lower: text", "upper: text", "strip: text",
        "replace: text old new", "contains: container item", "number: text", "lines: text", "between: text start end",
        "match: text pattern", "round: number digits?", "floor: number", "abs: number", "date: text",
        "add_days: date days", "days_between: start end", "weekday: date", "format: value form?",
        "get: container key default?", "default: value other",
    )
}  # fmt: skip

# --- lists and objects ---------------------------------------------------------------------------------------------


def _len(value: Value) -> int:
    if type(value) not in (list, str, dict):
        raise mistyped(value)
    return len(value)


def _sum(given: Value) -> Value:
    """Exact, whatever the order; a sum of ints is an int."""
    numbers = [number(one) for one in items(given)]
    if all(type(one) is int for one in numbers):
        return fitting(sum(numbers))
    return _float(sum(map(Fraction, numbers), Fraction(0)))


def _float(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        raise Fails("overflow") from None


def _columns(found: list[Value], by: Sequence[Path]) -> list[list[Value]]:
    """What is compared: for each selector the keys of all items, all numbers or all text."""
    columns = [[walk(one, path) for one in found] for path in by or [()]]
    for column in columns:
        for key in column:
            if not is_number(key) and type(key) is not str:
                raise mistyped(key)
        if len({type(key) is str for key in column}) > 1:
            raise Fails("type")
    return columns


def _extreme(first: Value, others: list[Value], by: Sequence[Path], sign: int) -> Value:
    """Of equal items the first one."""
    found = [first, *others] if others else items(first)
    if not found:
        raise Fails("value")
    keys = list(zip(*_columns(found, by), strict=True))
    best = 0
    for place, key in enumerate(keys):
        if (key < keys[best]) if sign < 0 else (key > keys[best]):
            best = place
    return found[best]


def _min(first: Value, others: list[Value], by: Sequence[Path]) -> Value:
    return _extreme(first, others, by, -1)


def _max(first: Value, others: list[Value], by: Sequence[Path]) -> Value:
    return _extreme(first, others, by, 1)


def _sorted(given: Value, by: Sequence[Path], desc: Value) -> Value:
    """Insertion, behind everything that is not to come later: equal items keep their order in both directions."""
    found, down = items(given), truth(desc)
    keys = list(zip(*_columns(found, by), strict=True)) if found else []
    order: Any = []
    for place in range(len(found)):
        at = len(order)
        while at and (keys[order[at - 1]] < keys[place] if down else keys[order[at - 1]] > keys[place]):
            at -= 1
        order.insert(at, place)
    return [found[place] for place in order]


def _take(given: Value, n: Value) -> Value:
    count = whole(n)
    found = given if type(given) is str else items(given)
    size = min(abs(count), len(found))
    return found[:size] if count >= 0 else found[len(found) - size :]


def _unique(given: Value) -> Value:
    kept: Any = []
    for one in items(given):
        if not any(same(one, other) for other in kept):
            kept.append(one)
    return kept


def _flatten(given: Value) -> Value:
    return [one for inner in items(given) for one in items(inner)]


def _all(given: Value) -> Value:
    """Every item must be a bool, also behind one that decides."""
    return False not in [truth(one) for one in items(given)]


def _any(given: Value) -> Value:
    return True in [truth(one) for one in items(given)]


# --- text ----------------------------------------------------------------------------------------------------------


def _join(given: Value, separator: Value) -> Value:
    found, between = items(given), text(separator)
    joined = ""
    for place, one in enumerate(found):
        joined += (between if place else "") + text(one)
    return joined


def _split(given: Value, separator: Value) -> Value:
    return _words(text(given)) if separator is None else _pieces(text(given), text(separator))


def _words(whole_text: str) -> list[str]:
    """What stands between blanks of any kind."""
    found = [""]
    for letter in whole_text:
        if letter.isspace():
            found.append("")
        else:
            found[-1] += letter
    return [word for word in found if word]


def _pieces(rest: str, separator: str) -> list[str]:
    if not separator:
        raise Fails("value")
    found = []
    while separator in rest:
        place = rest.index(separator)
        found.append(rest[:place])
        rest = rest[place + len(separator) :]
    return [*found, rest]


def _replace(given: Value, old: Value, new: Value) -> Value:
    where, what, by = text(given), text(old), text(new)
    return by.join(_pieces(where, what))


def _lines(given: Value) -> Value:
    """An end at the very end opens no further line."""
    found = _pieces("\n".join(_pieces("\n".join(_pieces(text(given), "\r\n")), "\r")), "\n")
    return found[:-1] if found[-1] == "" else found


def _between(given: Value, start: Value, end: Value) -> Value:
    """From behind the first `start` to the next `end`; an empty one is the beginning, or the end."""
    where, first, last = text(given), text(start), text(end)
    if first not in where:
        return None
    rest = where[where.index(first) + len(first) :]
    if last not in rest:
        return None
    return rest[: rest.index(last)] if last else rest


def _match(given: Value, pattern: Value) -> Value:
    form = text(pattern)
    try:
        return first_match(form, text(given), Fuel())
    except EvaluationError as error:
        raise Fails(error.kind) from None


def _number(given: Value) -> Value:
    """`[+-]digits[.digits][e[+-]digits]`, with digits on one side of the point at least."""
    if is_number(given):
        return given
    written = text(given).strip()
    mantissa, mark, exponent = written.replace("E", "e").partition("e")
    before, point, after = mantissa.removeprefix(mantissa[:1] if mantissa[:1] in ("+", "-") else "").partition(".")
    power = exponent.removeprefix(exponent[:1] if exponent[:1] in ("+", "-") else "")
    if len(written) > 400 or not _digits(before + after) or (mark and not _digits(power)):
        raise Fails("value")
    return fitting(float(written) if mark or point else int(written))


def _digits(written: str) -> bool:
    return written != "" and all(letter in "0123456789" for letter in written)


# --- numbers -------------------------------------------------------------------------------------------------------


def _round(given: Value, digits: Value) -> Value:
    """Halves go away from zero, and digits are taken as they are written: `2.675` is `2.675`."""
    value, places = number(given), 0 if digits is None else whole(digits)
    if abs(places) > 20:
        raise Fails("value")
    exact = _rounded(_exact(value), places)
    if digits is None or type(value) is int:
        return fitting(int(exact))
    return copysign(_float(exact), value)


def _exact(value: Any) -> Fraction:
    return Fraction(repr(value))


def _rounded(exact: Fraction, places: int) -> Fraction:
    unit = Fraction(10) ** -places
    size = int(abs(exact) / unit + Fraction(1, 2)) * unit
    return size if exact >= 0 else -size


def _floor(given: Value) -> Value:
    return fitting(Fraction(number(given)).__floor__())


def _format(value: Value, form: Value) -> Value:
    """`+` sign, `03` width with zeros, `,` thousands, `.2` digits, then `f`, `%`, `d` or nothing."""
    if form is None:
        return shown(value)
    exact = _exact(number(value))
    shape = _shape(text(form))
    if shape.kind == "d" and (shape.places is not None or exact.denominator != 1):
        raise Fails("value")
    places = shape.places if shape.places is not None else {"f": 6, "%": 6, "d": 0}.get(shape.kind)
    if shape.kind == "%":
        exact *= 100
    if places is None:
        places = _places_written(value)
    return _put_together(_rounded(exact, places), places, shape)


@dataclass(frozen=True)
class _Shape:
    sign: bool
    width: int
    thousands: bool
    places: int | None
    kind: str


def _shape(form: str) -> _Shape:
    rest = form
    sign, rest = rest[:1] == "+", rest.removeprefix("+")
    width = 0
    if rest[:1] == "0":
        digits = rest[1 : 3 if rest[2:3].isascii() and rest[2:3].isdigit() else 2]
        if not _digits(digits) or digits[0] == "0":
            raise Fails("value")
        width, rest = int(digits), rest[1 + len(digits) :]
    thousands, rest = rest[:1] == ",", rest.removeprefix(",")
    places = None
    if rest[:1] == ".":
        digits = rest[1:].rstrip("f%d")
        if not _digits(digits) or len(digits) > 2:
            raise Fails("value")
        places, rest = int(digits), rest[1 + len(digits) :]
    if rest not in ("", "f", "%", "d"):
        raise Fails("value")
    return _Shape(sign, width, thousands, places, rest)


def _places_written(value: Any) -> int:
    """How many digits behind the point a number has as it is written."""
    mantissa, _, exponent = repr(value).partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))


def _put_together(exact: Fraction, places: int, shape: _Shape) -> str:
    digits = str(int(abs(exact) * 10**places)).rjust(places + 1, "0")
    before, after = (digits[:-places], "." + digits[-places:]) if places else (digits, "")
    tail = after + ("%" if shape.kind == "%" else "")
    sign = "-" if exact < 0 else "+" if shape.sign else ""
    while len(sign) + len(_grouped(before, shape)) + len(tail) < shape.width:
        before = "0" + before
    return sign + _grouped(before, shape) + tail


def _grouped(digits: str, shape: _Shape) -> str:
    if not shape.thousands:
        return digits
    first = len(digits) % 3
    groups = [digits[:first]] * bool(first) + [digits[at : at + 3] for at in range(first, len(digits), 3)]
    return ",".join(groups)


# --- dates ---------------------------------------------------------------------------------------------------------

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _day(value: Value) -> date:
    """A day, as ISO 8601 or as people write it; whatever says a time of day is dropped."""
    found = read_date(text(value))
    if found is None:
        raise Fails("value")
    return found


def _date(given: Value) -> Value:
    return _day(given).isoformat()


def _add_days(start: Value, days: Value) -> Value:
    """Days are counted from the first of the year 1; behind the last of the year 9999 there is none."""
    place = _day(start).toordinal() + whole(days)
    if not 1 <= place <= date.max.toordinal():
        raise Fails("overflow")
    return date.fromordinal(place).isoformat()


def _days_between(start: Value, end: Value) -> Value:
    until = _day(end)
    return until.toordinal() - _day(start).toordinal()


def _weekday(given: Value) -> Value:
    return _DAYS[(_day(given).toordinal() - 1) % 7]


BUILTINS: Mapping[str, Callable[..., Value]] = {
    "len": _len, "sum": _sum, "min": _min, "max": _max, "sorted": _sorted, "take": _take, "unique": _unique,
    "flatten": _flatten, "keys": lambda given: list(members(given)), "values": lambda given: [*members(given).values()],
    "all": _all, "any": _any, "join": _join, "split": _split, "lower": lambda given: text(given).lower(),
    "upper": lambda given: text(given).upper(), "strip": lambda given: text(given).strip(), "replace": _replace,
    "contains": lambda container, item: is_in(item, container), "number": _number, "lines": _lines,
    "between": _between, "match": _match, "round": _round, "floor": _floor,
    "abs": lambda given: fitting(abs(number(given))), "date": _date, "add_days": _add_days,
    "days_between": _days_between, "weekday": _weekday, "format": _format,
}  # fmt: skip
"""By name, but for `get` and `default`, which look at their last argument only when they need it. Arguments come in
the order of `SIGNATURES`, those not given as null, `by` as no selectors, `desc` as false."""
