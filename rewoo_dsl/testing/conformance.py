"""The conformance kit: sentences of the language's definition as cases, for every driver to pass.

A case is data: a plan as text, scripted tools, and what must come out. `run_case` checks and runs it on virtual time
and says how the run differs from what the case expects; an empty list means that it passed.

    {"name": "a_refusal_skips", "sentence": "*No* means *skipped* (reason `refused`).",
     "plan": "#E1 = send(to=\\"ann\\") approve",
     "tools": {"send": {"effect": "write", "parameters": {"to": "string"}}},
     "approvals": {"E1": "no"},
     "expect": {"states": {"E1": "skipped"}, "reasons": {"E1": "refused"}, "calls": []}}

`approvals` holds `yes`, `no`, `never`, or seconds of thinking before a yes, by step. `cancel_at` cancels the run after
that many seconds; `files` are the texts of sub-plans by path, `library` those the host offers by name, and
`from_model` says that a model wrote the plan; `policy` is the host's. `expect` may hold `status`, `states`, `reasons`,
`evidence`, `branches`, `value`, `missing`, `usage`, `calls` (a number, or `[tool, arguments]` pairs in order of their
starts), `keys` (how many different idempotency keys there were), `items` (for a step the `[state, value or reason]` of
each item), `asked` (the step, text and calls of each question), `seconds`, `at_once`, `refused` (the codes of a run
that does not start), and `events` (their types, in order, where a case is about the trace).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..checker import check
from ..diag.errors import PlanError
from ..interpreter import Limits, Result, run
from ..ir.linked import LinkedPlan
from ..ir.policy import Policy, load_policy
from ..tools.tool import Tool
from ..trace.events import ApprovalAsked, Event, ItemFinished, RunFinished
from .clock import run_virtual
from .scripted_tools import ScriptedTools

CEILING = 30 * 24 * 3600.0
"""Seconds of virtual time after which a run is taken to have no end. No case takes a month."""

Approver = Callable[[ApprovalAsked], Awaitable[bool]]


class Driver(Protocol):
    """Whatever makes a linked plan happen; `rewoo_dsl.interpreter.run` is one."""

    def __call__(
        self,
        linked: LinkedPlan,
        tools: Mapping[str, Tool],
        /,
        *,
        inputs: Mapping[str, Any] | None,
        approve: Approver | None,
        on_event: Callable[[Event], None] | None,
        limits: Limits | None,
        seed: int | None,
        run_id: str | None,
        policy: Policy | None,
    ) -> Awaitable[Result]: ...


@dataclass(frozen=True)
class Case:
    """One sentence as a plan, its tools, and what must come out."""

    name: str
    sentence: str
    plan: str
    expect: dict[str, Any]
    tools: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    library: dict[str, str] = field(default_factory=dict)
    from_model: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    approvals: dict[str, Any] | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    cancel_at: float | None = None
    policy: dict[str, Any] | None = None

    @property
    def held_to(self) -> Policy | None:
        """The host's policy, if it has one."""
        return None if self.policy is None else load_policy({"version": 1, **self.policy})


def load_cases(path: Path) -> list[Case]:
    """The cases of a file: a JSON list, each with the fields of `Case`; a plan may be a list of lines."""
    return [_case(one) for one in json.loads(path.read_text("utf-8"))]


def _case(data: dict[str, Any]) -> Case:
    plan = data["plan"]
    return Case(**{**data, "plan": plan if isinstance(plan, str) else "\n".join(plan) + "\n"})


def run_case(case: Case, driver: Driver = run) -> list[str]:
    """How the run differs from what the case expects, one sentence each."""
    tools = ScriptedTools(case.tools)
    try:
        linked = check(
            case.plan,
            tools.signatures,
            load=case.files.__getitem__,
            library=case.library,
            from_model=case.from_model,
        ).require()
    except PlanError as error:
        return list(_refusal(case, error))
    try:
        return run_virtual(_in_time(_run(case, linked, tools, driver)))
    except TimeoutError:
        return [f"the run has no end: {CEILING:g} s of virtual time are over"]


async def _in_time(whole: Coroutine[Any, Any, list[str]]) -> list[str]:
    """A driver that waits for ever fails its case instead of hanging the suite, also one that ignores cancellation."""
    task = asyncio.ensure_future(whole)
    done, _ = await asyncio.wait([task], timeout=CEILING)
    if done:
        return task.result()
    task.cancel()
    await asyncio.wait([task], timeout=CEILING)
    raise TimeoutError


async def _run(case: Case, linked: LinkedPlan, tools: ScriptedTools, driver: Driver) -> list[str]:
    events: list[Event] = []
    loop = asyncio.get_running_loop()
    began = loop.time()
    whole = asyncio.ensure_future(
        driver(
            linked,
            tools,
            inputs=case.inputs,
            approve=None if case.approvals is None else _approver(case.approvals),
            on_event=events.append,
            limits=Limits(**case.limits),
            seed=7,
            run_id="conformance",
            policy=case.held_to,
        )
    )
    if case.cancel_at is not None:
        loop.call_later(case.cancel_at, whole.cancel)
    try:
        await whole
    except PlanError as error:
        return list(_refusal(case, error))
    except asyncio.CancelledError:
        if case.cancel_at is None or not events or not isinstance(events[-1], RunFinished):
            return ["the run was cancelled and its trace has no end"]
    return list(_differences(case, Result(tuple(events)), tools, loop.time() - began))


def _approver(answers: Mapping[str, Any]) -> Approver:
    async def approve(asked: ApprovalAsked) -> bool:
        answer = answers[asked.step]
        if answer == "never":
            await asyncio.Event().wait()
        if isinstance(answer, int | float):
            await asyncio.sleep(answer)
            return True
        return bool(answer == "yes")

    return approve


def _refusal(case: Case, error: PlanError) -> Iterator[str]:
    codes = [one.code for one in error.diagnostics if one.is_error]
    if codes != case.expect.get("refused"):
        yield f"refused with {codes}: {error}"


def _differences(case: Case, result: Result, tools: ScriptedTools, seconds: float) -> Iterator[str]:
    found = _found(result, tools, seconds)
    for what, expected in case.expect.items():
        if what not in found:
            yield f"nothing is known of `{what}`"
            continue
        real = found[what]
        if what in _BY_NAME:
            for name, one in expected.items():
                if name not in real:
                    yield f"{what}: #{name} has none, expected {one!r}"
                elif not _same(real[name], one):
                    yield f"{what}: #{name} is {real[name]!r}, expected {one!r}"
        elif what == "calls" and isinstance(expected, int):
            if len(tools.calls) != expected:
                yield f"{len(tools.calls)} calls, expected {expected}: {real}"
        elif not _same(real, expected):
            yield f"{what}: {real!r}, expected {expected!r}"


_BY_NAME = {"states", "reasons", "evidence", "branches", "usage", "items"}


def _same(real: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(real, int | float) and not isinstance(real, bool):
        return abs(real - expected) < 1e-6
    return bool(real == expected)


def _found(result: Result, tools: ScriptedTools, seconds: float) -> dict[str, Any]:
    return {
        "refused": None,
        "status": result.status,
        "states": {name: step.state for name, step in result.items()},
        "reasons": {name: step.reason for name, step in result.items()},
        "branches": {name: step.branch for name, step in result.items()},
        "evidence": result.evidence,
        "value": result.value if result.has_value else None,
        "missing": result.missing,
        "usage": result.usage,
        "calls": [[one.tool, one.arguments] for one in tools.calls],
        "keys": len({one.key for one in tools.calls}),
        "items": _items(result),
        "asked": [[event.step, event.text, event.calls] for event in result.trace if isinstance(event, ApprovalAsked)],
        "seconds": seconds,
        "at_once": tools.most_at_once,
        "events": [event.type for event in result.trace],
    }


def _items(result: Result) -> dict[str, list[list[Any]]]:
    """What became of each item of each `for`, in item order."""
    found: dict[str, dict[int, list[Any]]] = {}
    for event in result.trace:
        if isinstance(event, ItemFinished):
            ending = event.value if event.reason is None else event.reason
            found.setdefault(event.step, {})[event.item] = [event.state, ending]
    return {step: [items[place] for place in sorted(items)] for step, items in found.items()}
