"""The hooks for pre-commit and the GitHub Action: their files say what they must, and their commands work."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WRONG = "return #E7\n"


def test_hooks_name_commands_that_there_are() -> None:
    from rewoo_dsl.interfaces.cli.arguments import read_arguments

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"] for hook in hooks} == {"rewoo-check", "rewoo-fmt", "rewoo-fix"}
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "rewoo"
        assert read_arguments([*words, "a.rewoo", "b.rewoo"]).files == ["a.rewoo", "b.rewoo"]


@pytest.fixture
def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def test_the_action_is_composite_and_no_input_is_written_into_a_script(action: Any) -> None:
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "uses" in step or step["shell"] == "bash"


def run_check(action: Any, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The script of the step `check` with these inputs, as GitHub would run it, and `rewoo` on the path."""
    step = next(one for one in action["runs"]["steps"] if one.get("name") == "check")
    said = {name: str(one.get("default", "")) for name, one in action["inputs"].items()} | inputs
    names = {variable: value.removeprefix("${{ inputs.").removesuffix(" }}") for variable, value in step["env"].items()}
    program = folder / "bin" / "rewoo"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rewoo_dsl.interfaces.cli "$@"\n')
    program.chmod(0o755)
    env = {variable: said[name] for variable, name in names.items()}
    env |= {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_findings_become_annotations(action: Any, tmp_path: Path) -> None:
    (tmp_path / "my plans" / "deep").mkdir(parents=True)
    (tmp_path / "my plans" / "deep" / "a b.rewoo").write_text(WRONG)
    (tmp_path / "sound.rewoo").write_text("return 1\n")
    ended = run_check(action, tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("::error file=my plans/deep/a b.rewoo,line=1,col=8")
    assert run_check(action, tmp_path, files="sound.rewoo nothing/*.rewoo").returncode == 0
    assert run_check(action, tmp_path, **{"fail-on": "never"}).returncode == 0


def test_other_formats_go_to_a_file_and_odd_inputs_run_nothing(action: Any, tmp_path: Path) -> None:
    (tmp_path / "-x.rewoo").write_text("return 1\n")
    ended = run_check(action, tmp_path, format="sarif", output="found.sarif")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert (tmp_path / "found.sarif").read_text().startswith("{")
    run_check(action, tmp_path, files="*.rewoo $(touch ran) `touch ran` ; touch ran", tools="$(touch ran)")
    assert not (tmp_path / "ran").exists()
    none = run_check(action, tmp_path, files="no/*.rewoo")
    assert (none.returncode, none.stdout) == (0, "no plan fits no/*.rewoo\n")


def test_missing_files_are_told(action: Any, tmp_path: Path) -> None:
    ended = run_check(action, tmp_path, files="nowhere.rewoo")
    assert ended.returncode == 2
    assert "nowhere.rewoo: no such file" in ended.stderr
