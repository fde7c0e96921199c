"""`make bench`: every comparison in one run, printed, and written into `docs/speed.md`.

`python -m bench SECTION…` times some of it and leaves the other figures in the document as they are.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from . import batch, checking, cold, contest, crowd, dialects, growth, journaling, running
from .document import write
from .measure import Table, table

SECTIONS: dict[str, Callable[[], list[Table]]] = {
    "schedulers": contest.tables,
    "runs": lambda: [table("Runs", running.rows())],
    "growth": growth.tables,
    "journal": journaling.tables,
    "crowd": lambda: [table("Many runs in one process, and plain functions", crowd.rows())],
    "checking": lambda: [table("From text to checked plan", cold.rows() + checking.rows() + batch.rows())],
    "dialects": lambda: [table("Plans in other formats", dialects.rows())],
}

DOCUMENT = Path(__file__).parent.parent / "docs" / "speed.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Times rewoo_dsl beside what one would pick.")
    parser.add_argument("section", nargs="*", choices=[*SECTIONS, []], help=", ".join(SECTIONS))
    for name in parser.parse_args().section or SECTIONS:
        print(f"timing {name} …", file=sys.stderr)
        tables = SECTIONS[name]()
        print(*tables, sep="\n\n", end="\n\n")
        write(DOCUMENT, name, tables)


if __name__ == "__main__":
    main()
