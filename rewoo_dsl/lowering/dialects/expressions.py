"""Expressions as Python writes them, into ours: what both languages have, and nothing else.

`read_expression` gives None for everything else, and the caller keeps the text.
"""

import re
from collections.abc import Callable, Iterator

from ...ir.expr import Binary, BinaryOp, Conditional, Constant, Expr, Unary
from ...ir.values import MAX_INT

MAX_LENGTH = 2_000
MAX_DEPTH = 24

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d{1,18}\.\d{0,18}|\.\d{1,18}|\d{1,18})(?![\w.]))
    | (?P<text>"[^"\\\n]*"|'[^'\\\n]*')
    | (?P<name>[A-Za-z_]\w*|\{[A-Za-z_]\w*\})
    | (?P<sign>==|!=|<=|>=|\*\*|//|[-+*/%<>()])
    )""",
    re.VERBOSE,
)
_BINDS: dict[str, int] = {
    "or": 1, "and": 2, "in": 4, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_COMPARES, _NOT, _SIGN = 4, 3, 7
_LITERALS = {"True": True, "False": False, "None": None, "true": True, "false": False}
_WORDS = {"if", "else", "and", "or", "not", "in", "is", "for", "lambda"}

Token = tuple[str, str]


class _NotOurs(Exception):
    """The text says something that our language has no words for."""


def read_expression(text: str, name: Callable[[str], Expr | None]) -> Expr | None:
    """The expression that a text means, or None. `name` gives the meaning of a name, `{name}` without its braces."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        reader = _Reader(list(_tokens(text)), name)
        found = reader.conditional()
        return found if reader.is_done else None
    except _NotOurs:
        return None


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _NotOurs
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


class _Reader:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, tokens: list[Token], name: Callable[[str], Expr | None]) -> None:
        self._tokens, self._name = tokens, name
        self._at = 0
        self._depth = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._tokens)

    def conditional(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _NotOurs
        value = self._binary(1)
        if self._takes("if"):
            test = self._binary(1)
            self._expect("else")
            value = Conditional(test=test, then=value, otherwise=self.conditional())
        self._depth -= 1
        return value

    def _binary(self, least: int) -> Expr:
        left = self._unary()
        count = 0
        while (binds := _BINDS.get(op := self._peek(), 0)) >= least:
            count += 1
            if count > MAX_DEPTH:
                raise _NotOurs
            self._at += 1
            right = self._binary(binds + 1)
            left = Binary(op=_operator(op), left=left, right=right)
            if binds == _COMPARES and _BINDS.get(self._peek()) == _COMPARES:
                raise _NotOurs  # `a < b < c` means something else here
        return left

    def _unary(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _NotOurs
        if self._takes("not"):
            value: Expr = Unary(op="not", operand=self._binary(_NOT))
        elif self._takes("-"):
            value = _negative(self._binary(_SIGN))
        else:
            value = self._primary()
        self._depth -= 1
        return value

    def _primary(self) -> Expr:
        if self.is_done:
            raise _NotOurs
        kind, said = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                return _number(said)
            case "text":
                return Constant(value=said[1:-1])
            case "name" if said in _LITERALS:
                return Constant(value=_LITERALS[said])
            case "name" if said not in _WORDS and (meant := self._name(said.strip("{}"))) is not None:
                return meant
        if said != "(":
            raise _NotOurs
        value = self.conditional()
        self._expect(")")
        return value

    def _peek(self) -> str:
        kind, said = self._tokens[self._at] if not self.is_done else ("", "")
        return said if kind in ("sign", "name") else ""

    def _takes(self, word: str) -> bool:
        taken = self._peek() == word
        self._at += taken
        return taken

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise _NotOurs


def _operator(said: str) -> BinaryOp:
    match said:
        case "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or" | "in":
            return said
    raise _NotOurs


def _number(said: str) -> Expr:
    value = float(said) if "." in said else int(said)
    if isinstance(value, int) and value > MAX_INT:
        raise _NotOurs
    return Constant(value=value)


def _negative(operand: Expr) -> Expr:
    match operand:
        case Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Constant(value=-number)
    return Unary(op="-", operand=operand)
