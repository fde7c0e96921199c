"""Repairs are merged into the plan by what they define."""

import pytest

from rewoo_dsl.agent.patch import blocks, merged, wrong_blocks
from rewoo_dsl.diag.diagnostic import Diagnostic, Span

PLAN = """\
input region: str
Plan: Look.
#E1 = search(query="a")
Plan: Look again,
Plan: elsewhere.
#E2 = serch(query="b")
#E3 = [
  #E1,
  #E2,
]
Solve: Compare #E1 and #E2.
"""


def finding(text, part):
    start = text.index(part)
    return Diagnostic(code="RW101", message="wrong", span=Span(start, start + len(part)))


def wrong(*parts):
    return wrong_blocks(PLAN, [finding(PLAN, part) for part in parts])


def keys(text):
    return [one.key for one in blocks(text)]


def test_blocks_are_known_by_what_they_define():
    assert keys(PLAN) == ["input region", "#E1", "#E2", "#E3", "Solve"]
    assert blocks(PLAN)[2].text == 'Plan: Look again,\nPlan: elsewhere.\n#E2 = serch(query="b")'
    assert all(PLAN[one.start : one.end] == one.text for one in blocks(PLAN))


@pytest.mark.parametrize("head", ['use "lib/a.rewoo" as profile', "limit calls 3", "Goal: know", "return #E1"])
def test_headers_are_blocks_too(head):
    [key, step] = keys(f"{head}\n#E1 = 1\n")
    assert (
        key == {"use": "use profile", "limit": "limit", "Goal": "Goal", "return": "return"}[head.split()[0].rstrip(":")]
    )
    assert step == "#E1"


def test_rationale_without_a_statement_is_kept():
    assert keys("#E1 = 1\nPlan: and then?\n") == ["#E1", "Plan"]


def test_errors_find_their_blocks():
    assert [one.key for one in wrong("serch", "again")] == ["#E2"]
    assert [one.key for one in wrong_blocks(PLAN, [Diagnostic(code="RW101", message="nowhere")])] == []


def test_a_repaired_step_takes_its_place():
    answer = 'Plan: Look elsewhere.\n#E2 = search(query="b")\n'
    fixed = merged(PLAN, wrong("serch"), answer)
    assert keys(fixed) == keys(PLAN)
    assert 'Plan: Look elsewhere.\n#E2 = search(query="b")\n' in fixed
    assert "serch" not in fixed
    assert "again" not in fixed


def test_a_new_step_goes_in_front_of_the_one_that_follows_it():
    answer = '#E9 = search(query="new")\nPlan: Use it.\n#E2 = #E9[0]\n'
    assert keys(merged(PLAN, wrong("serch"), answer)) == ["input region", "#E1", "#E9", "#E2", "#E3", "Solve"]


def test_a_new_step_that_nothing_follows_goes_behind_the_last_step():
    answer = '#E2 = search(query="b")\n#E9 = #E2\n'
    assert keys(merged(PLAN, wrong("serch"), answer)) == ["input region", "#E1", "#E2", "#E3", "#E9", "Solve"]


def test_other_statements_are_repaired_too():
    fixed = merged(PLAN, wrong("Compare"), "Solve: Name them.\nreturn #E1\n")
    assert keys(fixed) == [*keys(PLAN), "return"]
    assert "Solve: Name them." in fixed


def test_an_answer_that_repeats_all_that_was_right_is_the_whole_plan():
    answer = '#E1 = search(query="a")\n#E3 = #E1\nSolve: Say #E3.\n'
    assert merged(PLAN, wrong("serch"), answer) == answer


def test_an_answer_with_nothing_changes_nothing():
    assert keys(merged(PLAN, wrong("serch"), "")) == keys(PLAN)
