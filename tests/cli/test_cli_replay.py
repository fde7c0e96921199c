"""`rewoo replay`: a failure of a test is run again from its file."""

import json
from pathlib import Path
from typing import Any

import pytest
from cli_process import Rewoo

PLAN = {"plan": '#E1 = search(query="a", k=1)\nreturn #E1\n'}
SCRIPTED: dict[str, Any] = {"search": {"parameters": {"query": "string", "k": "integer"}}}
FAILURE: dict[str, Any] = {"rewoo_failure": 1, "kind": "run", "law": "what was expected", "plan": PLAN}


def replayed(rewoo: Rewoo, folder: Path, *options: str, **parts: Any) -> Any:
    (folder / "failure.json").write_text(json.dumps(FAILURE | parts))
    return rewoo("replay", "failure.json", *options)


def test_what_still_fails_says_how_and_ends_with_1(rewoo: Rewoo, folder: Path) -> None:
    ended = replayed(rewoo, folder, tools=SCRIPTED, expected={"status": "failed"})
    assert ended.code == 1
    assert ended.out == "status: succeeded, expected failed; missing: {}\n"
    assert "it still fails, in another way than it did: what was expected" in ended.err


def test_what_is_mended_ends_with_0(rewoo: Rewoo, folder: Path) -> None:
    ended = replayed(rewoo, folder, tools=SCRIPTED, expected={"status": "succeeded"})
    assert (ended.code, ended.out) == (0, "")
    assert "it does not fail any more" in ended.err


def test_a_law_is_replayed_as_data(rewoo: Rewoo, folder: Path) -> None:
    ended = replayed(rewoo, folder, "--json", kind="laws", law="C", crashes=[2], tools=SCRIPTED)
    assert (ended.code, json.loads(ended.out)) == (0, {"version": 1, "fails": False, "law": "C", "found": []})


def test_real_tools_run_only_when_they_are_named(rewoo: Rewoo, folder: Path) -> None:
    ended = replayed(rewoo, folder, code="my_tools:registry", expected={"status": "failed"})
    assert ended.code == 2
    assert "to run their code, say --tools my_tools:registry" in ended.err
    ended = replayed(
        rewoo, folder, "--tools", "my_tools:registry", code="my_tools:registry", expected={"value": ["a 0"]}
    )
    assert ended.code == 0


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"rewoo_failure": 7}, "/rewoo_failure: version 7"),
        ({"surprise": 1}, "/surprise: "),
        ({"plan": {"plan": "#E1 = "}}, "/plan/plan: it does not check"),
    ],
)
def test_a_file_that_makes_no_sense_is_wrong_use(rewoo: Rewoo, folder: Path, parts: dict[str, Any], told: str) -> None:
    ended = replayed(rewoo, folder, tools=SCRIPTED, **parts)
    assert ended.code == 2
    assert told in ended.err


def test_a_missing_file_is_wrong_use(rewoo: Rewoo, folder: Path) -> None:
    assert rewoo("replay", "nowhere.json").code == 2
