"""Built-ins over dates: `date add_days days_between weekday`. A date is text, `2024-05-31`; there are no clocks here.

Every one of them reads the same notations: ISO 8601 dates and date-times, and dates with an English month name as
people and mail headers write them. `03/04/2024` is refused: nobody can tell which month it is. A time of day and its
offset are dropped, the date stays as it is written.
"""

import re
from datetime import date, timedelta

from ..findings import Finding
from ..fuel import EvaluationError, Fuel, shown
from ..operations import as_int, as_str
from ..types import INT, STR, Only, Type, union
from ..values import Value
from ._table import Builtin, Given, Parameter, Rule

_DATE = Parameter("date", STR)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_LONGEST = 64
_TIME = r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}[0-9:.,]*(?: ?(?:Z|[A-Z]{3,4}|[AaPp][Mm]|[+-][0-9]{2}:?[0-9]{2}))?)?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME, re.ASCII)
_DAY_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([0-9]{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? ([0-9]{4})" + _TIME)
_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})" + _TIME)

# --- what they do --------------------------------------------------------------------------------------------------


def _read(value: Value) -> date:
    text = as_str(value)
    found = _parts(text.strip()) if len(text) <= _LONGEST else None
    try:
        if found is not None:
            return date(*found)
    except ValueError:
        pass
    raise EvaluationError("value", f"{shown(text)} is no date; write it as 2024-05-31")


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month, day."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.fullmatch(text):
        return int(found[3]), _month(found[2]), int(found[1])
    if found := _MONTH_FIRST.fullmatch(text):
        return int(found[3]), _month(found[1]), int(found[2])
    return None


def _month(name: str) -> int:
    """1 to 12, or 0 for what is no month; `date` refuses that."""
    low = name.lower()
    short = low[:3]
    known = short in _MONTHS and low in (short, _NAMES[_MONTHS.index(short)], "sept")
    return _MONTHS.index(short) + 1 if known else 0


def _date(_fuel: Fuel, value: Value) -> Value:
    return _read(value).isoformat()


def _add_days(_fuel: Fuel, value: Value, days: Value) -> Value:
    start, count = _read(value), as_int(days)
    try:
        return (start + timedelta(days=count)).isoformat()
    except OverflowError:
        raise EvaluationError("overflow", "the date is outside the years 1 to 9999") from None


def _days_between(_fuel: Fuel, start: Value, end: Value) -> Value:
    return (_read(end) - _read(start)).days


def _weekday(_fuel: Fuel, value: Value) -> Value:
    return _WEEKDAYS[_read(value).weekday()]


# --- what type they give -------------------------------------------------------------------------------------------


def _reads_dates(result: Type, *names: str) -> Rule:
    """The rule of a built-in that gives `result`; a literal that is no date is reported."""

    def rule(given: Given) -> Type:
        for name in names:
            one = given[name]
            if isinstance(one, Only) and isinstance(one.value, str) and (problem := _problem(one.value)):
                given.report(Finding("value", problem, given.at(name)))
        return result

    return rule


def _problem(text: str) -> str | None:
    try:
        _read(text)
    except EvaluationError as error:
        return error.message
    return None


# --- the table -----------------------------------------------------------------------------------------------------

DATES: tuple[Builtin, ...] = (
    Builtin(
        "date",
        (Parameter("text", STR),),
        _reads_dates(STR, "text"),
        _date,
        "A date as `2024-05-31`, read from ISO 8601 or from English month names; a time of day is dropped.",
        (
            ('date("2024-05-31T10:00:00Z")', '"2024-05-31"'),
            ('date("May 31, 2024")', '"2024-05-31"'),
            ('date("Fri, 31 May 2024 10:00:00 GMT")', '"2024-05-31"'),
        ),
    ),
    Builtin(
        "add_days",
        (_DATE, Parameter("days", INT)),
        _reads_dates(STR, "date"),
        _add_days,
        "The date so many days later, or earlier when `days` is negative.",
        (('add_days("2024-02-28", 2)', '"2024-03-01"'), ('add_days("2024-01-01", -1)', '"2023-12-31"')),
    ),
    Builtin(
        "days_between",
        (Parameter("start", STR), Parameter("end", STR)),
        _reads_dates(INT, "start", "end"),
        _days_between,
        "The days from one date to another, negative when the second is earlier.",
        (('days_between("2024-02-28", "2024-03-01")', "2"), ('days_between("2024-01-02", "2024-01-01")', "-1")),
    ),
    Builtin(
        "weekday",
        (_DATE,),
        _reads_dates(union(*map(Only, _WEEKDAYS)), "date"),
        _weekday,
        "The English name of a date's day of the week.",
        (('weekday("2024-05-31")', '"Friday"'),),
    ),
)
