"""A folder with plans and tools, and `rewoo` in it: as a real process, and quickly inside this one."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TOOLS = """
import asyncio
import pathlib
from rewoo_dsl import Registry

registry = Registry()


@registry.tool(effect="read")
async def search(query: str, k: int = 3) -> list[str]:
    "Find pages."
    if query == "broken":
        raise ValueError("no such index")
    return [f"{query} {i}" for i in range(k)]


@registry.tool(effect="read")
async def wait(seconds: float) -> str:
    "Takes its time."
    pathlib.Path("started").touch()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        pathlib.Path("cancelled").touch()
        raise
    return "waited"


@registry.tool()
def mail(to: list[str], text: str) -> dict[str, int]:
    "Send a mail."
    with open("outbox", "a") as file:
        file.write(text + chr(10))
    return {"sent": len(to)}
"""

COMMAND = (sys.executable, "-m", "rewoo_dsl.interfaces.cli")
_NOT_PASSED_ON = (
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "REWOO_",
    "PYTHON",
)


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what changes how `rewoo` looks or whom it asks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED_ON)}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "100", **more}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Rewoo = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_tools.py").write_text(TOOLS)
    return tmp_path


@pytest.fixture
def process(folder: Path) -> Rewoo:
    """`process("check", "plan.rewoo", stdin=…, env={…})`: a real process in `folder`."""

    def run(*words: str, stdin: str | bytes = b"", env: Mapping[str, str] | None = None) -> Ended:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=folder,
            env=environment(**(env or {})),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return _without_our_bugs(Ended(done.returncode, done.stdout.decode(), done.stderr.decode()))

    return run


@pytest.fixture
def rewoo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Rewoo:
    """The same inside this process, which is many times faster: `main` with streams, folder and environment its own."""
    from rewoo_dsl.interfaces.cli import main

    def run(*words: str, stdin: str | bytes = b"", env: Mapping[str, str] | None = None) -> Ended:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        typed = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
        before = set(sys.modules)
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "path", list(sys.path))
            for name, stream in (("stdin", typed), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            for name in os.environ.keys() - environment().keys():
                patch.delenv(name)
            for name, value in {"COLUMNS": "100", **(env or {})}.items():
                patch.setenv(name, value)
            code = main(words)
        for name in set(sys.modules) - before:
            if (file := getattr(sys.modules[name], "__file__", None)) and Path(file).is_relative_to(folder):
                del sys.modules[name]
        return _without_our_bugs(Ended(code, *(_written(stream) for stream in (out, err))))

    return run


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    found = stream.buffer
    assert isinstance(found, io.BytesIO)
    return found.getvalue().decode()


def _without_our_bugs(ended: Ended) -> Ended:
    assert "Traceback" not in ended.err, ended.err
    assert ended.code != 3, ended.err
    return ended
