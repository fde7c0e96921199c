"""RW001 to RW049: text that is no plan, or not quite. Found by `syntax`, one for each broken statement."""

from ..diagnostic import Severity
from ._code import Code

_GOOD = '#E1 = search(query="rewoo")\nreturn #E1\n'

UNEXPECTED = Code(
    number="RW001",
    slug="unexpected-text",
    summary="the statement does not go on as a plan can",
    explanation="""
The statement is fine up to the marked place; `allowed` lists what could stand there. Statements end with their line,
unless a bracket or a `\"""` string is open.
""",
    wrong='#E1 = search(query="rewoo",, k=3)\nreturn #E1\n',
    right='#E1 = search(query="rewoo", k=3)\nreturn #E1\n',
)

UNCLOSED_BRACKET = Code(
    number="RW002",
    slug="unclosed-bracket",
    summary="a bracket is not closed, or not by its own kind",
    explanation="""
Every `(`, `[` and `{` is closed by its own kind within its statement. A line that begins like a statement (`#E2 = …`,
`Plan: …`) ends what was left open above it, so only the statement with the open bracket is lost.
""",
    wrong='#E1 = search(query="rewoo"\nreturn #E1\n',
    right=_GOOD,
)

UNCLOSED_STRING = Code(
    number="RW003",
    slug="unclosed-string",
    summary="a text in quotes is not closed",
    explanation="""
A text in `"` or `'` ends on its own line; write `\\n` for a new line in it, or use `\"""`, which may span lines.
""",
    wrong='#E1 = search(query="rewoo)\nreturn #E1\n',
    right=_GOOD,
)

UNCLOSED_RAW = Code(
    number="RW004",
    slug="unclosed-raw-text",
    summary="the raw text of `Tool[…]` is not closed",
    explanation="""
In `Tool[raw text]` brackets may be nested once and must come in pairs; write `\\[` and `\\]` for single ones. For
anything more, use the long form: `tool(name="text")`.
""",
    wrong="#E1 = Wikipedia[Milhouse\nreturn #E1\n",
    right="#E1 = Wikipedia[Milhouse]\nreturn #E1\n",
)

PROSE = Code(
    number="RW005",
    slug="not-a-statement",
    summary="a line that is no statement",
    explanation="""
A plan consists of statements: `Plan: …`, `#E1 = …`, `return …`, `Solve: …`, and the header lines `Goal: …`, `use`,
`input` and `limit`. Other words are comments and begin with `//`. Plans taken from a model's reply may be wrapped in
prose; read them with `lenient`, and such lines are skipped with a note.
""",
    wrong='Sure! Here is the plan:\n#E1 = search(query="rewoo")\nreturn #E1\n',
    right='// Here is the plan.\n#E1 = search(query="rewoo")\nreturn #E1\n',
)

FENCE = Code(
    number="RW006",
    slug="markdown-fence",
    summary="a line of three backticks",
    explanation="""
Three backticks are markdown around a plan and no part of it. Remove the line. Plans taken from a model's reply are
read with `lenient`, which skips such lines with a note.
""",
    wrong='```\n#E1 = search(query="rewoo")\nreturn #E1\n```\n',
    right=_GOOD,
)

MISSING_SIGIL = Code(
    number="RW007",
    slug="missing-hash",
    summary="a step's name without its `#`",
    explanation="""
Evidence is written `#E1` everywhere, also where it is defined, so that names never look like words.
""",
    wrong='E1 = search(query="rewoo")\nreturn #E1\n',
    right=_GOOD,
)

MISSING_EQUALS = Code(
    number="RW008",
    slug="missing-equals",
    summary="a step without its `=`",
    explanation="""
A step is `#name = value`, or with a type `#name: type = value`. Behind the `:` stands a type, never a call.
""",
    wrong='#E1 search(query="rewoo")\nreturn #E1\n',
    right=_GOOD,
)

TWO_STATEMENTS = Code(
    number="RW009",
    slug="two-statements",
    summary="two statements on one line",
    explanation="""
Each statement has a line of its own.
""",
    wrong='#E1 = search(query="a") #E2 = search(query="b")\nreturn #E1\n',
    right='#E1 = search(query="a")\n#E2 = search(query="b")\nreturn [#E1, #E2]\n',
)

BARE_WORD = Code(
    number="RW010",
    slug="bare-word",
    summary="a word that is neither text nor a name nor a call",
    explanation="""
Text stands in quotes, names of steps, inputs and loop variables begin with `#`, and a tool is called with `(…)` or
`[…]`. A bare word could be any of these.
""",
    wrong="#E1 = search(query=hello)\nreturn #E1\n",
    right='#E1 = search(query="hello")\nreturn #E1\n',
)

UNKNOWN_CLAUSE = Code(
    number="RW011",
    slug="unknown-clause",
    summary="a word behind a step that is no clause",
    explanation="""
Behind a step's value stand only its clauses: `if … else …`, `for … in … max …`, `retry N`, `timeout 10s`,
`fallback …`, `after #E1`, `approve "…" within 2h`.
""",
    wrong='#E1 = search(query="rewoo") retries 3\nreturn #E1\n',
    right='#E1 = search(query="rewoo") retry 3\nreturn #E1\n',
)

BAD_AMOUNT = Code(
    number="RW012",
    slug="bad-amount",
    summary="a count or a time span that does not read as one",
    explanation="""
A count is a whole number (`retry 3`, `max 20`); a time span is a number and `ms`, `s`, `m` or `h` without a blank
(`timeout 10s`, `within 1.5h`).
""",
    wrong='#E1 = search(query="rewoo") timeout 10\nreturn #E1\n',
    right='#E1 = search(query="rewoo") timeout 10s\nreturn #E1\n',
)

MISSING_VALUE = Code(
    number="RW013",
    slug="missing-value",
    summary="nothing stands where a value must",
    explanation="""
The statement ends, or goes on, where a value is still to come.
""",
    wrong="#E1 =\nreturn #E1\n",
    right=_GOOD,
)

PATH_ON_THE_LEFT = Code(
    number="RW014",
    slug="path-on-the-left",
    summary="a step defines a path instead of a name",
    explanation="""
A step defines one name, once and whole; nothing is assigned into an evidence. Give the step a name of its own.
""",
    wrong='#E1.x = search(query="rewoo")\nreturn #E1\n',
    right=_GOOD,
)

UNKNOWN_TYPE = Code(
    number="RW015",
    slug="unknown-type",
    summary="a word that is no type",
    explanation="""
Types are `str int float bool null any`, `list[T]`, `dict[T]`, `{a: T, b?: T}`, texts and numbers themselves
(`"low" | "high"`), alternatives `A | B`, and `T?` for "or null".
""",
    wrong='#E1: string = search(query="rewoo")\nreturn #E1\n',
    right='#E1: any = search(query="rewoo")\nreturn #E1\n',
)

UNKNOWN_ESCAPE = Code(
    number="RW016",
    slug="unknown-escape",
    summary="a backslash in a text that is no escape",
    explanation="""
Texts in quotes know JSON's escapes (`\\n`, `\\t`, `\\"`, `\\\\`, `\\u00e9`, …), `\\'`, and `\\#` for a literal `#`.
Write `\\\\` for the backslash itself. In `Tool[raw text]` a backslash is just a backslash.
""",
    wrong='#E1 = search(query="\\d+")\nreturn #E1\n',
    right='#E1 = search(query="\\\\d+")\nreturn #E1\n',
)

TWICE = Code(
    number="RW017",
    slug="twice",
    summary="a clause, a ceiling or a key is given twice",
    explanation="""
Each clause of a step, each ceiling of `limit` and each key of an object stands there at most once.
""",
    wrong='#E1 = search(query="rewoo") retry 2 retry 3\nreturn #E1\n',
    right='#E1 = search(query="rewoo") retry 3\nreturn #E1\n',
)

AMBIGUOUS_IF = Code(
    number="RW018",
    slug="ambiguous-if",
    summary="`if` behind a bare value of `fallback` or `else`",
    explanation="""
`fallback 0 if #ok` could be the step's own condition, or choose between fallbacks. Brackets around the value say which:
`fallback (0) if #ok` is the step's condition, `fallback (0 if #ok else 1)` chooses.
""",
    wrong='input ok: bool\n#E1 = search(query="rewoo") fallback null if #ok\nreturn #E1\n',
    right='input ok: bool\n#E1 = search(query="rewoo") if #ok fallback null\nreturn #E1\n',
)

RESERVED = Code(
    number="RW019",
    slug="reserved-name",
    summary="`true`, `false`, `null` or `not` used as a name",
    explanation="""
These four words are part of the language wherever they stand. Quote them where a key is
meant; put a blank behind `not`.
""",
    wrong='#true = search(query="rewoo")\nreturn #true\n',
    right=_GOOD,
)

FOREIGN_WORD = Code(
    number="RW020",
    slug="foreign-literal",
    summary="`True`, `False` or `None`",
    explanation="""
The language has JSON's words: `true`, `false`, `null`. Read with `lenient`, Python's words are taken with a note.
""",
    wrong='#E1 = weather(city="Rome", day=None)\nreturn #E1\n',
    right='#E1 = weather(city="Rome", day=null)\nreturn #E1\n',
)

MISSING_BLANK = Code(
    number="RW021",
    slug="missing-blank",
    summary="a keyword sticks to what stands beside it",
    explanation="""
Keywords stand between blanks: `retry 3 timeout 10s`, `not (…)`. Read with `lenient`, they are taken with a note.
""",
    wrong='#E1 = search(query="rewoo") retry 3timeout 10s\nreturn #E1\n',
    right='#E1 = search(query="rewoo") retry 3 timeout 10s\nreturn #E1\n',
)

ONE_LINE_FORM = Code(
    number="RW022",
    slug="one-line-form",
    summary="a step on the line of its `Plan:`",
    explanation="""
`Plan: why #E1 = Tool[text]` is read as the rationale and the step that it is. The formatter gives the step a line
of its own. Under `--strict` it is an error.
""",
    wrong="Plan: Look it up. #E1 = Wikipedia[Milhouse]\nreturn #E1\n",
    right="Plan: Look it up.\n#E1 = Wikipedia[Milhouse]\nreturn #E1\n",
    severity=Severity.NOTE,
)

RATIONALE_LIKE_STEP = Code(
    number="RW023",
    slug="rationale-like-step",
    summary="a `Plan:` line contains what looks like a step",
    explanation="""
The words of a `Plan:` line are never executed. This one contains `#name =`, but what follows is no call. If a step is
meant, give it a line of its own.
""",
    wrong='Plan: Stop if #E1 = nothing useful.\n#E1 = search(query="rewoo")\nreturn #E1\n',
    right='Plan: Stop if nothing useful comes back.\n#E1 = search(query="rewoo")\nreturn #E1\n',
    severity=Severity.WARNING,
)

COMMENT_LIKE_STEP = Code(
    number="RW024",
    slug="comment-like-step",
    summary="a comment that looks like a step",
    explanation="""
`# ` and `//` begin comments, so `# E2 = f(…)` and `// #E2 = f(…)` do nothing. If the step is meant, remove what
makes it a comment; if not, word the comment so that nobody takes it for a step.
""",
    wrong='#E1 = search(query="rewoo")\n# E2 = search(query="plans")\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\n// The second search was not needed.\nreturn #E1\n',
    severity=Severity.WARNING,
)

COMMENT_LIKE_DIVISION = Code(
    number="RW025",
    slug="comment-like-division",
    summary="a `//` that looks like a division",
    explanation="""
`//` begins a comment, so `7 // 2` is 7. Write `floor(7 / 2)` for a whole-number division.
""",
    wrong="#E1 = 7 // 2\nreturn #E1\n",
    right="#E1 = floor(7 / 2)\nreturn #E1\n",
    severity=Severity.WARNING,
)

CONTROL_CHARACTER = Code(
    number="RW026",
    slug="control-character",
    summary="a character that cannot be seen, or makes the text look like another",
    explanation="""
Control characters, line separators, half characters (lone surrogates) and the marks that turn the direction of text
have no place in a plan: what a person reads must be what runs. Where one is meant, write its escape
(`\\u202e`) in a text.
""",
    wrong='#E1 = search(query="re\u202ewoo")\nreturn #E1\n',
    right='#E1 = search(query="re\\u202ewoo")\nreturn #E1\n',
)

TOO_LARGE = Code(
    number="RW027",
    slug="too-large",
    summary="the text is beyond one of the limits on plans",
    explanation="""
A plan has limits on its size, its statements, the depth of its brackets and of its expressions, and the length of
names, texts and numbers, so that no text can exhaust the reader. Hosts can set them (`Limits`).
""",
    wrong="#E1 = " + "(" * 65 + "1" + ")" * 65 + "\nreturn #E1\n",
    right="#E1 = (1)\nreturn #E1\n",
)

NO_STEP = Code(
    number="RW028",
    slug="no-step",
    summary="there is nothing to run",
    explanation="""
A plan has at least one step, or a `return`.
""",
    wrong="Goal: Do something.\n",
    right="Goal: Do something.\n" + _GOOD,
)

LATE_POSITIONAL = Code(
    number="RW029",
    slug="late-positional",
    summary="an argument without a name behind one with a name",
    explanation="""
Arguments without a name come first.
""",
    wrong='#E1 = search(k=3, "rewoo")\nreturn #E1\n',
    right='#E1 = search("rewoo", k=3)\nreturn #E1\n',
)

CODES: tuple[Code, ...] = (
    UNEXPECTED,
    UNCLOSED_BRACKET,
    UNCLOSED_STRING,
    UNCLOSED_RAW,
    PROSE,
    FENCE,
    MISSING_SIGIL,
    MISSING_EQUALS,
    TWO_STATEMENTS,
    BARE_WORD,
    UNKNOWN_CLAUSE,
    BAD_AMOUNT,
    MISSING_VALUE,
    PATH_ON_THE_LEFT,
    UNKNOWN_TYPE,
    UNKNOWN_ESCAPE,
    TWICE,
    AMBIGUOUS_IF,
    RESERVED,
    FOREIGN_WORD,
    MISSING_BLANK,
    ONE_LINE_FORM,
    RATIONALE_LIKE_STEP,
    COMMENT_LIKE_STEP,
    COMMENT_LIKE_DIVISION,
    CONTROL_CHARACTER,
    TOO_LARGE,
    NO_STEP,
    LATE_POSITIONAL,
)
