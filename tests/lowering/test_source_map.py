"""Every part of a plan is found in its text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from plan_strategies import PLANS

from rewoo_dsl.ir.expr import escape
from rewoo_dsl.ir.plan import Plan
from rewoo_dsl.lowering.lower import lower
from rewoo_dsl.lowering.raising import to_text
from rewoo_dsl.syntax.parser import parse

TEXT = """\
rewoo 1
Goal: Know it.
use "lib/a.rewoo" as a
input region: list[str] = ["EU", "US"]
limit calls 60, time 10m
Plan: One.
#E1: {a: str} = search("port #{region[0]}", k=2 + 3, opt={"x/y": [1, -2]}) if not #region.b else f[raw #E0 text] \
for #s in take(#region, 3).a[0] max 3 parallel 2 retry 4 \
timeout 5s fallback -#s after #E8, #E9 approve "ok?" within 2h
#E2 = [#x.a for #x in #E1 if #x.b > 1]
#E3 = {v: 1 if #E1 else 2}
#E4 = max(#E1, by=.name)
#E5 = f("#E1.x.y")
return [#E1, #E2]
Solve: Say #E1 and #E2.
"""


def at(pointer: str) -> str:
    span = lower(parse(TEXT).document).source_map.find(pointer)
    return TEXT[slice(*span)]


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", TEXT),
        ("/version", "rewoo 1"),
        ("/goal", "Goal: Know it."),
        ("/uses/0/path", '"lib/a.rewoo"'),
        ("/uses/0/name", "a"),
        ("/inputs/0/name", "region"),
        ("/inputs/0/type", "list[str]"),
        ("/inputs/0/type/items", "list[str]"),
        ("/inputs/0/default", '["EU", "US"]'),
        ("/limit", "limit calls 60, time 10m"),
        ("/limit/time", "time 10m"),
        ("/steps/0/name", "#E1"),
        ("/steps/0/type", "{a: str}"),
        ("/steps/0/do/tool", "search"),
        ("/steps/0/do/first", '"port #{region[0]}"'),
        ("/steps/0/do/first/parts/1", "#{region[0]}"),
        ("/steps/0/do/first/parts/0", '"port #{region[0]}"'),
        ("/steps/0/do/args/k", "2 + 3"),
        ("/steps/0/do/args/k/right", "3"),
        ("/steps/0/do/args/opt/fields/x~1y/items/1", "-2"),
        ("/steps/0/do/args/nothing", 'search("port #{region[0]}", k=2 + 3, opt={"x/y": [1, -2]})'),
        ("/steps/0/condition", "not #region.b"),
        ("/steps/0/condition/operand", "#region.b"),
        ("/steps/0/otherwise/tool", "f"),
        ("/steps/0/otherwise/first/parts/1", "#E0"),
        ("/steps/0/each/variable", "#s"),
        ("/steps/0/each/source", "take(#region, 3).a[0]"),
        ("/steps/0/each/source/of/args/1", "3"),
        ("/steps/0/each/source/path/1", "[0]"),
        ("/steps/0/each/max", "3"),
        ("/steps/0/each/parallel", "2"),
        ("/steps/0/retry", "retry 4"),
        ("/steps/0/timeout", "timeout 5s"),
        ("/steps/0/fallback", "-#s"),
        ("/steps/0/after", "after #E8, #E9"),
        ("/steps/0/after/1", "#E9"),
        ("/steps/0/approve/text", '"ok?"'),
        ("/steps/0/approve/within", "2h"),
        ("/steps/1/do/element", "#x.a"),
        ("/steps/1/do/element/path/0", ".a"),
        ("/steps/1/do/variable", "#x"),
        ("/steps/1/do/source", "#E1"),
        ("/steps/1/do/condition/left", "#x.b"),
        ("/steps/2/do/fields/v/test", "#E1"),
        ("/steps/2/do/fields/v/then", "1"),
        ("/steps/2/do/fields/v/otherwise", "2"),
        ("/steps/3/do/function", "max"),
        ("/steps/3/do/named/by", ".name"),
        ("/steps/4/do/first/path/1", ".y"),
        ("/steps/9", TEXT),
        ("/result/items/1", "#E2"),
        ("/solve/parts/3", "#E2"),
        ("/nowhere/at/all", TEXT),
    ],
)
def test_what_a_pointer_leads_to(pointer: str, expected: str) -> None:
    assert at(pointer) == expected


def pointers(data: Any, at: str = "") -> Iterator[str]:
    yield at
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, one in inside:
        yield from pointers(one, f"{at}/{escape(str(key))}")


@settings(max_examples=20)
@given(PLANS)
def test_every_pointer_has_a_span_in_the_text(plan: Plan) -> None:
    text = to_text(plan)
    find = lower(parse(text).document).source_map.find
    outer: dict[str, tuple[int, int]] = {}
    for pointer in pointers(json.loads(plan.model_dump_json())):
        span = find(pointer)
        assert 0 <= span.start <= span.end <= len(text)
        parent = outer.get(pointer.rpartition("/")[0], (0, len(text)))
        assert parent[0] <= span.start
        assert span.end <= parent[1]
        outer[pointer] = span
