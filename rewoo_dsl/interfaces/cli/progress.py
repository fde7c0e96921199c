"""How a run stands, read from its events: `Progress`; and two ways to show it, a table that lives and plain lines.

The events are all there is; nothing here looks into the interpreter. A step of a sub-plan (`E4[2]/E1`) shows as what
step E4 is doing just now.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...diag.abridge import abridge
from ...diag.snippet import cells, printable
from ...ir.expr import Call
from ...ir.plan import Plan
from ...ir.values import compact
from ...trace.events import (
    ApprovalAnswered,
    ApprovalAsked,
    AttemptFinished,
    AttemptStarted,
    CancelAsked,
    Event,
    ItemFinished,
    RetryScheduled,
    RunFinished,
    RunLeft,
    RunResumed,
    RunStarted,
    State,
    StepFinished,
    StepStarted,
    TimerRang,
)
from .terminal import Terminal

_WORDS: Mapping[State, str] = {"succeeded": "ok"}
_SIGNS: Mapping[State, str] = {
    "waiting": "·", "ready": "·", "succeeded": "✓", "failed": "✗", "skipped": "–", "blocked": "⊘", "cancelled": "■",
}  # fmt: skip
_COLOURS: Mapping[State, str] = {
    "waiting": "90", "ready": "90", "running": "36", "succeeded": "32", "failed": "31", "skipped": "90",
    "blocked": "33", "cancelled": "33",
}  # fmt: skip
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass(slots=True)
class Row:
    """One step of the plan itself. Times are in seconds since the run began; `doing` is what runs inside it now."""

    name: str
    tool: str = ""
    state: State = "waiting"
    started: float | None = None
    ended: float | None = None
    items: int | None = None
    items_done: int = 0
    doing: dict[str, None] = field(default_factory=dict)
    note: str = ""
    value: Any = None

    def seconds(self, now: float) -> float | None:
        if self.started is None:
            return None
        return (now if self.ended is None else self.ended) - self.started

    @property
    def is_final(self) -> bool:
        return self.state not in ("waiting", "ready", "running")


class Progress:
    """The rows of a run, kept up to date by `feed`; `stage` says what is done where no step runs, such as planning."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.rows: dict[str, Row] = {}
        self.stage = ""
        if plan is not None:
            self.show(plan)

    def show(self, plan: Plan) -> None:
        """Take the steps of `plan` for rows."""
        self.rows = {s.name: Row(s.name, s.do.tool if isinstance(s.do, Call) else "") for s in plan.steps}

    def feed(self, event: Event) -> Row | None:
        """Take one event in, and give the row that it changed."""
        match event:
            case RunStarted():
                for name in event.steps:
                    self.rows.setdefault(name, Row(name))
                return None
            case RunFinished() | TimerRang() | CancelAsked() | RunLeft() | RunResumed():
                return None
        row = self.rows.get(_top(event.step))
        if row is None:
            return None
        if event.step == row.name:
            _of_step(row, event)
        match event:
            case AttemptStarted():
                row.doing[_activity(event)] = None
            case AttemptFinished():
                _end(row, event)
        return row

    @property
    def running(self) -> list[Row]:
        return [row for row in self.rows.values() if row.state == "running"]

    @property
    def finished(self) -> int:
        return sum(row.is_final for row in self.rows.values())


def _top(path: str) -> str:
    return path.split("/", 1)[0].split("[", 1)[0]


def _of_step(row: Row, event: Event) -> None:
    match event:
        case StepStarted():
            row.state, row.started, row.items = "running", event.at, event.items
        case ItemFinished():
            row.items_done += 1
        case RetryScheduled():
            row.note = f"attempt {event.attempt} in {event.delay:.1f}s"
        case AttemptStarted():
            row.note = f"attempt {event.attempt}" if event.attempt > 1 else ""
            row.note = "fallback" if event.branch == "fallback" else row.note
        case ApprovalAsked():
            row.note = "waits for an answer"
        case ApprovalAnswered():
            row.note = ""
        case StepFinished():
            row.state, row.ended, row.value = event.state, event.at, event.value
            row.started = event.at if row.started is None else row.started
            row.note = why(event)
            row.doing.clear()


def why(event: StepFinished) -> str:
    """Why a step ended as it did, when that was not simply with its value."""
    if event.state == "succeeded":
        return "by its fallback" if event.branch == "fallback" else ""
    return reason_of(event.reason, event.message)


def reason_of(reason: str | None, message: str) -> str:
    """A reason class and what there is to say of it, on one line."""
    if reason == "needs":
        return message or "something that it needs has none"
    return ": ".join(filter(None, ((reason or "").replace("_", " "), " ".join(message.split()))))


def _activity(event: AttemptStarted | AttemptFinished) -> str:
    item = "" if event.item is None else f"[{event.item}]"
    return f"{event.step}{item}"


def _end(row: Row, event: AttemptFinished) -> None:
    row.doing.pop(_activity(event), None)


# --- the table -----------------------------------------------------------------------------------------------------


def table(
    rows: Sequence[Row], *, now: float, columns: int, colour: bool, ascii_only: bool = False, still: bool = False
) -> list[str]:
    """A line for each row: sign, name, tool, time, and the value or what there is to say. `still`: nothing turns."""
    names = max((cells(row.name) for row in rows), default=0)
    tools = min(max((cells(row.tool) for row in rows), default=0), 24)
    lines = []
    for row in rows:
        sign = "▸" if still and row.state == "running" and not ascii_only else _sign(row, now, ascii_only)
        seconds = row.seconds(now)
        took = "" if seconds is None or row.state in ("skipped", "blocked") else took_text(seconds)
        head = f"{sign} {_wide(row.name, names)}  {_wide(cut(row.tool, tools), tools)}  {took:>7}  "
        rest = cut(_told(row), max(columns - cells(head), 8))
        painted = f"\x1b[{_COLOURS[row.state]}m{head}\x1b[0m" if colour else head
        lines.append((painted + (f"\x1b[90m{rest}\x1b[0m" if colour and rest else rest)).rstrip())
    return lines


def _sign(row: Row, now: float, ascii_only: bool) -> str:
    if ascii_only:
        return f"{_WORDS.get(row.state, row.state):9}"
    if row.state == "running":
        return _SPINNER[int(now * 10) % len(_SPINNER)]
    return _SIGNS[row.state]


def _told(row: Row) -> str:
    if row.state == "succeeded":
        return " ".join(filter(None, (row.note and f"({row.note})", preview(row.value))))
    if row.state == "running":
        items = "" if row.items is None else f"{row.items_done}/{row.items}"
        inside = [name for name in row.doing if name != row.name]
        return "  ".join(filter(None, (items, row.note, " ".join(inside[:4]))))
    return f"{row.state}: {row.note}" if row.note else ("" if row.state == "waiting" else row.state)


def took_text(seconds: float) -> str:
    """A short time as people read it: `12ms`, `3.4s`, `2m05s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.1f}s" if seconds < 60 else f"{int(seconds // 60)}m{int(seconds % 60):02d}s"


def preview(value: Any, most: int = 400) -> str:
    """A value on one line; of a long one `most` characters, and how many more there are."""
    return printable(" ".join(abridge(compact(value), most).split()))


def cut(text: str, most: int) -> str:
    """`text` in at most `most` columns."""
    if cells(text) <= most:
        return text
    while text and cells(text) > most - 1:
        text = text[: -max(1, (cells(text) - most) // 2)]
    return text + "…"


def _wide(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


# --- views ---------------------------------------------------------------------------------------------------------


class View(Protocol):
    """Somebody who watches a run. `paused` makes room for a question to the person at the terminal."""

    def see(self, event: Event) -> None: ...

    def paused(self) -> AbstractContextManager[None]: ...


class Silence:
    """Keeps up to date and shows nothing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def see(self, event: Event) -> None:
        self._progress.feed(event)

    @contextmanager
    def paused(self) -> Iterator[None]:
        yield


class Lines:
    """A line for each step that ended and for each retry: `12.3s #E1 search ok`."""

    def __init__(self, progress: Progress, terminal: Terminal) -> None:
        self._progress, self._terminal = progress, terminal

    def see(self, event: Event) -> None:
        row = self._progress.feed(event)
        if row is None:
            return
        match event:
            case StepFinished() if event.step == row.name:
                told = f": {row.note}" if row.note and row.state != "succeeded" else ""
                told += f" ({row.note})" if row.note and row.state == "succeeded" else ""
                self._say(event.at, row, f"{_WORDS.get(row.state, row.state)}{told}")
            case AttemptFinished(reason=str() as reason) if reason != "cancelled":
                where = f" in {event.step}" if event.step != row.name else ""
                self._say(event.at, row, f"attempt {event.attempt} failed{where}: {reason.replace('_', ' ')}")

    def _say(self, at: float, row: Row, what: str) -> None:
        tool = f" {row.tool}" if row.tool else ""
        self._terminal.say(printable(f"{at:7.1f}s #{row.name}{tool} {what}"))

    @contextmanager
    def paused(self) -> Iterator[None]:
        yield


class Live:
    """A table that is drawn anew as the run goes on, and is gone when it is over."""

    def __init__(self, progress: Progress, terminal: Terminal) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self._progress, self._began = progress, time.monotonic()
        self._console = Console(
            file=terminal.err, force_terminal=True, color_system="standard" if terminal.err_colour else None
        )
        self._colour, self._ascii_only = terminal.err_colour, terminal.err_ascii
        self._live = RichLive(
            console=self._console, get_renderable=self._drawn, refresh_per_second=10, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def __enter__(self) -> "Live":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def see(self, event: Event) -> None:
        if isinstance(event, RunStarted | RunResumed):
            self._began = time.monotonic() - event.at
        self._progress.feed(event)

    @contextmanager
    def paused(self) -> Iterator[None]:
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()

    def _drawn(self) -> Any:
        from rich.text import Text

        now = time.monotonic() - self._began
        rows, left_out = self._shown(max(self._console.height - 3, 4))
        lines = table(rows, now=now, columns=self._console.width - 1, colour=self._colour, ascii_only=self._ascii_only)
        if left_out:
            lines.append(f"  … {left_out} more")
        running = ", ".join(row.name for row in self._progress.running[:6])
        done = f"{self._progress.finished} of {len(self._progress.rows)} done" if self._progress.rows else ""
        now_doing = f"running {running}" if running else self._progress.stage
        lines.append("  " + " · ".join(filter(None, (done, took_text(now), now_doing))))
        return Text.from_ansi("\n".join(lines), no_wrap=True)

    def _shown(self, most: int) -> tuple[list[Row], int]:
        """The rows that fit: all of them, or those that run, failed or ended last, in the order of the plan."""
        rows = list(self._progress.rows.values())
        if len(rows) <= most:
            return rows, 0
        weight = {"running": 0, "failed": 1, "blocked": 3, "waiting": 4}
        chosen = sorted(rows, key=lambda row: (weight.get(row.state, 2), -(row.ended or 0.0)))[: most - 1]
        kept = {row.name for row in chosen}
        return [row for row in rows if row.name in kept], len(rows) - len(kept)
