"""Hypothesis strategies for the text of plans: everything the grammar knows, written in every way it may be written.

`plan_texts()` gives texts of the grammar itself, one statement a line; with `lines=True` brackets may span lines.
`mutated(texts)` damages them a little; `wild_texts()` are tokens thrown together. Texts need not make sense: names are
not checked here.
"""

from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
"""Plans are written from a seed: a tenth of the time of drawing every choice, and a failing seed can be kept."""

NAMES = ["E1", "E2", "E12", "s", "region", "x_1", "inputs", "retry", "in", "Plan"]
WORDS = ["search", "llm", "a.b.tool", "max", "fallback", "else", "for_", "in", "Wikipedia", "truex", "list", "str"]
FIELDS = ["name", "rows", "true", "E1", "_x", "in"]
PLAIN = ["", "a", "port strike", "#inc", "#", "##", "é", "日本", "{x}", "a.b", "don’t", "\t", "//", "# x", "=", "a, b"]
ESCAPES = ["\\n", "\\\\", "\\/", "\\#E1", "\\#{", "\\u00e9", "\\ud83d\\ude00", "\\t"]
REFS = [
    "#E1",
    "#E12.rows",
    "#E1[0].x",
    "#E1[-1]",
    "#E1[*].title",
    "#{region}",
    "#{E5[0].name}",
    "#{x}y",
    "#E1.",
    "#E1a",
]
KEYS = ["a", "odd", "x_1", '"odd key"', "'k'", '"#E1"', '""', "truex"]
DURATIONS = ["10s", "1.5h", "0ms", "250ms", "10m"]
NUMBERS = ["0", "7", "42", "0.5", "1.5e3", "2E-3", "1e10"]
USED = ['"lib/a.rewoo"', "'b'"]
COMMENTS = ["// done", "# a comment", "#! /x", "//", "// (see [x)", "# it's \"", "#\tx"]


class Writer:
    """Writes one plan from a source of choices. `lines`: newlines and comments may stand inside brackets."""

    def __init__(self, random: Random, *, lines: bool = False) -> None:
        self.random, self.lines = random, lines

    def one(self, options: list[str]) -> str:
        return self.random.choice(options)

    def maybe(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def some(self, make: Callable[[], str], most: int = 3) -> list[str]:
        return [make() for _ in range(self.random.randrange(most + 1))]

    # --- blanks ---

    def gap(self) -> str:
        """Blanks that may be there, mostly not."""
        return self.one(["", "", "", " ", "  ", "\t"])

    def blank(self) -> str:
        return self.one([" ", " ", " ", "  ", "\t"])

    def inner(self) -> str:
        """What may stand between tokens inside brackets."""
        if self.lines and self.maybe(0.2):
            comment = self.one(COMMENTS) if self.maybe(0.3) else ""
            return f"{self.gap()}{comment}{self.one([chr(10), chr(13) + chr(10)])}{self.gap()}"
        return self.gap()

    def bracket(self, opening: str, items: list[str], closing: str) -> str:
        comma = f"{self.inner()}," if items and self.maybe(0.15) else ""
        inside = f"{self.inner()},{self.inner()}".join(items)
        return f"{opening}{self.inner()}{inside}{comma}{self.inner()}{closing}"

    # --- text ---

    def string(self) -> str:
        match self.random.randrange(6):
            case 0:
                return '"""' + "".join(self.some(self.block_piece, 5)) + '"""'
            case 1:
                return "'" + "".join(self.some(lambda: self.piece('"'), 4)) + "'"
        return '"' + "".join(self.some(lambda: self.piece("'"), 4)) + '"'

    def piece(self, quote: str) -> str:
        return self.one([*PLAIN, *ESCAPES, *REFS, quote, "\\" + quote, '\\"', f"#E1[{quote}k{quote}]"])

    def block_piece(self) -> str:
        return self.one(
            [*PLAIN, *ESCAPES, *REFS, "\n", "\r\n", "\n#E2 = f()\n", '"x', '""y', "'", "\nPlan: x\n", '\\"']
        )

    def raw(self) -> str:
        pieces = [
            "\\[",
            "\\]",
            "\\\\",
            "\\d",
            "\\#E1",
            "[Name]",
            "[a \\] b]",
            "[#E1]",
            'say "hi"',
            "it's",
            "(",
            "}",
            ", ",
        ]
        return "[" + "".join(self.some(lambda: self.one([*PLAIN, *REFS, *pieces]), 5)) + "]"

    def key(self) -> str:
        return self.one(KEYS)

    # --- values ---

    def rhs(self, depth: int) -> str:
        if self.maybe(0.25):
            return f"{self.one(WORDS)}{self.gap()}{self.raw()}"
        return self.call(depth) if self.maybe(0.5) else self.value(depth)

    def choice(self, depth: int) -> str:
        if depth > 0 and self.maybe(0.1):
            b = self.blank
            return f"{self.value(depth - 1)}{b()}if{b()}{self.value(depth - 1)}{b()}else{b()}{self.choice(depth - 1)}"
        return self.value(depth)

    def value(self, depth: int) -> str:
        if depth <= 0 or self.maybe(0.5):
            return self.atom(depth)
        match self.random.randrange(5):
            case 0:
                return f"not{self.blank()}{self.atom(depth - 1)}"
            case 1:
                return f"-{self.gap()}{self.atom(depth - 1)}"
            case 2:
                op = self.one(["and", "or"])
                return f"{self.atom(depth - 1)}{self.blank()}{op}{self.blank()}{self.atom(depth - 1)}"
            case 3:
                op = self.one(["==", "!=", "<=", ">=", "<", ">"])
                return f"{self.atom(depth - 1)}{self.gap()}{op}{self.gap()}{self.atom(depth - 1)}"
        op = self.one(["+", "-", "*", " / ", "%", " in ", " not in "])
        return f"{self.atom(depth - 1)}{self.gap()}{op}{self.gap()}{self.atom(depth - 1)}"

    def atom(self, depth: int) -> str:
        simple = [
            self.string,
            self.ref,
            self.ref,
            self.number,
            lambda: self.one(["true", "false", "null"]),
            self.selector,
        ]
        if depth <= 0 or self.maybe(0.5):
            return self.random.choice(simple)()
        match self.random.randrange(6):
            case 0:
                return self.bracket("[", self.some(lambda: self.choice(depth - 1)), "]")
            case 1:
                return self.bracket("{", self.some(lambda: self.pair(depth - 1)), "}")
            case 2:
                return self.comprehension(depth)
            case 3:
                return f"({self.inner()}{self.choice(depth - 1)}{self.inner()}){self.path()}"
        return self.call(depth) + self.path()

    def pair(self, depth: int) -> str:
        return f"{self.key()}{self.inner()}:{self.inner()}{self.choice(depth)}"

    def comprehension(self, depth: int) -> str:
        condition = f" if{self.blank()}{self.value(depth - 1)}" if self.maybe() else ""
        return f"[{self.choice(depth - 1)} for #{self.one(NAMES)} in {self.value(depth - 1)}{condition}]"

    def call(self, depth: int) -> str:
        args = self.some(lambda: self.choice(depth - 1), 1) if self.maybe() else []
        args += self.some(
            lambda: f"{self.key()}{self.inner()}{self.one(['=', '=', ':'])}{self.inner()}{self.choice(depth - 1)}"
        )
        return self.one(WORDS) + self.gap() + self.bracket("(", args, ")")

    def ref(self) -> str:
        return f"#{self.one(NAMES)}{self.path()}"

    def path(self) -> str:
        if self.maybe(0.6):
            return ""
        return "".join(
            self.some(lambda: self.one([f".{self.one(FIELDS)}", "[0]", "[ -1 ]", "[*]", '["any key"]', "['k']"]))
        )

    def number(self) -> str:
        return self.one(NUMBERS)

    def selector(self) -> str:
        return "".join(f".{self.one(FIELDS)}" for _ in range(self.random.randrange(1, 3)))

    # --- types ---

    def type(self, depth: int = 2) -> str:
        if depth > 0 and self.maybe(0.2):
            return f"{self.single(depth)}{self.gap()}|{self.gap()}{self.single(depth)}"
        return self.single(depth)

    def single(self, depth: int) -> str:
        return self.plain_type(depth) + (self.gap() + "?" if self.maybe(0.2) else "")

    def plain_type(self, depth: int) -> str:
        if depth <= 0 or self.maybe(0.4):
            return self.one(["str", "int", "float", "bool", "null", "any", '"high"', "'low'", "3", "-1.5"])
        match self.random.randrange(4):
            case 0:
                return f"{self.one(['list', 'dict'])}{self.gap()}[{self.inner()}{self.type(depth - 1)}{self.inner()}]"
            case 1:
                return f"({self.inner()}{self.type(depth - 1)}{self.inner()})"
        return self.bracket("{", self.some(lambda: self.member(depth - 1)), "}")

    def member(self, depth: int) -> str:
        return f"{self.key()}{self.inner()}{self.one(['', '', '?'])}{self.inner()}:{self.inner()}{self.type(depth)}"

    # --- statements ---

    def clauses(self, depth: int) -> str:
        v, b = self.value, self.blank
        every = [
            lambda: f"if{b()}{v(depth)}" + (f"{b()}else{b()}{self.call(depth)}" if self.maybe() else ""),
            lambda: (
                f"for{b()}#{self.one(NAMES)}{b()}in{b()}{v(depth)}"
                + self.one(["", " max 5", " max 5 parallel 2", " parallel 3"])
            ),
            lambda: f"retry{b()}{self.one(['0', '3', '12'])}",
            lambda: f"timeout{b()}{self.one(DURATIONS)}",
            lambda: f"fallback{b()}{self.call(depth) if self.maybe() else self.one(WORDS) + self.raw()}",
            lambda: (
                f"after{b()}" + ",".join(f"{self.gap()}#{self.one(NAMES)}" for _ in range(self.random.randrange(1, 3)))
            ),
            lambda: "approve" + self.one(["", f" {self.string()}", " within 2h", f" {self.string()} within 1.5h"]),
        ]
        chosen = self.random.sample(every, self.random.choice([0, 0, 0, 1, 2, 3, 7]))
        return "".join(f"{b()}{make()}" for make in chosen)

    def step(self) -> str:
        kind = f"{self.gap()}:{self.gap()}{self.type()}" if self.maybe(0.25) else ""
        return f"#{self.one(NAMES)}{kind}{self.gap()}={self.gap()}{self.rhs(2)}{self.clauses(1)}"

    def input(self) -> str:
        kind = f"{self.gap()}:{self.gap()}{self.type()}" if self.maybe(0.7) else ""
        default = f"{self.gap()}={self.gap()}{self.choice(1)}" if self.maybe() else ""
        return f"input{self.blank()}{self.one(NAMES)}{kind}{default}"

    def limit(self) -> str:
        bounds = {"calls": "60", "tokens": "40000", "time": "10m", "cost": "0.5"}
        chosen = self.random.sample(sorted(bounds), self.random.randrange(1, 5))
        return "limit " + f"{self.gap()},{self.gap()}".join(f"{kind}{self.blank()}{bounds[kind]}" for kind in chosen)

    def solve(self) -> str:
        if self.maybe(0.3):
            return 'Solve: """' + "".join(self.some(self.block_piece)) + '"""'
        return (
            "Solve:"
            + self.one(["", " ", ' "', ' ""'])
            + "".join(self.some(lambda: self.one([*PLAIN, *REFS, "\\#E1", "\\d"])))
        )

    def line(self, statement: str) -> str:
        comment = f"{self.blank()}{self.one(COMMENTS)}" if self.maybe(0.15) and statement[:1] not in "PGS" else ""
        return f"{self.one(['', '', '', '  '])}{statement}{comment}{self.one(['', '', ' '])}"

    def statement(self) -> str:
        prose = "".join(self.some(lambda: self.one(PLAIN)))
        match self.random.randrange(14):
            case 0:
                return f"Goal:{prose}"
            case 1:
                return f"use{self.blank()}{self.one(USED)}{self.blank()}as{self.blank()}helper"
            case 2:
                return self.input()
            case 3:
                return self.limit()
            case 4 | 5:
                return f"Plan: {prose}"
            case 6:
                return f"return{self.blank()}{self.choice(2)}"
            case 7:
                return self.solve()
        return self.step()

    def plan(self, most: int = 5) -> str:
        lines = ["rewoo 1"] if self.maybe(0.1) else []
        for _ in range(self.random.randrange(most + 1)):
            lines.append(self.line(self.statement()) if self.maybe(0.8) else self.one(["", "  ", *COMMENTS]))
        newline = self.one(["\n", "\n", "\n", "\r\n"])
        return newline.join(lines) + self.one(["", newline])


def plan_texts(*, lines: bool = False, most: int = 5) -> st.SearchStrategy[str]:
    """Texts of plans, all of the grammar; with `lines`, brackets may span lines, which is the cutter's to undo."""
    return SEEDS.map(lambda seed: Writer(Random(seed), lines=lines).plan(most))


TOKENS = [
    *(
        "#E1",
        "#",
        "=",
        ":",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        '"""',
        "\n",
        " ",
        "\\",
        ".",
        "?",
        "|",
        "//",
        "# ",
    ),
    *(
        " if ",
        " else ",
        " for ",
        " in ",
        "not ",
        " retry ",
        "3",
        "10s",
        "Plan:",
        "Solve:",
        "return ",
        "true",
        "f",
        "-",
        "+",
    ),
    *(
        "input x",
        "limit calls 3",
        'use "a" as b',
        "rewoo 1",
        "\r",
        "\t",
        "É",
        "\x00",
        "\u202e",
        "*",
        "``` ",
        "list[str]",
    ),
]


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with a few tokens cut out, put in or doubled."""
    text = draw(texts)
    random = Random(draw(SEEDS))
    for _ in range(random.randrange(1, 4)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 1, 2, 5]))
        text = text[:start] + random.choice(["", "", random.choice(TOKENS), text[start:end] * 2]) + text[end:]
    return text


def wild_texts() -> st.SearchStrategy[str]:
    """Tokens of the language in any order, and any characters at all."""
    return st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=3)), max_size=40).map("".join)
