"""Every case of `specs/conformance/*.json` on the asyncio driver: what a plan means, sentence by sentence."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rewoo_dsl.testing.conformance import Case, load_cases, run_case

FOLDER = Path(__file__).parents[2] / "specs" / "conformance"
NOT_RUNS = ("expressions.json",)
FILES = [path for path in sorted(FOLDER.glob("*.json")) if path.name not in NOT_RUNS]
CASES = [case for path in FILES for case in load_cases(path)]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    assert run_case(case) == []


def test_every_name_stands_for_one_case() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_every_case_says_what_it_is_about_and_expects_something() -> None:
    assert [case.name for case in CASES if not case.sentence or not case.expect] == []


def test_the_table_of_sentences_names_the_cases() -> None:
    """A reader of the table sees that nothing is missing; what is only told there would be."""
    rows = [line.split(" | ") for line in (FOLDER / "README.md").read_text("utf-8").splitlines()]
    told = {name for row in rows if len(row) == 3 for name in re.findall(r"`(\w+)`", row[2])}
    short_walk = {case.name for path in FILES if path.stem.startswith("steps") for case in load_cases(path)}
    names = {case.name for case in CASES}
    assert sorted(told - names) == []
    assert sorted(names - short_walk - told) == []
