"""What a cold start must not load: the price of `rewoo check` is counted in modules here, and in time by `bench/`."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import environment

from rewoo_dsl.interfaces.cli import main

EXAMPLES = sorted((Path(__file__).parents[2] / "specs" / "examples").glob("*.rewoo"))
HEAVY = {
    "asyncio", "difflib", "email", "http", "httpx", "hypothesis", "importlib.metadata", "importlib.resources",
    "jsonschema", "lark", "multiprocessing", "networkx", "openai", "pydantic.plugin._loader", "rich", "socket",
    "sqlite3", "ssl", "subprocess", "unittest", "xml",
}  # fmt: skip
"""`pydantic.plugin._loader` is met when pydantic builds a validator: it looks through all that is installed."""

OTHER_ROOMS = {"agent", "interpreter", "llm", "rag", "testing", "tools", "trace"}


def loaded(code: str) -> set[str]:
    """The modules of a fresh process after `code`."""
    whole = f"import sys\n{code}\nprint('loaded:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", whole], env=environment(), capture_output=True, check=True, text=True, encoding="utf-8"
    )
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("plan", EXAMPLES, ids=lambda plan: plan.stem)
def test_check_loads_nothing_heavy(plan: Path) -> None:
    found = loaded(f"from rewoo_dsl.interfaces.cli import main\nassert main(['check', {str(plan)!r}]) == 0")
    assert "rewoo_dsl.checker.check" in found
    assert not found & HEAVY
    assert not {name for name in found if name.startswith("rewoo_dsl.") and name.split(".")[1] in OTHER_ROOMS}


def test_check_builds_no_validator() -> None:
    """Reading text makes every part of a plan without pydantic; a third of the time went into its validators."""
    loaded(
        f"from rewoo_dsl.interfaces.cli import main\nassert main(['check', {str(EXAMPLES[0])!r}]) == 0\n"
        "from rewoo_dsl.ir import expr, plan\n"
        "parts = [one for room in (expr, plan) for one in vars(room).values() if hasattr(one, 'model_fields')]\n"
        "assert len(parts) > 15\n"
        "assert not [one for one in parts if one.__pydantic_complete__]"
    )


@pytest.mark.parametrize("code", ["import rewoo_dsl", "import rewoo_dsl.interfaces.cli"])
def test_the_package_and_the_command_line_are_next_to_nothing(code: str) -> None:
    found = loaded(code)
    assert not {"pydantic", "rewoo_dsl.ir", "rewoo_dsl.syntax"} & found
    assert not found & HEAVY


def test_a_command_runs_with_the_garbage_collector_on() -> None:
    assert main(["explain", "RW101"]) == 0
    assert gc.isenabled()
