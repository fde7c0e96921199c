"""A cassette: what tools gave once, kept in a file and given again, so that a test of a plan calls nothing.

    with Cassette("tests/cassettes/suppliers.jsonl") as cassette:
        result = rw.run_sync(plan, cassette.tools(registry))

The first time, the tools are called and the file is written; from then on the file answers. A call that it does not
have, one with other arguments, and one that was not made any more fail the test, with the step and what is different.
To record anew, delete the file or say `mode="record"`; in CI, `mode="replay"` never calls anything.

The file is a trace of attempts: JSON lines, in order of steps, without times. It holds arguments and results as they
are: look at it before you commit it.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

from ..diag.errors import RewooError, ToolError
from ..interpreter.outcomes import Recalled, failure
from ..interpreter.recall import Attempt, call_text
from ..ir.values import equal
from ..tools.context import CallContext
from ..tools.registry import Registry
from ..tools.tool import Tool
from ..trace.events import AttemptFinished, AttemptStarted
from ..trace.log import BadTrace, dump, load

Mode: TypeAlias = Literal["auto", "record", "replay"]
Name: TypeAlias = tuple[str, int, str, int]
"""Step, item (-1 outside `for`), branch and attempt."""


class CassetteError(RewooError, AssertionError):
    """What was called is not what the cassette has, or there is no cassette. `problems` are sentences."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = tuple(problems)
        shown = "".join(f"\n- {problem}" for problem in problems)
        super().__init__(f"{path}:{shown}\nDelete the file, or use mode='record', to record it anew.")


class Cassette:
    """Used in `with`: at its end the file is written, or what was different is raised as `CassetteError`."""

    def __init__(self, path: str | Path, *, mode: Mode = "auto") -> None:
        """
        Args:
            path: a file of JSON lines; its folder is made when something is recorded.
            mode: `auto` records where there is no file, and replays where there is one.

        Raises:
            CassetteError: nothing is to be recorded and there is no file, or it holds something else.
        """
        if mode not in ("auto", "record", "replay"):
            raise ValueError(f"mode is 'auto', 'record' or 'replay', not {mode!r}")
        self.path = Path(path)
        self.records = mode == "record" or (mode == "auto" and not self.path.exists())
        self._made: list[Attempt] = []
        self._problems: list[str] = []
        self._kept = {} if self.records else _read(self.path)

    def tools(self, tools: Mapping[str, Tool]) -> Registry:
        """The same tools, recorded or replayed."""
        make = _recorded if self.records else _replayed
        return Registry(*(replace(tool, call=make(self, tool)) for tool in tools.values()))

    def close(self) -> None:
        """Writes what was recorded. Raises `CassetteError` when what was replayed differs."""
        if self.records:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text("".join(f"{line}\n" for line in dump(self._events())), "utf-8")
            return
        unmade = [f"{_where(one.started)} no longer calls {call_text(one.started)}" for one in self._left()]
        if self._problems or unmade:
            raise CassetteError(self.path, [*self._problems, *unmade])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or self._problems:
            self.close()

    # --- for the tools ---

    def keep(self, started: AttemptStarted, finished: AttemptFinished) -> None:
        self._made.append(Attempt(started, finished))

    def take(self, started: AttemptStarted) -> AttemptFinished:
        """What the record has for a call. Raises `ToolError` when it has another one, or none."""
        waiting = self._kept.get(_name(started))
        recorded = waiting.popleft() if waiting else None
        if recorded is None:
            return self._refuse(f"{_where(started)} calls {call_text(started)}, which was not recorded")
        was = recorded.started
        if was.tool != started.tool or not equal(was.arguments, started.arguments):
            return self._refuse(f"{_where(started)} calls {call_text(started)}; recorded was {call_text(was)}")
        assert recorded.finished is not None  # looked at when it was read
        return recorded.finished

    def _refuse(self, problem: str) -> AttemptFinished:
        self._problems.append(problem)
        raise ToolError(problem, retryable=False)

    def _events(self) -> list[AttemptStarted | AttemptFinished]:
        events: list[AttemptStarted | AttemptFinished] = []
        for one in sorted(self._made, key=lambda one: _name(one.started)):
            assert one.finished is not None  # both are kept together
            events += [one.started, one.finished]
        return events

    def _left(self) -> list[Attempt]:
        return [one for waiting in self._kept.values() for one in waiting]


def _read(path: Path) -> dict[Name, deque[Attempt]]:
    kept: dict[Name, deque[Attempt]] = {}
    try:
        events = list(load(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, BadTrace) as error:
        raise CassetteError(path, [f"it cannot be read: {error}"]) from None
    for started, finished in zip(events[::2], events[1::2], strict=False):
        if not isinstance(started, AttemptStarted) or not isinstance(finished, AttemptFinished):
            raise CassetteError(path, ["it is no cassette: attempts and their ends follow each other in one"])
        kept.setdefault(_name(started), deque()).append(Attempt(started, finished))
    return kept


def _recorded(cassette: Cassette, tool: Tool) -> Any:
    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        started = _started(tool, arguments, context)
        try:
            value = await tool.call(arguments, context)
        except BaseException as error:
            cassette.keep(started, _failed(started, error, context))
            raise
        cassette.keep(started, _end(started, value, context))
        return value

    return call


def _replayed(cassette: Cassette, tool: Tool) -> Any:
    async def call(arguments: Mapping[str, Any], context: CallContext) -> Any:
        recorded = cassette.take(_started(tool, arguments, context))
        if recorded.usage:
            counts: Any = {name: count if name == "cost" else int(count) for name, count in recorded.usage.items()}
            context.usage.add(**counts)
        if recorded.reason == "cancelled":
            await asyncio.Event().wait()  # it was cut short, and so it will be
        context.origin = "record"
        if recorded.reason is not None:
            raise Recalled(recorded)
        return recorded.value

    return call


def _started(tool: Tool, arguments: Mapping[str, Any], context: CallContext) -> AttemptStarted:
    branch: Any = context.branch
    return AttemptStarted(context.step, context.item, branch, context.attempt, tool.name, dict(arguments), "", 0.0)


def _end(started: AttemptStarted, value: Any, context: CallContext) -> AttemptFinished:
    usage = context.usage if context.has_usage else None
    names = ("calls", "input_tokens", "output_tokens", "cached_tokens", "cost")
    told = {} if usage is None else {name: getattr(usage, name) for name in names}
    return AttemptFinished(started.step, started.item, started.branch, started.attempt, value, None, "", told, 0.0)


def _failed(started: AttemptStarted, error: BaseException, context: CallContext) -> AttemptFinished:
    end = _end(started, None, context)
    if isinstance(error, asyncio.CancelledError):
        if context.remaining() == 0.0:
            return replace(end, reason="timeout", message="no result in time", lost=True)
        return replace(end, reason="cancelled", message="cancelled while it ran", lost=True)
    was = failure(0, error, 0.0)
    return replace(end, reason=was.reason, message=was.message, lost=was.lost, retryable=was.retryable)


def _name(started: AttemptStarted) -> Name:
    return started.step, -1 if started.item is None else started.item, started.branch, started.attempt


def _where(started: AttemptStarted) -> str:
    place = f"#{started.step}" if started.item is None else f"#{started.step}[{started.item}]"
    return place if started.attempt == 1 else f"{place} (attempt {started.attempt})"
