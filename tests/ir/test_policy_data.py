"""Policies as data: reading them, the places of their faults, what a rule says of a value, what a request says."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewoo_dsl._resources import resource
from rewoo_dsl.ir.policy import ArgumentRule, Policy, PolicyError, fits_name, load_policy, read_policy, unsaid

EXAMPLE = Path(__file__).parents[2] / "specs" / "conformance" / "policy" / "policy.json"


def places(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        load_policy(data)
    assert all(one.code == "RW401" for one in caught.value.diagnostics)
    return [(one.at or "", one.message) for one in caught.value.diagnostics]


def test_a_policy_is_read_and_is_what_its_schema_says() -> None:
    data = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    schema = json.loads(resource("schemas", "policy.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(data)
    policy = load_policy(data)
    assert read_policy(json.dumps(data)) == policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_every_fault_is_reported_with_its_place() -> None:
    rule = {"pattern": "a", "minimum": "1", "max/imum": 2}
    data = {"deny": "x", "allow": [7], "tools": {"s": {"at_most": -1, "approval": 1, "arguments": {"a~b": rule}}}}
    assert [at for at, _ in places(data)] == [
        "/allow/0",
        "/deny",
        "/tools/s/at_most",
        "/tools/s/approval",
        "/tools/s/arguments/a~0b/minimum",
        "/tools/s/arguments/a~0b/max~1imum",
    ]
    assert places([]) == [("", "a policy is an object, not list")]
    assert places({"version": 2})[0][0] == "/version"
    ((at, message),) = places({"tools": {"s": {"arguments": {"a": {"pattern": "("}}}}})
    assert at == "/tools/s/arguments/a"
    assert "this is no pattern" in message
    assert places({"tools": {"s": {"at_mots": 1}}}) == [
        ("/tools/s/at_mots", "`at_mots` is nothing that a policy says here; did you mean `at_most`?")
    ]
    assert (
        "`minimum` is more than `maximum`"
        in places({"tools": {"s": {"arguments": {"a": {"minimum": 2, "maximum": 1}}}}})[0][1]
    )


@pytest.mark.parametrize("text", ["{", b"\xff", "[" * 100_000, "1" * 5_000, '{"a": NaN}', " " * (1 << 21)])
def test_what_is_no_policy_is_said_plainly(text: str | bytes) -> None:
    with pytest.raises(PolicyError, match="RW401"):
        read_policy(text)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4) | st.just("search"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["allow", "deny", "tools", "search", "at_most", "arguments", "pattern", "enum", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(_json)
def test_any_json_is_a_policy_or_faults_with_places_in_it(data: Any) -> None:
    try:
        load_policy(data)
    except PolicyError as error:
        for one in error.diagnostics:
            node = data
            for key in (one.at or "").split("/")[1:]:
                if isinstance(node, dict) and key not in node:
                    break  # the place of what is missing
                node = node[int(key)] if isinstance(node, list) else node[key]


@pytest.mark.parametrize(
    ("rule", "value", "allowed"),
    [
        ({"minimum": 1, "maximum": 3}, 2, True),
        ({"minimum": 1}, 0.5, False),
        ({"maximum": 3}, [1, 2, 3], True),
        ({"maximum": 3}, [1, [4]], False),
        ({"maximum": 3}, "2", False),
        ({"maximum": 3}, True, False),
        ({"pattern": "[a-z]+"}, "abc", True),
        ({"pattern": "[a-z]+"}, "abc1", False),
        ({"pattern": "[a-z]+"}, "abc\n", False),
        ({"pattern": "[a-z]+"}, 7, False),
        ({"pattern": "[a-z]+"}, "\ud800", False),
        ({"enum": ["a", 1]}, 1.0, True),
        ({"enum": ["a", 1]}, True, False),
        ({"enum": ["a", None]}, None, True),
        ({"enum": ["a"]}, None, False),
        ({"minimum": 1, "pattern": "a"}, None, True),
        ({"from_request": True}, "anything", True),
    ],
)
def test_what_a_rule_says_of_a_value(rule: dict[str, Any], value: Any, allowed: bool) -> None:
    assert (ArgumentRule.model_validate(rule).problem(value) is None) is allowed


def test_names_may_hold_stars_and_the_model_has_two_names() -> None:
    assert fits_name("erp.*", "erp.orders.list")
    assert fits_name("llm", "LLM")
    assert not fits_name("erp.*", "ERP.orders")
    assert not fits_name("search", "research")


def test_deny_wins_and_a_sub_plan_need_not_be_allowed() -> None:
    policy = load_policy({"allow": ["erp.*"], "deny": ["erp.delete_*"]})
    assert policy.refusal("erp.list") is None
    assert "denies" in (policy.refusal("erp.delete_all") or "")
    assert "does not allow" in (policy.refusal("search") or "")
    assert policy.refusal("profile", is_subplan=True) is None


@pytest.mark.parametrize(
    ("request_text", "value", "said"),
    [
        ("Mail Bob@Example.org.", "bob@example.org", True),
        ("Mail joebob@example.org", "bob@example.org", False),
        ("Mail joe.bob@example.org", "bob@example.org", False),
        ("Mail bob@example.org.evil.com", "bob@example.org", False),
        ("Mail joe.bob@example.org or bob@example.org", "bob@example.org", True),
        ("Pay 1,500.00 EUR", 1500, True),
        ("Pay 1,500 EUR", 500, False),
        ("Pay 15", 1.5, False),
        ("Pay -3", 3, False),
        ("Pay -3", -3, True),
        ("Pay E500", 500, False),
        ("Pay 9007199254740993", 9007199254740992, False),
        ("for the  Port\nof Kiel", "the port of kiel", True),
        ("nothing", None, True),
        ("nothing", True, True),
        ("a and b", ["a", {"x": "b"}], True),
        ("a and b", ["a", {"x": "c"}], False),
        ("a", "", True),
    ],
)
def test_what_a_request_says(request_text: str, value: Any, said: bool) -> None:
    assert (unsaid(request_text, value) is None) is said


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_words_between_blanks_are_always_found(before: str, words: str, behind: str) -> None:
    assert unsaid(f"{before} {words} {behind}", words) is None


def test_a_hostile_pattern_or_request_costs_no_time() -> None:
    rule = ArgumentRule(pattern="(a+)+$")
    began = time.process_time()
    assert rule.problem("a" * 100_000 + "!") is not None
    assert unsaid("a" * 200_000, "b") is not None
    assert unsaid("ab" * 100_000, "b") is not None
    assert unsaid("1," * 100_000, 5) is not None
    assert time.process_time() - began < 5
