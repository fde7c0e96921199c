"""What the writers share: which parts of a plan are plain calls, and what to say of everything else.

A format of calls has no conditions, loops or retries. A plan that needs them cannot be written in it, and each thing
that stands in the way is named with its place in the plan.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...diag.codes import dialects as codes
from ...diag.diagnostic import Diagnostic, Severity
from ...ir.expr import Call, Constant, Expr, ListOf, ObjectOf, Ref, Text, constant_value, escape
from ...ir.plan import Plan, Step
from ...ir.signature import Signature
from ._dialect import Written

_CLAUSES = ("condition", "each", "retry", "timeout", "fallback", "approve", "type", "after")


class Export:
    """One plan on its way into another format.

    Args:
        reads_as_reference: what the format takes for a reference inside a text.
        tool_names: names of tools in the other format, by ours.
    """

    def __init__(
        self,
        plan: Plan,
        tools: Mapping[str, Signature],
        tool_names: Mapping[str, str],
        *,
        reads_as_reference: re.Pattern[str] | None = None,
    ) -> None:
        self.plan = plan
        self._tools, self._tool_names = tools, tool_names
        self._reads_as_reference = reads_as_reference
        self._found: list[Diagnostic] = []

    def calls(self) -> Iterator[tuple[str, Step, Call]]:
        """Every step that is a plain call, with its pointer. Everything that is not is refused."""
        for index, one in enumerate(self.plan.inputs):
            self.refuse(f"/inputs/{index}", f"the input #{one.name} has no place in this format")
        if self.plan.limit is not None:
            self.refuse("/limit", "limits have no place in this format")
        for index, step in enumerate(self.plan.steps):
            at = f"/steps/{index}"
            for clause in _CLAUSES:
                if getattr(step, clause):
                    self.refuse(f"{at}/{clause}", f"`{clause}` of #{step.name} has no place in this format")
            if isinstance(step.do, Call):
                yield at, step, step.do
            else:
                self.refuse(f"{at}/do", f"#{step.name} calls no tool, and this format has only calls")

    def tool(self, call: Call) -> str:
        return self._tool_names.get(call.tool, call.tool)

    def named(self, at: str, call: Call) -> dict[str, tuple[str, Expr]]:
        """All arguments by name, each with its pointer."""
        named = {name: (f"{at}/do/args/{escape(name)}", value) for name, value in call.args.items()}
        if call.first is None or (call.short and call.first == Constant(value="")):
            return named
        signature = self._tools.get(call.tool)
        name = None if signature is None else signature.text_parameter if call.short else signature.positional
        if name is None:
            message = f"nothing says the name of the first argument of {call.tool}"
            self.refuse(f"{at}/do/first", message, hint="give the tools")
            return named
        return {name: (f"{at}/do/first", call.first)} | named

    def value(self, at: str, expr: Expr, reference: Callable[[str, Ref], str]) -> Any:
        """An expression as JSON data; `reference` says how a reference is written."""
        match expr:
            case Constant(value=str() as text):
                return self.literal(at, text)
            case Ref():
                return reference(at, expr)
            case Text(parts=parts):
                return "".join(self._piece(at, p) if isinstance(p, str) else reference(at, p) for p in parts)
            case ListOf(items=items):
                return [self.value(f"{at}/items/{i}", item, reference) for i, item in enumerate(items)]
            case ObjectOf(fields=fields):
                return {key: self.value(f"{at}/fields/{escape(key)}", one, reference) for key, one in fields.items()}
        is_literal, literal = constant_value(expr)
        if not is_literal:
            self.refuse(at, "this is computed, and the format has no expressions", hint="compute it in a tool")
        return literal

    def literal(self, at: str, text: str) -> str:
        """A text as it is; refused where the other format would see a reference in it."""
        if self._reads_as_reference is not None and self._reads_as_reference.search(text):
            self.refuse(at, "the other format would read a reference in this text")
        return text

    def _piece(self, at: str, text: str) -> str:
        """A piece of text beside a reference, where a lone mark could make another one."""
        if "$" in text:
            self.refuse(at, "the other format could read a reference where this text has a `$`")
        return text

    def refuse(self, at: str, message: str, *, hint: str | None = None) -> None:
        self._found.append(Diagnostic(code=codes.NOT_CARRIED_OVER.number, message=message, at=at, hint=hint))

    def leave_out_prose(self) -> None:
        """Says once that what is written for readers stays behind."""
        words = [step.rationale for step in self.plan.steps if step.rationale]
        if words or self.plan.goal or self.plan.solve is not None:
            message = "the goal, the rationale of the steps and what the Solver is asked are left out"
            code = codes.NOT_CARRIED_OVER.number
            self._found.append(Diagnostic(code=code, message=message, severity=Severity.NOTE, at=""))

    def refuse_result(self) -> None:
        if self.plan.result is not None:
            self.refuse("/result", "`return` has no place in this format")

    def finish(self, text: str) -> Written:
        refused = any(one.is_error for one in self._found)
        return Written(None if refused else text, tuple(self._found))


def as_json(value: Any) -> str:
    """One call a line, so that a person can read the list."""
    return "[" + ",\n ".join(json.dumps(one, ensure_ascii=False) for one in value) + "]\n"
