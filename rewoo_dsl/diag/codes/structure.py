"""RW050 to RW069: statements that can be read, but do not stand where or as they must. Found by `lowering`."""

from ..diagnostic import Severity
from ._code import Code

DUPLICATE_STATEMENT = Code(
    number="RW050",
    slug="duplicate-statement",
    summary="a statement that a plan has once stands there twice",
    explanation="""
A plan has at most one `Goal:`, one `limit`, one `return` and one `Solve:`. The first one counts; the later one is
named here. Put the ceilings of two `limit` lines on one line, separated by commas.
""",
    wrong='limit calls 5\nlimit tokens 100\n#E1 = search(query="rewoo")\nreturn #E1\n',
    right='limit calls 5, tokens 100\n#E1 = search(query="rewoo")\nreturn #E1\n',
)

LATE_HEADER = Code(
    number="RW051",
    slug="late-header",
    summary="a header line after the first step",
    explanation="""
`rewoo 1` is the first line of a plan. `Goal:`, `use`, `input` and `limit` say what the whole plan is about and stand
before its first step, so that a reader finds them in one place.
""",
    wrong='#E1 = search(query="rewoo")\ninput region: str = "EU"\n#E2 = search(query=#region)\nreturn [#E1, #E2]\n',
    right='input region: str = "EU"\n#E1 = search(query="rewoo")\n#E2 = search(query=#region)\nreturn [#E1, #E2]\n',
)

EARLY_RETURN = Code(
    number="RW052",
    slug="early-return",
    summary="a step after `return`",
    explanation="""
`return` gives the result of the plan and stands after the last step. It does not end a plan early: all steps run.
""",
    wrong='#E1 = search(query="rewoo")\nreturn #E1\n#E2 = save(key="a", text="b")\n',
    right='#E1 = search(query="rewoo")\n#E2 = save(key="a", text="b")\nreturn #E1\n',
)

AFTER_SOLVE = Code(
    number="RW053",
    slug="after-solve",
    summary="a statement after `Solve:`",
    explanation="""
`Solve:` is the last statement of a plan: it asks the Solver once everything else is done.
""",
    wrong='#E1 = search(query="rewoo")\nSolve: What is it? #E1\n#E2 = save(key="a", text="b")\n',
    right='#E1 = search(query="rewoo")\n#E2 = save(key="a", text="b")\nSolve: What is it? #E1\n',
)

LONELY_RATIONALE = Code(
    number="RW054",
    slug="lonely-rationale",
    summary="a `Plan:` line that no step follows",
    explanation="""
`Plan:` says why the next step is there. Without a step behind it nothing happens: either the step was forgotten, or it
was written in a form that is no step (such as prose, or `E1 = …` without `#`).
""",
    wrong='#E1 = search(query="rewoo")\nPlan: Then ask a person.\nreturn #E1\n',
    right='Plan: Look it up.\n#E1 = search(query="rewoo")\nreturn #E1\n',
    severity=Severity.WARNING,
)

CLAUSE_NEEDS_CALL = Code(
    number="RW055",
    slug="clause-needs-call",
    summary="`retry`, `timeout` or `approve` on a step that calls no tool",
    explanation="""
A pure step has no effect and answers the same each time, so there is nothing to repeat, to wait for or to allow. `if`,
`for`, `fallback` and `after` mean on a pure step what they always mean.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = len(#E1) retry 2\nreturn #E2\n',
    right='#E1 = search(query="rewoo") retry 2\n#E2 = len(#E1)\nreturn #E2\n',
)

DUPLICATE_ARGUMENT = Code(
    number="RW056",
    slug="duplicate-argument",
    summary="an argument is given twice",
    explanation="""
Each argument of a call is given once, by its name; only the first one may stand without a name.
""",
    wrong='#E1 = search(query="rewoo", query="plans")\nreturn #E1\n',
    right='#E1 = search(query="rewoo plans")\nreturn #E1\n',
)

POSITIONAL_ARGUMENT = Code(
    number="RW057",
    slug="positional-argument",
    summary="an argument after the first has no name",
    explanation="""
The first argument of a tool may stand without its name, all others are named: the order of a tool's parameters is
nothing to rely on. Built-ins such as `len` and `take` take theirs by place.
""",
    wrong='#E1 = search("rewoo", 3)\nreturn #E1\n',
    right='#E1 = search("rewoo", k=3)\nreturn #E1\n',
)

NESTED_CALL = Code(
    number="RW058",
    slug="nested-call",
    summary="a tool call inside an expression",
    explanation="""
A tool call stands alone right of `=`, `fallback` or `else`, so that each call is a step with a name, its own clauses
and its own evidence. Give the inner call a step above, and write its name where it stood. Only the pure built-ins
(`len`, `sorted`, `default`, …) may be nested.
""",
    wrong='#E1 = llm(prompt=Wikipedia("Milhouse"))\nreturn #E1\n',
    right='#E1 = Wikipedia("Milhouse")\n#E2 = llm(prompt=#E1)\nreturn #E2\n',
)

NOT_JSON = Code(
    number="RW059",
    slug="not-json",
    summary="the text of a JSON plan is no JSON",
    explanation="""
Plans may come as JSON (`schemas/plan.schema.json`). This text is not JSON, holds an object with the same key twice, or
is nested too deep to be a plan. A plan in the language cannot show this.
""",
)

WRONG_PLAN_JSON = Code(
    number="RW060",
    slug="wrong-plan-json",
    summary="a JSON plan that does not have the form of a plan",
    explanation="""
The JSON pointer shows the place; `schemas/plan.schema.json` is the form. A plan in the language cannot show this.
""",
)

NUMBER_OUT_OF_RANGE = Code(
    number="RW061",
    slug="number-out-of-range",
    summary="a number that no value can be",
    explanation="""
Integers have 64 bits and floats are finite. A count or a duration must moreover make sense where it stands: a time-out
is longer than nothing, and at least one item runs at a time. Write larger numbers as text if they are only passed on.
""",
    wrong='#E1 = search(query="rewoo", k=9223372036854775808)\nreturn #E1\n',
    right='#E1 = search(query="rewoo", k=10)\nreturn #E1\n',
)

DEFAULT_NOT_LITERAL = Code(
    number="RW062",
    slug="default-not-literal",
    summary="the default of an input is no literal",
    explanation="""
The default of an `input` is known before anything runs: text, a number, `true`, `false`, `null`, or lists and objects
of these. Compute what depends on it in a step.
""",
    wrong='input count: int = 2 + 3\n#E1 = search(query="rewoo", k=#count)\nreturn #E1\n',
    right='input count: int = 5\n#E1 = search(query="rewoo", k=#count)\nreturn #E1\n',
)

UNKNOWN_VERSION = Code(
    number="RW063",
    slug="unknown-version",
    summary="the plan names a version of the language that is not known here",
    explanation="""
`rewoo 1` as the first line names the version of the language. This program reads version 1.
""",
    wrong='rewoo 2\n#E1 = search(query="rewoo")\nreturn #E1\n',
    right='rewoo 1\n#E1 = search(query="rewoo")\nreturn #E1\n',
)

UNKNOWN_IGNORE = Code(
    number="RW064",
    slug="unknown-ignore",
    summary="a `rewoo:` comment that cannot be understood",
    explanation="""
`// rewoo: ignore RW302` accepts what the check says of one statement: behind it, or on a line of its own above it and
its `Plan:` lines. `// rewoo: ignore-file RW302`, above the first statement, is about the whole plan. Several codes are
divided by commas, each by its number or its name; what follows ` -- ` is a reason, for people.
""",
    wrong='#E1 = search(query="rewoo") // rewoo: ignore RW999\nreturn #E1\n',
    right='#E1 = search(query="rewoo") // rewoo: ignore RW302 -- kept for the log\nreturn 1\n',
    severity=Severity.WARNING,
)

IDLE_IGNORE = Code(
    number="RW065",
    slug="idle-ignore",
    summary="a `rewoo: ignore` that silences nothing",
    explanation="""
The finding is not there any more, or it cannot be ignored. An error stays, because a plan that has one does not run;
what the host's policy and ceilings find stays, because the plan's author cannot waive it; and a plan that a model wrote
ignores nothing at all. Where something could not be checked, as without tools, nothing is said of an ignore.
""",
    wrong='#E1 = search(query="rewoo") // rewoo: ignore RW302\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\nreturn #E1\n',
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    DUPLICATE_STATEMENT,
    LATE_HEADER,
    EARLY_RETURN,
    AFTER_SOLVE,
    LONELY_RATIONALE,
    CLAUSE_NEEDS_CALL,
    DUPLICATE_ARGUMENT,
    POSITIONAL_ARGUMENT,
    NESTED_CALL,
    NOT_JSON,
    WRONG_PLAN_JSON,
    NUMBER_OUT_OF_RANGE,
    DEFAULT_NOT_LITERAL,
    UNKNOWN_VERSION,
    UNKNOWN_IGNORE,
    IDLE_IGNORE,
)
