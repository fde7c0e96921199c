"""`rewoo check --bounds` and `--policy`: what a plan may cost, and what its host lets it do."""

import json
from pathlib import Path

from cli_process import Rewoo

PLAN = """\
limit calls 9
#E1 = search(query="rewoo") retry 2 timeout 5s
#E2 = send_email(to=["ann@example.com"], subject="Hello", body="About #E1") for #x in #E1 max 3 after #E1
return #E2
"""
TOOLS = {
    "version": 1,
    "tools": [
        {
            "name": "search",
            "effect": "read",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
            "returns": {"type": "array", "items": {"type": "string"}},
        },
        {
            "name": "send_email",
            "parameters": {
                "type": "object",
                "properties": {
                    "to": {"type": "array", "items": {"type": "string"}},
                    "subject": {"type": "string"},
                    "body": {"type": "string"},
                },
                "required": ["to", "subject", "body"],
            },
        },
    ],
}


def ready(folder: Path) -> tuple[str, ...]:
    (folder / "plan.rewoo").write_text(PLAN)
    (folder / "tools.json").write_text(json.dumps(TOOLS))
    return "check", "plan.rewoo", "--tools", "tools.json"


def with_policy(folder: Path, policy: object) -> tuple[str, ...]:
    words = ready(folder)
    (folder / "policy.json").write_text(json.dumps(policy))
    return *words, "--policy", "policy.json"


def test_bounds_are_a_table_of_steps_and_their_sum(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*ready(folder), "--bounds")
    lines = {line.split()[0]: line for line in done.out.splitlines() if line.startswith(("#", "in all"))}
    assert "1 to 3" in lines["#E1"]
    assert "0 to 3" in lines["#E2"]
    assert "1 to 6" in lines["in"]
    assert "the longest way: #E1 → #E2" in done.out


def test_bounds_are_data_in_json(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*ready(folder), "--bounds", "--json")
    total = json.loads(done.out)["bounds"]["plan.rewoo"]["total"]
    assert total["calls"] == {"least": 1, "most": 6}


def test_bounds_do_not_go_with_formats_that_have_no_place_for_them(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*ready(folder), "--bounds", "--format", "sarif")
    assert done.code == 2
    assert "--bounds" in done.err


def test_a_policy_refuses_what_it_denies(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*with_policy(folder, {"deny": ["send_*"]}))
    assert done.code == 1
    assert "RW402" in done.out


def test_a_policy_asks_for_approval(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*with_policy(folder, {"tools": {"send_email": {"approval": True}}}))
    assert done.code == 1
    assert "approv" in done.out


def test_a_protected_value_must_occur_in_the_request(rewoo: Rewoo, folder: Path) -> None:
    words = with_policy(folder, {"tools": {"send_email": {"arguments": {"to": {"from_request": True}}}}})
    assert rewoo(*words, "--request", "Write to ann@example.com").code == 0
    assert rewoo(*words, "--request", "Write to bob@example.com").code == 1


def test_a_policy_that_cannot_be_used_says_where(rewoo: Rewoo, folder: Path) -> None:
    done = rewoo(*with_policy(folder, {"tools": {"send_email": {"at_most": "many"}}}))
    assert done.code == 2
    assert "/tools/send_email/at_most" in done.err
