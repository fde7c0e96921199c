"""JSON is read as JSON is, nearly-JSON as what it means, and everything knows where it stood."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewoo_dsl.lowering.dialects.calls import read_call
from rewoo_dsl.lowering.dialects.excerpt import Excerpt
from rewoo_dsl.lowering.dialects.findings import MOST, Findings
from rewoo_dsl.lowering.dialects.json_text import read_json
from rewoo_dsl.lowering.dialects.literals import Literals
from rewoo_dsl.lowering.dialects.nodes import Bare, Fields, Items, Node, Scalar

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def plain(node: Node) -> Any:
    match node:
        case Scalar():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Fields():
            return {key: plain(value) for key, value in node.fields.items()}
        case Bare():
            return f"<{node.text}>"


def json_of(text: str) -> tuple[Any, list[str]]:
    found = Findings()
    node = read_json(Excerpt(text), found)
    return (None if node is None else plain(node)), [one.code for one in found.all()]


def python_of(text: str) -> tuple[Any, list[str]]:
    found = Findings()
    call = read_call(Excerpt(text), found)
    assert call is not None
    return ([*map(plain, call.positional)], {key: plain(one) for key, one in call.named.items()}), [
        one.code for one in found.all()
    ]


@given(VALUES.filter(lambda value: isinstance(value, list | dict)), st.booleans(), st.sampled_from([None, 2]))
def test_json_is_read_as_json_is(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    read, codes = json_of(text)
    assert read == value
    assert not codes


@given(VALUES)
def test_every_value_stands_where_its_span_says(value: Any) -> None:
    text = " " + json.dumps([value], ensure_ascii=False)
    node = read_json(Excerpt(text), Findings())
    pending = [] if node is None else [node]
    while pending:
        one = pending.pop()
        assert json.loads(text[slice(*one.span)]) == plain(one)
        match one:
            case Items(items=items):
                pending.extend(items)
            case Fields(fields=fields, keys=keys):
                pending.extend(fields.values())
                assert all(json.loads(text[slice(*span)]) == key for key, span in keys.items())


@given(VALUES)
def test_python_s_literals_are_read_as_python_does(value: Any) -> None:
    (positional, _), codes = python_of(f"f({value!r})")
    assert positional == [value]
    assert not codes


@given(TEXTS, st.integers(0, 12), st.booleans())
def test_a_text_in_a_text_knows_its_places(inner: str, at: int, ascii_only: bool) -> None:
    outer = json.dumps([inner], ensure_ascii=ascii_only)
    node = Literals(Excerpt(outer), Findings()).value()
    assert isinstance(node, Items)
    excerpt = Excerpt(outer).inside(node.items[0].span, inner)
    assert excerpt.text == inner
    for start in range(min(at, len(inner))):
        span = excerpt.span(start, start + 1)
        assert json.loads(f'"{outer[slice(*span)]}"') == inner[start]


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("[1, 2,]", [1, 2], "RW094"),
        ("[1 \n]", [1], None),
        ("{'a': 'it\\'s'}", {"a": "it's"}, "RW094"),
        ('{"a": True, "b": None}', {"a": True, "b": None}, "RW094"),
        ('{a: 1, "b": 2}', {"a": 1, "b": 2}, "RW094"),
        ('["a" "b"]', ["a", "b"], "RW094"),
        ('["a\nb"]', ["a\nb"], "RW094"),
        ('["\\q"]', ["q"], "RW094"),
        ('```json\n["a"]\n```', ["a"], "RW093"),
        ('Here you are: ["a"] Enjoy!', ["a"], "RW093"),
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}], "RW094"),
        ('{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}], "RW083"),
        ('{"a": 1, "a": 2}', {"a": 2}, "RW056"),
        ('["a", ["b"', ["a", ["b"]], "RW082"),
        ('["a", "b', ["a", "b"], "RW082"),
        ('{"a": [1}', {"a": [1]}, "RW083"),
        ("[milk, 007]", ["<milk>", "<007>"], "RW081"),
        ('{"a" 1}', {"a": "<a>", "1": "<1>"}, "RW081"),
        ('["\\ud800"]', ["\ufffd"], "RW026"),
        ("[123456789012345678901]", ["123456789012345678901"], "RW061"),
        ("[1e999]", ["1e999"], "RW061"),
        ('[1] and then [{"a": 2}]', [1], "RW099"),
        ("no JSON at all", None, "RW081"),
    ],
)
def test_what_is_nearly_json(text: str, value: Any, code: str | None) -> None:
    read, codes = json_of(text)
    assert read == value
    assert set(codes) >= ({code} if code else set())
    assert bool(codes) == bool(code)


@pytest.mark.parametrize(
    ("text", "positional", "named", "code"),
    [
        ("f()", [], {}, None),
        ("a.b-c(1, x='y')", [1], {"x": "y"}, None),
        ("f((1, 2), {'a': [None]})", [[1, 2], {"a": [None]}], {}, None),
        ("f(In Cold Blood, 'x')", ["<In Cold Blood>", "x"], {}, None),
        ("f(a=500*(1+2), b=$1)", [], {"a": "<500*(1+2)>", "b": "<$1>"}, None),
        ("f(x=['a', b.c, ${2}])", [], {"x": ["a", "<b.c>", "<${2}>"]}, None),
        ("f(q='Is it Disney's Frozen?', n=1)", [], {"q": "Is it Disney's Frozen?", "n": 1}, "RW095"),
        ("f('''a 'b' c''', \"\"\"d\"\"\")", ["a 'b' c", "d"], {}, None),
        ("f(a == 1)", ["<a == 1>"], {}, None),
        ("f(-3, +4, .5, 1e3)", [-3, 4, 0.5, 1000.0], {}, None),
        ("f([1, 2", [[1, 2]], {}, "RW083"),
        ("f('a", ["a"], {}, "RW083"),
        ("f(a=1, a=2)", [], {"a": 2}, "RW089"),
        ("f(1])", [1], {}, "RW083"),
        ("f(grey seal's hearing)", ["<grey seal's hearing>"], {}, None),
    ],
)
def test_calls_as_models_write_them(text: str, positional: list[Any], named: dict[str, Any], code: str | None) -> None:
    read, codes = python_of(text)
    assert read == (positional, named)
    assert set(codes) == ({code} if code else set())


def test_brackets_beyond_the_limit_are_stepped_over() -> None:
    read, codes = json_of('{"deep": ' + "[" * 80 + "]" * 80 + ', "b": 1}')
    assert read["b"] == 1
    assert codes == ["RW027"]


def test_many_findings_of_one_kind_are_counted() -> None:
    found = Findings()
    read_json(Excerpt("[" + "True, " * 3 * MOST + "1]"), found)
    assert len(found.all()) == MOST
    assert found.all()[-1].message.endswith(f"(and {2 * MOST} more like this)")
