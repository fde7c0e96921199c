"""The form of the ReWOO paper, and its two close kin.

    Plan: Find out who Milhouse was named after.
    #E1 = Wikipedia[Milhouse]

Whatever stands in the brackets is one text; where it says `#E1`, the whole of that evidence is put. A step begins at
its name wherever that stands, which covers the one-line form of LangGraph. A bracket may stand inside the input.
"""

import re
from bisect import bisect_right

from ..._record import record
from ...diag.codes import dialects as codes
from ...diag.codes import structure
from ...diag.diagnostic import Span
from ._dialect import Dialect, Reading, Sample
from .imported import Imported
from .literals import clean
from .nodes import Scalar
from .steps import References, Step, Steps

EVIDENCE = References(re.compile(r"#E\d+"), lambda match: (match[0], ()))
_TOOL = re.compile(r"([A-Za-z_][^\s\[\](){}#]*+)[ \t]*([\[({])")
_PARTNER = {"[": "]", "(": ")", "{": "}"}
_LOST = re.compile(r"\b(E\d+)[ \t]*=[ \t]*\w|#[ \t]?(\w{1,20}+)[ \t]*[=:]")
_LOST_IN_WORDS = re.compile(r"(?:#[ \t]?|\b(?=E\d))(\w{1,20}+)[ \t]*[=:][ \t]*[\w\-]{1,64}+[ \t]*[\[({]")
"""What reads as a step outside a rationale, and inside, where `#E1: it is warm` may be just words."""


@record
class Form:
    """How one of the kin writes. `head` begins a step, `line` also ends one, `why` begins a rationale."""

    head: re.Pattern[str]
    line: re.Pattern[str]
    why: re.Pattern[str]
    is_paired: bool = False


PAPER = Form(
    head=re.compile(r"(#E\d+)[ \t]*=[ \t]*"),
    line=re.compile(r"^[ \t]*(?:Plan[ \t]*\d*:|#E\d+[ \t]*=)", re.MULTILINE),
    why=re.compile(r"\bPlan[ \t]*\d*:[ \t]*"),
)

EXAMPLE = """\
Plan: Search for more information about Milhouse.
#E1 = Wikipedia[Milhouse]
Plan: Find out who he was named after.
#E2 = LLM[Who was Milhouse named after? Given context: #E1]
"""


def read(reading: Reading) -> Imported:
    return read_form(reading, PAPER)


def read_form(reading: Reading, form: Form) -> Imported:
    """The plan of a text in one of the three forms."""
    steps = reading.steps(references=EVIDENCE)
    brackets = Brackets(reading.text, [one.start() for one in form.line.finditer(reading.text)])
    at = 0
    while head := form.head.search(reading.text, at):
        rationale = _between(reading, form, steps, at, head.start())
        if form.is_paired and rationale is None:
            message = f"{head[1]} has no line that says why; the format pairs every step with one"
            reading.found.add(codes.UNPAIRED, message, Span(*head.span(1)))
        at = _step(reading, form, steps, head, brackets, rationale or "")
    rest = _between(reading, form, steps, at, len(reading.text))
    if rest is not None:
        code = codes.UNPAIRED if form.is_paired else structure.LONELY_RATIONALE
        reading.found.add(code, "no step follows this rationale", Span(at, len(reading.text)))
    return steps.finish(reading.dialect)


def _step(reading: Reading, form: Form, steps: Steps, head: re.Match[str], brackets: "Brackets", rationale: str) -> int:
    """Reads the call behind a head and gives the offset behind it."""
    text, own = reading.text, head[1]
    limit = brackets.limit(head.start())
    tool = _TOOL.match(text, head.end(), limit)
    if tool is None:
        line = text.find("\n", head.end(), limit)
        end = limit if line < 0 else line
        steps.leave_out(own, Span(head.start(), end), f"{own} calls no tool: Tool[input] is missing")
        return end
    opening = tool[2]
    if opening != "[":
        message = f"{own} has its input in `{opening}{_PARTNER[opening]}`, the format wants square brackets"
        reading.found.add(codes.WRONG_BRACKET, message, Span(head.start(), tool.end(2)))
    close = brackets.partner(tool.start(2))
    if close is None:
        inner = form.head.search(text, tool.end(), limit)
        close = _last_bracket(reading, tool, inner.start() if inner else limit)
    given = text[tool.end() : close]
    start = tool.end() + len(given) - len(given.lstrip())
    scalar = Scalar(Span(start, start + len(given.strip())), clean(given.strip()))
    end = min(close + 1, limit)
    step = Step(own, Span(head.start(), end), tool[1], Span(*tool.span(1)), rationale=rationale, positional=[scalar])
    step.short = True
    steps.add(step)
    return end


def _last_bracket(reading: Reading, tool: re.Match[str], end: int) -> int:
    """Where the input ends whose bracket has no partner: at the last one there is, else at the line's end."""
    text, opening = reading.text, tool[2]
    last = text.rfind(_PARTNER[opening], tool.end(), end)
    if last >= 0:
        message = "a bracket inside the input is taken for text"
        reading.found.add(codes.LOOSE_QUOTE, message, Span(tool.start(2), last + 1))
        return last
    reading.found.add(codes.NEVER_CLOSED, f"this `{opening}` is never closed", Span(tool.start(2), tool.end(2)))
    line = text.find("\n", tool.end(), end)
    return end if line < 0 else line


class Brackets:
    """The partners of all brackets, found in one pass; a line that begins a step or a rationale ends what is open."""

    def __init__(self, text: str, lines: list[int]) -> None:
        self._text, self._lines = text, lines
        self._partners: dict[int, int] = {}
        for opening, closing in _PARTNER.items():
            self._pair(re.compile(f"[{re.escape(opening + closing)}]"), opening)

    def _pair(self, either: re.Pattern[str], opening: str) -> None:
        for start, end in zip([0, *self._lines], [*self._lines, len(self._text)], strict=True):
            still_open: list[int] = []
            for one in either.finditer(self._text, start, end):
                if one[0] == opening:
                    still_open.append(one.start())
                elif still_open:
                    self._partners[still_open.pop()] = one.start()

    def partner(self, at: int) -> int | None:
        """The offset of the bracket that closes the one at `at`, or None when none does."""
        return self._partners.get(at)

    def limit(self, at: int) -> int:
        """Where the next line begins that begins something else."""
        after = bisect_right(self._lines, at)
        return self._lines[after] if after < len(self._lines) else len(self._text)


def _between(reading: Reading, form: Form, steps: Steps, start: int, end: int) -> str | None:
    """The rationale that stands between two steps, or None; other words there are said to be left out.

    What reads as a step and is none is an error, also where it would pass for a part of the rationale.
    """
    between = reading.text[start:end]
    reasons = list(form.why.finditer(between))
    split = reasons[0].start() if reasons else len(between)
    words = between[:split]
    lost = [*_LOST.finditer(words), *_LOST_IN_WORDS.finditer(between, split)]
    for one in lost:
        line = between.find("\n", one.end())
        span = Span(start + one.start(), start + (line if line >= 0 else len(between.rstrip())))
        steps.leave_out(f"#{one[one.lastindex or 0]}", span, "this reads as a step and is not written as one")
    if not lost and words.strip(" \t\r\n.;,]"):
        from_ = start + len(words) - len(words.lstrip())
        span = Span(from_, from_ + len(words.strip()))
        reading.found.add(codes.WRAPPED, "words between the steps are left out", span)
    if not reasons:
        return None
    return clean("\n".join(part.strip() for part in form.why.split(between[reasons[0].start() :]) if part.strip()))


def marks(sample: Sample) -> int:
    steps = sample.count(r"#E\d+[ \t]*=")
    one_line = sample.count(r"^[ \t]*Plan:.*#E\d+[ \t]*=")
    return (80 if 2 * one_line < steps else 60) if steps else 0


REWOO = Dialect(
    "rewoo",
    "ReWOO",
    "the form of the paper: a `Plan:` line, then `#E1 = Tool[input]`",
    EXAMPLE,
    read,
    marks,
)
