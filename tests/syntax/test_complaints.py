"""What is said of broken statements: a golden file of all of it, and the catalogue's own wrong and right plans."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rewoo_dsl.diag.codes._code import Code
from rewoo_dsl.diag.codes.syntax import CODES
from rewoo_dsl.diag.diagnostic import Diagnostic, Severity
from rewoo_dsl.syntax.parser import parse

CASES = (Path(__file__).parent / "broken.rewoo.txt").read_text(encoding="utf-8").split("---\n")


def described(text: str, one: Diagnostic) -> str:
    """A finding in a few lines, its place shown under its line."""
    assert one.span is not None
    start = text.rfind("\n", 0, one.span.start) + 1
    line = text[start:].split("\n", 1)[0]
    width = max(1, min(one.span.end, start + len(line)) - one.span.start)
    lines = [f"    {line}", f"    {' ' * (one.span.start - start)}{'^' * width}"]
    lines.append(f"{one.code} {one.severity}: {one.message}")
    lines += [f"  hint: {one.hint}"] if one.hint else []
    lines += [f"  allowed: {'  '.join(one.allowed)}"] if one.allowed else []
    lines += [f"  also: {related.message}" for related in one.related]
    for fix in one.fixes:
        fixed = text
        for edit in reversed(fix.edits):
            fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
        shown = fixed.rstrip("\n").replace("\n", "\n        ")
        lines.append(f"  {'safe fix' if fix.safe else 'fix'}: {fix.message}\n        {shown}")
    return "\n".join(lines)


def test_findings_of_broken_statements(golden: Callable[[str, str], None]) -> None:
    pages = []
    for case in CASES:
        found = parse(case).diagnostics
        assert found, case
        pages.append(case + "\n" + "\n".join(described(case, one) for one in found))
    golden("syntax_findings.txt", f"\n{'-' * 100}\n".join(pages) + "\n")


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_safe_fixes_help(case: str) -> None:
    """Each safe fix alone leaves a text with no new errors, and without the one it is for."""
    before = parse(case)
    for one in before.diagnostics:
        for fix in one.fixes:
            if not fix.safe:
                continue
            fixed = case
            for edit in reversed(fix.edits):
                fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
            after = parse(fixed)
            assert len(after.diagnostics) < len(before.diagnostics)
            assert len(after.errors) <= len(before.errors)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.slug)
def test_wrong_and_right_plans_of_a_code(code: Code) -> None:
    order = [Severity.NOTE, Severity.WARNING, Severity.ERROR]
    found = parse(code.wrong).diagnostics
    assert {one.code for one in found if order.index(one.severity) >= order.index(code.severity)} == {code.number}
    assert {one.severity for one in found if one.code == code.number} == {code.severity}
    assert not parse(code.right).diagnostics


def test_numbers_and_slugs_are_unique() -> None:
    assert len({code.number for code in CODES}) == len({code.slug for code in CODES}) == len(CODES)
    assert all(code.number.startswith("RW0") and int(code.number[2:]) < 50 for code in CODES)


def test_every_code_is_reported_by_some_case() -> None:
    reported = {one.code for case in CASES for one in parse(case).diagnostics}
    reported |= {one.code for code in CODES for one in parse(code.wrong).diagnostics}
    assert reported == {code.number for code in CODES}
