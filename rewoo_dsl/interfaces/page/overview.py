"""The head of a page: how the run stands, what it gave, what is missing, and what can be done."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ...trace.events import ApprovalAsked
from ..graph.diagram import duration
from .html import Html, joined, tag, value_block
from .shown import Shown
from .words import amount, reason_words, took


def overview(shown: Shown) -> Html:
    """Everything above the plan."""
    plan = shown.bare_plan
    return joined(
        tag(
            "header",
            tag("p", tag("span", "rewoo", class_="brand"), " run ", tag("code", shown.run), class_="eyebrow"),
            tag("h1", shown.name or "A plan without a name", " ", _pill(shown.status)),
            tag("p", plan.goal, class_="aim") if plan.goal else None,
            tag("dl", *(_fact(name, value) for name, value in _facts(shown)), class_="facts"),
        ),
        _next(shown),
        _questions(shown),
        _result(shown),
        _missing(shown),
    )


def _pill(status: str) -> Html:
    return tag("span", status, class_=f"pill-word is-{status.split()[-1]}")


def _fact(name: str, value: str) -> Html:
    return tag("div", tag("dt", name), tag("dd", value))


def _facts(shown: Shown) -> Iterator[tuple[str, str]]:
    trace = shown.trace
    if shown.started is not None:
        yield "started", datetime.fromtimestamp(shown.started, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield "took", took(trace.at)
    done = sum(step.is_final for step in trace.top_level)
    total = len(trace.top_level)
    yield "steps", f"{total:,}" if done == total else f"{done:,} of {total:,}"
    calls = sum(not one.started.subplan for step in trace.steps.values() for one in step.attempts)
    yield "calls", f"{calls:,}"
    usage = {} if trace.finished is None else trace.finished.usage
    if tokens := usage.get("input_tokens", 0) + usage.get("output_tokens", 0):
        yield "tokens", f"{tokens:,.0f}"
    if usage.get("cost"):
        yield "cost", f"${usage['cost']:.4f}"
    if shown.parent is not None:
        yield "what if of", shown.parent


def _next(shown: Shown) -> Html | None:
    if not shown.advice:
        return None
    rows = (tag("li", tag("span", one.text), tag("code", one.command, class_="command")) for one in shown.advice)
    return tag("section", tag("h2", "What next"), tag("ul", *rows), class_="next", aria_label="What next")


def _questions(shown: Shown) -> Html | None:
    if not shown.questions:
        return None
    return tag("section", tag("h2", "Waits for an answer"), *map(_question, shown.questions), class_="asks")


def _question(asked: ApprovalAsked) -> Html:
    within = None if asked.within is None else tag("p", f"No answer within {duration(asked.within)} counts as no.")
    return tag(
        "article",
        tag("h3", f"#{asked.step} ", asked.text or "asks to be approved"),
        *(tag("div", tag("p", _call_head(call)), value_block(call["arguments"])) for call in asked.calls),
        within,
        tag("p", "A yes is bound to exactly these calls: ", tag("code", asked.binding), class_="binding"),
    )


def _call_head(call: dict[str, object]) -> Html:
    item = "" if call["item"] is None else f"[{call['item']}] "
    instead = " if the first fails" if call["branch"] == "fallback" else ""
    return joined(item, tag("code", str(call["tool"])), instead)


def _result(shown: Shown) -> Html | None:
    finished = shown.trace.finished
    if finished is None or not finished.has_value or shown.bare_plan.result is None:
        return None
    title = tag("h2", "Result", " ", tag("a", "why?", href="#why", class_="aside"))
    return tag("section", title, value_block(finished.value), id="result")


def _missing(shown: Shown) -> Html | None:
    finished = shown.trace.finished
    if finished is None or not finished.missing:
        return None
    rows = [_missing_row(shown, name, reason) for name, reason in finished.missing.items()]
    most = 50
    more = None if len(rows) <= most else tag("p", amount(len(rows) - most, "more value"), " missing", class_="cut")
    return tag("section", tag("h2", "Missing"), tag("ul", *rows[:most], class_="missing"), more)


def _missing_row(shown: Shown, name: str, reason: str) -> Html:
    step = shown.trace.steps.get(name)
    message = "" if step is None else step.message
    label = name if name == "return" else f"#{name}"
    head = tag("a", label, href=f"#step-{name}") if name in shown.trace.steps else tag("b", label)
    return tag("li", head, " ", tag("span", reason_words(reason), class_="reason"), " ", tag("span", message))
