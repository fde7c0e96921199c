"""What the catalogue shows of each code is true: the wrong plan gives exactly this code, the right one silence."""

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS, Code
from rewoo_dsl.diag.diagnostic import Severity
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}
RANK = [Severity.NOTE, Severity.WARNING, Severity.ERROR]
SHOWN = [code for code in CODES.values() if code.wrong]


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.number)
def test_the_wrong_plan_gives_this_code_and_nothing_as_bad(code: Code) -> None:
    found = check(code.wrong, TOOLS).diagnostics
    as_bad = {one.code for one in found if RANK.index(one.severity) >= RANK.index(code.severity)}
    assert as_bad == {code.number}, found


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.number)
def test_the_right_plan_gives_silence(code: Code) -> None:
    report = check(code.right, TOOLS)
    assert report.diagnostics == ()
    assert report.linked is not None
