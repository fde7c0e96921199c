"""What the page on testing shows is what happens: its files are a project, and its tests pass."""

import re
import subprocess
import sys
from pathlib import Path

import rewoo_dsl.testing
from rewoo_dsl.testing.faults import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```python (\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_its_tests_pass(tmp_path: Path) -> None:
    for name, text in FILES:
        with (tmp_path / name).open("a") as file:
            file.write(text + "\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shop.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "7 passed" in done.stdout, done.stdout + done.stderr


def test_every_name_it_imports_is_public() -> None:
    for names in re.findall(r"from rewoo_dsl\.testing import (.*)", PAGE):
        assert {one.strip() for one in names.split(",")} <= set(rewoo_dsl.testing.__all__)


def test_it_names_every_kind_of_fault() -> None:
    table = PAGE[PAGE.index("| kind |") : PAGE.index("The same in a real run")]
    assert {name for name in KINDS if f"`{name}" not in table} == set()
