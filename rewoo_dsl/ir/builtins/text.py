"""Built-ins over text: `join split lower upper strip replace number lines between match`."""

import re

from ..findings import Finding
from ..fuel import EvaluationError, Fuel, shown
from ..operations import as_list, as_str, checked, is_number
from ..types import FLOAT, NULL, STR, ListType, Only, Type, union
from ..values import Value
from ._pattern import first_match, problem_of
from ._table import Builtin, Given, Parameter

_TEXT = Parameter("text", STR)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 400

# --- what they do --------------------------------------------------------------------------------------------------


def _join(fuel: Fuel, value: Value, separator: Value) -> Value:
    items, between = as_list(value), as_str(separator)
    fuel.visit(len(items))
    texts = [as_str(item) for item in items]
    fuel.make(sum(map(len, texts)) + len(between) * max(len(texts) - 1, 0))
    return between.join(texts)


def _split(fuel: Fuel, value: Value, separator: Value) -> Value:
    text = as_str(value)
    at = None if separator is None else as_str(separator)
    if at == "":
        raise EvaluationError("value", "`split` needs a separator of at least one character")
    fuel.make(len(text))
    return _counted(text.split(at, fuel.elements), fuel)


def _lines(fuel: Fuel, value: Value) -> Value:
    text = as_str(value)
    fuel.make(len(text))
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", fuel.elements)
    return _counted(found[:-1] if found[-1] == "" else found, fuel)


def _counted(pieces: list[str], fuel: Fuel) -> Value:
    """The pieces, charged. They were cut at most once more often than there is fuel for."""
    fuel.visit(len(pieces))
    return list[Value](pieces)


def _lower(fuel: Fuel, value: Value) -> Value:
    text = as_str(value)
    fuel.make(len(text))
    return text.lower()


def _upper(fuel: Fuel, value: Value) -> Value:
    text = as_str(value)
    fuel.make(len(text))
    return text.upper()


def _strip(fuel: Fuel, value: Value) -> Value:
    text = as_str(value)
    fuel.make(len(text))
    return text.strip()


def _replace(fuel: Fuel, value: Value, old: Value, new: Value) -> Value:
    text, before, after = as_str(value), as_str(old), as_str(new)
    if not before:
        raise EvaluationError("value", "`replace` needs a text of at least one character to look for")
    fuel.scan(len(text))
    fuel.make(len(text) + text.count(before) * max(len(after) - len(before), 0))
    return text.replace(before, after)


def _number(fuel: Fuel, value: Value) -> Value:
    if is_number(value):
        return value
    text = as_str(value)
    fuel.scan(len(text))
    digits = text.strip()
    if len(digits) > _MOST_DIGITS or not _NUMBER.fullmatch(digits):
        raise EvaluationError("value", f"{shown(text)} is no number")
    return checked(float(digits) if set(digits) & set(".eE") else int(digits))


def _between(fuel: Fuel, value: Value, start: Value, end: Value) -> Value:
    text, first, last = as_str(value), as_str(start), as_str(end)
    fuel.scan(len(text))
    found = text.find(first)
    if found < 0:
        return None
    begin = found + len(first)
    stop = text.find(last, begin) if last else len(text)
    if stop < 0:
        return None
    fuel.make(stop - begin)
    return text[begin:stop]


def _match(fuel: Fuel, value: Value, pattern: Value) -> Value:
    return first_match(as_str(pattern), as_str(value), fuel)


# --- what type they give -------------------------------------------------------------------------------------------


def _match_type(given: Given) -> Type:
    pattern = given["pattern"]
    if isinstance(pattern, Only) and isinstance(pattern.value, str) and (problem := problem_of(pattern.value)):
        given.report(Finding("value", problem, given.at("pattern")))
    return union(STR, NULL)


# --- the table -----------------------------------------------------------------------------------------------------

TEXT: tuple[Builtin, ...] = (
    Builtin(
        "join",
        (Parameter("list", ListType(STR)), Parameter("separator", STR)),
        lambda _: STR,
        _join,
        "The texts of a list as one, with the separator between them. Numbers are no text; `format(#n)` is.",
        (('join(["a", "b"], ", ")', '"a, b"'), ('join([], ", ")', '""')),
    ),
    Builtin(
        "split",
        (_TEXT, Parameter("separator", STR, None)),
        lambda _: ListType(STR),
        _split,
        "The pieces between the separators; without a separator, the words between blanks.",
        (('split("a,b,,c", ",")', '["a", "b", "", "c"]'), ('split(" a  b ")', '["a", "b"]')),
    ),
    Builtin("lower", (_TEXT,), lambda _: STR, _lower, "The text in small letters.", (('lower("Été")', '"été"'),)),
    Builtin("upper", (_TEXT,), lambda _: STR, _upper, "The text in capital letters.", (('upper("eu")', '"EU"'),)),
    Builtin(
        "strip",
        (_TEXT,),
        lambda _: STR,
        _strip,
        "The text without blanks and line ends at both ends.",
        (('strip("  a b\\n")', '"a b"'),),
    ),
    Builtin(
        "replace",
        (_TEXT, Parameter("old", STR), Parameter("new", STR)),
        lambda _: STR,
        _replace,
        "The text with every `old` replaced by `new`; no patterns.",
        (('replace("a-b-c", "-", "+")', '"a+b+c"'), ('replace("abc", "b", "")', '"ac"')),
    ),
    Builtin(
        "number",
        (Parameter("text", union(STR, FLOAT)),),
        lambda _: FLOAT,
        _number,
        "The number that a text is: digits, a sign, a point, an exponent. `1,000` is none. A number stays as it is.",
        (('number("42")', "42"), ('number(" -1.5e3 ")', "-1500.0")),
    ),
    Builtin(
        "lines",
        (_TEXT,),
        lambda _: ListType(STR),
        _lines,
        "The lines of a text, without their ends; an end at the very end opens no further line.",
        (('lines("a\\nb\\n")', '["a", "b"]'), ('lines("")', "[]")),
    ),
    Builtin(
        "between",
        (_TEXT, Parameter("start", STR), Parameter("end", STR)),
        lambda _: union(STR, NULL),
        _between,
        "The text between the first `start` and the next `end` after it, or null when there is no such place. "
        "An empty `start` is the beginning, an empty `end` the end.",
        (('between("a [b] c", "[", "]")', '"b"'), ('between("a b", "[", "]")', "null")),
    ),
    Builtin(
        "match",
        (_TEXT, Parameter("pattern", STR)),
        _match_type,
        _match,
        "The first match of a pattern (RE2 syntax), of its first group when it has groups, or null when nothing "
        "matches; `match(...) != null` asks whether something does.",
        (
            ('match("see RFC 2119", "[0-9]+")', '"2119"'),
            ('match("k=v", "k=(\\\\w+)")', '"v"'),
            ('match("a", "b")', "null"),
            ('match("jobs", "(new )?jobs")', '""'),
        ),
    ),
)
