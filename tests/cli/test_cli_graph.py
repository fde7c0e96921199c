"""`rewoo graph`, `explain`, `tools`, `--version`, and words that make no sense."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import Rewoo

from rewoo_dsl.tools.manifest import read_manifest

PLAN = """\
Goal: Tell the team what was found.
input topic: str
Plan: Two searches that do not wait for each other.
#E1 = search(query=#topic) retry 2 timeout 10s
#E2 = search(query="#{topic} news") fallback search("news")
Plan: Together, without repeats.
#E3 = unique(#E1 + #E2)
#E4 = search(query=#x) for #x in #E3 max 6 parallel 2
Plan: Mail it, once somebody has looked.
#E5 = mail(to=["team@example.com"], text="Found: #E3") if len(#E3) > 0 after #E4 approve "Mail it?" within 2h
return {sent: #E5, found: #E3}
Solve: What was found? (#E4)
"""


@pytest.fixture
def plan(folder: Path) -> str:
    (folder / "plan.rewoo").write_text(PLAN)
    return "plan.rewoo"


@pytest.mark.parametrize("form", ["terminal", "ascii", "mermaid", "dot", "svg"])
def test_pictures(rewoo: Rewoo, plan: str, golden: Callable[[str, str], None], form: str) -> None:
    ended = rewoo("graph", plan, "--tools", "my_tools:registry", "--format", form)
    assert (ended.code, ended.err) == (0, "")
    golden(f"cli/graph.{form}", ended.out)
    if form == "svg":
        ET.fromstring(ended.out)


def test_a_picture_goes_to_a_file_without_colour(process: Rewoo, plan: str, folder: Path) -> None:
    ended = process("graph", plan, "-o", "plan.txt", env={"FORCE_COLOR": "1"})
    assert (ended.code, ended.out) == (0, "")
    assert "\x1b" not in (folder / "plan.txt").read_text()
    assert process("graph", plan, "-o", "nowhere/plan.txt").code == 2


def test_a_picture_follows_the_width(rewoo: Rewoo, plan: str) -> None:
    narrow = rewoo("graph", plan, env={"COLUMNS": "50"})
    assert max(map(len, narrow.out.splitlines())) <= 50


def test_a_broken_plan_has_no_picture(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text("#E1 = #E2\n")
    ended = rewoo("graph", "plan.rewoo")
    assert (ended.code, ended.out) == (1, "")
    assert "error[RW101]" in ended.err


def test_explain_tells_of_one_code_or_all(process: Rewoo) -> None:
    one = process("explain", "rw101")
    assert one.code == 0
    assert one.out.startswith("RW101 ")
    assert "Wrong:" in one.out
    every = process("explain")
    assert one.out.split("\n")[0].split()[1] in every.out
    numbers = [line.split()[0] for line in every.out.splitlines()]
    assert numbers == sorted(numbers)


def test_an_unknown_code_is_wrong_use(rewoo: Rewoo) -> None:
    ended = rewoo("explain", "RW10l")
    assert ended.code == 2
    assert "did you mean" in ended.err


def test_tools_are_listed_with_short_signatures(rewoo: Rewoo, folder: Path, golden: Callable[[str, str], None]) -> None:
    (folder / "docs").mkdir()
    ended = rewoo("tools", "--tools", "my_tools:registry", "--docs", "docs", "--root", "docs")
    assert ended.code == 0
    golden("cli/tools.txt", ended.out)


def test_tools_as_a_manifest(process: Rewoo) -> None:
    ended = process("tools", "--tools", "my_tools:registry", "--json")
    assert list(read_manifest(ended.out)) == ["search", "wait", "mail", "llm"]
    assert json.loads(ended.out)["version"] == 1


def test_a_folder_that_is_none(rewoo: Rewoo) -> None:
    ended = rewoo("tools", "--docs", "nowhere")
    assert (ended.code, ended.err) == (2, "error: nowhere is no folder of documents\n")


def test_version_and_help(process: Rewoo) -> None:
    assert process("--version").out.startswith("rewoo ")
    assert "exit codes:" in process("--help").out


@pytest.mark.parametrize("words", [(), ("chek", "x"), ("fmt",), ("check", "--format", "xml", "x"), ("run", "a", "b")])
def test_words_that_make_no_sense(rewoo: Rewoo, words: tuple[str, ...]) -> None:
    ended = rewoo(*words)
    assert ended.code == 2
    assert ended.err.startswith("usage: rewoo")
