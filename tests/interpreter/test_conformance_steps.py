"""Every sentence of "What a step means" as a case, on the asyncio driver."""

from pathlib import Path

import pytest

from rewoo_dsl.testing.conformance import Case, load_cases, run_case

CASES = [
    case
    for path in sorted((Path(__file__).parents[2] / "specs" / "conformance").glob("steps*.json"))
    for case in load_cases(path)
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    assert run_case(case) == []


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_case_that_expects_otherwise_does_not_pass() -> None:
    case = Case("wrong", "A case can fail.", "#E1 = 1 + 1\n", {"evidence": {"E1": 3}, "states": {"E2": "failed"}})
    assert run_case(case) == ["evidence: #E1 is 2, expected 3", "states: #E2 has none, expected 'failed'"]
