"""The table of formats in the README is what `scripts/corpus_table.py` prints."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE = ROOT / "tests" / "data" / "corpus"


def printed(*words: str) -> str:
    command = [sys.executable, "scripts/corpus_table.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside here")
def test_the_readme_shows_the_table_as_it_is_printed() -> None:
    assert printed(str(CORPUS)) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_sample_has_a_row_for_each_format_and_is_read_whole() -> None:
    head, rule, *rows = printed("--timed", str(SAMPLE)).splitlines()
    assert head.count("|") == rule.count("|")
    assert len(rows) == len(list(SAMPLE.glob("*.jsonl")))
    for row in rows:
        assert row.count("|") == head.count("|")
        assert all(some == most for some, most in re.findall(r"(\d+) of (\d+)", row)), row
