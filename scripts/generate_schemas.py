"""Writes schemas/*.json from the models that they describe; with --check, only says whether they are up to date."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rewoo_dsl.diag.findings import Findings
from rewoo_dsl.evals.report import PlanReport
from rewoo_dsl.ir.expr import Action, Expr
from rewoo_dsl.ir.plan import Plan, Prompt
from rewoo_dsl.ir.policy import policy_schema
from rewoo_dsl.tools.manifest import manifest_schema
from rewoo_dsl.trace.log import schema as event_schema

FOLDER = Path(__file__).parent.parent / "schemas"
UNIONS: dict[str, Any] = {"Expr": Expr, "Action": Action, "Prompt": Prompt}
DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def plan_schema() -> dict[str, Any]:
    """The form of a plan, with a name for each union of expressions and with `kind` required where it tells them apart.

    pydantic writes a union out wherever it is used, and takes a `kind` that is not there for its default; we need it.
    """
    schema = Plan.model_json_schema()
    definitions = schema["$defs"]
    for one in definitions.values():
        if "kind" in one["properties"]:
            one["required"] = ["kind", *one.get("required", [])]
    unions: dict[str, Any] = {name: TypeAdapter(alias).json_schema() for name, alias in UNIONS.items()}
    names = {json.dumps(one["oneOf"]): name for name, one in unions.items()}
    named: dict[str, Any] = _with_names(schema, names)
    named["$defs"] |= {name: {"oneOf": one["oneOf"]} for name, one in unions.items()}
    return DIALECT | named


def _with_names(schema: Any, names: dict[str, str]) -> Any:
    """The schema with every union that has a name referred to by it."""
    if isinstance(schema, list):
        return [_with_names(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    name = names.get(json.dumps(schema.get("oneOf")))
    if name is not None:
        rest = {key: one for key, one in schema.items() if key not in ("oneOf", "discriminator")}
        return {"$ref": f"#/$defs/{name}"} | rest
    return {key: _with_names(one, names) for key, one in schema.items()}


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "plan": plan_schema,
    "diagnostics": lambda: DIALECT | Findings.model_json_schema(mode="serialization"),
    "report": lambda: DIALECT | PlanReport.model_json_schema(mode="serialization"),
    "events": event_schema,
    "tools": manifest_schema,
    "policy": policy_schema,
}


def texts() -> dict[Path, str]:
    """What each file should hold."""
    return {
        FOLDER / f"{name}.schema.json": json.dumps(make(), indent=2, ensure_ascii=False) + "\n"
        for name, make in SCHEMAS.items()
    }


def stale() -> list[Path]:
    """The files that do not hold what they should."""
    return [path for path, text in texts().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    if "--check" in sys.argv[1:]:
        for path in stale():
            print(f"{path.relative_to(FOLDER.parent)} is out of date; run make schemas")
        return 1 if stale() else 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
