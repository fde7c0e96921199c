"""Every rule on its case file in `specs/conformance/checker`: plans split by `---`, `//~ RW101` on the line."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.checker.rules import MEANING, STRUCTURE
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS
from rewoo_dsl.diag.lines import Lines
from rewoo_dsl.ir.signature import Signature

FOLDER = Path(__file__).parents[2] / "specs" / "conformance" / "checker"
TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}
LIBRARY = {
    "lib/profile.rewoo": "input name: str\n#E1 = weather(city=#name)\nreturn #E1\n",
    "lib/notify.rewoo": 'input name: str\n#E1 = send_email(to=[#name], subject="a", body="b")\nreturn #E1.sent\n',
}
EXPECTED = re.compile(r"//~((?:[ \t]+RW[0-9]{3})+)")
SHOWN_ELSEWHERE = {
    "unknown_function": "only a plan that came as data can name a built-in that does not exist",
    "too_deep": "only a plan that came as data is not cut by the parser",
}


def cases() -> list[object]:
    return [
        pytest.param(plan.strip("\n") + "\n", id=f"{file.stem}-{number}")
        for file in sorted(FOLDER.glob("*.rewoo"))
        for number, plan in enumerate(re.split(r"^---\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE), 1)
    ]


def expected(plan: str) -> Counter[tuple[int, str]]:
    """How often each code is expected on each line."""
    return Counter(
        (number, code)
        for number, line in enumerate(plan.split("\n"), 1)
        for found in EXPECTED.findall(line)
        for code in found.split()
    )


@pytest.mark.parametrize("plan", cases())
def test_exactly_the_expected_codes_are_found_on_their_lines(plan: str) -> None:
    report = check(plan, TOOLS, load=LIBRARY.__getitem__)
    lines = Lines(plan)
    found = Counter((lines.position(one.span.start).line, one.code) for one in report.diagnostics if one.span)
    assert found == expected(plan), "\n".join(f"{one.code} {one.message}" for one in report.diagnostics)
    assert all(one.span for one in report.diagnostics), "a finding without a place"
    assert (report.linked is not None) is report.ok


def test_every_rule_has_a_case_file_of_its_name() -> None:
    rules = {rule.__name__ for rule in (*STRUCTURE, *MEANING)} - SHOWN_ELSEWHERE.keys()
    assert rules == {file.stem for file in FOLDER.glob("*.rewoo")}


@pytest.mark.parametrize("rule", [*STRUCTURE, *MEANING], ids=lambda rule: rule.__name__)
def test_a_rule_names_the_codes_it_gives(rule: object) -> None:
    """Whoever finds the function, the case file or the code has found all three."""
    numbers = re.findall(r"RW[0-9]{3}", rule.__doc__ or "")
    assert numbers
    assert CODES[numbers[0]].slug.replace("-", "_") in (rule.__name__, "over_budget")
