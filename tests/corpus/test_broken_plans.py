"""Plans broken in one way each: every one gets an error, at the right place (tests/golden/broken_plans.txt)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rewoo_dsl import Report, check
from rewoo_dsl.tools.manifest import read_manifest

DESIGN = Path(__file__).parents[1] / "data" / "design"
BROKEN = [json.loads(line) for line in (DESIGN / "broken_plans.jsonl").read_text(encoding="utf-8").splitlines()]


def report(row: dict) -> Report:
    tools = None if row["kind"] == "syn" else read_manifest((DESIGN / "nestful_tools.json").read_text(encoding="utf-8"))
    return check(row["plan"], tools)


@pytest.mark.parametrize("row", BROKEN, ids=lambda row: f"{row['kind']}-{row['name']}")
def test_a_broken_plan_has_a_placed_error(row: dict) -> None:
    errors = [one for one in report(row).diagnostics if one.is_error]
    assert errors
    assert all(one.span is not None and one.span.end <= len(row["plan"]) for one in errors)


def test_places_and_words(golden: Callable[[str, str], None]) -> None:
    lines = []
    for row in BROKEN:
        lines.append(f"{row['kind']}: {row['name']}")
        for one in report(row).diagnostics:
            where = row["plan"][one.span.start : one.span.end] if one.span else ""
            lines.append(f"  {one.severity} {one.code} at `{where}`: {one.message}")
    golden("broken_plans.txt", "\n".join(lines) + "\n")
