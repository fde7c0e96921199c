"""A run on its time: a row for each step, a bar for each attempt, pauses before retries and questions between them.

Positions are attributes of SVG in percent, so the page needs no script and no inline style to draw them. Attempts that
overlap stand in lanes below each other; beyond `_LANES` they share the last one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...ir.expr import Call
from ...trace.events import ApprovalAnswered, ApprovalAsked, AttemptStarted, Event, RetryScheduled
from ...trace.places import own_step
from ...trace.summary import AttemptTrace, StepTrace
from .html import Html, tag
from .shown import Shown
from .words import SIGNS, amount, reason_words, took

MOST_ROWS = 5_000
_LANES, _LANE, _BAR = 6, 9, 7
_LEAST = 0.2
"""Percent: what took no time is seen all the same."""
_TICKS = (0, 25, 50, 75, 100)


@dataclass(slots=True)
class _Bar:
    """Something that took time. `kind` is its style."""

    start: float
    end: float
    kind: str
    title: str


def timeline(shown: Shown) -> Html:
    """The section."""
    whole = max(shown.trace.at, 1e-6)
    bars = _bars(shown, whole)
    steps = shown.trace.top_level
    rows = [_row(shown, step, bars.get(step.name, ()), whole) for step in steps[:MOST_ROWS]]
    more = None
    if len(steps) > MOST_ROWS:
        more = tag("p", amount(len(steps) - MOST_ROWS, "more step"), " not drawn", class_="cut")
    return tag(
        "section",
        tag("h2", "Timeline"),
        _legend(),
        tag("div", _axis(whole), tag("ol", *rows, class_="rows"), class_="timeline"),
        more,
        id="timeline",
    )


def _legend() -> Html:
    kinds = (
        ("ok", "gave a value"), ("kept", "from cache or record"), ("bad", "failed"), ("open", "no end"),
        ("pause", "pause before a retry"), ("ask", "waits for a person"), ("pure", "no call"),
    )  # fmt: skip
    return tag("ul", *(tag("li", _swatch(kind), text) for kind, text in kinds), class_="legend")


def _swatch(kind: str) -> Html:
    return tag(
        "svg", tag("rect", class_=f"bar {kind}", width=14, height=8, rx=2), width=14, height=8, aria_hidden="true"
    )


def _axis(whole: float) -> Html:
    ticks = (tag("span", took(whole * place / 100), class_=f"tick at-{place}") for place in _TICKS)
    return tag("div", *ticks, class_="axis", aria_hidden="true")


def _row(shown: Shown, step: StepTrace, bars: Iterable[_Bar], whole: float) -> Html:
    declared = shown.bare_plan.by_name.get(step.name)
    tool = declared.do.tool if declared is not None and isinstance(declared.do, Call) else ""
    label = tag(
        "a",
        tag("span", SIGNS[step.state], class_=f"sign {step.state}"),
        tag("b", step.name),
        " ",
        tag("span", tool, class_="tool"),
        href=f"#step-{step.name}",
        aria_label=f"{step.name} {tool} {step.state} {took(step.seconds(shown.trace.at))}",
    )
    time = tag("span", took(step.seconds(shown.trace.at)), class_="took")
    return tag("li", label, _drawing(list(bars) or list(_pure(step)), whole), time)


def _pure(step: StepTrace) -> Iterator[_Bar]:
    if step.started_at is not None:
        end = step.finished_at or step.started_at
        yield _Bar(step.started_at, end, "pure" if step.state in ("succeeded", "skipped") else "bad", step.state)


def _drawing(bars: list[_Bar], whole: float) -> Html:
    lanes = _in_lanes(bars)
    height = _LANE * max(1, 1 + max(lanes, default=0)) + 3
    drawn = (_drawn(bar, lane, whole) for bar, lane in zip(bars, lanes, strict=True))
    return tag("svg", *drawn, class_="lane", height=height, role="presentation")


def _drawn(bar: _Bar, lane: int, whole: float) -> Html:
    width = max(_LEAST, 100 * (bar.end - bar.start) / whole)
    x = min(100 * bar.start / whole, 100 - width)
    return tag(
        "rect",
        tag("title", bar.title),
        class_=f"bar {bar.kind}",
        x=f"{x:.3f}%",
        y=_LANE * lane + 2,
        width=f"{width:.3f}%",
        height=_BAR,
        rx=2,
    )


def _in_lanes(bars: list[_Bar]) -> list[int]:
    """The lane of each bar: the first that is free when it begins."""
    free: list[float] = []
    found = []
    for bar in bars:
        lane = next((i for i, until in enumerate(free) if until <= bar.start), len(free))
        lane = min(lane, _LANES - 1)
        if lane == len(free):
            free.append(bar.end)
        else:
            free[lane] = max(free[lane], bar.end)
        found.append(lane)
    return found


# --- what took time ------------------------------------------------------------------------------------------------


def _bars(shown: Shown, whole: float) -> Mapping[str, list[_Bar]]:
    """By step of the plan itself, in order of their start."""
    found: dict[str, list[_Bar]] = defaultdict(list)
    for step in shown.trace.steps.values():
        for attempt in step.attempts:
            if not attempt.started.subplan:
                found[own_step(step.name)].append(_attempt(attempt, whole))
    for name, bar in _waits(shown.events, whole):
        found[own_step(name)].append(bar)
    for bars in found.values():
        bars.sort(key=lambda bar: bar.start)
    return found


def _attempt(attempt: AttemptTrace, whole: float) -> _Bar:
    started, finished = attempt.started, attempt.finished
    end = whole if finished is None else finished.at
    if finished is None:
        kind, said = "open", "no end is known"
    elif finished.reason is not None:
        kind, said = "bad", reason_words(finished.reason)
    else:
        kind, said = ("ok", "gave a value") if finished.origin == "tool" else ("kept", f"from {finished.origin}")
    return _Bar(started.at, end, kind, f"{_name(started)}: {said}, {took(end - started.at)}")


def _name(started: AttemptStarted) -> str:
    item = "" if started.item is None else f"[{started.item}]"
    branch = "" if started.branch == "do" else f" ({started.branch})"
    return f"{started.step}{item} {started.tool}{branch}, attempt {started.attempt}"


def _waits(events: Iterable[Event], whole: float) -> Iterator[tuple[str, _Bar]]:
    asked: dict[str, ApprovalAsked] = {}
    for event in events:
        match event:
            case RetryScheduled():
                title = f"{event.step}: pause of {took(event.delay)} before attempt {event.attempt}"
                yield event.step, _Bar(event.at, min(whole, event.at + event.delay), "pause", title)
            case ApprovalAsked():
                asked[event.step] = event
            case ApprovalAnswered() if event.step in asked:
                start = asked.pop(event.step).at
                yield event.step, _Bar(start, event.at, "ask", f"{event.step} asked a person: {event.answer}")
    for step, question in asked.items():
        yield step, _Bar(question.at, whole, "ask", f"{step} asks a person, and has no answer")
