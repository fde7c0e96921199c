"""What the page on hosting shows is what happens: its Python runs, in order, and its table has every limit."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import rewoo_dsl as rw
from rewoo_dsl.trace.events import Reason

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w ]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| `\w+` ", line)]
MIB = 1 << 20


def test_the_python_runs(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(next(text for kind, text in BLOCKS if kind == "python service"), "utf-8")
    code = "\n".join(text for kind, text in BLOCKS if kind == "python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("2 prices were asked for 20 runs\n", "")


def test_the_table_has_every_limit_with_what_it_is_unless_said() -> None:
    assert {row[0]: row[1] for row in ROWS} == {
        f"`{one.name}`": _said(getattr(rw.Limits(), one.name)) for one in fields(rw.Limits)
    }


def test_its_reasons_are_those_of_steps() -> None:
    reasons = {word for row in ROWS for word in re.findall(r"`(\w+)`", row[3])}
    assert "budget" in reasons
    assert reasons <= set(Reason.__args__)


def _said(value: object) -> str:
    match value:
        case None:
            return "no ceiling"
        case dict():
            return "by tool"
        case int() if value >= MIB:
            return f"{value // MIB} MiB"
        case _:
            return f"{value:g}"
