"""The VS Code folder holds together: what it names is there, and its grammar knows every word of the language."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.interfaces.lsp.words import CLAUSES, HEADER, STATEMENTS, TYPES
from rewoo_dsl.ir.builtins import BUILTINS

FOLDER = Path(__file__).parents[2] / "editors" / "vscode"
PACKAGE = json.loads((FOLDER / "package.json").read_text())
GRAMMAR = json.loads((FOLDER / PACKAGE["contributes"]["grammars"][0]["path"]).read_text())


def rules(node: Any) -> Iterator[dict[str, Any]]:
    """Every rule of the grammar, however deep."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from rules(child)
    elif isinstance(node, list):
        for child in node:
            yield from rules(child)


PATTERNS = [rule[key] for rule in rules(GRAMMAR) for key in ("match", "begin", "end") if key in rule]


def test_what_the_package_names_is_there() -> None:
    contributes = PACKAGE["contributes"]
    named = [PACKAGE["main"], contributes["languages"][0]["configuration"], contributes["grammars"][0]["path"]]
    assert all((FOLDER / one).is_file() for one in named)
    assert json.loads((FOLDER / contributes["languages"][0]["configuration"]).read_text())["brackets"]
    assert contributes["grammars"][0]["scopeName"] == GRAMMAR["scopeName"]


def test_settings_that_run_something_are_not_taken_from_an_untrusted_workspace() -> None:
    restricted = PACKAGE["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert set(restricted) == set(PACKAGE["contributes"]["configuration"]["properties"])


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_compiles(pattern: str) -> None:
    assert re.compile(pattern)


def test_every_rule_that_is_included_exists_and_every_rule_is_included() -> None:
    included = {rule["include"].removeprefix("#") for rule in rules(GRAMMAR) if "include" in rule}
    assert included == set(GRAMMAR["repository"])


def words(pattern: str) -> set[str]:
    """The words between which a pattern chooses."""
    [choice] = re.findall(r"\(\?:([a-z_]+(?:\|[a-z_]+)+)\)", pattern)
    return set(choice.split("|"))


def test_the_grammar_knows_the_words_of_the_language() -> None:
    repository = GRAMMAR["repository"]
    assert words(repository["call"]["patterns"][0]["match"]) == set(BUILTINS)
    assert words(repository["clause"]["match"]) == {*CLAUSES, "in"}
    assert words(repository["type"]["patterns"][0]["match"]) == set(TYPES)
    heads = " ".join(PATTERNS)
    assert all(word in heads for word in (*HEADER, *STATEMENTS))


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_extension_starts_and_ends_its_server() -> None:
    ended = subprocess.run(
        ["node", "--test", "extension.test.js"], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stdout
