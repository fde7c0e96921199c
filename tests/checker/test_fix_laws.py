"""What the safe fixes make of plans with one fault each, of every kind, and of plans without any."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.diag.diagnostic import Diagnostic
from rewoo_dsl.diag.fixes import Find, apply, settle
from rewoo_dsl.testing.strategies import plan_text, plans, registries
from rewoo_dsl.testing.strategies.broken import CHECKABLE, BrokenPlan, broken_plans

few = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def errors(found: Sequence[Diagnostic]) -> Counter[str]:
    return Counter(one.code for one in found if one.is_error)


def checking(broken: BrokenPlan) -> Find:
    def find(text: str) -> Sequence[Diagnostic]:
        return replace(broken, source=text).check().diagnostics

    return find


@pytest.mark.parametrize("code", CHECKABLE)
def test_safe_fixes_add_no_error_and_settle_at_once(code: str) -> None:
    @few
    @given(broken_plans(code))
    def law(broken: BrokenPlan) -> None:
        if not isinstance(broken.source, str):  # what came as data has no text to fix
            return
        find = checking(broken)
        before = find(broken.source)
        fixed = settle(broken.source, find)
        assert errors(fixed.left) <= errors(before), (broken.source, fixed.text, fixed.left)
        assert tuple(find(fixed.text)) == fixed.left
        again = settle(fixed.text, find)
        assert (again.text, again.applied) == (fixed.text, ()), (broken.source, fixed.text, again.text)
        assert bool(fixed.applied) == (fixed.text != broken.source)

    law()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_sound_plan_is_left_as_it_is(data: st.DataObject) -> None:
    registry = data.draw(registries())
    text = plan_text(data.draw(plans(registry)))
    fixed = settle(text, lambda one: check(one, registry, strict=True).diagnostics)
    assert (fixed.text, fixed.applied) == (text, ())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(CHECKABLE))
def test_one_round_touches_nothing_but_what_its_edits_name(data: st.DataObject, code: str) -> None:
    broken = data.draw(broken_plans(code))
    if not isinstance(broken.source, str):
        return
    fixed = apply(broken.source, broken.check().diagnostics)
    spans = sorted(edit.span for one in fixed.applied for edit in one.fix.edits)
    kept, at = [], 0
    for span in spans:
        kept.append(broken.source[at : span.start])
        at = span.end
    place = 0
    for part in [*kept, broken.source[at:]]:
        found = fixed.text.find(part, place)
        assert found >= 0
        place = found + len(part)
