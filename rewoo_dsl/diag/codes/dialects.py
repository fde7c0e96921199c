"""RW080 to RW099: plans that others wrote, in a format of their own. Found by `lowering.dialects`.

None of these can be shown by a plan of our language, so `wrong` and `right` are empty and the explanations hold the
examples. `REPAIRS` are the slips that a reader put right: notes, and errors where nothing may be put right.
"""

from ..diagnostic import Severity
from ._code import Code, FoundBy

UNRECOGNISED = Code(
    number="RW080",
    slug="unrecognised-dialect",
    found_by=FoundBy.IMPORT,
    summary="the text is in no format of plans that is known",
    explanation="""
`--from auto` looks for the marks of each format: `#E1 = Tool[…]`, `1. tool(…)`, a JSON list of `{"name", "arguments",
"label"}` and so on. None of them was found. Name the format with `--from`, if it is one of those listed.
""",
)

NOT_THIS_FORMAT = Code(
    number="RW081",
    slug="not-this-format",
    found_by=FoundBy.IMPORT,
    summary="the text is not in the format that it should be in",
    explanation="""
The format starts with something that is nowhere in the text: a JSON reader found no `[` and no `{`, a value stands
where an object must, a word is no JSON value. What could be read around it is in the plan.
""",
)

CUT_SHORT = Code(
    number="RW082",
    slug="cut-short",
    found_by=FoundBy.IMPORT,
    summary="the text ends before the plan does",
    explanation="""
The JSON ends inside a list, an object or a text, or the plan has no `join()` at its end: the model's reply was cut.
The steps before that place are read, the last of them as far as it goes. Ask for the plan again with room for more
tokens.
""",
)

NEVER_CLOSED = Code(
    number="RW083",
    slug="never-closed",
    found_by=FoundBy.IMPORT,
    summary="a bracket, parenthesis or quote has no partner",
    explanation="""
`2. math("twice", ["$1"]` opens a parenthesis and never closes it, `… }]` closes a list that was never opened. The step
is read up to where the next one starts, which may be more or less than was meant.
""",
)

WRONG_BRACKET = Code(
    number="RW084",
    slug="wrong-bracket",
    found_by=FoundBy.IMPORT,
    summary="the call has another kind of brackets than its format wants",
    explanation="""
ReWOO's calls stand in square brackets: `#E1 = Google[Milhouse]`. Its own reader loses `#E1 = Google("Milhouse")`
without a word. Here the step is read as the call that it looks like.
""",
)

UNREADABLE_STEP = Code(
    number="RW085",
    slug="unreadable-step",
    found_by=FoundBy.IMPORT,
    summary="a step could not be read and is left out",
    explanation="""
Something stands where a step must, and it names no tool: `{"arguments": {}}`, `#E2 = ` and nothing behind it. The
steps around it are in the plan, this one is not.
""",
)

UNPAIRED = Code(
    number="RW086",
    slug="unpaired-rationale",
    found_by=FoundBy.IMPORT,
    summary="rationale and steps do not pair",
    explanation="""
The format gives every step a line that says why: `#Plan1: …` goes with `#E1: …`. One of the two is missing here.
""",
)

OUTSIDE_GRAPH = Code(
    number="RW087",
    slug="outside-the-graph",
    found_by=FoundBy.IMPORT,
    summary="a step that the graph of the plan leaves out",
    explanation="""
The plan lists its steps and draws a graph over them, from START to END, and no edge of the graph touches this step.
It is in the plan, and nothing says when it runs.
""",
)

NOT_CARRIED_OVER = Code(
    number="RW088",
    slug="not-carried-over",
    found_by=FoundBy.IMPORT,
    summary="the other format cannot say this",
    explanation="""
Reading and writing the plans of others keeps everything that both formats can say. This is something that only one of
them can: on the way in, such as two results of one call (`R5, R6 = Solve(…)`); on the way out, such as `retry`, or a
reference between calls that are sent all at once.
""",
)

AT_ODDS = Code(
    number="RW089",
    slug="at-odds",
    found_by=FoundBy.IMPORT,
    summary="two places of the plan say different things",
    explanation="""
An argument names another step than the links of the plan do, or has half of the marks of a reference, such as
`var1.id$`. The links are believed; the argument stays the text that it is.
""",
    severity=Severity.WARNING,
)

AMBIGUOUS_LINK = Code(
    number="RW090",
    slug="ambiguous-link",
    found_by=FoundBy.IMPORT,
    summary="a link names a tool that several steps call",
    explanation="""
The format links steps by the names of their tools, and here two steps call the same one. The link is read as if it
named both, the only reading in which nothing runs too early.
""",
    severity=Severity.WARNING,
)

RENAMED = Code(
    number="RW091",
    slug="renamed",
    found_by=FoundBy.IMPORT,
    summary="a name is written in another way in our language",
    explanation="""
Names of tools have letters, digits, `_` and dots in our language, and some words are taken. `Text-to-Speech` is called
`Text_to_Speech`, `sum` is called `sum_`. Findings and exports go by the plan's own names.
""",
    severity=Severity.NOTE,
)

NAMELESS_ARGUMENT = Code(
    number="RW092",
    slug="nameless-argument",
    found_by=FoundBy.IMPORT,
    summary="an argument goes by its place, and nothing says its name",
    explanation="""
The format gives arguments by place, `math("problem", ["$1"])`; our language gives all but the first by name. Without
a signature of the tool the second one is called `arg2`. Give the tools to have it named.
""",
    severity=Severity.NOTE,
)

WRAPPED = Code(
    number="RW093",
    slug="wrapped-plan",
    found_by=FoundBy.IMPORT,
    summary="something stands around the plan that is not part of it",
    explanation="""
A markdown fence, or the words of a model that could not help saying something: "Here is the plan:". It is left out.
""",
    severity=Severity.NOTE,
)

LOOSE_JSON = Code(
    number="RW094",
    slug="loose-json",
    found_by=FoundBy.IMPORT,
    summary="nearly JSON, read as what it means",
    explanation="""
Single quotes, `True` and `None`, a comma behind the last item or none between two, a key without quotes, a line break
inside a text: no JSON, and there is only one thing that it can mean.
""",
    severity=Severity.NOTE,
)

LOOSE_QUOTE = Code(
    number="RW095",
    slug="loose-quote",
    found_by=FoundBy.IMPORT,
    summary="a quote or bracket inside a text is taken for part of it",
    explanation="""
`'Disney's Frozen'` has a quote too many, `[a smile :[]` a bracket. The text is read up to the last quote or bracket
that something else follows.
""",
    severity=Severity.NOTE,
)

BARE_TEXT = Code(
    number="RW096",
    slug="bare-text",
    found_by=FoundBy.IMPORT,
    summary="an argument without quotes is taken for text",
    explanation="""
`search(In Cold Blood)` is no call that its format has; what stands there can only be meant as text.
""",
    severity=Severity.NOTE,
)

COUNTED_FROM_ONE = Code(
    number="RW097",
    slug="counted-from-one",
    found_by=FoundBy.IMPORT,
    summary="the plan counts its steps from one where its format counts from zero",
    explanation="""
`<node-1>` is the second step. Here every reference makes sense only if it is the first one, and then all of them agree
with the links of the plan.
""",
    severity=Severity.NOTE,
)

MISSING_MARK = Code(
    number="RW098",
    slug="missing-mark",
    found_by=FoundBy.IMPORT,
    summary="a mark of the format is missing that changes nothing",
    explanation="""
`<END_OF_PLAN>`, the type of a tool call, the quotes around its arguments: the format wants it, and the plan says the
same without it.
""",
    severity=Severity.NOTE,
)

UNREAD_TEXT = Code(
    number="RW099",
    slug="unread-text",
    found_by=FoundBy.IMPORT,
    summary="text between the steps that says nothing to the reader",
    explanation="""
It stands between or behind the steps and looks like none. If it was meant as one, it is lost: look at it.
""",
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    UNRECOGNISED,
    NOT_THIS_FORMAT,
    CUT_SHORT,
    NEVER_CLOSED,
    WRONG_BRACKET,
    UNREADABLE_STEP,
    UNPAIRED,
    OUTSIDE_GRAPH,
    NOT_CARRIED_OVER,
    AT_ODDS,
    AMBIGUOUS_LINK,
    RENAMED,
    NAMELESS_ARGUMENT,
    WRAPPED,
    LOOSE_JSON,
    LOOSE_QUOTE,
    BARE_TEXT,
    COUNTED_FROM_ONE,
    MISSING_MARK,
    UNREAD_TEXT,
)

REPAIRS = frozenset(
    code.number for code in (WRAPPED, LOOSE_JSON, LOOSE_QUOTE, BARE_TEXT, COUNTED_FROM_ONE, MISSING_MARK)
)
"""The codes of what a reader put right: notes, or errors under `strict`."""
