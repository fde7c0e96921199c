"""What reaches a machine when its run is over changes nothing."""

from rewoo_dsl.interpreter import Machine
from rewoo_dsl.interpreter.messages import Call, Cancel, Finished, SetTimer, Start, TimerFired
from rewoo_dsl.ir.signature import Signature
from tests.interpreter.hand_linked import call, linked, step

TOOLS = {"find": Signature(name="find", parameters={}, effect="read")}


def test_a_clock_that_runs_out_behind_the_end() -> None:
    """A driver may not be quick enough to take a timer back; the trace ends with the run all the same."""
    machine = Machine(linked(step("E1", call("find", x="a")), tools=TOOLS), run="r", now="2026-01-01T00:00:00Z")
    commands = machine.feed(Start(0.0))
    clock = next(one for one in commands if isinstance(one, SetTimer))
    called = next(one for one in commands if isinstance(one, Call))
    machine.feed(Finished(called.attempt, "done", 1.0))
    assert machine.is_over
    assert machine.feed(TimerFired(clock.timer, 10.0**6)) == []
    assert machine.feed(Cancel(10.0**6)) == []


def test_an_end_that_is_told_twice() -> None:
    """A driver that delivers at least once may tell it again, also of a number that there never was."""
    steps = (step("E1", call("find", x="a")), step("E2", call("find", x="b")))
    machine = Machine(linked(*steps, tools=TOOLS), run="r", now="2026-01-01T00:00:00Z")
    called = [one for one in machine.feed(Start(0.0)) if isinstance(one, Call)]
    machine.feed(Finished(called[0].attempt, "done", 1.0))
    assert machine.feed(Finished(called[0].attempt, "other", 2.0)) == []
    assert machine.feed(Finished(10**6, "other", 2.0)) == []
    machine.feed(Finished(called[1].attempt, "done", 3.0))
    assert machine.is_over
