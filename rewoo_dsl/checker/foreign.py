"""A plan in any format: recognised, read, checked, and told in its own words.

The language of this project counts as one format among the others, `OWN`. Its shortest form is that of the ReWOO paper,
so a text that its grammar takes as it stands is ours, whatever else it may look like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from .._record import record
from ..diag.diagnostic import Diagnostic, located
from ..ir.expr import Call
from ..ir.plan import Plan
from ..ir.policy import Policy
from ..ir.signature import Signature
from ..lowering.dialects import AUTO, DIALECTS, Imported, read, recognise
from ..lowering.plan_json import plan_from_json
from ..syntax.limits import FILE, MODEL
from ..syntax.parser import parse
from .callables import MODEL_ALIAS
from .check import check
from .edges import edges
from .report import Report

OWN = "rewoo_dsl"
"""The format of this project: text, or a plan as JSON."""

FORMATS: tuple[str, ...] = (AUTO, OWN, *DIALECTS)
"""What a format may be called."""

_OUR_JSON = re.compile(r"\s*\{")
_STEPS = re.compile(r"\"steps\"\s*:")
_HEAD = re.compile(r"^[ \t]*#[A-Za-z_]\w*[ \t]*[:=]", re.MULTILINE)


@record
class Judged:
    """A plan in any format and what the checker says of it.

    Steps, tools and edges go by the plan's own names, in the order of the text; steps that could not be read are left
    out. `dialect` is `auto` where no format could be recognised, `imported` is None for a plan of ours.
    """

    dialect: str
    report: Report
    steps: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    imported: Imported | None = None

    @property
    def plan(self) -> Plan | None:
        return self.report.plan

    @property
    def tool_names(self) -> Mapping[str, str]:
        """The plan's own names of tools by ours, where they differ."""
        return {} if self.imported is None else self.imported.tool_names

    def called(self, name: str) -> str:
        """What a step is called by its name in `plan`."""
        return f"#{name}" if self.imported is None else self.imported.words.step(name)

    def in_own_words(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Further findings about `plan` as those of the report are told: in the words and places of the text."""
        if self.imported is not None:
            found = map(self.imported.words.told, found)
        places = self.report.source_map
        return list(found) if places is None else located(found, places.find)

    def signatures(self, tools: Mapping[str, Signature]) -> Mapping[str, Signature]:
        """The given tools under the names by which `plan` calls them."""
        return tools if self.imported is None else self.imported.signatures(tools)


def check_as(
    text: str,
    dialect: str = AUTO,
    tools: Mapping[str, Signature] | None = None,
    *,
    from_model: bool = False,
    strict: bool = False,
    policy: Policy | None = None,
    request: str | None = None,
) -> Judged:
    """What can be said of a plan in the format `dialect` before its first call. Raises for no text whatever.

    Args:
        dialect: one of `FORMATS`; `auto` recognises it.
        tools: signatures by name, or None where nobody knows them.
        from_model: a model wrote the plan: stricter sizes.
        strict: whatever has to be put right while reading is an error.
        policy: what the host lets any plan do; `request` is the task in the words of the person who asked.

    Raises:
        ValueError: when there is no format of that name.
    """
    judge = partial(check, from_model=from_model, strict=strict, policy=policy, request=request)
    known = format_of(text) if dialect == AUTO else dialect
    if known == OWN:
        return _own(text, tools, judge, strict=strict)
    limits = MODEL if from_model else FILE
    imported = read(text, known or AUTO, tools=tools, limits=limits, strict=strict)
    signatures = None if tools is None else imported.signatures(tools)
    report = judge(imported, signatures)
    return Judged(
        dialect=imported.dialect,
        report=report,
        steps=tuple(imported.steps),
        tools=tuple(imported.tools),
        edges=tuple(imported.edges),
        imported=imported,
    )


def format_of(text: str) -> str | None:
    """The format that a text is most likely in; None when it has the marks of none."""
    if _OUR_JSON.match(text) and _STEPS.search(text):
        return OWN
    likely = next(iter(recognise(text)), None)
    if not _HEAD.search(text):
        return likely
    is_ours = likely is None or not any(one.is_error for one in parse(text).diagnostics)
    return OWN if is_ours else likely


def _own(text: str, tools: Mapping[str, Signature] | None, judge: Callable[..., Report], *, strict: bool) -> Judged:
    if not _OUR_JSON.match(text):
        return _ours(judge(text, tools, lenient=not strict))
    data = plan_from_json(text)
    if data.plan is None:
        return Judged(OWN, Report(data.diagnostics, text=text))
    return _ours(judge(data.plan, tools).extended(data.diagnostics))


def _ours(report: Report) -> Judged:
    plan = report.plan
    if plan is None:
        return Judged(OWN, report)
    return Judged(
        dialect=OWN,
        report=report,
        steps=tuple(f"#{step.name}" for step in plan.steps),
        tools=tuple(
            _as_written(step.do.tool, f"/steps/{index}/do/tool", report)
            for index, step in enumerate(plan.steps)
            if isinstance(step.do, Call)
        ),
        edges=tuple((f"#{start}", f"#{end}") for start, end in edges(plan)),
    )


def _as_written(tool: str, at: str, report: Report) -> str:
    """The tool's name as the text has it: `LLM` is the one name that a plan of ours keeps in another spelling."""
    if tool not in MODEL_ALIAS.values() or report.text is None or report.source_map is None:
        return tool
    span = report.source_map.find(at)
    written = "" if span is None else report.text[span.start : span.end]
    return written if written in MODEL_ALIAS else tool
