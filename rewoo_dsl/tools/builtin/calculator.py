"""`calculator`: exact arithmetic over an expression written as people write it. Never `eval`.

Numbers are fractions until a function makes them approximate (`sin`, the root of 2), so `0.1 + 0.2` is 0.3. The
answer is an int when it is whole and has at most 64 bits, else the nearest float.

The reader is precedence climbing over a flat list of tokens. Everything is bounded before it is computed: the length
of the expression, its nesting, the digits of a literal, the bits of a result. `9**9**9` fails at once.
"""

import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from ...diag.errors import ToolError
from ...ir.values import MAX_INT, MIN_INT
from ..tool import Tool, tool

Number = Fraction | float

MAX_LENGTH = 2_000
MAX_NESTING = 50
MAX_DIGITS = 100
MAX_EXPONENT = 400
MAX_BITS = 20_000

_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?"
_REST = r"|(?P<name>[A-Za-z_]\w*)|(?P<mark>\*\*|//|[-+*/%^(),×÷−·])|(?P<end>$))"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_GROUPED}|{_PLAIN}){_REST}", re.ASCII)
_TOKEN_IN_CALL = re.compile(rf"\s*(?:(?P<number>{_PLAIN}){_REST}", re.ASCII)
_SPELLINGS = {"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-"}

_SIGN, _POWER = 30, 40
_BINARY: dict[str, tuple[int, Callable[[Any, Any], Number | int]]] = {
    "+": (10, operator.add),
    "-": (10, operator.sub),
    "*": (20, operator.mul),
    "/": (20, operator.truediv),
    "//": (20, operator.floordiv),
    "%": (20, operator.mod),
}


def calculator() -> Tool:
    """The calculator as a tool."""
    return tool(_calculator, name="calculator", effect="read")


async def _calculator(expression: str) -> int | float:
    """Compute an arithmetic expression exactly, such as `(1,250 - 80) * 20%`.

    Knows + - * / // % ** ^ and parentheses, thousands separators outside functions, `20%`, pi, e, and abs, ceil,
    cos, exp, floor, ln, log, log10, log2, max, min, round, sin, sqrt, sum, tan.

    Args:
        expression: numbers and operators only; no names of values, no units.
    """
    return evaluate(expression)


def evaluate(expression: str) -> int | float:
    """The value of an arithmetic expression. Raises `ToolError` that says what is wrong and where.

    >>> evaluate("0.1 + 0.2"), evaluate("1,000 * 20%"), evaluate("2^10 // 3")
    (0.3, 200, 341)
    """
    if len(expression) > MAX_LENGTH:
        raise _problem(f"the expression is longer than {MAX_LENGTH} characters")
    reader = _Reader(_tokens(expression))
    try:
        return _plain(reader.whole())
    except ZeroDivisionError:
        raise _problem("a division by zero") from None
    except OverflowError:
        raise _problem("the result is too large for a number") from None


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def _tokens(expression: str) -> list[_Token]:
    tokens: list[_Token] = []
    calls: list[bool] = []  # for each open bracket whether it is a function's, where a comma parts arguments
    at = 0
    while not tokens or tokens[-1].kind != "end":
        found = (_TOKEN_IN_CALL if calls and calls[-1] else _TOKEN).match(expression, at)
        if found is None:
            bad = expression[at:].lstrip()[:1]
            raise _problem(f"`{bad}` has no place in arithmetic", len(expression) - len(expression[at:].lstrip()))
        kind = str(found.lastgroup)
        text = _SPELLINGS.get(found[kind], found[kind])
        if text == "(":
            calls.append(bool(tokens) and tokens[-1].kind == "name")
        elif text == ")" and calls:
            calls.pop()
        tokens.append(_Token(kind, text, found.start(kind)))
        at = found.end()
    return tokens


class _Reader:
    """Reads tokens and computes on the way."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Number:
        value = self._expression(0)
        if self._peek().kind != "end":
            raise self._unexpected()
        return value

    def _expression(self, least: int) -> Number:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise _problem(f"the expression is nested deeper than {MAX_NESTING} levels", self._peek().at)
        value = self._operand()
        while True:
            mark = self._peek().text
            if mark == "**" and least <= _POWER:
                self._take()
                value = _bounded(_power(value, self._expression(_SIGN)))
            elif mark == "%" and self._is_percent():
                self._take()
                value = value / 100
            elif mark in _BINARY and least <= _BINARY[mark][0]:
                self._take()
                strength, compute = _BINARY[mark]
                value = _bounded(compute(value, self._expression(strength + 1)))
            else:
                self._depth -= 1
                return value

    def _operand(self) -> Number:
        token = self._peek()
        if token.kind == "end" or (token.kind == "mark" and token.text not in ("(", "-", "+")):
            raise self._unexpected()
        self._take()
        if token.kind == "number":
            return _literal(token)
        if token.kind == "name":
            return self._named(token)
        if token.text == "(":
            value = self._expression(0)
            self._expect(")")
            return value
        value = self._expression(_SIGN)
        return -value if token.text == "-" else value

    def _named(self, token: _Token) -> Number:
        name = token.text.lower()
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name not in _FUNCTIONS:
            known = ", ".join([*_FUNCTIONS, *_CONSTANTS])
            raise _problem(f"`{token.text}` is not known; there are {known}", token.at)
        self._expect("(")
        arguments = [self._expression(0)]
        while self._peek().text == ",":
            self._take()
            arguments.append(self._expression(0))
        self._expect(")")
        return _bounded(_call(name, arguments, token.at))

    def _is_percent(self) -> bool:
        """`20%` stands before an operator, a comma, a closing bracket or the end; `7 % 3` before an operand."""
        after = self._tokens[self._next + 1]
        return after.kind in ("mark", "end") and after.text != "("

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _expect(self, text: str) -> None:
        if self._peek().text != text:
            raise self._unexpected(f", where `{text}` is expected")
        self._take()

    def _unexpected(self, expected: str = "") -> ToolError:
        token = self._peek()
        what = "the end" if token.kind == "end" else f"`{token.text}`"
        return _problem(f"{what} is not expected here{expected}", token.at)


def _literal(token: _Token) -> Fraction:
    mantissa, _, exponent = token.text.replace(",", "").lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise _problem(f"a number has at most {MAX_DIGITS} digits and an exponent of {MAX_EXPONENT}", token.at)
    if re.match("0[0-9]", mantissa):
        raise _problem(
            "a number does not begin with 0; inside a function, `,` parts arguments, not thousands", token.at
        )
    return Fraction(f"{mantissa}e{exponent or 0}")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        if abs(base) == 1 or base == 0:
            exponent = exponent % 2 + 2 if exponent > 0 else -(exponent % 2) - 2 if exponent < 0 else exponent
        if isinstance(base, Fraction) and _bits(base) * abs(exponent) > MAX_BITS:
            raise _problem(f"a power of more than {MAX_BITS} bits")
        power: Number = base ** int(exponent)
        return power
    if base < 0:
        raise _problem("a broken power of a negative number is no real number")
    return math.pow(base, exponent)


def _bounded(value: Number | int) -> Number:
    if isinstance(value, int):  # what `//` makes of two fractions
        value = Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise OverflowError
        return value
    if _bits(value) > MAX_BITS:
        raise _problem(f"a result of more than {MAX_BITS} bits")
    return value


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _plain(value: Number) -> int | float:
    if isinstance(value, Fraction) and value.denominator == 1 and MIN_INT <= value <= MAX_INT:
        return int(value)
    return float(value)


def _sqrt(value: Number) -> Number:
    if isinstance(value, Fraction) and value >= 0:
        root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
        if root * root == value:
            return root
    return math.sqrt(value)


def _log(value: Number, base: Number | None = None) -> Number:
    if base is None:
        return math.log(value)
    return math.log10(value) if base == 10 else math.log2(value) if base == 2 else math.log(value) / math.log(base)


def _round(value: Number, digits: Number = Fraction(0)) -> Number:
    """Halves go away from zero, as people round."""
    if digits != int(digits) or not -MAX_DIGITS <= digits <= MAX_DIGITS:
        raise ValueError
    scale: Fraction = Fraction(10) ** int(digits)
    scaled: Fraction = Fraction(value) * scale
    return Fraction(math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)) / scale


def _call(name: str, arguments: list[Number], at: int) -> Number:
    least, most, function = _FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise _problem(f"`{name}` does not take {len(arguments)} numbers", at)
    try:
        return function(*arguments)
    except ValueError:
        raise _problem(f"`{name}` has no value there", at) from None


def _whole(function: Callable[[Number], int]) -> Callable[[Number], Number]:
    return lambda value: Fraction(function(value))


_CONSTANTS: dict[str, Number] = {"pi": math.pi, "e": math.e}
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Number]]] = {
    "abs": (1, 1, abs),
    "ceil": (1, 1, _whole(math.ceil)),
    "cos": (1, 1, math.cos),
    "exp": (1, 1, math.exp),
    "floor": (1, 1, _whole(math.floor)),
    "ln": (1, 1, math.log),
    "log": (1, 2, _log),
    "log10": (1, 1, math.log10),
    "log2": (1, 1, math.log2),
    "max": (1, 100, lambda *numbers: max(numbers)),
    "min": (1, 100, lambda *numbers: min(numbers)),
    "round": (1, 2, _round),
    "sin": (1, 1, math.sin),
    "sqrt": (1, 1, _sqrt),
    "sum": (1, 100, lambda *numbers: sum(numbers, Fraction(0))),
    "tan": (1, 1, math.tan),
}


def _problem(message: str, at: int | None = None) -> ToolError:
    place = "" if at is None else f" (at character {at + 1})"
    return ToolError(f"{message}{place}", retryable=False)
