"""A plan read from text is made without pydantic looking at it, and cannot be told from one that was looked at."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_strategies import PLANS

from rewoo_dsl.ir.expr import Apply, Call, Constant, Ref
from rewoo_dsl.ir.part import Part, made
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.parser import parse

EDGES = [
    "limit calls 0, tokens 0, time 0s, cost 0\n",
    "limit calls 99999999999999999999, cost 1e308\n",
    "limit cost -1\n",
    "input n: {} = {}\n",
    "input n: {a: str, a: int, b?: (int | str)?} = {a: 1}\n",
    'input n: "x" | 1 | 1.0 | -2 | null\n',
    "input n: list[dict[any]?]? = null\n",
    "#E1 = f() retry 0 timeout 0s approve within 0s\n",
    "#E1 = f() retry 99999999999999999999 timeout 1e999s\n",
    "#E1 = f(#x) for #x in [] max 0 parallel 0\n",
    "#E1 = f() for #x in [1] max 99999999999999999999 parallel 1\n",
    "#E1 = 9223372036854775807 + 9223372036854775808\n",
    "#E1 = -9223372036854775808 - -0.0\n",
    '#E1 = ["", "#E0", "a#E0", "#E0#E0", "\\#E0", "\\ud83d", "\\ud83d\\ude00", "\\u0000"]\n',
    "#E1 = T[]\n#E2 = T[#E1]\n#E3 = T[ a #{E1.x} ]\nSolve:\n",
    '#E1 = "\ud83d" + "\x00"\nGoal: \ud83d\n',
    f"#{'n' * 80} = {'t' * 80}({'a' * 80}=1)\n",
    "#E1 = a.b.c(x.y=1)\n#E2 = max(#E1, by=.a.b)[0][*]\n",
]
LINES = st.sampled_from([line for text in EDGES for line in text.splitlines(keepends=True)])
TEXTS = st.lists(LINES | st.text(max_size=20).map("#E1 = {}\n".format), max_size=6).map("".join)


def parts(value: Any) -> Iterator[Part]:
    if isinstance(value, Part):
        yield value
        value = value.__dict__
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for one in value:
            yield from parts(one)


def assert_like_validated(plan: Plan) -> None:
    for one in parts(plan):
        given_fields = {name: getattr(one, name) for name in one.model_fields_set}
        checked = type(one)(**given_fields)
        assert checked == one
        assert checked.__getstate__() == one.__getstate__()
        assert list(checked.__dict__) == list(one.__dict__)
        assert checked.model_dump_json() == one.model_dump_json()
        assert repr(checked) == repr(one)
    again = Plan.model_validate_json(plan.model_dump_json())
    assert again.model_dump_json() == plan.model_dump_json()
    assert hash(again) == hash(plan)


@given(PLANS)
def test_a_plan_read_from_text_is_like_a_validated_one(plan: Plan) -> None:
    assert_like_validated(lower(parse(to_text(plan)).document).plan)


@given(TEXTS)
def test_what_is_left_of_a_broken_text_is_like_a_validated_plan(text: str) -> None:
    assert_like_validated(lower(parse(text).document).plan)


@pytest.mark.parametrize("text", EDGES)
def test_values_at_the_edge_of_their_range(text: str) -> None:
    assert_like_validated(lower(parse(text).document).plan)


def test_defaults_are_not_shared() -> None:
    one, other = made(Call, tool="f"), made(Call, tool="f")
    assert one == other == Call(tool="f")
    assert one.args is not other.args
    assert made(Apply, function="len").named == {}


def test_a_made_part_is_frozen_hashable_and_can_be_copied() -> None:
    one = made(Ref, name="E1", path=("a", 0, None))
    assert hash(one) == hash(Ref(name="E1", path=("a", 0, None)))
    assert one.model_copy(update={"name": "E2"}) == Ref(name="E2", path=("a", 0, None))
    with pytest.raises(ValueError, match="frozen"):
        one.name = "E2"  # type: ignore[misc]  # frozen, and that is the point
    assert made(Constant, value=1) != made(Constant, value=2)
