"""Where tools come from, and what an untrusted folder cannot make us do."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import MANIFEST, Editor, place
from lsprotocol import types as lsp

CODE = """
import pathlib
from rewoo_dsl import Registry

pathlib.Path("this_ran").touch()
print("words that would break the protocol")
registry = Registry()


@registry.tool(effect="read")
def find(what: str) -> str:
    "Find it."
    return what
"""
PLAN = '#E1 = find(what="x")\nreturn #E1\n'
Start = Callable[..., Editor]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts editors in a folder with a manifest and with tools in Python."""
    (tmp_path / "tools.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "my_tools.py").write_text(CODE)
    started: list[Editor] = []

    def make(**settings: Any) -> Editor:
        started.append(Editor(tmp_path, settings))
        return started[-1]

    yield make
    for one in started:
        assert one.stop() == 0


def test_tools_in_python_are_loaded_when_the_person_names_them(start: Start, tmp_path: Path) -> None:
    editor = start(tools="my_tools:registry")
    uri = editor.open("plan.rewoo", PLAN)
    editor.codes(uri)
    editor.change(uri, PLAN.replace("what=", "wat="), 2)
    editor.codes(uri, "RW109", version=2)
    assert (tmp_path / "this_ran").exists()


def test_nothing_runs_in_a_folder_that_is_not_trusted(start: Start, tmp_path: Path) -> None:
    editor = start(tools="my_tools:registry", trusted=False)
    editor.message("not trusted")
    uri = editor.open("plan.rewoo", PLAN)
    editor.codes(uri)  # without tools nothing is said of `find`
    assert not (tmp_path / "this_ran").exists()
    editor.configure(tools="my_tools:registry", trusted=True)
    assert "find(what: str) -> str" in _hover_once_known(editor, uri)


def test_a_manifest_is_data_and_read_in_any_folder(start: Start) -> None:
    editor = start(tools="tools.json", trusted=False)
    uri = editor.open("plan.rewoo", PLAN)
    editor.findings(uri, lambda found: [one.code for one in found] == ["RW108"])


def test_the_project_of_a_plan_names_its_tools_and_severities(start: Start, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.rewoo]\ntools = "tools.json"\nseverity = {unused-evidence = "off"}\n')
    editor = start()
    text = '#E1 = search(query="x")\n#E2 = search(query="y")\nreturn #E2\n'
    uri = editor.open("plan.rewoo", text)
    editor.codes(uri)
    assert "tool, reads" in (editor.hover(uri, place(text, "search", at=1)) or "")
    project.write_text('[tool.rewoo]\ntools = "tools.json"\n')
    editor.file_changed(project)
    [found] = editor.findings(uri, bool)
    assert (found.code, list(found.tags)) == ("RW302", [lsp.DiagnosticTag.Unnecessary])


def test_a_project_that_says_nonsense_is_told(start: Start, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    editor = start()
    editor.codes(editor.open("plan.rewoo", PLAN))
    for said, words in (("tools = 3", "not 3"), ("= no toml", "no TOML"), ('severity = {x = "off"}', "no code `x`")):
        project.write_text(f"[tool.rewoo]\n{said}\n")
        editor.file_changed(project)
        editor.message(words)


def test_tools_that_a_project_names_run_in_a_trusted_folder(start: Start, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.rewoo]\ntools = "my_tools:registry"\n')
    editor = start(trusted=True)
    uri = editor.open("plan.rewoo", PLAN.replace("what=", "wat="))
    editor.codes(uri, "RW109")


@pytest.mark.parametrize("trusted", [None, False])
def test_tools_that_a_project_names_run_in_no_other(start: Start, tmp_path: Path, trusted: bool | None) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.rewoo]\ntools = "my_tools:registry"\n')
    editor = start(trusted=trusted)
    editor.codes(editor.open("plan.rewoo", PLAN.replace("what=", "wat=")))
    editor.message("not trusted")
    assert not (tmp_path / "this_ran").exists()


def test_tools_that_are_not_there_are_told(start: Start) -> None:
    editor = start()
    for tools, words in (("no.where:registry", "no.where"), ("my_tools:nothing", "no `nothing`"), ("x.json", "x.json")):
        editor.configure(tools=tools)
        editor.message(words)
    editor.codes(editor.open("plan.rewoo", PLAN))


def test_a_manifest_that_changes_is_read_again(start: Start, tmp_path: Path) -> None:
    editor = start(tools="tools.json")
    uri = editor.open("plan.rewoo", PLAN)
    editor.findings(uri, bool)
    manifest = json.loads(json.dumps(MANIFEST))
    manifest["tools"][0]["name"] = "find"
    manifest["tools"][0]["parameters"]["properties"]["what"] = {"type": "string"}
    manifest["tools"][0]["parameters"]["required"] = ["what"]
    (tmp_path / "tools.json").write_text(json.dumps(manifest))
    editor.file_changed(tmp_path / "tools.json")
    editor.codes(uri)


def test_positions_are_counted_in_utf_16_whatever_the_client_offers(tmp_path: Path) -> None:
    editor = Editor(tmp_path, encodings=["utf-32", "utf-8"])
    assert editor.capabilities.position_encoding == "utf-16"
    text = '#E1 = llm(prompt="😀 #E9")\n'
    [found] = editor.findings(editor.open("plan.rewoo", text), bool)
    assert found.range.start == place(text, "#E9")
    assert editor.stop() == 0


def _hover_once_known(editor: Editor, uri: str) -> str:
    seen = len([one for one in editor.history if one.uri == uri])
    editor.wait(lambda: len([one for one in editor.history if one.uri == uri]) > seen)
    return editor.hover(uri, lsp.Position(0, 7)) or ""
