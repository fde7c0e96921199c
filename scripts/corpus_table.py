"""How well the readers of other people's plans read a corpus of them: one row a dialect.

    python scripts/corpus_table.py [--timed] [FOLDER]

FOLDER holds `<dialect>/plans.jsonl`; without one, the corpus beside the checkout is taken if it is there, else the
sample in tests/data. Columns: plans; of those with an expected reading, how many give exactly the steps, the edges, the
tools; of the broken ones, how many get the code of each fault that is named; of those that are sound in themselves and
at odds with the specifications of their tools, how many get an error of a kind that is named; with `--timed`, also the
time of reading. The README shows it, and a test compares the two.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewoo_dsl.checker.check import check
from rewoo_dsl.diag.diagnostic import Diagnostic
from rewoo_dsl.lowering.dialects import DIALECTS, Imported, read
from rewoo_dsl.tools.errors import ManifestError
from rewoo_dsl.tools.manifest import load_manifest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "tests" / "data" / "corpus"
CORPUS = ROOT.parent / "shared" / "corpus"
Row = dict[str, Any]

sys.path.insert(0, str(ROOT / "tests" / "dialects"))
from faults import expected_codes, odd_codes  # noqa: E402  # the table lives beside the tests that hold it


@dataclass
class Tally:
    """The counts of one dialect."""

    plans: int = 0
    sound: int = 0
    steps: int = 0
    edges: int = 0
    tools: int = 0
    broken: int = 0
    found: int = 0
    odd: int = 0
    odd_found: int = 0
    read_steps: int = 0
    seconds: float = 0.0

    def line(self, name: str, *, timed: bool) -> str:
        shares = [_share(one, self.sound) for one in (self.steps, self.edges, self.tools)]
        shares += [_share(self.found, self.broken), _share(self.odd_found, self.odd)]
        times = [f"{1e6 * self.seconds / max(self.read_steps, 1):.0f}"] if timed else []
        return f"| {' | '.join([name, str(self.plans), *shares, *times])} |"


def _share(some: int, all_: int) -> str:
    return f"{some} of {all_}" if all_ else ""


def rows(folder: Path, dialect: str) -> Iterator[Row]:
    """The plans of a dialect, with their tools in line."""
    path = folder / dialect / "plans.jsonl"
    path = path if path.is_file() else folder / f"{dialect}.jsonl"
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "tools_ref" in row:
                row["tools"] = json.loads((folder / row["tools_ref"]).read_text(encoding="utf-8"))
            yield row


def findings(found: Imported, row: Row) -> list[Diagnostic]:
    """What reading and checking say of a plan, against its tools where they can be read."""
    try:
        tools = None if row.get("tools") is None else load_manifest(row["tools"])
    except ManifestError:
        tools = None
    return found.located(check(found.plan, None if tools is None else found.signatures(tools)).diagnostics)


def judged(dialect: str, plans: Iterator[Row]) -> Tally:
    tally = Tally()
    read(DIALECTS[dialect].example, dialect)  # what is built when it is first needed is not timed
    for row in plans:
        start = time.perf_counter()
        found = read(row["plan"], dialect)
        tally.seconds += time.perf_counter() - start
        tally.read_steps += len(found.steps)
        tally.plans += 1
        if "expected" in row:
            tally.sound += 1
            tally.steps += found.ok and len(found.steps) == row["expected"]["steps"]
            tally.edges += set(found.edges) == {tuple(edge) for edge in row["expected"]["edges"]}
            tally.tools += list(found.tools) == row["expected"]["tools"]
            if odd := odd_codes(row):
                tally.odd += 1
                tally.odd_found += any(one.is_error and one.code in odd for one in findings(found, row))
        else:
            tally.broken += 1
            codes = {one.code for one in findings(found, row) if one.is_error}
            tally.found += all(code in codes for code in expected_codes(row["id"], row["broken"]))
    return tally


def table(folder: Path, *, timed: bool = False) -> Iterator[str]:
    """The lines of the table."""
    head = ["format", "plans", "steps exact", "edges exact", "tools exact", "faults found", "at odds with their tools"]
    head += ["µs a step"] if timed else []
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for name in DIALECTS:
        yield judged(name, rows(folder, name)).line(name, timed=timed)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well the readers of other people's plans read a corpus of them.")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=CORPUS if CORPUS.is_dir() else SAMPLE)
    parser.add_argument("--timed", action="store_true", help="show the time of reading, too")
    wanted = parser.parse_args()
    if not wanted.folder.is_dir():
        parser.error(f"{wanted.folder} is no folder")
    for line in table(wanted.folder, timed=wanted.timed):
        print(line)


if __name__ == "__main__":
    main()
