"""Cold start: CPU seconds of a whole process, from `exec` to exit, with bytecode as `pip install` leaves it."""

import compileall
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import rewoo_dsl

from .measure import Row, compare

PLAN = """\
Goal: Who is Milhouse named after?
Plan: Search for more information about Milhouse.
#E1 = Wikipedia[Milhouse]
Plan: Find out who Matt Groening named Milhouse after.
#E2 = LLM[Who did Matt Groening name Milhouse after? Given context: #E1]
Plan: Two more, in parallel.
#E3 = Wikipedia[Matt Groening]
#E4 = Wikipedia["#E2"]
Plan: Put it together.
#E5 = LLM[Given #E2, #E3 and #E4: who is it?]
Solve: Answer from #E5.
"""


def cpu_seconds(*command: str) -> float:
    """User and system time of one process, as the operating system counts it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def rows() -> list[Row]:
    compileall.compile_dir(Path(rewoo_dsl.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.rewoo"
        plan.write_text(PLAN)
        rewoo = str(Path(sys.executable).with_name("rewoo"))
        return [
            compare(
                "cold `rewoo check`, 5 steps",
                lambda: cpu_seconds(rewoo, "check", str(plan)),
                "`import lark, pydantic`",
                lambda: cpu_seconds(sys.executable, "-c", "import lark, pydantic"),
                rounds=9,
                goal="≤ 2x",
            )
        ]
