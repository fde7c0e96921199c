"""The algebra of costs: its laws, and that it never counts further than anybody could."""

from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.interpreter import Limits
from rewoo_dsl.ir.costs import (
    FREE,
    MANY,
    NONE,
    ONE,
    QUANTITIES,
    Bounds,
    Ceilings,
    Cost,
    capped,
    choice,
    either,
    optional,
    plus,
    repeated,
    then,
    times,
    unknown,
    up_to,
    within,
)
from rewoo_dsl.ir.plan import Limit

_counts = st.integers(0, 1_000)


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    least = draw(_counts)
    return Bounds(least, draw(st.none() | st.integers(least, 2_000)))


@st.composite
def inside(draw: st.DrawFn, one: Bounds) -> int:
    """A number that the bounds admit."""
    return draw(st.integers(int(one.least), 3_000 if one.most is None else int(one.most)))


def holds(one: Bounds, number: float) -> bool:
    return one.least <= number and (one.most is None or number <= one.most)


@given(bounds(), bounds(), st.data())
def test_what_two_things_come_to_lies_within_their_bounds(a: Bounds, b: Bounds, data: st.DataObject) -> None:
    x, y = data.draw(inside(a)), data.draw(inside(b))
    assert holds(plus(a, b), x + y)
    assert holds(times(a, b), x * y)
    assert holds(either(a, b), x)
    assert holds(either(a, b), y)
    assert holds(up_to(a), 0)
    assert holds(capped(a, 500), min(x, 500))


@given(bounds(), bounds(), bounds())
def test_order_makes_no_difference(a: Bounds, b: Bounds, c: Bounds) -> None:
    assert plus(a, b) == plus(b, a)
    assert times(a, b) == times(b, a)
    assert either(a, b) == either(b, a)
    assert plus(plus(a, b), c) == plus(a, plus(b, c))
    assert (plus(a, NONE), times(a, ONE), times(a, NONE)) == (a, a, NONE)


def test_the_reason_why_something_is_unknown_is_kept() -> None:
    silent = unknown("`llm` declares no tokens a call")
    assert plus(ONE, times(silent, Bounds(2, 3))).why == silent.why
    assert either(NONE, up_to(silent)).as_data() == {"least": 0, "most": None, "why": silent.why}
    assert times(silent, NONE) == NONE  # what never happens costs nothing, whatever it would cost


def test_nobody_counts_beyond_many() -> None:
    found = ONE
    for _ in range(200):
        found = times(found, Bounds(10**9, 10**9))
    assert found == plus(found, ONE) == Bounds(MANY, MANY)
    assert found.as_data() == {"least": MANY, "most": None, "why": "more than 1e+15"}
    assert Ceilings().pauses(10**30) == MANY


def test_sums_add_up_and_spans_pass_once() -> None:
    one = Cost(calls=ONE, tokens=Bounds(10, 20), seconds=Bounds(1, 2), work=Bounds(1, 2))
    six = repeated(one, Bounds(6, 6), Bounds(2, 2))
    assert (six.calls, six.tokens, six.work) == (Bounds(6, 6), Bounds(60, 120), Bounds(6, 12))
    assert six.seconds == Bounds(2, 4)
    assert then(one, FREE) == one
    assert choice(one, FREE) == optional(one)
    assert set(one.as_data()) == set(QUANTITIES) - {"written"}


def test_a_limit_stops_calls_and_reads_and_nothing_that_is_counted_afterwards() -> None:
    cost = Cost(calls=Bounds(2, 9), tokens=Bounds(0, 900), seconds=Bounds(0, 60), written=Bounds(0, 60))
    limit = Limit(calls=4, tokens=100, time=30.0)
    found = within(cost, limit)
    assert (found.calls, found.tokens, found.seconds) == (Bounds(2, 4), Bounds(0, 900), Bounds(0, 30))
    assert within(cost, limit, writes=True).seconds == Bounds(0, 60)
    assert within(cost, None) is cost


def test_pauses_between_attempts_are_those_of_the_interpreter() -> None:
    host = Ceilings(backoff_seconds=0.5, backoff_max_seconds=3)
    assert [host.pauses(retries) for retries in range(6)] == [0, 0.5, 1.5, 3.5, 6.5, 9.5]


def test_ceilings_are_those_of_the_interpreter() -> None:
    assert Ceilings.of(Limits()) == Ceilings()
    found = Ceilings.of(Limits(tool_calls=7, concurrency=3, tool_concurrency={"slow": 1}))
    assert (found.tool_calls, found.slots) == (7, 1)


def test_the_tools_own_time_outs_and_slots_count() -> None:
    class Slow:
        timeout, max_parallel = 300.0, 2

    class Fast:
        timeout, max_parallel = None, None

    found = Ceilings.of(Limits(tool_concurrency={"slow": 1}), {"slow": Slow(), "fast": Fast()})
    assert found.tool_seconds == {"slow": 300.0}
    assert found.tool_concurrency == {"slow": 1}
