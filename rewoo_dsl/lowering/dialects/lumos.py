"""Lumos: subgoals and their actions, `Action 1-1: R1 = Calculator(R2 * 5) = 720`.

What stands in the parentheses is one text in which `R1` is an earlier result, or a result and a named text behind it,
`QA([R1], Question: …)`. The value that is expected is written after the call; it is kept in the rationale. Of several
results, `R5, R6 = …`, each is read as an item of the call's result.
"""

import re

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Severity, Span
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .literals import clean
from .nodes import Items, Node, Scalar
from .steps import References, Step, Steps, Target

_RESULT = r"(?:R\d+|Output)"
_NAME = re.compile(rf"\b{_RESULT}\b")
_ACTION = re.compile(
    rf"^[ \t]*Action[ \t]+[\d-]+[ \t]*:[ \t]*({_RESULT}(?:[ \t]*,[ \t]*{_RESULT})*)[ \t]*=[ \t]*([A-Za-z_]\w*)[ \t]*\(",
    re.MULTILINE,
)
_ANY_ACTION = re.compile(r"^[ \t]*Action\b.*$", re.MULTILINE)
_LOST = re.compile(rf"^(?![ \t]*Action\b).*?\b({_RESULT})[ \t]*=[ \t]*[A-Za-z_]\w*[ \t]*\(.*$", re.MULTILINE)
"""A line that has the call of an action and does not begin as one."""

_SUBGOAL = re.compile(r"^[ \t]*Subgoal[ \t]+\d+[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_WITH_QUESTION = re.compile(rf"\s*(\[[^\[\]]*\]|{_RESULT})\s*(?:,\s*([A-Z][a-z]+):\s*(\S.*))?", re.DOTALL)
_GLUED = re.compile(
    rf"\bAction[ \t]+\d+-\d+[ \t]*:(?:[ \t]*({_RESULT})\b)?|\b({_RESULT})[ \t]*=[ \t]*[A-Za-z_]\w*[ \t]*\("
)
_BRACKETS = re.compile(r"[()\n]")

EXAMPLE = """\
Subgoal 1: Find the page.
Action 1-1: R1 = KnowledgeQuery(grey seal's hearing) = WikipediaPage(Pinniped).
Subgoal 2: Answer from it.
Action 2-1: R2 = QA([R1], Question: How sensitive is it?) = Very.
"""


def read(reading: Reading) -> Imported:
    results: dict[str, Target] = {}
    steps = reading.steps(references=References(_NAME, lambda match: results.get(match[0], (match[0], ()))))
    subgoals = {one.start(): one for one in _SUBGOAL.finditer(reading.text)}
    actions = {one.start(): one for one in _ANY_ACTION.finditer(reading.text)}
    why = ""
    for at in sorted(subgoals | actions):
        if at in subgoals:
            why = clean(subgoals[at][1].strip())
        elif action := _ACTION.match(reading.text, at):
            results |= _results(reading, action)
            _step(reading, steps, action, why)
        else:
            message = "this action is not written as `Action 1-1: R1 = Tool(input)`"
            steps.leave_out(f"line at {at}", Span(*actions[at].span()), message)
    for lost in _LOST.finditer(reading.text):
        steps.leave_out(lost[1], Span(*lost.span()), "this reads as an action and does not begin with `Action 1-1:`")
    return steps.finish(reading.dialect)


def _results(reading: Reading, action: re.Match[str]) -> dict[str, Target]:
    """What the names of several results mean; a single one is its step."""
    names = _NAME.findall(action[1])
    if len(names) == 1:
        return {}
    message = f"the call has {len(names)} results; each is read as an item of one result"
    reading.found.add(codes.NOT_CARRIED_OVER, message, Span(*action.span(1)), severity=Severity.NOTE)
    return {name: (names[0], (index,)) for index, name in enumerate(names)}


def _step(reading: Reading, steps: Steps, action: re.Match[str], why: str) -> None:
    text = reading.text
    close = _closing(reading, action)
    end = min(close + 1, len(text))
    if expected := _behind(reading, steps, end):
        why = f"{why} (expected: {expected})".strip()
    own = _NAME.findall(action[1])[0]
    step = Step(own, Span(action.start(), end), action[2], Span(*action.span(2)), rationale=why)
    _arguments(step, text, action.end(), close)
    steps.add(step)


def _behind(reading: Reading, steps: Steps, at: int) -> str:
    """The expected value that stands behind a call; another action there would be lost."""
    line = reading.text.find("\n", at)
    rest = reading.text[at : len(reading.text) if line < 0 else line]
    said = rest.strip()
    at += len(rest) - len(rest.lstrip())
    if glued := _GLUED.search(said):
        steps.leave_out(glued[1] or glued[2], Span(at, at + len(said)), f"`{glued[0]}` stands behind another action")
    return clean(said.removeprefix("=").strip())


def _arguments(step: Step, text: str, start: int, end: int) -> None:
    found = _WITH_QUESTION.fullmatch(text, start, end)
    if found is None:
        step.positional = [_text(text, start, end)]
        return
    step.positional = [_results_in(text, *found.span(1))]
    if found[2]:
        step.named[found[2]] = _text(text, *found.span(3))


def _results_in(text: str, start: int, end: int) -> Node:
    """A result, or a list of them in brackets."""
    if text[start] != "[":
        return _text(text, start, end)
    items = [_text(text, *one.span()) for one in re.compile(r"[^,]+").finditer(text, start + 1, end - 1)]
    return Items(Span(start, end), tuple(items))


def _text(text: str, start: int, end: int) -> Scalar:
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    return Scalar(Span(start, start + len(said.strip())), clean(said.strip()))


def _closing(reading: Reading, action: re.Match[str]) -> int:
    """The offset of the parenthesis that closes the call; the line's end when none does."""
    depth = 0
    for one in _BRACKETS.finditer(reading.text, action.end()):
        depth += {"(": 1, ")": -1}.get(one[0], 0)
        if depth < 0:
            return one.start()
        if one[0] == "\n":
            break
    opening = Span(action.end() - 1, action.end())
    reading.found.add(codes.NEVER_CLOSED, "this parenthesis is never closed", opening)
    line = reading.text.find("\n", action.end())
    return len(reading.text) if line < 0 else line


def marks(sample: Sample) -> int:
    return 95 if sample.count(r"^[ \t]*Action[ \t]+\d+-\d+[ \t]*:") else 0


LUMOS = Dialect(
    "lumos",
    "Lumos",
    "subgoals and actions: `Action 1-1: R1 = Tool(input) = expected`",
    EXAMPLE,
    read,
    marks,
)
