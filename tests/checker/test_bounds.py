"""What a plan may cost, step by step and in all: written cases, and runs that stay inside."""

from heapq import heappop, heappush
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Machine
from rewoo_dsl.interpreter.messages import Call, Finished, SetTimer, Start, TimerFired
from rewoo_dsl.ir.costs import Bounds, Ceilings, Table
from rewoo_dsl.ir.signature import Signature

READ: dict[str, Any] = {"effect": "read", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}
TOOLS = [
    Signature(name="plain", **READ),
    Signature(name="quick", cost={"seconds": {"least": 1, "most": 2}, "usd": 0.5}, **READ),
    Signature(name="ask", calls_model=True, cost={"tokens": {"least": 100, "most": 400}, "usd": 0.01}, **READ),
    Signature(name="stubborn", calls_model=True, cost={"model_calls": 3}, **READ),
    Signature(name="llm", calls_model=True, result_is_declared=True, **READ),
]
LIBRARY = {"twice": "input q: str\n#E1 = quick(q=#q)\n#E2 = quick(q=#E1) timeout 1s\nreturn #E2\n"}


def table(plan: str, ceilings: Ceilings | None = None) -> Table:
    report = check(plan, TOOLS, library=LIBRARY, ceilings=ceilings)
    assert report.ok, report.diagnostics
    assert report.bounds is not None
    return report.bounds


@pytest.mark.parametrize(
    ("step", "calls", "tokens", "seconds"),
    [
        ("plain()", (1, 1), (0, 0), (0, 60)),
        ("plain() timeout 5s", (1, 1), (0, 0), (0, 5)),
        ("quick()", (1, 1), (0, 0), (1, 2)),
        ("quick() timeout 1500ms", (1, 1), (0, 0), (1, 1.5)),
        ("ask() timeout 5s", (1, 1), (100, 400), (0, 5)),
        ("ask() timeout 5s retry 2", (1, 3), (100, 1200), (0, 15 + 0.5 + 1)),
        ("ask() timeout 5s fallback quick()", (1, 2), (100, 400), (0, 7)),
        ("ask() timeout 5s if #yes", (0, 1), (0, 400), (0, 5)),
        ("ask() timeout 5s if #yes else quick()", (1, 1), (0, 400), (0, 5)),
        ('ask() timeout 5s approve "?"', (0, 1), (0, 400), (0, 5)),
        ("quick(q=#x) for #x in #xs max 6", (0, 6), (0, 0), (0, 2)),
        ("quick(q=#x) for #x in #xs max 6 parallel 4", (0, 6), (0, 0), (0, 4)),
        ('ask(q=#x) timeout 5s for #x in ["a", "b"]', (2, 2), (200, 800), (0, 5)),
        ('ask(q=#x) timeout 5s if #x == "a" else quick() for #x in ["a", "b"]', (2, 2), (0, 800), (0, 5)),
        ('twice(q="a")', (2, 2), (0, 0), (2, 3)),
        ('twice(q="a") timeout 2s retry 1', (2, 4), (0, 0), (2, 4.5)),
        ("1 + 1", (0, 0), (0, 0), (0, 0)),
    ],
)
def test_what_a_step_may_cost(step: str, calls: object, tokens: object, seconds: object) -> None:
    found = table(f"input yes: bool\ninput xs: list[str]\n#E1 = {step}\nreturn [#E1, #yes, #xs]\n")
    cost = found.steps[0].cost
    assert [(one.least, one.most) for one in (cost.calls, cost.tokens, cost.seconds)] == [calls, tokens, seconds]
    assert found.total == cost


def test_the_longest_way_counts_and_is_named() -> None:
    found = table(
        "#E1 = quick()\n#E2 = ask(q=#E1) timeout 9s\n#E3 = quick(q=#E1)\n#E4 = quick(q=#E3) after #E2\nreturn #E4\n"
    )
    assert found.path == ("E1", "E2", "E4")
    assert found.total.seconds == Bounds(3, 13)
    assert found.total.work == Bounds(3, 15)
    assert found.total.usd == Bounds(0, 1.51)


def test_where_slots_are_few_grahams_bound_counts() -> None:
    plan = "input xs: list[str]\n#E1 = quick(q=#x) for #x in #xs max 16\nreturn #E1\n"
    assert table(plan, Ceilings(concurrency=16)).total.seconds.most == 2
    assert table(plan, Ceilings(concurrency=8)).total.seconds.most == 32 / 8 + 2 * 7 / 8
    assert table(plan, Ceilings(concurrency=None)).total.seconds.most == 2
    chain = "#E1 = quick()\n#E2 = quick(q=#E1)\n#E3 = quick(q=#E2)\nreturn #E3\n"
    assert table(chain, Ceilings(concurrency=1)).total.seconds.most == 6


def test_what_is_not_known_says_why_and_what_is_assumed_is_said() -> None:
    found = table("#E1 = llm()\n#E2 = plain(q=#E1)\nreturn #E2\n")
    assert found.total.tokens == Bounds(0, None)
    assert found.total.tokens.why == "`llm` declares no tokens a call"
    assert found.assumed == ("an attempt without `timeout` takes at most the host's 60 s",)
    free = table("#E1 = plain()\nreturn #E1\n", Ceilings(step_seconds=None))
    assert (free.assumed, free.total.seconds.why) == ((), "`plain` has no time-out")
    slow = table("#E1 = plain()\nreturn #E1\n", Ceilings(tool_seconds={"plain": 300.0}))
    assert slow.total.seconds == Bounds(0, 300)


def test_a_tool_that_nobody_described_is_one_call_of_unknown_cost() -> None:
    report = check("#E1 = anything(goes=1) retry 1\nreturn #E1\n")
    assert report.bounds is not None
    total = report.bounds.total
    assert (total.calls, total.tokens) == (Bounds(1, 2), Bounds(0, None))
    assert "anything" in total.tokens.why


def test_the_table_as_data_is_json_and_the_same_on_every_run() -> None:
    plan = "#E1 = llm()\nreturn #E1\n"
    data = table(plan).as_data()
    assert data == table(plan).as_data()
    assert data["steps"][0]["name"] == "E1"
    assert data["total"]["tokens"] == {"least": 0, "most": None, "why": "`llm` declares no tokens a call"}
    assert check("#E1 = \n").bounds is not None
    assert check({"steps": 7}).bounds is None


@pytest.mark.parametrize(
    ("limit", "step", "code"),
    [
        ("tokens 99", "ask()", "RW501"),
        ("tokens 399", "ask()", "RW502"),
        ("tokens 400", "ask()", None),
        ("tokens 400", "llm()", None),  # nobody knows
        ("cost 0.4", "quick()", "RW502"),
        ("cost 0.5", "quick()", None),
        ("time 500ms", "quick()", "RW501"),
        ("time 1s", "quick()", "RW502"),
        ("time 2s", "quick()", None),
        ("time 2s", "plain()", None),  # no time-out is written, so nothing is said
    ],
)
def test_every_ceiling_of_a_limit_is_held_against_the_bounds(limit: str, step: str, code: str | None) -> None:
    found = [one.code for one in check(f"limit {limit}\n#E1 = {step}\nreturn #E1\n", TOOLS).diagnostics]
    assert found == ([] if code is None else [code])


def test_numbers_of_a_hostile_plan_stay_small() -> None:
    huge = "9" * 18
    plan = f"input xs: list[str]\n#E1 = plain(q=#x) retry {huge} for #x in #xs max {huge}\nreturn #E1\n"
    library = {"a0": plan}
    for depth in range(1, 12):
        library[f"a{depth}"] = (
            f"input xs: list[str]\n#E1 = a{depth - 1}(xs=#xs) retry {huge} for #x in #xs max {huge}\nreturn #E1\n"
        )
    report = check("#E1 = a11(xs=[])\nreturn #E1\n", TOOLS, library=library)
    assert report.bounds is not None
    assert report.bounds.total.calls.as_data() == {"least": 0, "most": None, "why": "more than 1e+15"}


def test_more_than_anybody_counts_is_more_than_any_limit() -> None:
    plan = f"limit calls 5\n#E1 = plain() retry {'9' * 20}\nreturn #E1\n"
    (found,) = check(plan, TOOLS).diagnostics
    assert found.code == "RW502"
    assert found.message == "the plan may take more than 1e+15 calls, and its limit is 5"


# --- runs stay inside ----------------------------------------------------------------------------------------------

_CLAUSES = st.sampled_from(
    ["", " retry 2", " fallback quick()", " retry 1 fallback plain()", " if #yes", " if #yes else quick()"]
)
_LOOPS = st.sampled_from(["", " for #x in #xs max 4", ' for #x in ["a", "b"]', " for #x in #xs max 4 parallel 1"])


@st.composite
def plans(draw: st.DrawFn) -> str:
    lines = ["input yes: bool", "input xs: list[str]"]
    for number in range(1, draw(st.integers(1, 4)) + 1):
        tool = draw(st.sampled_from(["plain()", "ask()", "quick()", 'twice(q="a")']))
        lines.append(f"#E{number} = {tool}{draw(_CLAUSES)}{draw(_LOOPS)}")
    return "\n".join([*lines, "return [#yes, #xs]"])


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(plans(), st.booleans(), st.lists(st.just("a"), max_size=4), st.data())
def test_a_run_starts_no_more_calls_than_the_bounds_say(
    plan: str, yes: bool, xs: list[str], data: st.DataObject
) -> None:
    report = check(plan, TOOLS, library=LIBRARY)
    machine = Machine(report.require(), {"yes": yes, "xs": xs}, run="r", now="2026-01-01T00:00:00Z")
    agenda, timers, calls, models, failed, at = [*machine.feed(Start())], [], 0, 0, False, 0.0
    while not machine.is_over:
        if not agenda:
            at, timer = heappop(timers)
            agenda += machine.feed(TimerFired(timer, at))
            continue
        command = agenda.pop(0)
        if isinstance(command, Call):
            calls, models = calls + 1, models + command.signature.calls_model
            reason = data.draw(st.sampled_from([None, "tool_error"]))
            failed = failed or reason is not None
            agenda += machine.feed(Finished(command.attempt, "a", at, reason))
        elif isinstance(command, SetTimer):
            heappush(timers, (at + command.delay, command.timer))
    total = table(plan).total
    assert total.calls.most is not None
    assert calls <= total.calls.most
    assert models <= (total.model_calls.most or 0)
    assert failed or calls >= total.calls.least


# --- calls of models -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "most"),
    [
        ("#E1 = llm(q=#q)\nreturn #E1", (1, 1)),
        ("#E1 = stubborn(q=#q)\nreturn #E1", (1, 3)),
        ("#E1 = stubborn(q=#q) retry 1 fallback llm(q=#q)\nreturn #E1", (1, 7)),
        ("#E1 = stubborn(q=#x) for #x in [#q, #q]\nreturn #E1", (2, 6)),
        ("#E1 = plain(q=#q)\nreturn #E1", (0, 0)),
    ],
)
def test_a_tool_that_asks_a_model_again_by_itself_says_so(plan: str, most: tuple[int, int]) -> None:
    found = table(f"input q: str\n{plan}\n").total.model_calls
    assert (found.least, found.most) == most


@pytest.mark.parametrize(
    ("limit", "call", "ceiling", "code"),
    [
        ("calls 5", "llm(q=#x)", 5, None),
        ("calls 6", "llm(q=#x)", 5, "RW510"),
        ("calls 5", "stubborn(q=#x)", 15, None),
        ("calls 5", "stubborn(q=#x)", 14, "RW510"),
    ],
)
def test_a_limit_of_calls_bounds_the_calls_of_models(limit: str, call: str, ceiling: int, code: str | None) -> None:
    steps = "".join(f"#E{i} = {call} for #x in #xs max 5\n" for i in (1, 2))
    plan = f"limit {limit}\ninput xs: list[str]\n{steps}return [#E1, #E2]\n"
    found = check(plan, TOOLS, ceilings=Ceilings(model_calls=ceiling)).diagnostics
    assert [one.code for one in found if "of models" in one.message] == ([] if code is None else [code])
