"""Plans under a policy: every rule on its case file in `specs/conformance/policy`, and what else a host asks."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker import Report, check
from rewoo_dsl.checker.rules import host_rules
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS
from rewoo_dsl.diag.lines import Lines
from rewoo_dsl.ir.costs import Ceilings
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.ir.policy import load_policy, read_policy
from rewoo_dsl.ir.signature import Signature

FOLDER = Path(__file__).parents[2] / "specs" / "conformance" / "policy"
TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}
POLICY = read_policy((FOLDER / "policy.json").read_bytes())
REQUEST = (FOLDER / "request.txt").read_text(encoding="utf-8")
LIBRARY = {
    "lib/profile.rewoo": "input name: str\n#E1 = search(query=#name)\n#E2 = search(query=#E1[0].title)\nreturn #E2\n",
    "lib/look_up.rewoo": (
        "input query: str\n#E1 = search(query=#query)\n#E2 = search(query=#query, k=1)\nreturn [#E1, #E2]\n"
    ),
    "lib/notify.rewoo": (
        "input name: str\n"
        '#E1 = send_email(to=[#name, "team@example.org"], subject="a", body="b") approve "Send?"\n'
        "return #E1\n"
    ),
}
EXPECTED = re.compile(r"//~((?:[ \t]+RW[0-9]{3})+)")
RULES = [rule for rule in host_rules() if rule.__name__ != "over_ceiling"]


def cases() -> list[object]:
    return [
        pytest.param(plan.strip("\n") + "\n", id=f"{file.stem}-{number}")
        for file in sorted(FOLDER.glob("*.rewoo"))
        for number, plan in enumerate(re.split(r"^---\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE), 1)
    ]


def codes(report: Report) -> list[str]:
    return [one.code for one in report.diagnostics]


@pytest.mark.parametrize("plan", cases())
def test_exactly_the_expected_codes_are_found_on_their_lines(plan: str) -> None:
    report = check(plan, TOOLS, load=LIBRARY.__getitem__, policy=POLICY, request=REQUEST)
    lines = Lines(plan)
    found = Counter((lines.position(one.span.start).line, one.code) for one in report.diagnostics if one.span)
    wanted = Counter(
        (number, code)
        for number, line in enumerate(plan.split("\n"), 1)
        for codes in EXPECTED.findall(line)
        for code in codes.split()
    )
    assert found == wanted, "\n".join(f"{one.code} {one.message}" for one in report.diagnostics)
    assert all(one.span for one in report.diagnostics)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_case_file_and_code_have_one_name(rule: object) -> None:
    numbers = re.findall(r"RW[0-9]{3}", rule.__doc__ or "")
    assert CODES[numbers[0]].slug.replace("-", "_") == rule.__name__
    assert (FOLDER / f"{rule.__name__}.rewoo").is_file()


# --- what is said of the rest --------------------------------------------------------------------------------------


def test_without_a_policy_the_report_says_that_flow_was_not_checked() -> None:
    assert check("return 1\n", TOOLS).unchecked == ("no policy was given: where data may flow was not checked",)


def test_with_a_policy_the_report_says_what_it_does_not_cover_and_which_lines_fit_nothing() -> None:
    policy = load_policy({"deny": ["serach"], "tools": {"search": {"arguments": {"qeury": {"pattern": "a"}}}}})
    flow, *idle = check("return 1\n", TOOLS, policy=policy).unchecked
    assert "where data may flow was not checked" in flow
    assert idle == [
        "the policy's line `serach` under `deny` fits no tool that was given",
        "the policy's line `search` names an argument `qeury` that no such tool has",
    ]


def test_what_only_a_run_can_tell_is_listed() -> None:
    plan = "input city: str\n#E1 = weather(city=#city)\n#E2 = search(query=#city) retry 9\nreturn [#E1, #E2]\n"
    report = check(plan, TOOLS, policy=POLICY, request=REQUEST)
    assert report.ok
    assert [one.code for one in report.residual] == ["RW404", "RW406"]
    assert report.linked is not None


def test_without_a_request_a_protected_value_is_not_proven() -> None:
    plan = '#E1 = send_email(to=["bob@example.org"], subject="a", body="b") approve "?"\nreturn #E1\n'
    (one,) = check(plan, TOOLS, policy=POLICY).diagnostics
    assert one.code == "RW404"
    assert "no request was given" in one.message


def test_only_what_is_allowed_may_be_called_where_the_policy_lists_it() -> None:
    policy = load_policy({"allow": ["search", "llm"]})
    assert codes(check("#E1 = LLM[a]\nreturn #E1\n", TOOLS, policy=policy)) == []
    (one,) = check("#E1 = Wikipedia[a]\nreturn #E1\n", TOOLS, policy=policy).diagnostics
    assert one.code == "RW402"
    assert one.allowed == ("search", "llm")


def test_names_and_literals_are_held_to_the_policy_without_a_registry_too() -> None:
    plan = '#E1 = Location()\n#E2 = weather(city="Bremen")\n#E3 = weather(city=#E1)\nreturn [#E2, #E3]\n'
    assert codes(check(plan, policy=POLICY)) == ["RW402", "RW403", "RW404"]


def test_a_sub_plan_is_under_the_same_policy_and_its_own_words_are_the_hosts() -> None:
    plan = 'use "lib/notify.rewoo" as notify\n#E1 = notify(name="eve@example.org")\nreturn #E1\n'
    report = check(plan, TOOLS, load=LIBRARY.__getitem__, policy=POLICY, request=REQUEST)
    assert [(one.code, one.file) for one in report.diagnostics] == [("RW404", "lib/notify.rewoo")]
    strict = load_policy({"deny": ["send_email"]})
    report = check(plan, TOOLS, load=LIBRARY.__getitem__, policy=strict)
    assert [(one.code, one.file) for one in report.errors] == [("RW402", "lib/notify.rewoo")]


def linked(text: str, **library: LinkedPlan) -> LinkedPlan:
    return check(text, TOOLS, library=library).require()


def test_sub_plans_that_were_linked_before_are_held_to_the_policy_however_deep() -> None:
    inner = linked('#E1 = search(query="a", k=99)\nreturn #E1\n')
    outer = linked("#E1 = inner()\n#E2 = inner()\nreturn [#E1, #E2]\n", inner=inner)
    report = check("#E1 = outer() retry 1\nreturn #E1\n", TOOLS, library={"outer": outer}, policy=POLICY)
    assert sorted(codes(report)) == ["RW403", "RW406"]
    assert check("#E1 = outer()\nreturn #E1\n", TOOLS, library={"outer": outer}).ok


# --- soundness -----------------------------------------------------------------------------------------------------

_CITY = st.sampled_from(["Hamburg", "Kiel", "Bremen"])


@settings(max_examples=60)
@given(st.lists(_CITY, min_size=1, max_size=4), st.integers(0, 3), st.booleans())
def test_a_plan_without_residual_calls_what_the_policy_allows(cities: list[str], retry: int, direct: bool) -> None:
    """The values that flow, enumerated: without a finding all of them are allowed, and not more calls than allowed."""
    policy = load_policy({"tools": {"weather": {"at_most": 4, "arguments": {"city": {"enum": ["Hamburg", "Kiel"]}}}}})
    listed = "[" + ", ".join(f'"{city}"' for city in cities) + "]"
    head = "" if direct else f"#E1 = {listed}\n"
    plan = f"{head}#E2 = weather(city=#c) retry {retry} for #c in {listed if direct else '#E1'}\nreturn #E2\n"
    report = check(plan, TOOLS, policy=policy)
    allowed = all(city != "Bremen" for city in cities)
    few = len(cities) * (1 + retry) <= 4
    assert (not report.diagnostics) == (allowed and few)


def test_ceilings_are_held_with_and_without_the_plans_own_limit() -> None:
    plan = '#E1 = search(query=#q) retry 2 for #q in ["a", "b"]\nreturn #E1\n'
    assert codes(check(plan, TOOLS, ceilings=Ceilings())) == []
    (one,) = check(plan, TOOLS, ceilings=Ceilings(tool_calls=5)).diagnostics
    assert (one.code, one.message) == ("RW510", "the plan may take 6 calls, and the host allows 5")
    assert codes(check("limit calls 4\n" + plan, TOOLS, ceilings=Ceilings(tool_calls=5))) == ["RW502"]
    (one,) = check(plan, TOOLS, ceilings=Ceilings(tool_calls=1)).diagnostics
    assert (one.code, one.message) == ("RW509", "the plan takes at least 2 calls, and the host allows 1")
