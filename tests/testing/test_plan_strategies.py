"""Generated plans have nothing in them to complain about, as text and as data, and hold the whole language."""

import re

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import check
from rewoo_dsl.testing.scripted_tools import ScriptedTools
from rewoo_dsl.testing.strategies import expressions, plan_text, plans, registries, sub_plans, types
from rewoo_dsl.testing.strategies.expressions import is_sound
from rewoo_dsl.tools.registry import Registry

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(st.data())
def test_nothing_is_to_be_said_of_a_plan(data: st.DataObject) -> None:
    registry = data.draw(registries())
    files = data.draw(sub_plans(registry))
    plan = data.draw(plans(registry, files=files))
    for source in (plan, plan_text(plan)):
        report = check(source, registry, load=files.__getitem__, strict=True)
        assert [one for one in report.diagnostics if one.code != "RW315"] == [], plan_text(plan)
        assert report.plan == plan


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_an_expression_is_of_the_type_that_is_wanted(data: st.DataObject) -> None:
    names = data.draw(st.dictionaries(st.sampled_from(["E1", "x", "it"]), types(), max_size=3))
    wanted = data.draw(types())
    assert is_sound(data.draw(expressions(wanted, names)), wanted, names)


CLAUSES = ["if", "else", "for", "retry", "timeout", "fallback", "after", "approve", "use", "input", "limit"]


@pytest.mark.parametrize("clause", CLAUSES)
def test_plans_have_every_construct(clause: str) -> None:
    """Each of them within a few hundred draws, or `find` gives up."""
    word = re.compile(rf"(^|\s){clause}\s", re.MULTILINE)
    page = {"parameters": {"query": "string"}, "returns": {"type": "string"}}
    registry = Registry(*ScriptedTools({"page": page}).values())
    files = {"lib/ask.rewoo": "#E1 = page[port]\nreturn #E1\n"}
    quick = settings(max_examples=2_000, deadline=None, database=None, phases=[Phase.generate])
    texts = plans(registry, files=files).map(plan_text)
    found = find(texts, lambda text: word.search(text) is not None, settings=quick)
    assert check(found, registry, load=files.__getitem__).ok
