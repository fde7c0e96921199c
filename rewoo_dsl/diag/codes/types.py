"""RW201 to RW219: whether what flows fits where it flows to. Found by `checker`.

There are three answers to that. A value that fits needs no word; where no value of the type can fit, the code is an
error; where some may not, it is a warning under the same code.
"""

from ..diagnostic import Severity
from ._code import Code

ARGUMENT_TYPE = Code(
    number="RW201",
    slug="argument-type",
    summary="an argument does not fit the JSON Schema of its parameter",
    explanation="""
Literals are held against the tool's own JSON Schema, exactly; what flows from elsewhere by its type. Nothing is
converted silently: `"5"` is no `int`. A reference that stands alone keeps its type, while text with a reference in it
is text, with lists and objects written as JSON.
""",
    wrong="#E1 = search(query=7)\nreturn #E1\n",
    right='#E1 = search(query="7")\nreturn #E1\n',
)

CONDITION_TYPE = Code(
    number="RW202",
    slug="condition-type",
    summary="a condition is no `bool`",
    explanation="""
`if`, `and`, `or` and `not` take `true` and `false` only. There is no truthiness: ask what you mean, such as
`len(#E1) > 0`, `#E1 != null` or `#E1 != ""`.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = llm(prompt="Sum up #E1") if len(#E1)\nreturn #E2\n',
    right='#E1 = search(query="rewoo")\n#E2 = llm(prompt="Sum up #E1") if len(#E1) > 0\nreturn #E2\n',
)

LOOP_SOURCE = Code(
    number="RW203",
    slug="loop-source",
    summary="`for` over something that is no list",
    explanation="""
`for #x in …` runs over a list. Of an object, name the list inside it, or take its `values(…)`; of a text, `lines(…)` or
`split(…)`.
""",
    wrong='#E1 = weather(city="Rotterdam")\n#E2 = llm(prompt=#d.sky) for #d in #E1 max 3\nreturn #E2\n',
    right='#E1 = weather(city="Rotterdam")\n#E2 = llm(prompt=#d.sky) for #d in [#E1] max 3\nreturn #E2\n',
)

DECLARED_TYPE = Code(
    number="RW204",
    slug="declared-type",
    summary="what a step gives is not of the type it declares",
    explanation="""
The declared type holds for what the call gives, for its `fallback`, and for its `else`; with `for` it is the type of
one item's result. For `llm` it is the form of the answer. What a tool gives is looked at again at run time, so only
what can never fit is reported of it.
""",
    wrong='#E1 = search(query="rewoo")\n#E2: str = len(#E1)\nreturn #E2\n',
    right='#E1 = search(query="rewoo")\n#E2: int = len(#E1)\nreturn #E2\n',
)

DEFAULT_TYPE = Code(
    number="RW205",
    slug="default-type",
    summary="the default of an input is not of its type",
    explanation="""
An input has its default when the run is started without it, so the default must be one of the values that the type
allows.
""",
    wrong='input count: int = "three"\n#E1 = search(query="rewoo", k=#count)\nreturn #E1\n',
    right='input count: int = 3\n#E1 = search(query="rewoo", k=#count)\nreturn #E1\n',
)

NULL_READ = Code(
    number="RW206",
    slug="null-read",
    summary="null, or what may be null, where a value is needed",
    explanation="""
A step with `if` and without `else`, and one with `approve`, may be skipped, and then its evidence is null. So may be a
fallback, an optional result, or a field of type `T?`. Give a stand-in with `default(#E1, …)`, read a path that may lead
nowhere with `get`, or ask first: in `… if #E1 != null` the evidence is no longer null.
""",
    wrong=(
        'input deep: bool\n#E1 = weather(city="Rotterdam") if #deep\n#E2 = llm(prompt="The sky: #E1.sky")\nreturn #E2\n'
    ),
    right=(
        'input deep: bool\n#E1 = weather(city="Rotterdam") if #deep\n'
        '#E2 = llm(prompt="The sky: #E1.sky") if #E1 != null\nreturn #E2\n'
    ),
    severity=Severity.WARNING,
)

UNKNOWN_FIELD = Code(
    number="RW207",
    slug="unknown-field",
    summary="a field that the value does not have",
    explanation="""
What fields there are is said by the type: that of the tool's result, the declared one, or that of an input. An error
where the type is closed and has no such field; a warning where it is open and does not declare it, or may lack it. Of a
list, `[0].field` asks the first item and `[*].field` every one.
""",
    wrong='#E1: {risk: str} = llm(prompt="How risky?")\n#E2 = {a: #E1.risk}\nreturn #E2.b\n',
    right='#E1: {risk: str} = llm(prompt="How risky?")\n#E2 = {a: #E1.risk}\nreturn #E2.a\n',
)

OPERAND_TYPE = Code(
    number="RW208",
    slug="operand-type",
    summary="an operator, a built-in or a path does not take a value of this type",
    explanation="""
Nothing is converted silently: numbers are added to numbers, text to text, lists to lists; `[0]` and `[*]` ask a list,
`.field` an object. `number(text)` reads a number, and text with a reference in it writes one.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = len(#E1) + "pages"\nreturn #E2\n',
    right='#E1 = search(query="rewoo")\n#E2 = "#{E1[0].title} pages"\nreturn #E2\n',
)

FUNCTION_ARGUMENT = Code(
    number="RW209",
    slug="function-argument",
    summary="a built-in does not take these arguments",
    explanation="""
Built-ins take their arguments by place or by name, as their signature says; `by=` takes a selector such as `.name`, or
a list of them.
""",
    wrong='#E1 = search(query="rewoo")\nreturn take(#E1)\n',
    right='#E1 = search(query="rewoo")\nreturn take(#E1, 3)\n',
)

UNKNOWN_FUNCTION = Code(
    number="RW210",
    slug="unknown-function",
    summary="a built-in that does not exist",
    explanation="""
In text, a name that is no built-in is a tool call, and reported as such where it cannot stand; so only a plan that came
as data shows this.
""",
)

POINTLESS_COMPARISON = Code(
    number="RW211",
    slug="pointless-comparison",
    summary="two values that can never be equal are compared",
    explanation="""
The answer is known before anything runs, so something else was meant. Most often one of the two is a text and the
other a number, or a literal is no option of the type it is compared with.
""",
    wrong='input mode: "draft" | "send"\n#E1 = search(query="rewoo") if #mode == "sent"\nreturn #E1\n',
    right='input mode: "draft" | "send"\n#E1 = search(query="rewoo") if #mode == "send"\nreturn #E1\n',
    severity=Severity.WARNING,
)

UNCHECKED = Code(
    number="RW212",
    slug="unchecked",
    summary="a value of type `any` stops the checking here (only with `--strict`)",
    explanation="""
`any` fits everywhere and everything fits it, so nothing is known of what is read from it. It comes from tools that do
not say what they give and from inputs and steps without a type. Declare one: `#E1: {title: str} = …`. Without
`--strict` nothing is said, so there is no example here.
""",
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    ARGUMENT_TYPE,
    CONDITION_TYPE,
    LOOP_SOURCE,
    DECLARED_TYPE,
    DEFAULT_TYPE,
    NULL_READ,
    UNKNOWN_FIELD,
    OPERAND_TYPE,
    FUNCTION_ARGUMENT,
    UNKNOWN_FUNCTION,
    POINTLESS_COMPARISON,
    UNCHECKED,
)
