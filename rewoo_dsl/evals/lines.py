"""One line of a batch as it comes: an `id` and a `plan`, and whatever else is known of it.

| key | what it holds |
|---|---|
| `id` | text or a whole number |
| `plan` | text, or JSON |
| `dialect` | the format of the plan, one of `FORMATS` |
| `question` | the request that the plan is for |
| `tools`, `tools_ref` | the tools that it may call, or where they can be read |
| `gold`, `expected` | the plan that it should be, or what a reader makes of this one |

No line ends a batch: what cannot be used is said, and the rest of the line stands.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from .._record import record
from ..checker.foreign import FORMATS
from ..diag.codes import Code
from ..diag.codes import batch as codes
from ..diag.diagnostic import Diagnostic
from ..ir.values import is_unicode, kind
from .scores import Expected

MAX_LINE = 16 << 20
"""Characters or bytes that a line may have."""

MAX_DEPTH = 256
"""Brackets that may be open at once. How deep Python itself can read depends on who asks, and a report may not."""

_STRING_OR_BRACKET = re.compile(r"\"(?:[^\"\\]|\\.)*+\"?|[\[{]|[\]}]", re.DOTALL)


@record
class Text:
    """A plan as text, and the format that it is said to be in."""

    plan: str
    dialect: str | None = None


@record
class Line:
    """A line as far as it can be used; tools and `gold` as they came. `plan` is None when there is none to judge."""

    id: str | int | None = None
    plan: Text | None = None
    question: str | None = None
    problems: tuple[Diagnostic, ...] = ()
    tools: Any = None
    tools_ref: Any = None
    gold: Any = None


class Unusable(ValueError):
    """What a line says cannot be used. `code` is the finding that says so."""

    def __init__(self, message: str, code: Code = codes.BAD_LINE) -> None:
        super().__init__(message)
        self.code = code

    def as_diagnostic(self) -> Diagnostic:
        return Diagnostic(code=self.code.number, message=str(self), severity=self.code.severity)


def read_line(text: str | bytes) -> Line:
    """What a line says, and what of it cannot be used. Raises for no text whatever."""
    problems = []
    try:
        data = read_object(text)
    except Unusable as problem:
        return Line(problems=(problem.as_diagnostic(),))
    name = plan = None
    try:
        name = read_id(data)
    except Unusable as problem:
        problems.append(problem.as_diagnostic())
    try:
        plan = _plan(data)
    except Unusable as problem:
        problems.append(problem.as_diagnostic())
    return Line(
        id=name,
        plan=plan,
        question=data["question"] if isinstance(data.get("question"), str) else None,
        problems=tuple(problems),
        tools=data.get("tools"),
        tools_ref=data.get("tools_ref"),
        gold=gold_of(data),
    )


def read_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object that a line is. Raises `Unusable`."""
    if len(text) > MAX_LINE:
        raise Unusable(f"the line is longer than {MAX_LINE >> 20} MiB")
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusable(f"byte {error.start + 1} of the line is not UTF-8 ({error.reason})") from None
    if _is_too_deep(decoded):
        raise Unusable(f"the line is nested deeper than {MAX_DEPTH} brackets")
    try:
        data = json.loads(decoded)
    except json.JSONDecodeError as error:
        raise Unusable(f"the line is no JSON: {error.msg} in column {error.pos + 1}") from None
    except ValueError:  # the one thing that is JSON and that Python does not read
        raise Unusable("the line holds a number with too many digits") from None
    if not isinstance(data, dict):
        raise Unusable(f"a line is a JSON object, found {kind(data)}")
    return data


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += found[0] in "[{"
        depth -= found[0] in "]}"
        if depth > MAX_DEPTH:
            return True
    return False


def read_id(data: Mapping[str, Any]) -> str | int:
    """The line's `id`. Raises `Unusable`."""
    name = data.get("id")
    if isinstance(name, str) and is_unicode(name):
        return name
    if isinstance(name, int) and not isinstance(name, bool):
        return name
    raise Unusable("the line has no `id` that is text or a whole number")


def _plan(data: Mapping[str, Any]) -> Text:
    if data.get("plan") is None:
        raise Unusable("the line has no `plan`")
    return _text(data["plan"], data.get("dialect"))


def _text(plan: Any, dialect: Any) -> Text:
    """A plan that is text, or one that is JSON as the text that it would be."""
    if dialect is not None and dialect not in FORMATS:
        raise Unusable(f"a format is one of {', '.join(FORMATS)}, found {_shown(dialect)}", codes.UNKNOWN_FORMAT)
    if not isinstance(plan, str | list | dict):
        raise Unusable(f"a plan is text or JSON, found {kind(plan)}")
    text = plan if isinstance(plan, str) else json.dumps(plan, ensure_ascii=False)
    if not is_unicode(text):
        raise Unusable("the plan holds half of a surrogate pair, so it is no Unicode")
    return Text(text, dialect)


def _shown(value: Any) -> str:
    return f"`{value[:40]}`" if isinstance(value, str) and is_unicode(value) else kind(value)


# --- reference plans -----------------------------------------------------------------------------------------------


def gold_of(data: Mapping[str, Any]) -> Any:
    """What a line says a plan is to be compared with: its `gold`, else its `expected`; None when it says neither."""
    return data["gold"] if data.get("gold") is not None else data.get("expected")


def reference_of(data: Mapping[str, Any]) -> Any:
    """The reference plan that a line of a file of references is: its `gold`, else its `plan`, else its `expected`.

    Raises:
        Unusable: the line has none of them.
    """
    if data.get("gold") is None and data.get("plan") is not None:
        return {"plan": data["plan"], "dialect": data.get("dialect")}
    if (gold := gold_of(data)) is not None:
        return gold
    raise Unusable("the line has no `gold`, no `plan` and no `expected`")


def read_gold(value: Any) -> Text | Expected:
    """A reference plan: text, JSON, `{"plan", "dialect"?}`, or what a reader made of one.

    Raises:
        Unusable: it is none of these.
    """
    try:
        if isinstance(value, dict) and "plan" in value:
            return _text(value["plan"], value.get("dialect"))
        if isinstance(value, dict) and isinstance(value.get("steps"), int):
            return _expected(value)
        return _text(value, None)
    except Unusable as problem:
        raise Unusable(f"the reference plan cannot be used: {problem}", codes.UNUSABLE_REFERENCE) from None


def _expected(value: Mapping[str, Any]) -> Expected:
    edges, tools = value.get("edges", []), value.get("tools", [])
    if not isinstance(edges, list) or not all(_is_edge(one) for one in edges):
        raise Unusable("`edges` is a list of pairs of names")
    if not isinstance(tools, list) or not all(isinstance(one, str) for one in tools):
        raise Unusable("`tools` is a list of names")
    return Expected(value["steps"], tuple((start, end) for start, end in edges), tuple(tools))


def _is_edge(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(name, str) for name in one)
