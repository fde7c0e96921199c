"""Standard output is for results alone, whatever tools print, close or leave behind; and it may be full or gone."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from cli_process import COMMAND, Rewoo, environment

NOISY = """
import subprocess, sys
from rewoo_dsl import Registry

print("imported")
noisy = Registry()


@noisy.tool(effect="read")
def prints() -> int:
    print("printed")
    print("never flushed", end="")
    return 1


@noisy.tool(effect="read")
def starts_a_program() -> int:
    subprocess.run([sys.executable, "-c", "print('from a program')"], check=True)
    return 1


@noisy.tool(effect="read")
def closes() -> int:
    sys.stdout.close()
    return 1
"""


@pytest.fixture
def noisy(folder: Path) -> Path:
    (folder / "noisy.py").write_text(NOISY)
    return folder


@pytest.mark.parametrize("tool", ["prints", "starts_a_program", "closes"])
def test_what_tools_print_goes_beside_the_result(process: Rewoo, noisy: Path, tool: str) -> None:
    (noisy / "plan.rewoo").write_text(f"#E1 = {tool}()\nreturn #E1\n")
    ended = process("run", "--json", "plan.rewoo", "--tools", "noisy:noisy")
    assert (ended.code, json.loads(ended.out)["value"]) == (0, 1)
    said = {"prints": ("printed", "never flushed"), "starts_a_program": ("from a program",), "closes": ("imported",)}
    assert all(one in ended.err for one in said[tool])


def test_what_a_module_of_tools_prints_does_not_spoil_the_manifest(process: Rewoo, noisy: Path) -> None:
    ended = process("tools", "--json", "--tools", "noisy:noisy")
    assert {one["name"] for one in json.loads(ended.out)["tools"]} >= {"prints", "closes"}
    assert "imported" in ended.err


def test_a_result_that_cannot_be_written_is_said_plainly(folder: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs a device that is always full")
    (folder / "plan.rewoo").write_text("return 1\n")
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*COMMAND, "run", "plan.rewoo"], cwd=folder, env=environment(), stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert "error: standard output cannot be written" in ended.stderr


def test_a_run_goes_on_where_its_progress_cannot_be_written(folder: Path) -> None:
    (folder / "plan.rewoo").write_text('#E1 = search(query="a", k=1)\nreturn #E1\n')
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as broken:
        ended = subprocess.run(
            [*COMMAND, "run", "plan.rewoo", "--tools", "my_tools:registry"], cwd=folder, env=environment(),
            stdout=subprocess.PIPE, stderr=broken, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (ended.returncode, json.loads(ended.stdout)) == (0, ["a 0"])
