"""Builds the wheel, installs it in a fresh environment and uses it from another folder.

What this proves: grammar and schemas travel inside the wheel and are found there, the command is installed, and the
plain install (no extras) is enough to parse, check and run a plan.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent

PLAN = "Plan: Add.\n#E1 = sum([1, 2, 3])\nreturn #E1\n"

PROBE = """
import json, sys, rewoo_dsl
from pathlib import Path
from rewoo_dsl._resources import resource
assert Path(rewoo_dsl.__file__).is_relative_to(sys.prefix), rewoo_dsl.__file__
assert resource("grammar", "plan.lark").is_relative_to(sys.prefix)
for path in sorted(resource("schemas").glob("*.json")):
    json.loads(path.read_text())
    print("found", path.name)
assert rewoo_dsl.run_sync(rewoo_dsl.parse(sys.argv[1]), rewoo_dsl.Registry()).value == 6
heavy = {"openai", "rich", "hypothesis"} & set(sys.modules)
assert not heavy, heavy
"""


def command(*parts: object, cwd: Path) -> str:
    """Runs a command and gives what it printed; stops with its output when it fails."""
    done = subprocess.run([str(p) for p in parts], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, parts))} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        command(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", there / "dist", ROOT, cwd=there)
        wheel = next((there / "dist").glob("*.whl"))
        venv.create(there / "env", with_pip=True)
        python = there / "env" / "bin" / "python"
        command(python, "-m", "pip", "install", "--quiet", wheel, cwd=there)
        (there / "plan.rewoo").write_text(PLAN)
        print(command(python, "-c", PROBE, PLAN, cwd=there), end="")
        print(command(there / "env" / "bin" / "rewoo", "check", "plan.rewoo", cwd=there), end="")
        print(command(there / "env" / "bin" / "rewoo", "run", "plan.rewoo", cwd=there), end="")
        print(f"{wheel.name}: installed, checked and ran a plan")


if __name__ == "__main__":
    main()
