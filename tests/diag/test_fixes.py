"""Fixes as edits: which are taken, which are left, and that nothing else of the text changes."""

from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.diag.diagnostic import Diagnostic, Edit, Fix, Severity, Span
from rewoo_dsl.diag.fixes import Applied, Fixed, apply, settle


def finding(
    *edits: tuple[int, int, str], safe: bool = True, code: str = "RW108", file: str | None = None
) -> Diagnostic:
    fix = Fix(message="so", edits=tuple(Edit(span=Span(a, b), text=text) for a, b, text in edits), safe=safe)
    return Diagnostic(code=code, message="wrong", fixes=(fix,), file=file)


def test_fixes_that_do_not_meet_are_all_applied() -> None:
    found = [finding((0, 1, "A")), finding((2, 3, "C"), (4, 4, "!"))]
    assert apply("abcde", found) == Fixed("AbCd!e", tuple(Applied(one, one.fixes[0]) for one in found), ())


def test_of_two_that_meet_the_first_is_taken() -> None:
    first, overlapping, touching, same_place = (
        finding((1, 3, "X")),
        finding((2, 4, "Y")),
        finding((3, 4, "Z")),
        finding((1, 1, "W")),
    )
    fixed = apply("abcdef", [first, overlapping, touching, same_place])
    assert fixed.text == "aXdef"
    assert fixed.left == (overlapping, touching, same_place)


def test_half_a_fix_is_never_applied() -> None:
    apart = finding((0, 1, "A"), (4, 5, "E"))
    assert apply("abcde", [finding((3, 4, "D")), apart]).text == "abcDe"


def test_what_is_not_safe_is_asked_for_and_alternatives_never_are() -> None:
    unsafe = finding((0, 1, "A"), safe=False)
    several = unsafe.model_copy(update={"fixes": unsafe.fixes * 2})
    assert apply("abc", [unsafe]).left == (unsafe,)
    assert apply("abc", [unsafe], unsafe=True).text == "Abc"
    assert apply("abc", [several], unsafe=True).text == "abc"


def test_findings_about_other_files_and_beyond_the_text_are_left() -> None:
    found = [finding((0, 1, "A"), file="lib.rewoo"), finding((2, 9, "C")), Diagnostic(code="RW101", message="no fix")]
    assert apply("abc", found) == Fixed("abc", (), tuple(found))


@given(
    st.text("abc\n", max_size=12), st.lists(st.tuples(st.integers(0, 14), st.integers(0, 4), st.text("XY", max_size=2)))
)
def test_what_no_fix_touches_stays(text: str, places: list[tuple[int, int, str]]) -> None:
    found = [finding((start, start + length, put)) for start, length, put in places]
    fixed = apply(text, found)
    assert len(fixed.applied) + len(fixed.left) == len(found)
    edits = sorted((one.fix.edits[0] for one in fixed.applied), key=lambda edit: edit.span)
    gaps = zip([0, *(edit.span.end for edit in edits)], [*(edit.span.start for edit in edits), len(text)], strict=True)
    kept = [text[start:end] for start, end in gaps]
    assert fixed.text == kept[0] + "".join(edit.text + rest for edit, rest in zip(edits, kept[1:], strict=True))


# --- again and again -----------------------------------------------------------------------------------------------


def letters(text: str) -> list[Diagnostic]:
    """One finding for each small letter, whose fix makes it a capital."""
    return [finding((at, at + 1, char.upper())) for at, char in enumerate(text) if char.islower()]


def test_settle_goes_on_until_nothing_is_left() -> None:
    fixed = settle("abc", letters)  # neighbours meet, so one round does not do
    assert (fixed.text, len(fixed.applied), fixed.left) == ("ABC", 3, ())


def test_a_fix_that_makes_it_worse_is_not_applied_and_the_others_are() -> None:
    def find(text: str) -> list[Diagnostic]:
        broken = [Diagnostic(code="RW001", message="broken")] * text.count("C")
        return broken + letters(text)

    fixed = settle("a-b-c-d", find)
    assert fixed.text == "A-B-c-D"
    assert len(fixed.left) == 1


def test_what_a_fix_brings_to_light_may_be_of_a_later_stage_only() -> None:
    def revealing(code: str) -> Fixed:
        later = Diagnostic(code=code, message="seen only now")
        return settle("a", lambda text: [finding((0, 1, "A"))] if text == "a" else [later, later])

    assert revealing("RW109").text == "A"
    assert revealing("RW108").text == "a"
    assert revealing("RW101").text == "a"


def test_fixes_of_warnings_count_when_no_error_comes_of_them() -> None:
    warning = finding((0, 1, "A")).model_copy(update={"severity": Severity.WARNING})
    assert settle("a", lambda text: [warning] if text == "a" else []).text == "A"
    error = Diagnostic(code="RW201", message="an error")
    assert settle("a", lambda text: [warning] if text == "a" else [error]).text == "a"


def test_a_fix_that_never_ends_ends() -> None:
    calls = 0

    def find(text: str) -> list[Diagnostic]:
        nonlocal calls
        calls += 1
        return [finding((0, 0, "x"))] * (1_000 - calls)

    settle("", find)
    assert calls < 100
