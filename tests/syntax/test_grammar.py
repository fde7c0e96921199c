"""The grammar: one definition, no conflict, a table that is fresh, and three readers that accept the same texts."""

import json
import logging

import engines
import plan_texts
import pytest
from hypothesis import example, given, settings
from lark import logger

from rewoo_dsl._resources import resource
from rewoo_dsl.syntax import table
from rewoo_dsl.syntax.engine import Engine
from rewoo_dsl.syntax.text import string_parts


def test_the_shipped_table_is_that_of_the_grammar() -> None:
    shipped = resource("grammar", "plan.table.json").read_text(encoding="utf-8")
    assert shipped == table.text(table.build(engines.grammar()))


def test_the_grammar_has_no_conflict(caplog: pytest.LogCaptureFixture) -> None:
    logger.setLevel(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG, logger=logger.name):
            table.lark_parser(engines.grammar(), debug=True)
    finally:
        logger.setLevel(logging.CRITICAL)
    assert "conflict" not in caplog.text.lower()


def test_a_stale_table_is_noticed() -> None:
    shipped = json.loads(resource("grammar", "plan.table.json").read_text(encoding="utf-8"))
    changed = table.build(engines.grammar() + "\n// changed\n")
    assert changed["grammar"] != shipped["grammar"]
    assert Engine(changed).rules == Engine(shipped).rules


CASES = [
    ("#E1 = f()", True),
    ("  Plan: x\n   #E1 = f()  ", True),
    ("#E1 = not (#x)", True),
    ("#E1 = true(x=1)", True),
    ("#E1 = f(true=1)", True),
    ("#E1 = in [x]", True),
    ("#E1: list[str]? = list[x]", True),
    ('Solve: ""', True),
    ('Solve: "" x', True),
    ('Solve: """x""" y', False),
    ("rewoo 1\n#E1 = f()", True),
    ("\nrewoo 1", False),
    ("#E1 = 1else 3", False),
    ("#E1 = f() retry 3timeout 10s", False),
    ("inputx", False),
    ("input x: strint", False),
    ("#E1 = f(not =1)", False),
    ("#E1 = f(not x)", False),
    ("#E1 = 007", False),
    ("#E1 = 1.5.x", False),
    ("#E1 = a < b < c", False),
    ('#E1 = "\x01"', False),
    ('#E1 = "\\q"', False),
    ("#E1 = T[a [b [c]]]", False),
    ("#E1 = f(a=T[x])", False),
    ("#E1 = 1 if #x else 2 if #y else 3", True),  # two clauses; the reader says that `if` is given twice
    ("#E1 = (1 if #x else 2)", True),
    ("return 1 if #x else 2", True),
]


@pytest.mark.parametrize(("text", "accepted"), CASES)
def test_three_readers_on_fixed_texts(text: str, accepted: bool) -> None:
    assert engines.lark_accepts(text) is accepted
    assert engines.engine_accepts(text) is accepted
    assert engines.llguidance_accepts(text) is accepted


@given(plan_texts.plan_texts())
def test_generated_texts_are_accepted(text: str) -> None:
    assert engines.engine_accepts(text)
    assert engines.lark_accepts(text)
    assert engines.llguidance_accepts(text)


@given(plan_texts.mutated(plan_texts.plan_texts(most=3)))
@settings(max_examples=250)
@example("#E1 = f() approve  within 2h")
def test_mutated_texts_are_accepted_by_all_or_none(text: str) -> None:
    accepted = engines.lark_accepts(text)
    assert engines.engine_accepts(text) is accepted
    assert engines.llguidance_accepts(text) is accepted


@given(plan_texts.wild_texts().filter(lambda text: text.isascii()))
def test_wild_texts_are_accepted_by_all_or_none(text: str) -> None:
    accepted = engines.lark_accepts(text)
    assert engines.engine_accepts(text) is accepted
    assert engines.llguidance_accepts(text) is accepted


def test_text_inside_strings_is_of_the_grammar() -> None:
    """The scanner of text and the grammar's `text` rule see the same references."""
    source = 'a #E1.rows[0].x b #{region} \\#E2 #inc #E3["k"]'
    tree = table.lark_parser(engines.grammar()).parse(source, start="text")
    found = [str(token) for token in tree.scan_values(lambda token: token.type == "TEXT_REF")]
    refs = [part for part in string_parts(source, 0) if not isinstance(part, str)]
    assert found == [source[slice(*ref.span)] for ref in refs]
    assert len(refs) == 3
