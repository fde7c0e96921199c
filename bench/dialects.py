"""Plans in other formats: import and check, per step, against what a script would read the same texts with.

The plans are the real ones of `tests/data/corpus`. A script has `json.loads` and a JSON Schema for what is JSON,
`ast.parse` for what is Python, and a regular expression for the rest; none of these knows a reference.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jsonschema import Draft202012Validator

from rewoo_dsl.checker.foreign import OWN, check_as

from .measure import Row, clock, compare

SAMPLE = Path(__file__).parent.parent / "tests" / "data" / "corpus"
STEPS, MANY = 10_000, 100_000

CALL = {"type": "object", "properties": {"name": {"type": "string"}, "arguments": {"type": ["object", "string"]}}}
PLAN = Draft202012Validator({"anyOf": [{"type": "array", "items": CALL}, {"type": "object"}]})
_LINES = re.compile(r"(?m)^.*?([#$]?\w+)\s*[=:.]\s*(\w+)\s*[\[(](.*)[\])]\s*$|(\w+)\(([^()]*)\)|^(\d+): (.*)$")


def by_json(text: str) -> object:
    return PLAN.is_valid(json.loads(text))


def by_expressions(text: str) -> object:
    return _LINES.findall(text)


Script = tuple[str, Callable[[str], object]]


def script(dialect: str, plans: Sequence[str]) -> Script:
    """What a script would read the texts with, and how people call it."""
    if dialect == "visprog":
        return "ast.parse", ast.parse
    if sum(map(_is_json, plans)) * 2 > len(plans):
        return "json.loads + jsonschema", by_json
    return "a regular expression", by_expressions


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def samples() -> Iterator[tuple[str, list[str]]]:
    """The sound plans of each format."""
    for path in sorted(SAMPLE.glob("*.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        yield path.stem, [row["plan"] for row in rows if "expected" in row]


def sampled(dialect: str, plans: Sequence[str]) -> Row:
    name, read = script(dialect, plans)
    readable = [text for text in plans if read is not by_json or _is_json(text)]
    return compare(
        f"import + check, {dialect}",
        lambda: clock(lambda: [check_as(text, dialect) for text in readable]),
        name,
        lambda: clock(lambda: [read(text) for text in readable]),
        units=sum(len(check_as(text, dialect).steps) for text in readable),
    )


# --- one large plan ------------------------------------------------------------------------------------------------


def own(count: int) -> str:
    steps = (f'#E{i} = search(query="about #E{i - 1}", k={i})\n' for i in range(2, count + 1))
    return '#E1 = search(query="a", k=1)\n' + "".join(steps)


def nestful(count: int) -> str:
    calls = (
        {"name": "search", "arguments": {"query": f"$var{i - 1}.title$" if i else "a", "k": i}, "label": f"var{i}"}
        for i in range(count)
    )
    return json.dumps(list(calls))


def llmcompiler(count: int) -> str:
    calls = (f'{i}. search(query="about ${i - 1}", k={i})\n' for i in range(2, count + 1))
    return f'1. search(query="a", k=1)\n{"".join(calls)}{count + 1}. join()<END_OF_PLAN>'


def grown(dialect: str, text: Callable[[int], str]) -> Row:
    """A step's cost in a plan ten times as long: 1 where the cost is linear."""
    many, few = text(MANY), text(STEPS)
    return compare(
        f"a step among {MANY:,}, {dialect}",
        lambda: clock(lambda: check_as(many, dialect)) / (MANY // STEPS),
        f"one among {STEPS:,}",
        lambda: clock(lambda: check_as(few, dialect)),
        units=STEPS,
        rounds=1,
        goal="linear",
    )


def rows() -> list[Row]:
    found = [sampled(dialect, plans) for dialect, plans in samples()]
    for dialect, text in ((OWN, own), ("nestful", nestful), ("llmcompiler", llmcompiler)):
        found.append(grown(dialect, text))
    return found
