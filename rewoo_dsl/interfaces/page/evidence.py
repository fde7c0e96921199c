"""What every step gave, to be opened one by one; and of each attempt who was called, with what, and what came of it."""

from collections.abc import Iterable

from ...diag.abridge import abridge
from ...ir.signature import canonical_name
from ...ir.values import compact
from ...lowering.raising import step_text
from ...trace.events import AttemptStarted
from ...trace.places import own_step
from ...trace.summary import AttemptTrace, StepTrace
from .html import Html, joined, tag, value_block
from .shown import Shown
from .words import SIGNS, amount, reason_words, took

MOST_STEPS = 5_000
MOST_ATTEMPTS = 200
_PREVIEW = 140
_ARGUMENTS = 600


def evidence(shown: Shown) -> Html:
    """The section."""
    trace = shown.trace
    own = [*trace.top_level, *([trace.steps["return"]] if "return" in trace.steps else [])]
    inner: dict[str, list[StepTrace]] = {}
    for step in trace.steps.values():
        if "/" in step.name:
            inner.setdefault(own_step(step.name), []).append(step)
    rows = [_step(shown, step, inner.get(step.name, ())) for step in own[:MOST_STEPS]]
    more = None
    if len(own) > MOST_STEPS:
        more = tag(
            "p", amount(len(own) - MOST_STEPS, "more step"), " not shown; `rewoo show --json` has them", class_="cut"
        )
    return tag("section", tag("h2", "Evidence"), _filter(own), tag("div", *rows, class_="steps"), more, id="evidence")


def _filter(steps: Iterable[StepTrace]) -> Html:
    """Narrows the list down; without scripts it is not shown."""
    states = dict.fromkeys(step.state for step in steps)
    search = tag(
        "input", type="search", id="filter", placeholder="filter by name, tool or text   /", aria_label="Filter steps"
    )
    chips = (
        tag("button", SIGNS[state], " ", state, type="button", data_state=state, aria_pressed="false")
        for state in states
    )
    both = (
        tag("button", text, type="button", id=id_)
        for text, id_ in (("open all", "open-all"), ("close all", "close-all"))
    )
    return tag(
        "div",
        search,
        *chips,
        tag("span", *both, class_="right"),
        tag("output", id="count"),
        class_="filter",
        hidden=True,
    )


def _step(shown: Shown, step: StepTrace, inner: Iterable[StepTrace]) -> Html:
    declared = shown.bare_plan.by_name.get(step.name)
    head = tag(
        "summary",
        tag("span", SIGNS[step.state], class_=f"sign {step.state}", aria_hidden="true"),
        tag("b", step.name),
        " ",
        tag("span", _said(step), class_="preview"),
        tag("span", took(step.seconds(shown.trace.at)), class_="took"),
    )
    body = (
        tag("p", declared.rationale, class_="rationale") if declared is not None and declared.rationale else None,
        tag("pre", step_text(declared), class_="statement") if declared is not None else None,
        tag("p", f"{step.state}: ", reason_words(step.reason), " ", step.message, class_="reason")
        if step.reason
        else None,
        value_block(step.value) if step.state == "succeeded" else None,
        _attempts(shown, step, inner),
    )
    return tag("details", head, tag("div", *body, class_="body"), id=f"step-{step.name}", data_state=step.state)


def _said(step: StepTrace) -> str:
    """The value on one line, or why there is none."""
    if step.state != "succeeded":
        return abridge(" ".join(filter(None, (step.state, reason_words(step.reason), step.message))), _PREVIEW)
    stood_in = "(fallback) " if step.branch == "fallback" else ""
    return stood_in + " ".join(abridge(compact(step.value), _PREVIEW).split())


def _attempts(shown: Shown, step: StepTrace, inner: Iterable[StepTrace]) -> Html | None:
    made = [one for each in (step, *inner) for one in each.attempts]
    if not made:
        return None
    made.sort(key=lambda one: one.started.at)
    head = tag("tr", *(tag("th", text, scope="col") for text in ("call", "arguments", "came to", "took")))
    rows = (_attempt(shown, one) for one in made[:MOST_ATTEMPTS])
    more = None
    if len(made) > MOST_ATTEMPTS:
        more = tag("p", amount(len(made) - MOST_ATTEMPTS, "more call"), " not shown", class_="cut")
    return joined(tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="wide", tabindex="0"), more)


def _attempt(shown: Shown, one: AttemptTrace) -> Html:
    started, finished = one.started, one.finished
    signature = shown.tools.get(canonical_name(started.tool))
    version = None if signature is None or signature.version == "1" else tag("small", f" {signature.version}")
    if finished is None:
        end = tag("span", "no end is known", class_="reason")
    elif finished.reason is not None:
        end = tag("span", reason_words(finished.reason), " ", tag("small", finished.message), class_="reason")
    else:
        end = tag("span", "value" if finished.origin == "tool" else f"value, from {finished.origin}")
    return tag(
        "tr",
        tag("td", tag("code", started.tool), version, tag("small", _which(started))),
        tag("td", tag("code", abridge(compact(started.arguments), _ARGUMENTS))),
        tag("td", end),
        tag("td", took(one.seconds), class_="took"),
    )


def _which(started: AttemptStarted) -> str:
    place = started.step if "/" in started.step else ""
    item = "" if started.item is None else f"[{started.item}]"
    branch = "" if started.branch == "do" else started.branch
    attempt = "" if started.attempt == 1 else f"attempt {started.attempt}"
    return "".join(f" {part}" for part in (place + item, branch, attempt) if part)
