"""The Planner: a task and tools in, a checked plan out.

A model writes the plan as text. The text is taken out of whatever else the model sent, checked against the tools, and
where it has errors only the failing statements are asked for again, each with what is wrong and what would be legal.
Attempts are bounded; a plan that never gets good is a `PlanningFailed` with every finding.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..checker import Report, check
from ..checker.subplans import Library, linked_target
from ..diag.diagnostic import Diagnostic, Severity
from ..diag.errors import ModelError, PlanError
from ..diag.short import render_short
from ..ir.linked import LinkedPlan
from ..ir.signature import Signature
from ..ir.values import Value
from ..llm import LOST, Message, Model, Usage
from ..syntax.ast import Version
from ..syntax.limits import MODEL
from ..syntax.parser import parse
from ..syntax.printer import print_item
from .patch import blocks, merged, wrong_blocks
from .prompt import planner_messages, type_of

ATTEMPTS = 3
MENTION = "RW113"
"""A text names something as if it were a reference."""
MAX_FINDINGS = 24

_MARK = re.compile(
    r"^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?:\*\*|__)?((?:Plan|Solve):|#[A-Za-z_]\w*[ \t]*[:=])(?:\*\*|__)?",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One attempt: the plan's text and what the checker says of it. `attempt` counts from 1."""

    attempt: int
    text: str
    report: Report

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.report.diagnostics


class PlanningFailed(PlanError):
    """No attempt gave a plan without errors. `draft` is the last one, `diagnostics` are its findings."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        errors = draft.report.errors
        first = f"{errors[0].code}: {errors[0].message}" if errors else "it is not linked to tools"
        left = f"{len(errors)} errors are left, the first is" if len(errors) > 1 else "what is left is"
        super().__init__(draft.diagnostics, f"no good plan after {draft.attempt} attempts; {left} {first}")


@dataclass(frozen=True, slots=True)
class Planner:
    """Writes plans with one model; `attempts` counts the first and the repairs together."""

    model: Model
    attempts: int = ATTEMPTS

    async def plan(
        self,
        task: str,
        tools: Mapping[str, Signature],
        *,
        inputs: Mapping[str, Value] | None = None,
        library: Library | None = None,
        on_draft: Callable[[Draft], None] | None = None,
        on_text: Callable[[str], None] | None = None,
        on_usage: Callable[[Usage], None] | None = None,
    ) -> Draft:
        """A plan for `task` that passed every check.

        Args:
            inputs: values that the plan may refer to; it is given their names and types, not the values.
            library: sub-plans of the host that the plan may call by name.
            on_draft: hears of every attempt, good or not.

        Raises:
            PlanningFailed: no attempt was good.
            ModelError: the model gave no answer, also when asked again, or declined.
        """
        inputs = inputs or {}
        if bad := next((name for name in inputs if not (name.isidentifier() and name.isascii())), None):
            raise ValueError(f"inputs: {bad!r} is no name that a plan could use")
        asking = planner_messages(task, [*tools.values(), *_callable(library, tools)], inputs=inputs)
        messages, draft = asking, None
        for attempt in range(1, self.attempts + 1):
            try:
                reply = await self.model.complete(messages, on_text=on_text, on_usage=on_usage)
            except ModelError as error:
                if error.kind in LOST and attempt < self.attempts:
                    continue
                raise
            text = with_inputs(_repaired(draft, reply.text), inputs)
            report = check(text, tools, library=library, from_model=True, lenient=True)
            draft = Draft(attempt, text, report.extended([*_not_given(report, inputs), *_not_meant(report)]))
            if on_draft:
                on_draft(draft)
            if draft.report.linked is not None:
                return draft
            messages = [*asking, Message("assistant", draft.text), Message("user", repair_request(draft))]
        assert draft is not None, "there is at least one attempt"
        raise PlanningFailed(draft)


def repair_request(draft: Draft) -> str:
    """What a model is told about its plan: the failing statements, what is wrong with them, what is legal there."""
    report = draft.report
    findings = render_short(report.errors[:MAX_FINDINGS], draft.text, steps=_step_names(report))
    wrong = wrong_blocks(draft.text, report.errors)
    if not wrong or not any(one.is_step for one in blocks(draft.text)):
        return f"The plan cannot be used:\n{findings}\nWrite the whole plan again."
    statements = "\n".join(one.text for one in wrong)
    return (
        f"The plan has errors:\n{findings}\nThese statements are concerned:\n\n{statements}\n\n"
        "Write only these again, corrected, each with its `Plan:` line, and any new step they need. "
        "The rest of the plan stays as it is. To leave a statement out, write the whole plan again."
    )


def with_inputs(text: str, inputs: Mapping[str, Value]) -> str:
    """The plan with a declaration of each input on top, in place of those that the model wrote for them."""
    if not inputs:
        return text
    declared = [f"input {name}: {type_of(value)}" for name, value in inputs.items()]
    theirs = {f"input {name}" for name in inputs}
    return "".join(f"{one}\n" for one in (*declared, *(one.text for one in blocks(text) if one.key not in theirs)))


def extracted(answer: str) -> str:
    """The plan's statements out of a model's answer in canonical form, without fences, prose, list marks and comments.

    An answer that is too large, or in which nothing reads as a statement, is given back whole, for the checker to say.
    """
    if len(answer) > MODEL.size:
        return answer
    text = _without_marks(answer)
    statements = [one for one in parse(text, lenient=True).document.statements if not isinstance(one, Version)]
    escapes = "\\#{" in text
    printed = "".join(f"{print_item(one).rstrip()}\n" for one in statements)
    # `#{len(#E1)}` is plain text and would be printed as such; as it was written, the check can say so.
    return (printed if escapes else printed.replace("\\#{", "#{")) or answer


def _without_marks(answer: str) -> str:
    """List marks and bold heads are taken off, unless a block of text could hold them."""
    return answer if '"""' in answer else _MARK.sub(r"\1", answer)


def _repaired(draft: Draft | None, answer: str) -> str:
    text = extracted(answer)
    return text if draft is None else merged(draft.text, wrong_blocks(draft.text, draft.report.errors), text)


def _not_given(report: Report, inputs: Mapping[str, Value]) -> Iterator[Diagnostic]:
    """A plan must not ask for inputs that nobody gives."""
    for index, one in enumerate(report.plan.inputs if report.plan else ()):
        if one.name not in inputs and not one.has_default:
            at = f"/inputs/{index}"
            span = report.source_map.find(at) if report.source_map else None
            message = f"input `{one.name}` is not given"
            hint = "write the value into the plan, or take it from a tool"
            yield Diagnostic(code="RW601", message=message, at=at, span=span, hint=hint, allowed=tuple(inputs))


def _not_meant(report: Report) -> Iterator[Diagnostic]:
    """A model that writes `#region` or `#{len(#E1)}` into a text expects a value there, not these characters."""
    for one in report.diagnostics:
        if one.code == MENTION:
            yield one.model_copy(update={"severity": Severity.ERROR})


def _callable(library: Library | None, tools: Mapping[str, Signature]) -> Iterator[Signature]:
    """The sub-plans of the library as the model sees them: like tools. Those that cannot be called are left out."""
    for name, source in (library or {}).items():
        linked = source if isinstance(source, LinkedPlan) else check(source, tools, library=library).linked
        target = None if linked is None else linked_target(linked, name)
        if target is not None:
            yield target.signature


def _step_names(report: Report) -> list[str]:
    return [step.name for step in report.plan.steps] if report.plan else []
