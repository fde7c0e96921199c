"""One run under test, on virtual time: `check_run` runs a plan over tools and says how it is not what was expected.

    check_run(PLAN, registry, faults=["E1:raise"], expect={"status": "succeeded", "evidence": {"E1": []}})

Beside what is expected, everything that holds in every run is looked at (`invariants`). A failure leaves a file behind
that `rewoo replay` runs again.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checker import check
from ..checker.subplans import Load
from ..interpreter import Limits, Result, run
from ..interpreter.asyncio_driver import Approve
from ..ir.linked import LinkedPlan
from ..ir.plan import Plan
from ..tools.tool import Tool
from ..trace.events import ApprovalAsked
from .clock import run_virtual
from .faults import Fault, with_faults
from .invariants import invariants, replayed_alike
from .scripted_tools import ScriptedTools

if TYPE_CHECKING:
    from .reproducer import Failure

CEILING = 30 * 24 * 3600.0
"""Seconds of virtual time after which a run is taken to have no end."""


class RunFailed(AssertionError):
    """A run is not what was expected of it.

    Attributes:
        told: how it differs, a sentence each.
        failure: all that is needed to run it again.
        file: where that was written; None when it was not.
    """

    def __init__(self, told: Sequence[str], failure: "Failure", file: Path) -> None:
        self.told, self.failure, self.file = tuple(told), failure, file
        lines = "\n".join(f"  {one}" for one in told)
        super().__init__(f"the run is not what was expected:\n{lines}\nto see it again: rewoo replay {file}")


def check_run(
    plan: str | Plan | LinkedPlan,
    tools: Mapping[str, Tool],
    inputs: Mapping[str, Any] | None = None,
    *,
    expect: Mapping[str, Any] | None = None,
    faults: Iterable[Fault | str] = (),
    answers: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    load: Load | None = None,
    code: str | None = None,
    save: str | Path = "failure.json",
) -> Result:
    """Runs the plan on virtual time, and gives its result when it is what was expected.

    Args:
        plan: as text, as a `Plan`, or checked already.
        tools: the code, by name: a registry, or `ScriptedTools`.
        inputs: values for its inputs.
        expect: any of `status`, `states`, `reasons` and `evidence` by step, and `value` of `return`.
        faults: what goes wrong, such as `E1:raise@1`. One that is never hit fails the check.
        answers: what people say, by step: `yes`, `no`, `never`, or seconds before a yes; yes where nothing is said.
        limits: the host's.
        seed: what the pauses before retries are drawn from.
        load: gives the text of a sub-plan by its path.
        code: where real tools are, as `module:attribute`, for the file that runs a failure again.
        save: that file.

    Raises:
        RunFailed: the run came to something else.
        PlanError: the plan has errors.
    """
    linked = plan if isinstance(plan, LinkedPlan) else check(plan, _signatures(tools), load=load).require()
    faulty = with_faults(tools, faults, linked=linked)
    result = run_once(linked, faulty, inputs, answers=answers, limits=limits, seed=seed)
    told = breaks(linked, result, expect or {}, limits)
    told += [f"the fault {fault} was never hit: no such call was made" for fault in faulty.never_hit]
    if not told:
        return result
    from .reproducer import Failure, tree_of

    failure = Failure(
        kind="run",
        law="what was expected",
        plan=tree_of(linked),
        inputs=dict(inputs or {}),
        tools=tools.described if isinstance(tools, ScriptedTools) else {},
        code=code if code is not None or isinstance(tools, ScriptedTools) else "",
        answers=dict(answers or {}),
        limits={} if limits is None else limits.as_dict(),
        faults=tuple(map(str, faulty.faults)),
        seed=seed,
        expected=dict(expect or {}),
        found=tuple(told),
    )
    raise RunFailed(told, failure, failure.write(Path(save)))


def run_once(
    linked: LinkedPlan,
    tools: Mapping[str, Tool],
    inputs: Mapping[str, Any] | None = None,
    *,
    answers: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    seed: int = 0,
) -> Result:
    """One run on virtual time. Raises `TimeoutError` when it has no end."""

    async def whole() -> Result:
        async with asyncio.timeout(CEILING):
            approve = answering(answers or {})
            return await run(linked, tools, inputs=inputs, approve=approve, limits=limits, seed=seed, run_id="test")

    return run_virtual(whole())


def answering(answers: Mapping[str, Any]) -> Approve:
    """A person who says what is written down: `yes`, `no`, `never`, or seconds before a yes; yes where nothing is."""

    async def approve(asked: ApprovalAsked) -> bool:
        said = answers.get(asked.step, "yes")
        if said == "never" or (isinstance(said, float) and isinf(said)):
            await asyncio.Event().wait()
        if isinstance(said, int | float):
            await asyncio.sleep(said)
            return True
        return bool(said == "yes")

    return approve


def breaks(linked: LinkedPlan, result: Result, expected: Mapping[str, Any], limits: Limits | None = None) -> list[str]:
    """How a result differs from what is expected, and what it breaks that always holds, a sentence each."""
    told = invariants(linked, result.trace, limits) + replayed_alike(linked, result.trace)
    found: dict[str, Mapping[str, Any]] = {
        "states": {name: step.state for name, step in result.items()},
        "reasons": {name: step.reason for name, step in result.items()},
        "evidence": result.evidence,
    }
    for what, wanted in expected.items():
        if what in found:
            told += [
                f"{what}: #{name} is {found[what].get(name)!r}, expected {one!r}"
                for name, one in wanted.items()
                if found[what].get(name) != one
            ]
        elif what == "status" and result.status != wanted:
            told.append(f"status: {result.status}, expected {wanted}; missing: {result.missing}")
        elif what == "value":
            real = result.value if result.has_value else None
            if real != wanted:
                told.append(f"value: {real!r}, expected {wanted!r}")
        elif what != "status":
            raise ValueError(f"`{what}` cannot be expected; there are status, states, reasons, evidence, value")
    return told


def _signatures(tools: Mapping[str, Tool]) -> dict[str, Any]:
    return {name: tool.signature for name, tool in tools.items()}


__all__ = ["RunFailed", "answering", "breaks", "check_run", "run_once"]
