"""A tool held to what it says of itself: `verify_tool(tool)`.

    verify_tool(registry["save_order"], observe=lambda: list(db.execute("SELECT * FROM orders")))

The tool is called with arguments that its schema admits, many times, and with some that it does not. Each clause is a
function of this module; the first that does not hold raises `ContractBroken`, with its name and the smallest arguments
that hypothesis finds. What a tool does to the world only you can see: `observe` gives it as JSON, or as anything that
can be compared.
"""

import asyncio
import copy
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures.thread import _worker as pool_worker
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from ..diag.abridge import abridge
from ..ir.signature import Effect
from ..ir.validation import Validator
from ..ir.values import problem
from ..tools.context import CallContext
from ..tools.errors import ArgumentError, ResultError
from ..tools.tool import Tool
from .strategies.values import values

Clause: TypeAlias = Literal[
    "result", "json", "arguments unchanged", "bad argument", "read", "idempotent", "cancellation", "nothing left behind"
]
"""What a tool promises.

result: fits the schema that it declares. json: is JSON data within the limits. arguments unchanged: what it was given
is not changed. bad argument: is refused before its code runs. read: a read changes nothing. idempotent: the same key
twice is one effect and one answer. cancellation: it lets go in time when it is cancelled. nothing left behind: no task
and no thread goes on afterwards.
"""


class ContractBroken(AssertionError):
    """A tool does not do what it says.

    Attributes:
        tool: its name.
        clause: what does not hold.
        arguments: the smallest arguments found for which it does not.
    """

    def __init__(self, tool: str, clause: Clause, arguments: Mapping[str, Any], message: str) -> None:
        self.tool, self.clause, self.arguments = tool, clause, dict(arguments)
        super().__init__(f"tool `{tool}` breaks its contract ({clause}) with {self.arguments!r}: {message}")


@dataclass
class _Trial:
    """The tool under test, and how it is called."""

    tool: Tool
    observe: Callable[[], Any] | None
    reset: Callable[[], object] | None
    declared: Mapping[str, Any] | None
    grace: float
    runner: asyncio.Runner
    called: int = 0
    context: CallContext = field(default_factory=CallContext)

    def call(self, arguments: Mapping[str, Any], key: str | None = None) -> Any:
        """One call. What the tool's own code raises is its good right, and ends the example."""
        self.called += 1
        try:
            return self.runner.run(self.tool.call(arguments, self.fresh_context(key)))
        except (ArgumentError, ResultError):
            raise
        except Exception:
            assume(False)
            raise AssertionError("not reached") from None

    def fresh_context(self, key: str | None = None) -> CallContext:
        schema = None if self.declared is None else dict(self.declared)
        self.context = CallContext("E1", None, 1, key or f"verify-{self.called}", schema)
        return self.context

    def world(self) -> Any:
        """What is observed, as it is now."""
        assert self.observe is not None  # its callers looked
        return copy.deepcopy(self.observe())

    def start_anew(self) -> None:
        if self.reset is not None:
            self.reset()

    def breaks(self, clause: Clause, arguments: Mapping[str, Any], message: str) -> ContractBroken:
        return ContractBroken(self.tool.name, clause, arguments, message)


def verify_tool(
    tool: Tool,
    *,
    arguments: st.SearchStrategy[Any] | None = None,
    observe: Callable[[], Any] | None = None,
    reset: Callable[[], object] | None = None,
    declared: Mapping[str, Any] | None = None,
    examples: int = 30,
    grace: float = 2.0,
) -> tuple[Clause, ...]:
    """Calls the tool until something that it promises does not hold, and gives the clauses that were looked at.

    Args:
        tool: the tool; it is called for real, by `await tool.call(…)` as a run does.
        arguments: what it is called with; anything that its own schema admits unless said.
        observe: gives what the tool may change. Without it, `read` and `idempotent` are not looked at.
        reset: puts the world back; called before each example.
        declared: for a tool whose result is what a step declares, that schema.
        examples: how many arguments are tried for each clause.
        grace: seconds that a cancelled call may take to let go.

    Raises:
        ContractBroken: a clause does not hold.
    """
    offered = values(tool.signature.parameters) if arguments is None else arguments
    looked_at: list[Clause] = []
    with asyncio.Runner() as runner:
        trial = _Trial(tool, observe, reset, declared, grace, runner)
        for clauses, applies, holds in _CLAUSES:
            if applies(trial):
                among = offered if holds is not _refuses_bad_arguments else _bad(tool, offered)
                count = examples if holds is not _lets_go else min(examples, 5)
                _for_all(trial, among, count, holds)
                looked_at += clauses
    return tuple(looked_at)


def _for_all(
    trial: _Trial, among: st.SearchStrategy[Any], count: int, holds: Callable[[_Trial, dict[str, Any]], None]
) -> None:
    """Raises the failure with the smallest arguments, whatever else hypothesis has to say of it."""

    @settings(
        phases=(Phase.generate, Phase.shrink),
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(among)
    def example(arguments: dict[str, Any]) -> None:
        trial.start_anew()
        holds(trial, arguments)

    try:
        example()
    except ContractBroken as broken:
        broken.__notes__ = []
        raise broken.with_traceback(None) from None


# --- clauses ----------------------------------------------------------------------------------------------------------


def _gives_what_it_says(trial: _Trial, arguments: dict[str, Any]) -> None:
    before = copy.deepcopy(arguments)
    schema = trial.declared if trial.tool.signature.result_is_declared else trial.tool.signature.returns
    try:
        value = trial.call(arguments)
    except ArgumentError as error:
        raise trial.breaks(
            "bad argument", arguments, f"its own schema admits these, and it refuses them: {error}"
        ) from None
    except ResultError as error:
        raise trial.breaks("result", arguments, str(error)) from None
    if arguments != before:
        raise trial.breaks("arguments unchanged", before, f"it changed them to {arguments!r}")
    why = problem(value)
    if why is not None:
        raise trial.breaks("json", arguments, f"the result is {why}")
    misfit = Validator(dict(schema)).error(value) if schema else None
    if misfit is not None:
        raise trial.breaks(
            "result", arguments, f"{_shown(value)} is not what it declares: {abridge(misfit.message, 200)}"
        )


def _refuses_bad_arguments(trial: _Trial, arguments: dict[str, Any]) -> None:
    before = None if trial.observe is None else trial.world()
    try:
        trial.tool.check(arguments)
        trial.runner.run(trial.tool.call(arguments, trial.fresh_context()))
    except ArgumentError:
        pass
    except Exception as error:
        raise trial.breaks(
            "bad argument",
            arguments,
            f"its code ran and raised {type(error).__name__}; `ArgumentError` belongs before it",
        ) from None
    else:
        raise trial.breaks("bad argument", arguments, "its schema does not admit these, and it took them")
    if trial.observe is not None and trial.world() != before:
        raise trial.breaks("bad argument", arguments, "it refused them, and yet changed what is observed")


def _changes_nothing(trial: _Trial, arguments: dict[str, Any]) -> None:
    before = trial.world()
    trial.call(arguments)
    after = trial.world()
    if after != before:
        raise trial.breaks("read", arguments, f"it says `read`, and changed {_shown(before)} to {_shown(after)}")


def _does_it_once(trial: _Trial, arguments: dict[str, Any]) -> None:
    key = f"verify-{trial.called}-once"
    first = trial.call(arguments, key)
    once = trial.world()
    second = trial.call(arguments, key)
    twice = trial.world()
    if twice != once:
        raise trial.breaks(
            "idempotent", arguments, f"the same key again had another effect: {_shown(once)}, then {_shown(twice)}"
        )
    if second != first:
        raise trial.breaks(
            "idempotent", arguments, f"the same key again gave {_shown(second)} instead of {_shown(first)}"
        )


def _lets_go(trial: _Trial, arguments: dict[str, Any]) -> None:
    threads = set(threading.enumerate())
    for wait in (0.0, 0.02):
        trial.runner.run(_cancelled(trial, arguments, wait))
    deadline = time.monotonic() + trial.grace
    while (left := _working(threads)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if left:
        raise trial.breaks("nothing left behind", arguments, f"{len(left)} threads work on: {', '.join(left)}")


async def _cancelled(trial: _Trial, arguments: dict[str, Any], wait: float) -> None:
    """A call that is given up after a moment, as a time-out and a cancelled run do it."""
    context = trial.fresh_context()
    context.deadline = context.clock() + wait
    task = asyncio.ensure_future(trial.tool.call(arguments, context))
    await asyncio.wait([task], timeout=wait or None if wait else 0)
    context.cancelled = True
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=trial.grace)
    if not done:
        raise trial.breaks(
            "cancellation", arguments, f"cancelled after {wait:g} s, it did not let go in {trial.grace:g} s"
        )
    if not task.cancelled():
        task.exception()  # whatever it raised has been looked at
    await asyncio.sleep(0)
    others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    if others:
        _, left = await asyncio.wait(others, timeout=trial.grace)
        if left:
            names = ", ".join(sorted(one.get_name() for one in left))
            for one in left:
                one.cancel()
            raise trial.breaks("nothing left behind", arguments, f"{len(left)} tasks go on: {names}")


def _working(before: set[threading.Thread]) -> list[str]:
    """Threads that were not there before, but for those of a pool that wait for work."""
    return [one.name for one in threading.enumerate() if one not in before and one.is_alive() and not _is_idle(one)]


def _is_idle(thread: threading.Thread) -> bool:
    """A thread of the event loop's own pool stays, and waits for work in the pool's own function."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code is _WAITS_FOR_WORK


_WAITS_FOR_WORK: Any = pool_worker.__code__


def _always(_: _Trial) -> bool:
    return True


def _is_read(trial: _Trial) -> bool:
    return trial.observe is not None and trial.tool.signature.effect is Effect.READ


def _is_idempotent(trial: _Trial) -> bool:
    return trial.observe is not None and trial.tool.signature.idempotent


_CLAUSES: tuple[tuple[tuple[Clause, ...], Callable[[_Trial], bool], Callable[[_Trial, dict[str, Any]], None]], ...] = (
    (("result", "json", "arguments unchanged"), _always, _gives_what_it_says),
    (("bad argument",), lambda trial: bool(trial.tool.signature.parameters), _refuses_bad_arguments),
    (("read",), _is_read, _changes_nothing),
    (("idempotent",), _is_idempotent, _does_it_once),
    (("cancellation", "nothing left behind"), _always, _lets_go),
)


def _bad(tool: Tool, good: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that the schema does not admit: good ones with one taken away, one too many, or one of another kind."""
    validator = Validator(tool.signature.parameters)
    wrong: st.SearchStrategy[Any] = st.sampled_from([None, True, 7, 0.5, "wrong", ["wrong"], {"wrong": None}])
    names = [*tool.signature.properties]

    def spoilt(arguments: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        ways = [st.just({**arguments, "not_a_parameter": 1})]
        ways += [st.just({key: one for key, one in arguments.items() if key != name}) for name in arguments]
        ways += (
            [st.builds(lambda name, value: {**arguments, name: value}, st.sampled_from(names), wrong)] if names else []
        )
        return st.one_of(ways)

    return good.flatmap(spoilt).filter(lambda arguments: validator.error(arguments) is not None)


__all__ = ["Clause", "ContractBroken", "verify_tool"]


def _shown(value: object) -> str:
    return abridge(repr(value), 200)
