"""What the safe fixes do to plans: each slip that has one, and laws over plans that were damaged at random."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from plan_texts import mutated, plan_texts

from rewoo_dsl.checker import check
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS, Code
from rewoo_dsl.diag.diagnostic import Diagnostic
from rewoo_dsl.diag.fixes import settle
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}

SLIPS = [
    ('#E1 = serach(query="a")\nreturn #E1\n', '#E1 = search(query="a")\nreturn #E1\n'),
    ('#pages = search(query="a")\nreturn #page\n', '#pages = search(query="a")\nreturn #pages\n'),
    ('#pages = search(query="a")\n#E1 = llm(prompt="Sum up #{page}.")\nreturn #E1\n',
     '#pages = search(query="a")\n#E1 = llm(prompt="Sum up #{pages}.")\nreturn #E1\n'),
    ('#E1 = search(qeury="a")\nreturn #E1\n', '#E1 = search(query="a")\nreturn #E1\n'),
    ('#E1 = search(query="a"\nreturn #E1\n', '#E1 = search(query="a")\nreturn #E1\n'),
    ('#E1 = search(query="a" // all\nreturn #E1\n', '#E1 = search(query="a") // all\nreturn #E1\n'),
    ('#E1 = search(\n  query="a", // all\n\nreturn #E1\n', '#E1 = search(\n  query="a",) // all\n\nreturn #E1\n'),
    ('#E1 = search(query=max(["a", "b"\nreturn #E1\n', '#E1 = search(query=max(["a", "b"]))\nreturn #E1\n'),
    ('#E1 = search(query=max(["a", "b"))\nreturn #E1\n', '#E1 = search(query=max(["a", "b"]))\nreturn #E1\n'),
    ('#E1 = search(query="a b)\nreturn #E1\n', '#E1 = search(query="a b")\nreturn #E1\n'),
    ('#E1 = search(query="a)\n#E2 = search(query=\'b)\nreturn [#E1, #E2]\n',
     '#E1 = search(query="a")\n#E2 = search(query=\'b\')\nreturn [#E1, #E2]\n'),
    ("#E1 = weather(city=\"Oslo\", day=None)\nreturn #E1\n", '#E1 = weather(city="Oslo", day=null)\nreturn #E1\n'),
    ("return [True, False]\n", "return [true, false]\n"),
    ('E1 = search(query="a")\nreturn #E1\n', '#E1 = search(query="a")\nreturn #E1\n'),
    ('#E1 search(query="a")\nreturn #E1\n', '#E1 = search(query="a")\nreturn #E1\n'),
    ('#E1 = search("a", 3)\nreturn #E1\n', '#E1 = search("a", k=3)\nreturn #E1\n'),
    ('#E1 = llm(prompt=Wikipedia("Milhouse"))\nreturn #E1\n',
     '#E2 = Wikipedia("Milhouse")\n#E1 = llm(prompt=#E2)\nreturn #E1\n'),
    ('Plan: One.\n#E1 = llm(prompt=Wikipedia(Location()) + Wikipedia("b"))\nreturn #E1\n',
     '#E2 = Location()\n#E3 = Wikipedia(#E2)\n#E4 = Wikipedia("b")\n'
     'Plan: One.\n#E1 = llm(prompt=#E3 + #E4)\nreturn #E1\n'),
    ('#E1 = llm(prompt="Sum up #E2")\n#E2 = search(query="a")\nreturn #E1\n',
     '#E2 = search(query="a")\n#E1 = llm(prompt="Sum up #E2")\nreturn #E1\n'),
    ('E1 = serach(qeury="a", k=None\nreturn #e1', '#E1 = search(query="a", k=null)\nreturn #E1'),
]  # fmt: skip
"""A plan with slips, and what its safe fixes make of it."""

LEFT_ALONE = [
    '#E1 = search(query="a, k=3)\nreturn #E1\n',  # where the text ends, nobody can say
    '#E1 = search(query="say "a" now)\nreturn #E1\n',
    '#E1 = search(query="a" retry 2\nreturn #E1\n',
    '#E1 = llm(prompt=Wikipedia("a")) if 1 > 2\nreturn [#E1]\n',  # pulled out, the call would always be made
    '#E1 = llm(prompt="a" if 1 > 2 else Wikipedia("a"))\nreturn #E1\n',
    '#E1 = llm(prompt=uper("a"))\nreturn #E1\n',  # a built-in, misspelt
    '#E1 = weather("Oslo", "x", "y")\nreturn #E1\n',  # more values than parameters
    '#E1 = send_email(["a"], "b")\nreturn #E1\n',  # fewer values than parameters
    '#E1 = search(query="a")\n#E2 = search(query="b")\nreturn [#E1, #E2, #E3]\n',  # two names are as near
    '#E1 = search(query="a")\nreturn #E2\n',  # perhaps a step is missing
    '#E1 = search(query="a")\n#E2 = seal(key="a", text="b")\nreturn #E1\n',  # another letter, another word
]
"""Plans with errors and no fix that their author surely meant."""


def find(text: str) -> Sequence[Diagnostic]:
    return check(text, TOOLS).diagnostics


@pytest.mark.parametrize(("broken", "mended"), SLIPS)
def test_a_slip_is_mended_as_it_was_meant(broken: str, mended: str) -> None:
    fixed = settle(broken, find)
    assert fixed.text == mended
    assert not [one for one in fixed.left if one.is_error and one.code != "RW201"]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_may_have_been_meant_otherwise_is_left(text: str) -> None:
    fixed = settle(text, find)
    assert (fixed.text, fixed.applied) == (text, ())
    assert any(one.is_error for one in fixed.left)


@pytest.mark.parametrize("code", [code for code in CODES.values() if code.wrong], ids=lambda code: code.number)
def test_wrong_plans_of_the_catalogue_only_get_better(code: Code) -> None:
    text = code.wrong
    fixed = settle(text, find)
    assert len([one for one in fixed.left if one.is_error]) <= len([one for one in find(text) if one.is_error])
    assert bool(fixed.applied) == (fixed.text != text)


def stages(found: Sequence[Diagnostic], known: Sequence[str]) -> list[int]:
    """How many errors there are that keep a statement from being read, and then of each code."""
    errors = [one.code for one in found if one.is_error]
    unread = [code for code in errors if code < "RW050" and code not in ("RW007", "RW020", "RW021")]
    return [len(unread), *(errors.count(code) for code in known)]


@settings(max_examples=150)
@given(mutated(plan_texts(lines=True)))
def test_damaged_plans_only_get_better(text: str) -> None:
    """Fewer errors of the first stage that differs; those of later stages may only now be seen."""
    before = find(text)
    fixed = settle(text, find)
    assert fixed.left == tuple(find(fixed.text))
    known = [code for code in CODES if code > "RW050" or code in ("RW007", "RW020", "RW021")]
    assert stages(fixed.left, known) <= stages(before, known)
    if any(one.finding.is_error for one in fixed.applied):
        assert stages(fixed.left, known) < stages(before, known)
    assert settle(fixed.text, find).text == fixed.text
