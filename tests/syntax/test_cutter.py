"""The cutter: for every text that the grammar accepts, the pieces are its statements; and linear on any text."""

from typing import Any

import engines
import plan_texts
import pytest
from hypothesis import given

from rewoo_dsl.syntax.cutter import Cutter, Gap, Piece, Remark, complete_pieces, cut
from rewoo_dsl.syntax.grammar import engine
from rewoo_dsl.syntax.limits import FILE
from rewoo_dsl.syntax.parser import parse


def pieces(text: str) -> list[Piece]:
    return [one for one in cut(text, FILE) if isinstance(one, Piece)]


def texts(text: str) -> list[str]:
    return [one.flat(text) for one in pieces(text)]


def grammar_statements(text: str) -> list[str]:
    """The statements as the grammar's own `start` rule finds them."""

    def extent(kids: list[Any]) -> Any:
        return ("", kids[0][1], kids[-1][2])

    def line(kids: list[Any]) -> list[Any]:
        return [kid for kid in kids if kid[0] == ""]

    def body(kids: list[Any]) -> list[Any]:
        return kids[0] if len(kids) == 1 else [*kids[0], *kids[2]]

    builders = {rule.name: extent for rule in engine().rules}
    builders |= {"line": line, "first": lambda kids: kids[0] if isinstance(kids[0], list) else kids[:1]}
    builders |= {"body": body, "start": lambda kids: kids[-1]}
    found = engine().parse("start", text, engine().bind(builders), 0, len(text))
    return [text[start:end].strip(" \t") for _, start, end in found]


@given(plan_texts.plan_texts())
def test_pieces_are_the_statements_of_the_grammar(text: str) -> None:
    assert texts(text) == grammar_statements(text)
    assert all(piece.trouble is None for piece in pieces(text))


@given(plan_texts.mutated(plan_texts.plan_texts(most=3)).filter(engines.engine_accepts))
def test_pieces_of_damaged_texts_that_are_still_accepted(text: str) -> None:
    assert texts(text) == grammar_statements(text)


@given(plan_texts.plan_texts(lines=True))
def test_lines_inside_brackets_become_blanks(text: str) -> None:
    for piece in pieces(text):
        assert piece.trouble is None
        assert len(piece.flat(text)) == piece.end - piece.start
    assert not parse(text).errors or any(
        d.code in ("RW017", "RW018", "RW028", "RW029", "RW019") for d in parse(text).errors
    )


@given(plan_texts.wild_texts())
def test_cuts_cover_the_text_in_order(text: str) -> None:
    last = 0
    for one in cut(text, FILE):
        start, end = (one.start, one.end) if isinstance(one, Piece) else one.span
        assert last <= start <= end <= len(text)
        last = end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#E1 = f(\n a=1, // one\n b=2)\n#E2 = 1", ["#E1 = f(  a=1,         b=2)", "#E2 = 1"]),
        ("#E1 = f(a=1\n#E2 = g()", ["#E1 = f(a=1", "#E2 = g()"]),
        ("#E1 = f(a=[1,\nPlan: x\n#E2 = g()", ["#E1 = f(a=[1,", "Plan: x", "#E2 = g()"]),
        ("  #E1 = f(a=1\n  Plan: x\n  #E2 = g()", ["#E1 = f(a=1", "Plan: x", "#E2 = g()"]),
        ("#E1 = f({\n  Plan: 1})", ["#E1 = f({   Plan: 1})"]),
        ('#E1 = f("""\n#E2 = g()\n""")\n#E3 = 1', ['#E1 = f("""\n#E2 = g()\n""")', "#E3 = 1"]),
        ("#E1 = T[a\nb]\n#E2 = 1", ["#E1 = T[a b]", "#E2 = 1"]),
        ("#E1 = T[it's (]\n#E2 = 1", ["#E1 = T[it's (]", "#E2 = 1"]),
        ("#E1 = [it's (]\n#E2 = 1", ["#E1 = [it's (]", "#E2 = 1"]),
        ("#E1 = #E2[0] fallback T[it's]", ["#E1 = #E2[0] fallback T[it's]"]),
        ("#E1 = f() \\\n  retry 3\n#E2 = 1", ["#E1 = f()     retry 3", "#E2 = 1"]),
        ("#E1 = f() // (\n#E2 = 1", ["#E1 = f()", "#E2 = 1"]),
        ("Plan: it's (\n#E2 = 1", ["Plan: it's (", "#E2 = 1"]),
        ('Solve: """\n#E1 = x\n"""\nreturn 1', ['Solve: """\n#E1 = x\n"""', "return 1"]),
    ],
)
def test_fixed_cuts(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_comments_and_gaps() -> None:
    text = "// one\n\n\n#E1 = f(a=1, // in\n b=2) # tail\n"
    cuts = list(cut(text, FILE))
    assert [type(one) for one in cuts] == [Remark, Gap, Piece]
    piece = cuts[2]
    assert isinstance(piece, Piece)
    assert [text[slice(*span)] for span in piece.remarks] == ["// in"]
    assert piece.trailing is not None
    assert text[slice(*piece.trailing)] == "# tail"


@given(plan_texts.plan_texts(lines=True))
def test_complete_pieces_of_a_growing_text_never_change(text: str) -> None:
    whole = [(piece.start, piece.end) for piece in pieces(text)]
    seen: list[tuple[int, int]] = []
    resume = 0
    for length in range(0, len(text) + 1, 7):
        done, resume = complete_pieces(text[:length], FILE, resume)
        seen += [(piece.start, piece.end) for piece in done]
    assert seen == whole[: len(seen)]


def test_a_fenced_block_string_is_cut_at_the_next_head() -> None:
    text = '#E1 = f("""x\n#E2 = g()\n#E3 = h("""y""")\n'
    cutter = Cutter(text, FILE)
    first = next(iter(cutter))
    assert isinstance(first, Piece)
    assert first.holds_block
    cutter.back_to(text.index("#E2"), fence=first.end)
    assert [one.flat(text) for one in cutter if isinstance(one, Piece)] == ["#E2 = g()", '#E3 = h("""y""")']
