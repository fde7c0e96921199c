"""How an evaluation ends early: by `EvaluationError`, and by running out of `Fuel`.

Every evaluation of an expression has fuel. It is charged *before* the work is done or the memory is taken, so a
hostile plan (`replace` of `replace`, a comprehension in a comprehension) stops at the ceiling instead of behind it.
"""

from typing import Literal, TypeAlias

from .values import Value, compact, kind

ErrorKind: TypeAlias = Literal["type", "null", "key", "index", "value", "division", "overflow", "fuel", "form"]
"""Why an expression has no value.

- `type`: a value of the wrong type; nothing is converted silently
- `null`: null where a value is needed
- `key`, `index`: no such key in an object, no such index in a list
- `value`: the right type, but no such thing can be done with it: text that is no number, the largest of no items
- `division`: by zero
- `overflow`: an integer beyond 64 bits, a number that is not finite, a date beyond the year 9999
- `fuel`: more elements visited or bytes made than allowed
- `form`: no expression of the language: an unknown name or built-in, nested too deep. A checked plan has none of these
"""

SHOWN = 80
"""The most characters of a value that a message repeats."""


class EvaluationError(Exception):
    """An expression has no value. `at` is the JSON pointer of the node that failed, relative to the expression.

    Messages repeat a few characters of a value at most, never whole evidence.
    """

    def __init__(self, kind: ErrorKind, message: str, at: str | None = None) -> None:
        self.kind: ErrorKind = kind
        self.message = message
        self.at = at
        super().__init__(message)

    def placed(self, at: str) -> "EvaluationError":
        """The same error, with its place unless it has one already: the innermost node wins."""
        if self.at is None:
            self.at = at
        return self


class Fuel:
    """What one evaluation may still use up: `elements` visited and `bytes` of text made."""

    __slots__ = ("bytes", "elements")

    def __init__(self, elements: int = 1_000_000, bytes: int = 16 << 20) -> None:  # noqa: A002  # the reader's word
        self.elements = elements
        self.bytes = bytes

    def visit(self, count: int) -> None:
        """Charges `count` elements about to be looked at."""
        self.elements -= count
        if self.elements < 0:
            raise EvaluationError("fuel", "more elements are visited than one evaluation may")

    def scan(self, length: int) -> None:
        """Charges reading `length` characters: searching text is some hundred times cheaper than a step of ours."""
        self.visit(1 + (length >> 8))

    def make(self, length: int) -> None:
        """Charges `length` characters of text about to be made."""
        self.bytes -= length
        if self.bytes < 0:
            raise EvaluationError("fuel", "more text is made than one evaluation may")


def cut(text: str, most: int = SHOWN) -> str:
    """Text in a message: its beginning, with whatever a terminal or a log would stumble over escaped."""
    return repr(text[:most])[1:-1] + ("..." if len(text) > most else "")


def shown(value: Value) -> str:
    """A value in a message: short ones in full, long ones and containers by their kind and size."""
    if isinstance(value, str):
        return f'"{cut(value)}"' if len(value) <= SHOWN else f"text of {len(value)} characters"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    return compact(value)


def wanted(what: str, value: Value) -> EvaluationError:
    """The error for a value that is not `what`: kind `null` for null, else `type`."""
    if value is None:
        return EvaluationError("null", f"expected {what}, found null")
    return EvaluationError("type", f"expected {what}, found {kind(value)}")
