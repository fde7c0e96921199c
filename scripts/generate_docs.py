"""Writes docs/codes.md from the catalogue of codes; with --check, only says whether it is up to date."""

import sys
from pathlib import Path

from rewoo_dsl.diag.reference import reference

PAGE = Path(__file__).parent.parent / "docs" / "codes.md"


def is_stale() -> bool:
    """Whether the page does not hold what it should."""
    return not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != reference()


def main() -> int:
    if "--check" in sys.argv[1:]:
        if is_stale():
            print(f"{PAGE.relative_to(PAGE.parent.parent)} is out of date; run make docs")
        return int(is_stale())
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
