"""For each code that a check can find: its broken plans always have it, and no other error."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from rewoo_dsl.diag.codes import CODES, FoundBy
from rewoo_dsl.diag.diagnostic import Severity
from rewoo_dsl.testing.strategies.broken import CHECKABLE, MUTATIONS, BrokenPlan, broken_plans


@pytest.mark.parametrize("code", CHECKABLE)
def test_a_broken_plan_has_this_code_and_no_other_error(code: str) -> None:
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(broken_plans(code))
    def law(broken: BrokenPlan) -> None:
        found = broken.check().diagnostics
        assert code in {one.code for one in found}, broken.source
        others = {one.code for one in found if one.code != code and one.severity is not Severity.NOTE}
        assert not others, (broken.source, found)

    law()


def test_every_code_that_a_check_can_find_has_its_mutation() -> None:
    assert set(MUTATIONS) == set(CHECKABLE)


@pytest.mark.parametrize(
    "code", [one for one in CODES.values() if one.found_by is not FoundBy.CHECK], ids=lambda one: one.number
)
def test_a_code_that_no_check_can_find_is_refused(code: object) -> None:
    number = getattr(code, "number", "")
    with pytest.raises(ValueError, match=f"{number} is not found by a check of a plan, but by: "):
        broken_plans(number)


def test_a_code_that_does_not_exist_is_refused_and_a_slug_will_do() -> None:
    with pytest.raises(LookupError, match="null-read"):
        broken_plans("null-reed")
    assert repr(broken_plans("null-read")) == repr(broken_plans("RW206"))
