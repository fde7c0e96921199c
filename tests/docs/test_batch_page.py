"""What the page on batches shows is what happens: its batch gives its report and its summary, its Python runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

from rewoo_dsl.evals.lines import Line

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
BATCH, REPORT = (text for language, text in BLOCKS if language == "jsonl")


def checked() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rewoo_dsl.interfaces.cli", "check", "--jsonl", "-"]
    return subprocess.run(command, cwd=ROOT, input=BATCH, capture_output=True, text=True, check=False)


def test_the_batch_gives_the_report_and_the_summary() -> None:
    done = checked()
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == REPORT.splitlines()
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True, False, True, False]
    assert done.stderr == next(text for language, text in BLOCKS if language == "text")


def test_the_python_runs() -> None:
    exec(compile(next(text for language, text in BLOCKS if language == "python"), "batch.md", "exec"), {})


def test_the_table_names_every_key_of_a_line() -> None:
    rows = {
        key for row in re.findall(r"^\| (`\w+`[^|]*) \|", PAGE, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    }
    assert {name for name in Line.__dataclass_fields__ if name != "problems"} | {"expected", "dialect"} <= rows
