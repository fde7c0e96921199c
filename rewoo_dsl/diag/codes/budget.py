"""RW501 to RW519: how much and how large: the plan's `limit`, loops, the size of plans. Found by `checker`."""

from ..diagnostic import Severity
from ._code import Code

OVER_BUDGET = Code(
    number="RW501",
    slug="over-budget",
    summary="even the best case exceeds the plan's own limit",
    explanation="""
In the best case every call succeeds at once, every condition saves a call, every list of unknown length is empty, and
every call takes the least that its tool declares. If that is still more than `limit` allows of calls, tokens, seconds
or dollars, the plan cannot succeed.
""",
    wrong='limit calls 1\n#E1 = search(query="rewoo")\n#E2 = search(query="react")\nreturn [#E1, #E2]\n',
    right='limit calls 2\n#E1 = search(query="rewoo")\n#E2 = search(query="react")\nreturn [#E1, #E2]\n',
)

MAY_EXCEED_BUDGET = Code(
    number="RW502",
    slug="may-exceed-budget",
    summary="the worst case exceeds the plan's own limit",
    explanation="""
In the worst case every attempt fails but the last, every fallback is called, and every list is as long as its `max`;
for `limit time`, every attempt of the longest way through the plan takes as long as its `timeout` or its tool says;
tokens and dollars count where every tool declares them. At the ceiling nothing further starts and unfinished steps fail
with `budget`.
""",
    wrong='limit calls 2\n#E1 = search(query="rewoo") retry 2\nreturn #E1\n',
    right='limit calls 3\n#E1 = search(query="rewoo") retry 2\nreturn #E1\n',
    severity=Severity.WARNING,
)

UNBOUNDED_LOOP = Code(
    number="RW503",
    slug="unbounded-loop",
    summary="a `for` without `max` over a list of unknown or large length",
    explanation="""
How long a list is that comes from a tool or a person is known only when it is there. `max` is a promise about it: more
items fail the step before the first one starts. A list whose length the plan itself fixes (written out, `take(…, 5)`,
the evidence of another `for`) needs none, up to 100 items, and up to 10 where the step writes.
""",
    wrong='#E1 = search(query="rewoo")\n#E2 = llm(prompt=#p.text) for #p in #E1\nreturn #E2\n',
    right='#E1 = search(query="rewoo")\n#E2 = llm(prompt=#p.text) for #p in #E1 max 5\nreturn #E2\n',
)

TOO_MANY_ITEMS = Code(
    number="RW504",
    slug="too-many-items",
    summary="a `for` over a list that is surely longer than its `max`",
    explanation="""
More items than `max` fail the step before the first one starts, and this list has more. Raise `max`, or take a part of
the list: `take(list, n)`.
""",
    wrong='#E1 = search(query=#t) for #t in ["a", "b", "c"] max 2\nreturn #E1\n',
    right='#E1 = search(query=#t) for #t in ["a", "b", "c"] max 3\nreturn #E1\n',
)

PLAN_TOO_LARGE = Code(
    number="RW505",
    slug="plan-too-large",
    summary="more steps than a plan may have",
    explanation="""
A plan has at most 100,000 steps, one that a model wrote at most 256. This code is about plans that come as data; text
passes the same limits when it is read. A short plan cannot show it.
""",
)

TOO_DEEP = Code(
    number="RW506",
    slug="too-deep",
    summary="an expression nested too deep, or a constant that is no value of the language",
    explanation="""
Expressions are at most 32 deep; text in them is at most 16 KiB, integers have 64 bits and floats are finite. This code
is about plans that come as data; text passes the same limits when it is read, so a plan in the language cannot show it.
""",
)

NESTED_COMPREHENSION = Code(
    number="RW507",
    slug="nested-comprehension",
    summary="comprehensions nested more than twice",
    explanation="""
A comprehension may hold another one. What goes deeper is easier to read, and cheaper to bound, as steps of their own.
""",
    wrong=(
        "input table: list[list[list[int]]]\n"
        "#E1 = [[[#c + 1 for #c in #b] for #b in #a] for #a in #table]\nreturn #E1\n"
    ),
    right="input table: list[list[int]]\n#E1 = [[#b + 1 for #b in #a] for #a in #table]\nreturn #E1\n",
)

NO_NAME = Code(
    number="RW508",
    slug="no-name",
    summary="a name that is no name in the language",
    explanation="""
Names are a letter or `_`, then letters, digits and `_`, at most 64 of them. This code is about plans that come as data;
in text such a name cannot be written.
""",
)

OVER_CEILING = Code(
    number="RW509",
    slug="over-ceiling",
    summary="even the best case exceeds a ceiling of the host",
    explanation="""
Every host sets ceilings to one run: calls, model calls, tokens, seconds, dollars. This plan goes beyond one of them
even if all goes well. The ceilings are the host's, so a plan alone cannot show this.
""",
)

MAY_EXCEED_CEILING = Code(
    number="RW510",
    slug="may-exceed-ceiling",
    summary="the worst case exceeds a ceiling of the host",
    explanation="""
If every retry is needed and every list is as long as its `max`, this plan goes beyond a ceiling of the host; a `limit`
of its own that is tighter settles it. The ceilings are the host's, so a plan alone cannot show this.
""",
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (
    OVER_BUDGET,
    MAY_EXCEED_BUDGET,
    UNBOUNDED_LOOP,
    TOO_MANY_ITEMS,
    PLAN_TOO_LARGE,
    TOO_DEEP,
    NESTED_COMPREHENSION,
    NO_NAME,
    OVER_CEILING,
    MAY_EXCEED_CEILING,
)
