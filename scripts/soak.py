"""Random plans under all laws, for as long as it is told: `make soak`, `scripts/soak.py --seconds 3600 --jobs 2`.

Prints what was tried and what was never hit. What breaks a law is made small, written to a file, and told; then the
exit code is 1. `rewoo replay FILE` runs it again.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from rewoo_dsl.testing.soak import soak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = float(os.environ.get("SOAK_SECONDS", "60"))
    parser.add_argument("--seconds", type=float, default=usual, help="how long; default: SOAK_SECONDS, or 60")
    parser.add_argument("--plans", type=int, help="stop after so many plans")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="what everything is drawn from")
    parser.add_argument("--first", type=int, default=0, help="the number of the first plan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: one a core")
    parser.add_argument("--save", type=Path, default=Path("."), help="the folder for failures")
    options = parser.parse_args()

    def say(text: str) -> None:
        print(f"seed {options.seed}: {text}", file=sys.stderr, flush=True)

    report = soak(
        seconds=options.seconds, plans=options.plans, seed=options.seed, first=options.first, jobs=options.jobs, say=say
    )
    print(report.text())
    for place, failure in enumerate(report.failures):
        file = failure.write(options.save / f"failure-{options.seed}-{place}.json")
        told = "\n".join(f"  {one}" for one in failure.found)
        print(f"law {failure.law} is broken:\n{told}\nto see it again: rewoo replay {file}\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
