"""schemas/*.json are what the models say, and what the models say is what they take."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rewoo_dsl._resources import resource
from rewoo_dsl.diag.diagnostic import Diagnostic, Edit, Fix, Related, Span
from rewoo_dsl.diag.findings import findings, render_json

GENERATOR = Path(__file__).parents[2] / "scripts" / "generate_schemas.py"


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resource("schemas", f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def test_the_checked_in_schemas_are_up_to_date() -> None:
    assert runpy.run_path(str(GENERATOR))["stale"]() == []


@pytest.mark.parametrize("name", ["plan", "diagnostics", "report", "events", "tools"])
def test_each_is_a_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_findings_have_the_form_that_their_schema_says() -> None:
    text = "#E1 = search(query=#E9)\n"
    span = Span(19, 22)
    one = Diagnostic(
        code="RW050",
        message="m",
        span=span,
        at="/steps/0/do/args/query",
        related=(Related(message="r", span=Span(0, 3)), Related(message="r", at="/steps/0")),
        fixes=(Fix(message="f", edits=(Edit(span=span, text="#E1"),), safe=True),),
    )
    data = json.loads(render_json([one, Diagnostic(code="RW051", message="n", file="other.rewoo")], text, file="p"))
    Draft202012Validator(schema("diagnostics")).validate(data)
    first, second = data["diagnostics"]
    assert first["place"] == {"start": 19, "end": 22, "line": 1, "column": 20, "end_line": 1, "end_column": 23}
    assert (first["slug"], first["file"], second["file"]) == ("duplicate-statement", "p", "other.rewoo")
    assert findings([]).diagnostics == ()
