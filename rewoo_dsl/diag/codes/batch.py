"""RW070 to RW073: lines of a batch that cannot be used as they are. Found by `evals`.

They are about what stands around a plan, so no plan can show them.
"""

from ..diagnostic import Severity
from ._code import Code, FoundBy

BAD_LINE = Code(
    number="RW070",
    slug="bad-line",
    found_by=FoundBy.BATCH,
    summary="a line of a batch is not what a line must be",
    explanation="""
Every line is a JSON object with `id` (text or a whole number) and `plan`, and perhaps `dialect`, `tools` or
`tools_ref`, `gold` or `expected`. This one is no JSON, lacks a key, or has a value of another kind under it. The other
lines are judged all the same.
""",
)

UNKNOWN_FORMAT = Code(
    number="RW071",
    slug="unknown-format",
    found_by=FoundBy.BATCH,
    summary="the `dialect` of a line names no format that is known",
    explanation="""
The plan was not read, because nobody knows how. `auto` recognises the format; without `dialect` that of `--from` is
taken, or `auto`.
""",
)

UNUSABLE_TOOLS = Code(
    number="RW072",
    slug="unusable-tools",
    found_by=FoundBy.BATCH,
    summary="the tools of a line cannot be loaded",
    explanation="""
`tools` is a list of tools as a manifest of ours or another format has it; `tools_ref` is the path of a file with one,
relative to the folder of the batch or to the one above, and never outside of them. The plan was checked without tools.
""",
)

UNUSABLE_REFERENCE = Code(
    number="RW073",
    slug="unusable-reference",
    found_by=FoundBy.BATCH,
    summary="the reference plan of a line cannot be compared with",
    explanation="""
`gold` is a plan as text or JSON, `{"plan": …, "dialect": …}`, or what a reader makes of one: `{"steps": 2, "edges":
[["1", "2"]], "tools": ["a", "b"]}`. Nothing could be read from this one, so the plan has no score.
""",
    severity=Severity.WARNING,
)

CODES: tuple[Code, ...] = (BAD_LINE, UNKNOWN_FORMAT, UNUSABLE_TOOLS, UNUSABLE_REFERENCE)
