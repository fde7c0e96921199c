"""`make bench`: every comparison in one run, as one table."""

import os
import platform
import sys

from . import batch, checking, cold, dialects, running
from .measure import table


def main() -> None:
    rows = []
    for module in (cold, checking, dialects, batch, running):
        print(f"timing {module.__name__.split('.')[-1]} …", file=sys.stderr)
        rows += module.rows()
    print(f"CPython {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores; ratios of medians\n")
    print(table(rows))


if __name__ == "__main__":
    main()
