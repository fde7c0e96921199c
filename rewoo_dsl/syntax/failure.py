"""Where the engine got stuck in a statement, and the words in which that is told.

`complaints` and `misplaced` explain a `Failure`, `lenience` repairs one.
"""

import re
from collections.abc import Iterable

from .._record import record
from ..diag.codes._code import Code
from ..diag.diagnostic import Diagnostic, Edit, Fix, Related, Span
from .engine import END, Stuck

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CLAUSES = {
    "IF": "if",
    "FOR": "for",
    "RETRY": "retry",
    "TIMEOUT": "timeout",
    "FALLBACK": "fallback",
    "AFTER": "after",
    "APPROVE": "approve",
}
_OTHER_WORDS = {
    "ELSE": "else",
    "IN": "in",
    "NOT_IN": "not in",
    "AND": "and",
    "OR": "or",
    "MAX": "max",
    "PARALLEL": "parallel",
    "WITHIN": "within",
    "AS": "as",
}
KEYWORDS = CLAUSES | _OTHER_WORDS
BOUNDS = {"CALLS": "calls", "TOKENS": "tokens", "TIME": "time", "COST": "cost"}
_SHOWN = KEYWORDS | {
    "STRING": '"text"',
    "EVID": "#name",
    "NAME": "a name",
    "NUMBER": "a number",
    "COUNT": "a whole number",
    "DURATION": "a time span such as 10s",
    "FIELD": ".name",
    "AT": "[0]",
    "EACH": "[*]",
    "KEY": '["key"]',
    "RAW": "[raw text]",
    "CMP": "== != < <= > >=",
    "EQ": "=",
    "COLON": ":",
    "COMMA": ",",
    "BAR": "|",
    "OPT": "?",
    "PLUS": "+",
    "MINUS": "-",
    "TIMES": "*",
    "OVER": "/",
    "MODULO": "%",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "NOT": "not",
    "TRUE": "true",
    "FALSE": "false",
    "NULL": "null",
    "SCALAR": "str int float bool null any",
    "LIST": "list[T]",
    "DICT": "dict[T]",
    **BOUNDS,
    END: "the end of the line",
}
_ORDER = {name: place for place, name in enumerate(_SHOWN)}
TOKEN = re.compile(r"\#?[A-Za-z0-9_]+|[=!<>]=|&&|\|\||\.\.+|,[ \t]*,|\S")
_QUOTED_OR_BRACKET = re.compile(
    r'"""(?:[^"\\]|\\.|""?(?!"))*+"""|"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\'|[()\[\]{}]', re.DOTALL
)


@record
class Failure:
    """Where and how the engine got stuck. `text` is the piece on one line; `shift` leads to the plan's offsets."""

    text: str
    shift: int
    position: int
    expected: frozenset[str]
    last: str | None

    @classmethod
    def of(cls, stuck: Stuck, text: str, shift: int) -> "Failure":
        return cls(text, shift, stuck.position, stuck.expected, stuck.last)

    @property
    def rest(self) -> str:
        return self.text[self.position : self.position + 256]

    def span(self, start: int, end: int) -> Span:
        return Span(start + self.shift, end + self.shift)

    def here(self) -> Span:
        """The token at the place, or the end of what was read."""
        match = TOKEN.match(self.text, self.position)
        if match:
            return self.span(*match.span())
        end = len(self.text.rstrip(" \t"))
        return self.span(max(end - 1, 0), end)

    def word(self) -> str:
        match = WORD.match(self.text, self.position)
        return match[0] if match else ""

    def word_before(self) -> re.Match[str] | None:
        return re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=[ \t]*\Z)").search(
            self.text, max(0, self.position - 128), self.position
        )


def found(
    code: Code,
    message: str,
    span: Span,
    *,
    hint: str | None = None,
    fixes: Iterable[Fix] = (),
    allowed: Iterable[str] = (),
    related: Iterable[Related] = (),
) -> Diagnostic:
    """A diagnostic of a code of this room."""
    return Diagnostic(
        code=code.number,
        message=message,
        severity=code.severity,
        span=span,
        hint=hint,
        fixes=tuple(fixes),
        allowed=tuple(allowed),
        related=tuple(related),
    )


def replacing(message: str, span: Span, text: str, *, safe: bool = False) -> Fix:
    return Fix(message=message, edits=(Edit(span=span, text=text),), safe=safe)


def shown(expected: frozenset[str]) -> tuple[str, ...]:
    """What could stand there, in words a person knows, values first."""
    known = sorted((name for name in expected if name in _SHOWN), key=_ORDER.__getitem__)
    return tuple(_SHOWN[name] for name in known)


def outside(text: str) -> str:
    """The text with all that stands in quotes and brackets blotted out, every offset kept."""
    parts: list[str] = []
    position = depth = 0
    for match in _QUOTED_OR_BRACKET.finditer(text):
        between = text[position : match.start()]
        parts += (between if depth == 0 else _BLOT * len(between), _BLOT * len(match[0]))
        position = match.end()
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth = max(depth - 1, 0)
    rest = text[position:]
    return "".join(parts) + (rest if depth == 0 else _BLOT * len(rest))


_BLOT = "·"
