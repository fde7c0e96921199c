"""Every code of the catalogue: its number, its words, its wrong plan and its right one."""

import re

import pytest

from rewoo_dsl.checker.check import check
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS, FAMILIES, Code
from rewoo_dsl.diag.diagnostic import Severity
from rewoo_dsl.diag.explain import explain, find, near
from rewoo_dsl.ir.signature import Signature

TOOLS = [Signature.model_validate(one) for one in EXAMPLE_TOOLS]
SHOWN = [code for code in CODES.values() if code.wrong]
DIGITS = {
    "syntax": "0",
    "structure": "0",
    "batch": "0",
    "dialects": "0",
    "names": "1",
    "types": "2",
    "graph": "3",
    "budget": "5",
    "tools": "7",
}
DIGITS |= {"models": "8", "run": "6", "flow": "4"}


def test_every_number_and_slug_is_used_once() -> None:
    declared = [code for family in FAMILIES.values() for code in family]
    assert len({code.number for code in declared}) == len(declared)
    assert len({code.slug for code in declared}) == len(declared)


@pytest.mark.parametrize("family", FAMILIES)
def test_numbers_belong_to_their_family_in_order(family: str) -> None:
    numbers = [code.number for code in FAMILIES[family]]
    assert numbers == sorted(numbers)
    assert all(re.fullmatch(rf"RW{DIGITS[family]}\d\d", number) for number in numbers)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.number)
def test_a_code_says_what_it_is(code: Code) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.slug)
    assert code.summary == code.summary.strip().rstrip(".")
    assert len(code.explanation.strip()) > 20
    assert bool(code.wrong) == bool(code.right)
    shown = explain(code.number)
    assert shown is not None
    assert code.slug in shown
    assert find(code.slug) is code


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.number)
def test_the_wrong_plan_gives_exactly_this_code(code: Code) -> None:
    """Nothing else as severe: an error may leave a step unread, and the warning about that is fair."""
    order = list(Severity)
    found = [
        one for one in check(code.wrong, TOOLS).diagnostics if order.index(one.severity) <= order.index(code.severity)
    ]
    assert {one.code for one in found} == {code.number}, [(one.code, one.message) for one in found]
    assert all(one.severity is code.severity for one in found)
    assert all(one.span is not None for one in found)


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.number)
def test_the_right_plan_gives_silence(code: Code) -> None:
    found = check(code.right, TOOLS).diagnostics
    assert not found, [(one.code, one.message) for one in found]


def test_codes_are_found_in_any_case_and_near_ones_suggested() -> None:
    assert find("rw050") is CODES["RW050"]
    assert find("duplicate-statement") is CODES["RW050"]
    assert explain("RW999") is None
    assert "duplicate-statement" in near("duplicate-statment")
