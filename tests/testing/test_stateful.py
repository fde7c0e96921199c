"""Anything may happen next: the state machine over random plans, over one's own, and over a machine that is wrong."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, Machine
from rewoo_dsl.interpreter.messages import Command, Input
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.testing.dense import SIGNATURES
from rewoo_dsl.testing.stateful import RunMachine
from rewoo_dsl.trace.events import StepFinished

BRIEF = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
)
PLAN = """\
#E1 = find(x="a") retry 2 timeout 5s
#E2 = save(x=#E1) retry 1 approve within 1m
#E3 = send(x=#s) for #s in ["a", "b"] max 2 parallel 1 after #E2
return [#E1, #E3]
"""


def test_random_plans_whatever_happens() -> None:
    run_state_machine_as_test(RunMachine, settings=BRIEF)


class OwnPlan(RunMachine):
    values: ClassVar[st.SearchStrategy[Any]] = st.sampled_from(["x", 1])

    def a_plan(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> LinkedPlan:
        return check(PLAN, SIGNATURES).require()

    def some_limits(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Limits:
        return Limits(concurrency=2)


def test_a_plan_of_ones_own() -> None:
    run_state_machine_as_test(OwnPlan, settings=BRIEF)


class Forgetful(Machine):
    """A machine that forgets what became of a step that failed."""

    def feed(self, event: Input) -> list[Command]:
        return [one for one in super().feed(event) if not (isinstance(one, StepFinished) and one.state == "failed")]


def test_a_machine_that_is_wrong_is_found() -> None:
    class Wrong(OwnPlan):
        def _feed(self, event: Input) -> None:
            self.machine.__class__ = Forgetful
            super()._feed(event)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Wrong, settings=settings(BRIEF, phases=[Phase.generate], report_multiple_bugs=False))
