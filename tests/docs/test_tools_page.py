"""What the page on tools shows is what happens: its server serves, its Python runs, its commands and options exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w ]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
SERVER = next(text for kind, text in BLOCKS if kind == "python server")
PYTHON = [text for kind, text in BLOCKS if kind == "python"]


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (PYTHON[0], "B4\n"),
        (PYTHON[1], '`petId` of `get_pet` does not fit: expected int, found "seven"\n'),
        (PYTHON[2], "0.001\n"),
        (PYTHON[3], f"{3 * (20_000 + 256 + 2_000)}.0\n"),
    ],
    ids=["mcp", "openapi", "cost", "llm"],
)
def test_the_python_runs(tmp_path: Path, code: str, printed: str) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (printed, "")


def test_every_option_it_names_exists() -> None:
    command = [sys.executable, "-m", "rewoo_dsl.interfaces.cli", "run", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for option in set(re.findall(r"--[a-z][a-z-]*", PAGE)) - {"--json"}:
        assert option in told, option
