"""What the README shows is what happens: its Python runs, its plans check, its pictures are the real ones."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rewoo_dsl as rw
from rewoo_dsl.agent import llm_tool
from specs.examples import tools as example_tools

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
PLANS = [text for language, text in BLOCKS if not language and "#E1 = " in text and "error[" not in text]


def rewoo(*arguments: str, given: str = "") -> str:
    command = [sys.executable, "-m", "rewoo_dsl.interfaces.cli", *arguments]
    environment = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture
def registry() -> rw.Registry:
    tools = rw.Registry(*example_tools.registry.values())
    tools.add(llm_tool(rw.Endpoint(base_url="http://127.0.0.1:9", api_key="unused").model("unused")))
    return tools


def test_the_first_plan_checks_without_a_finding(registry: rw.Registry) -> None:
    report = rw.check(PLANS[0], registry)
    assert report.diagnostics == ()
    assert rw.format_source(PLANS[0]) == PLANS[0]


def test_the_python_runs() -> None:
    whole = next(text for language, text in BLOCKS if language == "python" and "import rewoo_dsl" in text)
    exec(compile(whole, "README.md", "exec"), {"__name__": "readme"})


def test_the_picture_is_the_one_that_is_drawn() -> None:
    assert rewoo("graph", "specs/examples/supplier_alert.rewoo").strip() in README


def test_the_findings_are_the_ones_that_are_reported() -> None:
    found = rewoo("check", "-", "--tools", "specs.examples.tools:registry", given=PLANS[1])
    shown = next(text for _, text in BLOCKS if text.startswith("error["))
    assert found.strip().replace("<stdin>", "plan.rewoo") == shown.strip()


def test_every_command_it_names_exists() -> None:
    known = rewoo("--help")
    for command in set(re.findall(r"rewoo ([a-z]+)", README)):
        assert command in known, command


def test_it_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w./]+)\)", README))
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} <= linked
    assert {one for one in linked if not (ROOT / one).exists()} == set()
