"""Why a value does not fit, with the path to the place in it: through every form of a tool's own JSON Schema."""

import time
from typing import Any

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.ir.signature import Signature

S: dict[str, Any] = {"type": "string"}
N: dict[str, Any] = {"type": "integer"}


def fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def found(wanted: dict[str, Any], given: dict[str, Any], defs: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """The severity and the words of what is said of a result of the one schema as an argument of the other."""
    parameters = {"type": "object", "properties": {"x": wanted}, "required": ["x"], "additionalProperties": False}
    tools = [
        Signature(name="give", returns=given | ({"$defs": defs} if defs else {}), effect="read"),
        Signature(name="accept", parameters=parameters | ({"$defs": defs} if defs else {}), effect="read"),
    ]
    report = check("#E1 = give()\n#E2 = accept(x=#E1)\nreturn #E2\n", tools)
    return [(one.severity.value, one.message.removeprefix("`x` of `accept` ")) for one in report.diagnostics]


@pytest.mark.parametrize(
    ("wanted", "given", "severity", "why"),
    [
        (fields(a=S), fields(a=N), "error", "does not fit: expected str, found int at `a`"),
        (fields(a=fields(b=S)), fields(a=fields(b=N)), "error", "does not fit: expected str, found int at `a.b`"),
        (
            {"type": "array", "items": fields(a=S)},
            {"type": "array", "items": fields(a=N)},
            "warning",
            "may not fit: expected str, found int at `[*].a`",
        ),
        (
            fields(rows={"type": "array", "items": fields(**{"odd key": S})}),
            fields(rows={"type": "array", "items": fields(**{"odd key": N})}),
            "warning",
            'may not fit: expected str, found int at `rows[*]["odd key"]`',
        ),
        ({"enum": ["a", "b"]}, S, "warning", 'may not fit: expected "a" | "b", found str'),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, "warning", 'may not fit: expected "a" | "b", found "c"'),
        ({"enum": ["a", "b"]}, {"const": "c"}, "error", 'does not fit: expected "a" | "b", found "c"'),
        (
            fields(a=S),
            {"type": "object", "properties": {"a": S}},
            "warning",
            "may not fit: `a` may be missing at `a`",
        ),
        (
            {"anyOf": [fields(a=S), {"type": "null"}]},
            fields(a=N),
            "error",
            "does not fit: expected str, found int at `a`",
        ),
        (
            fields(a={"anyOf": [{"type": "array", "items": S}, S]}),
            fields(a={"type": "array", "items": N}),
            "warning",
            "may not fit: expected str, found int at `a[*]`",
        ),
        ({"anyOf": [S, N]}, {"type": "boolean"}, "error", "does not fit: expected str | int, found bool"),
        (
            fields(a=S),
            fields(a={"type": ["string", "null"]}),
            "warning",
            "may not fit: expected str, found null at `a`",
        ),
        (
            {**fields(a=S), "additionalProperties": False},
            {**fields(a=S, b=S), "additionalProperties": False},
            "error",
            "does not fit: `b` is not allowed at `b`",
        ),
    ],
)
def test_the_reason_names_the_place(wanted: dict[str, Any], given: dict[str, Any], severity: str, why: str) -> None:
    assert found(wanted, given) == [(severity, why)]


def test_a_nullable_whole_is_a_finding_about_null() -> None:
    ((severity, why),) = found(S, {"type": ["string", "null"]})
    assert (severity, "may be null here" in why) == ("warning", True)
    assert found({"type": ["string", "null"]}, {"type": "null"}) == []


def test_a_reference_inside_the_schema_is_followed_and_no_other() -> None:
    defs = {"row": fields(a=S, next={"anyOf": [{"$ref": "#/$defs/row"}, {"type": "null"}]})}
    assert found({"$ref": "#/$defs/row"}, {"$ref": "#/$defs/row"}, defs) == []
    assert found({"$ref": "#/$defs/row"}, fields(a=N), defs)[0][0] == "error"
    assert found({"$ref": "https://example.org/row.json"}, fields(a=N)) == []
    assert found(S, {"$ref": "file:///etc/passwd"}) == []


def literal(schema: dict[str, Any], value: str, defs: dict[str, Any] | None = None) -> list[str]:
    parameters = {"type": "object", "properties": {"x": schema}, "required": ["x"], "$defs": defs or {}}
    tools = [Signature(name="accept", parameters=parameters, effect="read")]
    return [one.message for one in check(f"#E1 = accept(x={value})\nreturn #E1\n", tools).diagnostics]


def test_a_literal_is_held_to_the_whole_schema_with_its_place() -> None:
    rows = fields(rows={"type": "array", "items": fields(n={**N, "minimum": 3})})
    (message,) = literal(rows, "{rows: [{n: 3}, {n: 2}]}")
    assert message == "`x` of `accept` does not fit: 2 is less than the minimum of 3 at `rows[1].n`"
    (message,) = literal({**S, "pattern": "^[a-z]+$"}, '"A"')
    assert "does not match" in message


@pytest.mark.parametrize(
    "schema",
    [
        {**S, "pattern": "(a+)+$"},
        {**S, "pattern": "(?=(a+)+$)b"},
        {"type": "object", "patternProperties": {"(a|a)*$": N}, "additionalProperties": False},
        {"allOf": [{"$ref": "#/$defs/loop"}]},
        {"$ref": "#/$defs/loop"},
        {**N, "multipleOf": "x"},
    ],
)
def test_a_hostile_schema_neither_hangs_nor_raises(schema: dict[str, Any]) -> None:
    defs = {"loop": {"allOf": [{"$ref": "#/$defs/loop"}]}}
    word = "a" * 2_000 + "!"
    began = time.process_time()
    for value in (f'"{word}"', f'{{"{word}": 1}}', "7"):
        literal(schema, value, defs)
    assert time.process_time() - began < 10
