"""RW101 to RW119: what names mean: evidence, inputs, loop variables, tools and their arguments. Found by `checker`."""

from ..diagnostic import Severity
from ._code import Code

UNDEFINED_EVIDENCE = Code(
    number="RW101",
    slug="undefined-evidence",
    summary="a `#name` that nothing binds",
    explanation="""
`#name` reads the evidence of a step, an input, or the variable of a loop. In text only `#E1` and `#{name}` are read,
every other `#word` is plain text. Write `\\#E1` where these very characters are meant.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = llm(prompt="Sum up #E3")\nreturn [#E1, #E2]\n',
    right='#E1 = search(query="rewoo")\n#E2 = llm(prompt="Sum up #E1")\nreturn #E2\n',
)

SELF_REFERENCE = Code(
    number="RW102",
    slug="self-reference",
    summary="a step that needs its own result",
    explanation="""
A step starts when everything it names is final, so one that names itself would wait for ever. Most often the step
before it is meant.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = llm(prompt="#E2 in one line")\nreturn [#E1, #E2]\n',
    right='#E1 = search(query="rewoo")\n#E2 = llm(prompt="#E1 in one line")\nreturn #E2\n',
)

FORWARD_REFERENCE = Code(
    number="RW103",
    slug="forward-reference",
    summary="a step that reads evidence of a step below it",
    explanation="""
References point backwards, so that a plan reads from top to bottom and cannot go in circles. The order of the lines
costs nothing: steps run as soon as what they name is there, side by side where they can.
""",
    wrong='#E1 = llm(prompt="Sum up #E2")\n#E2 = search(query="rewoo")\nreturn #E1\n',
    right='#E2 = search(query="rewoo")\n#E1 = llm(prompt="Sum up #E2")\nreturn #E1\n',
)

DUPLICATE_EVIDENCE = Code(
    number="RW104",
    slug="duplicate-evidence",
    summary="two steps or two inputs of one name",
    explanation="""
A name is bound once and keeps its value: nobody has to ask which of two values a reference means. The first one counts
for the rest of the check.
""",
    wrong='#E1 = search(query="rewoo")\n#E1 = search(query="react")\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\n#E2 = search(query="react")\nreturn [#E1, #E2]\n',
)

NAME_CLASH = Code(
    number="RW105",
    slug="name-clash",
    summary="one name for two kinds of things",
    explanation="""
Inputs, steps and loop variables share one space of `#names`, without hiding each other; a loop variable may be used
again in another statement. Tools and sub-plans share another space.
""",
    wrong="input topic: str\n#topic = search(query=#topic)\nreturn #topic\n",
    right="input topic: str\n#pages = search(query=#topic)\nreturn #pages\n",
)

LOOP_VARIABLE_OUTSIDE = Code(
    number="RW106",
    slug="loop-variable-outside",
    summary="a loop variable where its loop does not reach",
    explanation="""
The variable of `for` stands for one item, in what the step does for each item: its call, `fallback`, a condition that
names it and that condition's `else`. It has no value in the list itself, in `approve` (which asks once for all items),
or in another statement. What all items gave is the evidence of the step, a list.
""",
    wrong='#E1 = search(query=#t) for #t in ["rewoo", "react"]\n#E2 = llm(prompt="Sum up #{t}")\nreturn [#E1, #E2]\n',
    right='#E1 = search(query=#t) for #t in ["rewoo", "react"]\n#E2 = llm(prompt="Sum up #E1")\nreturn #E2\n',
)

TAKEN_NAME = Code(
    number="RW107",
    slug="taken-name",
    summary="a name that the language keeps for itself",
    explanation="""
`#now` is the recorded start of the run; `true`, `false`, `null` and `not` are words of the language; the names of
built-in functions cannot be given to sub-plans.
""",
    wrong='#now = search(query="rewoo")\nreturn #now\n',
    right='#news = search(query="rewoo")\nreturn #news\n',
)

UNKNOWN_TOOL = Code(
    number="RW108",
    slug="unknown-tool",
    summary="a call of something that is neither a tool nor a sub-plan",
    explanation="""
The names of tools come from the registry (`--tools`), those of sub-plans from `use` and from the host's library. `llm`
may also be written `LLM`; apart from that, upper and lower case differ.
""",
    wrong='#E1 = serach(query="rewoo")\nreturn #E1\n',
    right='#E1 = search(query="rewoo")\nreturn #E1\n',
)

UNKNOWN_ARGUMENT = Code(
    number="RW109",
    slug="unknown-argument",
    summary="an argument that the tool does not take",
    explanation="""
The parameters of a tool are the properties of its JSON Schema, those of a sub-plan its inputs.
""",
    wrong='#E1 = search(query="rewoo", count=3)\nreturn #E1\n',
    right='#E1 = search(query="rewoo", k=3)\nreturn #E1\n',
)

MISSING_ARGUMENT = Code(
    number="RW110",
    slug="missing-argument",
    summary="a required argument is not given",
    explanation="""
A tool's JSON Schema says which of its parameters are required; of a sub-plan's inputs those without a default are.
""",
    wrong='#E1 = send_email(to=["a@example.org"], subject="Hello")\nreturn #E1\n',
    right='#E1 = send_email(to=["a@example.org"], subject="Hello", body="Hi.")\nreturn #E1\n',
)

ARGUMENT_TWICE = Code(
    number="RW111",
    slug="argument-twice",
    summary="an argument is given by position and by name",
    explanation="""
An argument without a name is the tool's first parameter. Giving that one by its name as well leaves two values for it.
""",
    wrong='#E1 = search("rewoo", query="react")\nreturn #E1\n',
    right='#E1 = search("rewoo", k=3)\nreturn #E1\n',
)

SHORT_FORM = Code(
    number="RW112",
    slug="short-form",
    summary="`Tool[text]` for a tool that does not take one text",
    explanation="""
The short form fills the tool's only required parameter, or its first one where none is required, with text. Tools that
need several arguments, or one of another type, are called with names.
""",
    wrong="#E1 = send_email[Hello]\nreturn #E1\n",
    right='#E1 = send_email(to=["a@example.org"], subject="Hello", body="Hi.")\nreturn #E1\n',
)

TEXT_MENTION = Code(
    number="RW113",
    slug="text-mention",
    summary="a `#word` or `#{…}` in text is plain text, although it names something in scope",
    explanation="""
In text, only `#E1` (with its digits and path) and `#{name}` are references, so that a `#channel` stays what it is.
Where the `#word` is also the name of an input, step or loop variable, one of the two must be said: `#{name}` for the
value, `\\#name` for the word. In `#{…}` stand a name and its path alone: `#{ name }` and
`#{len(name)}` are plain text too.
""",
    wrong='input region: str = "EU"\n#E1 = search(query="ports in #region")\nreturn [#E1, #region]\n',
    right='input region: str = "EU"\n#E1 = search(query="ports in #{region}")\nreturn #E1\n',
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    UNDEFINED_EVIDENCE,
    SELF_REFERENCE,
    FORWARD_REFERENCE,
    DUPLICATE_EVIDENCE,
    NAME_CLASH,
    LOOP_VARIABLE_OUTSIDE,
    TAKEN_NAME,
    UNKNOWN_TOOL,
    UNKNOWN_ARGUMENT,
    MISSING_ARGUMENT,
    ARGUMENT_TWICE,
    SHORT_FORM,
    TEXT_MENTION,
)
