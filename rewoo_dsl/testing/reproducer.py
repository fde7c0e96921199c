"""A failure as a file: everything that a run depended on, what was expected of it, and what came.

    Failure.read(Path("failure.json")).replay()     # the sentences that the run still breaks; none when it is mended
    rewoo replay failure.json                       # the same, at a prompt

The file is data. The plan and its sub-plans are text, tools are scripts of what they answered; where real code was
called it is only named (`module:attribute`), and nobody runs it unasked. What is read is held against the form of the
file before anything is made of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..checker import check
from ..diag.errors import RewooError
from ..interpreter.limits import Limits
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan
from ..ir.signature import Signature
from ..lowering.plan_json import read_json
from ..lowering.raising import to_text
from ..tools.tool import Tool
from .faults import all_tools, read_faults, with_faults
from .reference import Answer, Attempt, Ending, Oracle, Outcome, Question, scripted, timeouts_of
from .scripted_tools import ERRORS, ScriptedTools

if TYPE_CHECKING:
    from .laws import Trial

VERSION = 1
MAX_BYTES = 16 << 20
_MOST = 10_000
_Answered = dict[str, Any]


class BadReproducer(RewooError, ValueError):
    """A file that no failure can be read from. `place` is a JSON pointer into it."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        super().__init__(f"{place or '/'}: {message}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class PlanTree(_Part):
    """A plan and the sub-plans that it calls by name. A plan is text; JSON where our text cannot hold it."""

    plan: str | dict[str, Any]
    library: dict[str, "PlanTree"] = Field(default_factory=dict)


class Failure(_Part):
    """What failed.

    Attributes:
        kind: `laws` for a run by hand, in which `order`, `cancel_at` and `crashes` say what happened when; `driver`
            for a run of the driver on virtual time that is held to the same laws; `run` for one that is held to what
            is `expected`.
        law: the law that was broken, or the words of whoever checked.
        plan: the plan with its sub-plans.
        tools: scripted tools by name, as `ScriptedTools` takes them.
        code: real tools instead, as `module:attribute`.
        signatures: what the plan was checked against, where that is not in `tools`.
        answers: what people say, by step, as `scripted` takes them.
        limits: those of the host's that are not the usual ones.
        faults: what goes wrong, as text.
        expected: `status`, `states`, `reasons` and `evidence` by step, `value` of `return`; what is not there is free.
        found: what was broken, a sentence each.
    """

    rewoo_failure: Literal[1] = 1
    kind: Literal["laws", "driver", "run"] = "laws"
    law: Annotated[str, Field(max_length=200)]
    plan: PlanTree
    inputs: dict[str, Any] = Field(default_factory=dict)
    tools: dict[str, dict[str, Any]] = Field(default_factory=dict)
    code: str | None = None
    answers: _Answered = Field(default_factory=dict)
    limits: dict[str, Any] = Field(default_factory=dict)
    faults: tuple[str, ...] = Field(default=(), strict=False)
    order: int = 0
    cancel_at: Annotated[int, Field(ge=0)] | None = None
    crashes: tuple[int, ...] = Field(default=(), strict=False, max_length=_MOST)
    seed: int = 0
    expected: dict[str, Any] = Field(default_factory=dict)
    found: tuple[str, ...] = Field(default=(), strict=False)

    @classmethod
    def of(cls, trial: "Trial", told: Sequence[str]) -> "Failure":
        """The failure of a run by hand, with the answers of its oracle written down as scripts."""
        scribe = _Scribe(trial.oracle, all_tools(trial.linked))
        noted = replace(trial, oracle=scribe.oracle)
        noted.breaks()
        return cls(
            law=trial.law,
            plan=tree_of(trial.linked),
            inputs=dict(trial.inputs),
            tools=scribe.described(trial.timeouts),
            answers=scribe.answers,
            limits=_unusual(trial.limits),
            faults=tuple(map(str, trial.faults)),
            order=trial.order,
            cancel_at=trial.cancel_at,
            crashes=trial.crashes,
            expected=_expected(noted.outcome),
            found=tuple(told),
        )

    @classmethod
    def read(cls, path: Path) -> "Failure":
        """The failure of a file.

        Raises:
            BadReproducer: the file holds none; where and why.
            OSError: it cannot be read.
        """
        if path.stat().st_size > MAX_BYTES:
            raise BadReproducer("", f"the file is larger than {MAX_BYTES >> 20} MiB")
        try:
            return cls.from_json(path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise BadReproducer("", f"the file is not UTF-8: {error.reason}") from None

    @classmethod
    def from_json(cls, text: str) -> "Failure":
        """The same from its text."""
        try:
            data = read_json(text)
        except (ValueError, RecursionError) as error:
            raise BadReproducer("", f"this is no JSON: {str(error).splitlines()[0]}") from None
        if not isinstance(data, dict) or "rewoo_failure" not in data:
            raise BadReproducer("", "this is no failure of a test: it has no `rewoo_failure`")
        if data["rewoo_failure"] != VERSION:
            raise BadReproducer("/rewoo_failure", f"version {data['rewoo_failure']!r:.20}; this reads {VERSION}")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise BadReproducer("".join(f"/{one}" for one in first["loc"]), first["msg"]) from None

    def write(self, path: Path) -> Path:
        """Writes the file, and gives its path."""
        data = self.model_dump(mode="json", exclude_defaults=True) | {"rewoo_failure": VERSION}
        path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def link(self, tools: Mapping[str, Signature] | None = None) -> LinkedPlan:
        """The plan, linked with its scripted tools or with these. Raises `BadReproducer`."""
        return _linked(self.plan, self._scripted().signatures if tools is None else tools, "/plan")

    def trial(self) -> "Trial":
        """The run by hand. Raises `BadReproducer` where a part makes no sense."""
        from .laws import Trial

        linked = self.link()
        try:
            faults = read_faults(self.faults)
        except ValueError as error:
            raise BadReproducer("/faults", str(error)) from None
        return Trial(
            linked,
            scripted(self.tools, self.answers),
            self.inputs,
            self._limits(),
            timeouts_of(self.tools),
            faults,
            self.order,
            self.cancel_at,
            self.crashes,
        )

    def replay(self, tools: Mapping[str, Tool] | None = None) -> list[str]:
        """Runs it again, and says what it still breaks.

        Args:
            tools: the code, for a failure that was with code; it is called.

        Raises:
            BadReproducer: a part of the file makes no sense, or code is needed.
        """
        if self.kind == "laws":
            return self.trial().breaks()
        if self.kind == "driver":
            return self._driven()
        if tools is None and self.code is not None:
            raise BadReproducer("/code", f"this failure was with real tools, `{self.code}`: they have to be named")
        return self._run_again(self._scripted() if tools is None else tools)

    def _driven(self) -> list[str]:
        from .driven import driven

        trial = self.trial()
        return driven(
            trial.linked,
            self.tools,
            self.inputs,
            answers=self.answers,
            faults=trial.faults,
            limits=trial.limits,
            seed=self.seed,
            crash_after=next(iter(self.crashes), None),
        )

    def _run_again(self, tools: Mapping[str, Tool]) -> list[str]:
        from .runs import breaks, run_once

        linked = self.link({name: tool.signature for name, tool in tools.items()})
        try:
            faulty = with_faults(tools, self.faults, linked=linked)
        except ValueError as error:
            raise BadReproducer("/faults", str(error)) from None
        limits = self._limits()
        result = run_once(linked, faulty, self.inputs, answers=self.answers, limits=limits, seed=self.seed)
        return breaks(linked, result, self.expected, limits)

    def _scripted(self) -> ScriptedTools:
        _look_at_scripts(self.tools)
        try:
            return ScriptedTools(self.tools)
        except (TypeError, ValueError, AttributeError, KeyError, ValidationError) as error:
            raise BadReproducer("/tools", f"these describe no tools: {str(error).splitlines()[0]}") from None

    def _limits(self) -> Limits:
        try:
            return Limits(**self.limits)
        except (TypeError, ValueError) as error:
            raise BadReproducer("/limits", str(error)) from None


def tree_of(linked: LinkedPlan) -> PlanTree:
    """A linked plan with its sub-plans, as it is written down. Sub-plans are called by name, whatever file they had."""
    plan = Plan(**{name: getattr(linked.plan, name) for name in Plan.model_fields} | {"uses": ()})
    try:
        told: str | dict[str, Any] = to_text(plan)
    except ValueError:  # a type that our text cannot write
        told = plan.model_dump(mode="json")
    return PlanTree(plan=told, library={name: tree_of(one) for name, one in linked.subplans.items()})


def _linked(tree: PlanTree, tools: Mapping[str, Signature], place: str, depth: int = 0) -> LinkedPlan:
    if depth > _DEEPEST:
        raise BadReproducer(place, "sub-plans call sub-plans too deep")
    library = {name: _linked(one, tools, f"{place}/library/{name}", depth + 1) for name, one in tree.library.items()}
    report = check(tree.plan, tools, library=library)
    if report.linked is None:
        first = next((one for one in report.diagnostics if one.is_error), None)
        raise BadReproducer(f"{place}/plan", "it does not check" + (f": {first.code} {first.message}" if first else ""))
    return report.linked


_DEEPEST = 16
_SCRIPT_WORDS = frozenset(
    {
        "step",
        "item",
        "branch",
        "attempt",
        "arguments",
        "usage",
        "seconds",
        "raise",
        "error",
        "hang",
        "stubborn",
        "value",
    }
    | {"among", "declared"}
)


def _look_at_scripts(tools: Mapping[str, Mapping[str, Any]]) -> None:
    for name, described in tools.items():
        script = described.get("script", [])
        if not isinstance(script, list):
            raise BadReproducer(f"/tools/{name}/script", "a list of outcomes is wanted")
        for place, line in enumerate(script):
            where = f"/tools/{name}/script/{place}"
            if not isinstance(line, dict) or not line.keys() <= _SCRIPT_WORDS:
                raise BadReproducer(where, f"an outcome is an object of {', '.join(sorted(_SCRIPT_WORDS))}")
            if "error" in line and line["error"] not in (*ERRORS, "final"):
                raise BadReproducer(f"{where}/error", f"there is no error {line['error']!r:.40}")
            if not isinstance(line.get("seconds", 0), int | float) or not isinstance(line.get("usage", {}), dict):
                raise BadReproducer(where, "`seconds` is a number, and `usage` an object of counts")


def _unusual(limits: Limits) -> dict[str, Any]:
    usual = Limits().as_dict()
    return {name: value for name, value in limits.as_dict().items() if value != usual[name]}


def _expected(outcome: Outcome) -> dict[str, Any]:
    ends = {name: outcome.steps[name] for name in outcome.top}
    return {
        "status": outcome.status,
        "states": {name: end.state for name, end in ends.items()},
        "reasons": {name: end.reason for name, end in ends.items() if end.reason is not None},
        "evidence": outcome.evidence,
    }


class _Scribe:
    """Writes down what an oracle says, as scripts."""

    def __init__(self, oracle: Oracle, signatures: Mapping[str, Signature]) -> None:
        self._asked, self._signatures = oracle, signatures
        self._lines: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in signatures}
        self.answers: dict[str, Any] = {}
        self.oracle = Oracle(self._ends, self._answer)

    def _ends(self, attempt: Attempt) -> Ending:
        ending = self._asked.ends(attempt)
        where = {"step": attempt.step, "item": attempt.item, "branch": attempt.branch, "attempt": attempt.attempt}
        self._lines[attempt.tool][json.dumps(where)] = where | _line(ending)
        return ending

    def _answer(self, question: Question) -> Answer:
        answer = self._asked.answers(question)
        said: Any = "never" if answer.seconds == inf else answer.seconds or "yes"
        self.answers[question.step] = said if answer.yes else "no"
        return answer

    def described(self, timeouts: Mapping[str, float]) -> dict[str, dict[str, Any]]:
        return {
            name: _described(one, timeouts.get(name)) | {"script": [*self._lines[name].values()]}
            for name, one in self._signatures.items()
        }


def _line(ending: Ending) -> dict[str, Any]:
    """The line of a script that says the same."""
    line: dict[str, Any] = {"usage": dict(ending.usage)} if ending.usage else {}
    if ending.seconds == inf:
        return line | {"hang": True}
    if ending.seconds:
        line["seconds"] = ending.seconds
    if ending.reason is None:
        return line | {"value": ending.value}
    if ending.reason == "bad_argument":
        return line | {"raise": ending.message or "refused", "error": "argument"}
    kind = "connection" if ending.lost else "error" if ending.retryable else "final"
    return line | {"raise": ending.message or "failed", "error": kind}


def _described(one: Signature, timeout: float | None) -> dict[str, Any]:
    """A tool as `ScriptedTools` takes it."""
    found: dict[str, Any] = {
        "effect": str(one.effect),
        "idempotent": one.idempotent,
        "parameters": dict(one.properties),
        "optional": [name for name in one.properties if name not in one.required],
        "returns": one.returns,
        "calls_model": one.calls_model,
        "result_is_declared": one.result_is_declared,
    }
    return found if timeout is None else found | {"timeout": timeout}


__all__ = ["BadReproducer", "Failure", "PlanTree", "tree_of"]
