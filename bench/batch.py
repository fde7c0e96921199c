"""10,000 small plans through `rewoo check --jsonl`, the whole command, with one process and with two.

`python -m bench.batch` prints plans per second; `rows` puts the same into the table.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from .dialects import samples
from .measure import Row, compare

PLANS = 10_000


@contextmanager
def batch() -> Iterator[str]:
    """A file with real plans of every format in turn, the same ones over and over."""
    plans = [{"plan": text, "dialect": dialect} for dialect, texts in samples() for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plans.jsonl"
        lines = (json.dumps({"id": number} | plan) for number, plan in enumerate(islice(cycle(plans), PLANS)))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield str(path)


def seconds(path: str, jobs: int) -> float:
    command = [sys.executable, "-m", "rewoo_dsl.interfaces.cli", "check", "--jsonl", path, "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def rows() -> list[Row]:
    with batch() as path:
        return [
            compare(
                f"--jsonl, {PLANS:,} small plans, two processes",
                lambda: seconds(path, 2),
                "one process",
                lambda: seconds(path, 1),
                units=PLANS,
                rounds=3,
                goal="< 1x",
            )
        ]


def main() -> None:
    with batch() as path:
        for jobs in (1, 2):
            spent = seconds(path, jobs)
            print(f"{PLANS:,} plans, {jobs} of {os.cpu_count()} cores: {spent:.1f} s, {PLANS / spent:,.0f} plans/s")


if __name__ == "__main__":
    main()
