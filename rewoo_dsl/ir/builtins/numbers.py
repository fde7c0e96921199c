"""Built-ins over numbers: `round floor abs`, and `format`, which makes text of them.

Halves go away from zero and digits are taken as they are written, as people and spreadsheets do: `round(2.675, 2)` is
`2.68`, where Python and its binary floats say `2.67`.
"""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from ..findings import Finding
from ..fuel import EvaluationError, Fuel, shown
from ..operations import as_int, as_number, as_str, checked, render
from ..type_rules import NUMBER, number_of, require
from ..types import INT, STR, Only, Type
from ..values import Value
from ._table import Builtin, Given, Parameter

_NUMBER = Parameter("number", NUMBER)
_MOST_DIGITS = 20
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_FORMAT = re.compile(r"(\+?)(?:0([1-9][0-9]?))?(,?)(?:\.([0-9]{1,2}))?([f%d]?)", re.ASCII)

# --- what they do --------------------------------------------------------------------------------------------------


def _round(_fuel: Fuel, value: Value, digits: Value) -> Value:
    number = as_number(value)
    places = 0 if digits is None else as_int(digits)
    if abs(places) > _MOST_DIGITS:
        raise EvaluationError("value", f"`round` takes -{_MOST_DIGITS} to {_MOST_DIGITS} digits, not {places}")
    rounded = _rounded(Decimal(repr(number)), places)
    return checked(float(rounded) if digits is not None and isinstance(number, float) else int(rounded))


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_WIDE)


def _floor(_fuel: Fuel, value: Value) -> Value:
    return checked(math.floor(as_number(value)))


def _abs(_fuel: Fuel, value: Value) -> Value:
    return checked(abs(as_number(value)))


def _format(fuel: Fuel, value: Value, form: Value) -> Value:
    if form is None:
        return render(value, fuel)
    number, wanted = as_number(value), as_str(form)
    found = _FORMAT.fullmatch(wanted)
    if found is None:
        raise EvaluationError("value", _no_format(wanted))
    _, _, _, places, kind = found.groups()
    if kind == "d" and (places is not None or number != math.floor(number)):
        raise EvaluationError("value", f"{shown(number)} is no whole number for the format {shown(wanted)}")
    fuel.make(500)
    return _formatted(Decimal(repr(number)), wanted, int(places) if places else None, kind)


def _formatted(number: Decimal, form: str, places: int | None, kind: str) -> str:
    """Rounds by our own rule first, so that Python's formatting only writes the digits."""
    digits = places if places is not None else {"f": 6, "%": 6, "d": 0}.get(kind)
    if digits is not None:
        number = _rounded(number, digits + (2 if kind == "%" else 0))
    number = abs(number) if number == 0 else number
    exact = form.removesuffix("d") if kind == "d" else form
    return format(number, exact if kind in ("f", "%") else exact + "f")


def _no_format(form: str) -> str:
    return f"{shown(form)} is no format; these are: `.2f`, `,.2f`, `,`, `.1%`, `+.1f`, `03d`"


# --- what type they give -------------------------------------------------------------------------------------------


def _round_type(given: Given) -> Type:
    return number_of(given["number"]) if "digits" in given else INT


def _format_type(given: Given) -> Type:
    if "form" not in given:
        return STR
    require(given["value"], NUMBER, given.at("value"), given.report, what="a number")
    form = given["form"]
    if isinstance(form, Only) and isinstance(form.value, str) and not _FORMAT.fullmatch(form.value):
        given.report(Finding("value", _no_format(form.value), given.at("form")))
    return STR


# --- the table -----------------------------------------------------------------------------------------------------

NUMBERS: tuple[Builtin, ...] = (
    Builtin(
        "round",
        (_NUMBER, Parameter("digits", INT, None)),
        _round_type,
        _round,
        "The nearest whole number, or the nearest with so many digits behind the point; halves go away from zero.",
        (("round(2.5)", "3"), ("round(2.675, 2)", "2.68"), ("round(1250, -2)", "1300")),
    ),
    Builtin(
        "floor",
        (_NUMBER,),
        lambda _: INT,
        _floor,
        "The largest whole number that is not above the number.",
        (("floor(2.9)", "2"), ("floor(-2.1)", "-3")),
    ),
    Builtin(
        "abs",
        (_NUMBER,),
        lambda given: number_of(given["number"]),
        _abs,
        "The number without its sign.",
        (("abs(-3)", "3"), ("abs(2.5)", "2.5")),
    ),
    Builtin(
        "format",
        (Parameter("value"), Parameter("form", STR, None)),
        _format_type,
        _format,
        "A number as text, in Python's notation: `.2f` two digits, `,` thousands, `.1%` per cent, `+` with its sign, "
        "`03d` at least three digits with zeros in front. Without a form, any value as it stands inside text.",
        (
            ('format(1234.5, ",.2f")', '"1,234.50"'),
            ('format(0.256, ".1%")', '"25.6%"'),
            ('format(7, "03d")', '"007"'),
            ("format([1, 2])", '"[1,2]"'),
        ),
    ),
)
