"""Faults by name: what goes wrong with which call of a plan, as data and as short text.

    E3:raise@1            the first attempt of E3 raises
    E3[1]:timeout@2       the second attempt for the item 1 of E3 finds that its time is over
    E4.fallback:hang      what stands in for E4 never answers
    E4[2]/E1:slow=30s     step E1 of the sub-plan that item 2 of E4 calls takes 30 seconds more
    E7:duplicate          every call of E7 reaches its tool twice, under the same key
    E5:crash=after@1      the process dies when the call is done, and nobody has written down what it gave

    tools = with_faults(registry, ["E3:raise@1"])
    result = await rw.run(plan, tools)
    assert tools.never_hit == ()

`with_faults` wraps real tools and looks at the call's own context, so it works under every driver. `faulty` does the
same to the oracle that the reference is asked. Whatever is not said (item, branch, attempt) matches every one.
"""

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias, get_args

from ..diag.errors import RewooError, ToolError
from ..diag.spell import nearest
from ..ir.linked import LinkedCall, LinkedPlan, LinkedStep
from ..ir.signature import Signature
from ..ir.validation import UnusableSchemaError, Validator
from ..tools.context import CallContext
from ..tools.errors import ResultError
from ..tools.tool import Tool
from ..trace.events import Branch
from .reference import HANGS, Attempt, Ending, Oracle

Kind: TypeAlias = Literal["raise", "refuse", "timeout", "hang", "slow", "wrong_type", "duplicate", "crash"]
"""What goes wrong.

raise: the tool raises. refuse: it raises and says that trying again is no use. timeout: it finds at once that its time
is over, so that nobody knows whether its work was done. hang: it never answers. slow: it answers later. wrong_type: it
answers with what does not fit its schema. duplicate: the call reaches it twice. crash: the process dies, before the
call or after it.
"""

KINDS: tuple[Kind, ...] = get_args(Kind)
CRASHED = 137
"""The exit code of a process that a `crash` has ended, as shells say it of one that was killed."""

_BRANCHES: tuple[Branch, ...] = get_args(Branch)
_TEXT = re.compile(
    r"(?P<step>[A-Za-z_][\w/.\[\]]*?)(?:\[(?P<item>\d+)\])?(?:\.(?P<branch>do|otherwise|fallback))?"
    r":(?P<kind>[a-z_]+)(?:=(?P<value>[^@]+))?(?:@(?P<attempt>\d+))?"
)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)\])?(?:\.(otherwise|fallback))?")


class FaultError(RewooError, ValueError):
    """A fault that cannot be read, or for a call that the plan does not make."""


class Injected(RuntimeError):
    """What a tool with the fault `raise` raises."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        step: the step, in sub-plans by its whole way: `E4[2]/E1`.
        kind: what goes wrong.
        item: of which item of a `for`; None for every one.
        branch: in which clause, `do`, `otherwise` or `fallback`; None for every one.
        attempt: at which attempt, from 1; None for every one.
        seconds: how much later a `slow` call answers.
        when: whether a `crash` comes `before` or `after` the call.
    """

    step: str
    kind: Kind
    item: int | None = None
    branch: Branch | None = None
    attempt: int | None = None
    seconds: float = 30.0
    when: Literal["before", "after"] = "before"

    def __str__(self) -> str:
        item = "" if self.item is None else f"[{self.item}]"
        branch = "" if self.branch is None else f".{self.branch}"
        value = f"={self.seconds:g}s" if self.kind == "slow" else f"={self.when}" if self.kind == "crash" else ""
        attempt = "" if self.attempt is None else f"@{self.attempt}"
        return f"{self.step}{item}{branch}:{self.kind}{value}{attempt}"

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """The fault of a text such as `E3[1]:raise@2`.

        >>> Fault.parse("E4:slow=30s")
        Fault(step='E4', kind='slow', item=None, branch=None, attempt=None, seconds=30.0, when='before')

        Raises:
            FaultError: it says none.
        """
        found = _TEXT.fullmatch(text.removeprefix("#"))
        if found is None:
            raise FaultError(f"{text[:80]!r} is no fault: one is written `STEP:KIND`, as `E3:raise@1` or `E4:slow=30s`")
        said: dict[str, Any] = found.groupdict()
        if said["kind"] not in KINDS:
            near = nearest(said["kind"], KINDS)
            hint = f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(KINDS)}"
            raise FaultError(f"{text!r}: there is no fault `{said['kind']}`{hint}")
        attempt = None if said["attempt"] is None else int(said["attempt"])
        if attempt == 0:
            raise FaultError(f"{text!r}: attempts count from 1")
        return cls(
            said["step"],
            said["kind"],
            None if said["item"] is None else int(said["item"]),
            said["branch"],
            attempt,
            **_value(text, said["kind"], said["value"]),
        )

    def hits(self, call: "Called") -> bool:
        """Whether this is the call that goes wrong."""
        return (
            self.step == call.step
            and self.item in (None, call.item)
            and self.branch in (None, call.branch)
            and self.attempt in (None, call.attempt)
        )


class Called(Protocol):
    """A call as faults look at it: a `CallContext`, or an attempt of the reference."""

    @property
    def step(self) -> str: ...
    @property
    def item(self) -> int | None: ...
    @property
    def branch(self) -> str: ...
    @property
    def attempt(self) -> int: ...


def _value(text: str, kind: str, value: str | None) -> dict[str, Any]:
    if value is None:
        return {}
    if kind == "crash" and value in ("before", "after"):
        return {"when": value}
    seconds = _SECONDS.fullmatch(value) if kind == "slow" else None
    if seconds is None:
        takes = {"slow": "seconds, as `slow=30s`", "crash": "`before` or `after`"}.get(kind, "no value")
        raise FaultError(f"{text!r}: `{kind}` takes {takes}")
    return {"seconds": float(seconds[1]) * _UNITS[seconds[2]]}


def read_faults(faults: Iterable[Fault | str], linked: LinkedPlan | None = None) -> tuple[Fault, ...]:
    """The faults, those in text parsed; with a plan, each is held against the calls that it makes.

    Raises:
        FaultError: one cannot be read, or the plan has no such step, or the step calls nothing.
    """
    found = tuple(one if isinstance(one, Fault) else Fault.parse(one) for one in faults)
    if linked is not None:
        for one in found:
            _refuse_unless_called(one, linked)
    return found


def _refuse_unless_called(fault: Fault, linked: LinkedPlan) -> None:
    *ways, last = fault.step.split("/")
    plan = linked
    for way in ways:
        step, branch = _step_of(fault, way, plan)
        inner = _called(step, branch or "do")
        if inner is None or not isinstance(inner.target, LinkedPlan):
            raise FaultError(f"fault `{fault}`: #{step.name} calls no sub-plan there")
        plan = inner.target
    step, _ = _step_of(fault, last, plan)
    branches = _BRANCHES if fault.branch is None else (fault.branch,)
    calls = [one for one in (_called(step, branch) for branch in branches) if one is not None]
    if not calls:
        raise FaultError(f"fault `{fault}`: #{step.name} calls no tool, so nothing of it can go wrong that way")
    if all(one.is_subplan for one in calls):
        inner_steps = calls[0].target.steps if isinstance(calls[0].target, LinkedPlan) else ()
        example = (
            f"; a fault belongs to one of its steps, as `{fault.step}/{inner_steps[0].name}`" if inner_steps else ""
        )
        raise FaultError(f"fault `{fault}`: #{step.name} calls a sub-plan{example}")
    if fault.item is not None and step.step.each is None:
        raise FaultError(f"fault `{fault}`: #{step.name} has no `for`, and so no item {fault.item}")


def _step_of(fault: Fault, way: str, plan: LinkedPlan) -> tuple[LinkedStep, str | None]:
    said = _PART.fullmatch(way)
    name = way if said is None else said[1]
    step = next((one for one in plan.steps if one.name == name), None)
    if step is None or said is None:
        near = nearest(name, [one.name for one in plan.steps])
        raise FaultError(
            f"fault `{fault}`: the plan has no step #{name}" + (f"; did you mean #{near[0]}?" if near else "")
        )
    return step, said[3]


def _called(step: LinkedStep, branch: str) -> LinkedCall | None:
    action = {"do": step.do, "otherwise": step.otherwise, "fallback": step.fallback}[branch]
    return action if isinstance(action, LinkedCall) else None


# --- real tools ------------------------------------------------------------------------------------------------------


def die() -> None:
    """Ends this process at once, as a power cut does."""
    os._exit(CRASHED)


class FaultyTools(Mapping[str, Tool]):
    """Tools in which things go wrong, by name.

    Attributes:
        faults: what goes wrong.
        hits: how often each fault has met its call.
    """

    def __init__(self, tools: Mapping[str, Tool], faults: Sequence[Fault], crash: Callable[[], object] = die) -> None:
        self.faults = tuple(faults)
        self.hits: dict[Fault, int] = dict.fromkeys(self.faults, 0)
        self._crash = crash
        self._tools = {name: self._with_faults(tool) for name, tool in tools.items()}

    @property
    def never_hit(self) -> tuple[Fault, ...]:
        """Faults whose call was never made: nothing was shown about them."""
        return tuple(fault for fault, count in self.hits.items() if not count)

    @property
    def signatures(self) -> dict[str, Signature]:
        """What plans are checked against."""
        return {name: tool.signature for name, tool in self._tools.items()}

    def _with_faults(self, tool: Tool) -> Tool:
        async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
            found = {one.kind: one for one in self.faults if one.hits(context)}
            if not found:
                return await tool.call(arguments, context)
            for one in found.values():
                self.hits[one] += 1
            return await self._go_wrong(tool, found, arguments, context)

        return replace(tool, call=call)

    async def _go_wrong(
        self, tool: Tool, found: Mapping[Kind, Fault], arguments: Mapping[str, Any], context: CallContext
    ) -> Any:
        crash = found.get("crash")
        if crash is not None and crash.when == "before":
            self._crash()
        later = found["slow"].seconds if "slow" in found else 0.0
        if later and not found.keys().isdisjoint(("raise", "refuse", "timeout")):
            await asyncio.sleep(later)
        if "raise" in found:
            raise Injected(f"{found['raise']} was asked for")
        if "refuse" in found:
            raise ToolError(f"{found['refuse']} was asked for", retryable=False)
        if "timeout" in found:
            raise TimeoutError(f"{found['timeout']} was asked for")
        if "hang" in found:
            await asyncio.Event().wait()
        try:
            value = await tool.call(arguments, context)
        except Exception:
            await asyncio.sleep(later)
            raise
        if later:
            await asyncio.sleep(later)
        if "duplicate" in found:
            value = await tool.call(arguments, context)
        if crash is not None and crash.when == "after":
            self._crash()
        if "wrong_type" in found:
            return _wrong(tool.signature)
        return value

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)


def with_faults(
    tools: Mapping[str, Tool],
    faults: Iterable[Fault | str],
    *,
    linked: LinkedPlan | None = None,
    crash: Callable[[], object] = die,
) -> FaultyTools:
    """The tools, in which these things go wrong.

    Args:
        tools: real ones, by name; a registry.
        faults: what goes wrong, as `Fault` or as text.
        linked: the plan, so that a fault which cannot happen is refused.
        crash: what a `crash` does. Unless said, this process dies on the spot: such a test runs it in a child.

    Raises:
        FaultError: a fault cannot be read, or the plan makes no such call.
    """
    return FaultyTools(tools, read_faults(faults, linked), crash)


_WRONG: tuple[Any, ...] = (None, {"wrong": None}, [None], "wrong", 12.5)


def _wrong(signature: Signature) -> Any:
    """An answer that breaks the tool's own schema; where nothing does, what no result can be."""
    if signature.returns and not signature.result_is_declared:
        try:
            validator = Validator(signature.returns)
            for value in _WRONG:
                if validator.error(value) is not None:
                    return value
        except UnusableSchemaError:
            pass
    raise ResultError("a result of the wrong type was asked for")


# --- oracles ---------------------------------------------------------------------------------------------------------


def faulty(oracle: Oracle, faults: Sequence[Fault], signatures: Mapping[str, Signature]) -> Oracle:
    """The oracle of a world in which these things go wrong. `duplicate` and `crash` change no answer.

    Args:
        oracle: the world without them.
        faults: what goes wrong.
        signatures: of the plan's tools, those of sub-plans included (`all_tools`).
    """
    if not faults:
        return oracle

    def ends(attempt: Attempt) -> Ending:
        found = {one.kind: one for one in faults if one.hits(attempt)}
        ending = oracle.ends(attempt)
        if not found:
            return ending
        later = found["slow"].seconds if "slow" in found else 0.0
        if "raise" in found:
            return Ending(reason="tool_error", seconds=later)
        if "refuse" in found:
            return Ending(reason="tool_error", retryable=False, seconds=later)
        if "timeout" in found:
            return Ending(reason="tool_error", lost=True, seconds=later)
        if "hang" in found:
            return HANGS
        if "wrong_type" in found and ending.reason is None:
            ending = _wrongly(ending, signatures[attempt.tool])
        return replace(ending, seconds=ending.seconds + later)

    return Oracle(ends, oracle.answers)


def _wrongly(ending: Ending, signature: Signature) -> Ending:
    try:
        return replace(ending, value=_wrong(signature))
    except ResultError:
        return replace(ending, value=None, reason="wrong_type")


def all_tools(linked: LinkedPlan) -> dict[str, Signature]:
    """The signatures of all tools that a plan and its sub-plans call."""
    found = dict(linked.tools)
    for one in linked.subplans.values():
        found |= all_tools(one)
    return found


def calls_of(linked: LinkedPlan, path: str = "") -> Iterator[tuple[str, LinkedStep, Branch, LinkedCall]]:
    """Every call of a tool that is written in a plan and in its sub-plans: the step's whole way, the step, the clause.

    A sub-plan that is called for each item stands there once, for the first item.
    """
    for step in linked.steps:
        for branch in _BRANCHES:
            call = _called(step, branch)
            if call is None:
                continue
            if isinstance(call.target, Signature):
                yield path + step.name, step, branch, call
            else:
                place = step.name if step.step.each is None else f"{step.name}[0]"
                yield from calls_of(call.target, f"{path}{place}{'' if branch == 'do' else '.' + branch}/")


__all__ = [
    "CRASHED",
    "KINDS",
    "Fault",
    "FaultError",
    "FaultyTools",
    "Injected",
    "Kind",
    "all_tools",
    "calls_of",
    "faulty",
    "read_faults",
    "with_faults",
]
