"""From a line of a batch to what is said of its plan."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, TypeAlias

from .._record import record
from ..checker.foreign import Judged, check_as
from ..diag.codes import batch as codes
from ..diag.diagnostic import Diagnostic
from ..diag.findings import findings
from ..diag.severities import Level, at_levels
from ..ir.expr import Call
from ..ir.policy import Policy
from ..ir.signature import Signature
from ..lowering.dialects import AUTO
from ..tools.errors import ManifestError
from ..tools.manifest import load_manifest, read_manifest
from .lines import Line, Text, Unusable, read_gold, read_line
from .outline import outline
from .report import PlanReport, Scores
from .scores import Expected, compare, compare_expected

MOST_LISTS = 500
"""How many lists of tools are kept read, since many lines have the same one."""

Tools: TypeAlias = Mapping[str, Signature]


@record
class Settings:
    """What holds for all lines of a batch.

    `dialect` and `tools` are those of plans whose line names none; without tools, what tools would say is not checked.
    `gold` are reference plans by the ids of lines, as they came; None leaves references to the lines. `load` gives the
    text of a list of tools by its `tools_ref`; it may raise `OSError` or `ValueError`. What `policy` protects is looked
    for in the `question` of the line, or in `request` where it has none. `levels` are severities by the number of the
    code, as a project wants them.
    """

    dialect: str = AUTO
    tools: Tools | None = None
    policy: Policy | None = None
    request: str | None = None
    from_model: bool = False
    strict: bool = False
    levels: Mapping[str, Level] = field(default_factory=dict)
    gold: Mapping[str | int, Any] | None = None
    load: Callable[[str], str] | None = None


@record
class Verdict:
    """What is said of one plan. `calls` and `wrong` are the calls of each tool, and those with an error in them."""

    report: PlanReport
    calls: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)


class Judge:
    """Judges line after line. What it says of a line depends on that line and the settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lists: dict[str, Tools | Diagnostic] = {}

    def __call__(self, number: int, text: str | bytes) -> Verdict:
        """What is said of the line with this number, from 1. Raises for no text whatever."""
        line = read_line(text)
        if line.plan is None:
            found = findings(line.problems)
            return Verdict(PlanReport(line=number, id=line.id, ok=False, diagnostics=found.diagnostics))
        problems = list(line.problems)
        tools = self._tools(line, problems)
        judged = self._judged(line.plan, tools, line.question or self._settings.request)
        score = self._score(line, judged, tools, problems)
        return _verdict(number, line, judged, problems, score)

    def _judged(self, text: Text, tools: Tools | None, request: str | None) -> Judged:
        settings = self._settings
        judged = check_as(
            text.plan,
            text.dialect or settings.dialect,
            tools,
            from_model=settings.from_model,
            strict=settings.strict,
            policy=settings.policy,
            request=request,
        )
        leveled = at_levels(judged.report.diagnostics, settings.levels)
        return replace(judged, report=replace(judged.report, diagnostics=leveled))

    # --- tools ---

    def _tools(self, line: Line, problems: list[Diagnostic]) -> Tools | None:
        if line.tools is None and line.tools_ref is None:
            return self._settings.tools
        key = json.dumps([line.tools, line.tools_ref])
        if key not in self._lists:
            if len(self._lists) >= MOST_LISTS:
                self._lists.clear()
            self._lists[key] = self._loaded(line)
        found = self._lists[key]
        if not isinstance(found, Diagnostic):
            return found
        problems.append(found)
        return None

    def _loaded(self, line: Line) -> Tools | Diagnostic:
        try:
            return load_manifest(line.tools) if line.tools is not None else read_manifest(self._text(line.tools_ref))
        except ManifestError as error:
            message = f"the tools cannot be used: {error.diagnostics[0].message}"
        except (OSError, ValueError) as error:
            message = f"the tools at `tools_ref` cannot be read: {error}"
        return Diagnostic(code=codes.UNUSABLE_TOOLS.number, message=message)

    def _text(self, path: Any) -> str:
        if not isinstance(path, str):
            raise ValueError("it is no text")
        if self._settings.load is None:
            raise ValueError("there is nothing to read it with")
        return self._settings.load(path)

    # --- reference plans ---

    def _score(self, line: Line, judged: Judged, tools: Tools | None, problems: list[Diagnostic]) -> Scores | None:
        value = self._gold(line)
        if value is None:
            return None
        try:
            gold = read_gold(value)
            if isinstance(gold, Expected):
                return compare_expected(judged, gold)
            return _compared(judged, gold, tools)
        except Unusable as problem:
            problems.append(problem.as_diagnostic())
        return None

    def _gold(self, line: Line) -> Any:
        if self._settings.gold is None:
            return line.gold
        return None if line.id is None else self._settings.gold.get(line.id)


def _compared(judged: Judged, gold: Text, tools: Tools | None) -> Scores:
    reference = check_as(gold.plan, gold.dialect or AUTO, tools)
    if not reference.steps:
        raise Unusable("no step could be read from the reference plan", codes.UNUSABLE_REFERENCE)
    return compare(outline(judged, tools), outline(reference, tools))


def _verdict(number: int, line: Line, judged: Judged, problems: list[Diagnostic], score: Scores | None) -> Verdict:
    report = judged.report
    said = PlanReport(
        line=number,
        id=line.id,
        dialect=judged.dialect,
        ok=report.ok and not any(one.is_error for one in problems),
        steps=len(judged.steps),
        edges=judged.edges,
        tools=judged.tools,
        diagnostics=findings([*problems, *report.diagnostics], report.text).diagnostics,
        unchecked=report.unchecked,
        score=score,
    )
    return Verdict(said, Counter(judged.tools), Counter(_wrong(judged)))


def _wrong(judged: Judged) -> Iterator[str]:
    """The tools of the steps that have an error, once a step. A plan that was too large to be looked at has none."""
    if judged.plan is None:
        return
    steps = judged.plan.steps
    for index in sorted({index for one in judged.report.errors if (index := _step(one.at)) is not None}):
        call = steps[index].do
        if isinstance(call, Call):
            yield judged.tool_names.get(call.tool, call.tool)


def _step(at: str | None) -> int | None:
    """The place of the step that a pointer is about."""
    parts = (at or "").split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "steps" else None
