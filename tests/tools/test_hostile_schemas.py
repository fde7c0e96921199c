"""Schemas of strangers that would fetch, loop or run for ever: every way in which one is held against a value."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.diag.errors import ModelError
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.llm.form import form
from rewoo_dsl.tools.errors import ArgumentError, ManifestError
from rewoo_dsl.tools.manifest import load_manifest, read_manifest
from rewoo_dsl.tools.strangers import Stranger, argument_check, signatures_of

CATASTROPHE = "^(a+)+$"
LONG = "a" * 40 + "!"


def stranger(parameters: Any) -> Signature:
    said = Stranger("f", "", parameters, {}, Effect.READ, False, parameters)
    return signatures_of([said])["f"]


def taking(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}, **more}


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A real server that would give a schema to whoever asks, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name that http.server has)
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef", "$schema", "$id", "$recursiveRef"])
def test_no_schema_makes_anybody_fetch(keyword: str) -> None:
    with listening() as (address, asked):
        elsewhere = {keyword: f"{address}/schema.json"}
        tools = {"f": stranger(taking(elsewhere)), "g": Signature(name="g", parameters=taking(elsewhere))}
        argument_check(tools["f"])({"x": "text"})
        check('#E1 = f(x="text")\n#E2 = g(x="text")\n#E3 = g(x=#E1)\nreturn #E3\n', tools)
        for answer in ('{"x": "text"}', '{"value": "text"}'):
            with suppress(ModelError):
                form(taking(elsewhere) if "x" in answer else elsewhere).read(answer)
        load_manifest([{"name": "f", "parameters": taking(elsewhere)}])
    assert asked == []


@pytest.mark.parametrize(
    "parameters",
    [
        taking({"type": "string", "pattern": CATASTROPHE}),
        taking({"$ref": "#/x-hidden"}, **{"x-hidden": {"type": "string", "pattern": CATASTROPHE}}),
        taking({"$ref": "#/properties/x/x-hidden/0", "x-hidden": [{"pattern": CATASTROPHE}]}),
        taking({"$ref": "#/enum/0"}, enum=[{"pattern": CATASTROPHE}]),
        taking({"$ref": "#/default"}, default={"propertyNames": {"pattern": CATASTROPHE}}),
    ],
    ids=["plainly", "hidden", "hidden in a list", "in a constant", "in a default"],
)
def test_a_regular_expression_that_never_ends_is_not_run_wherever_it_hides(parameters: Any) -> None:
    begin = time.process_time()
    for value in (LONG, {LONG: 1}):
        with suppress(ArgumentError, ManifestError):
            argument_check(stranger(parameters))({"x": value})
        check(f"#E1 = f(x={json.dumps(value)})\nreturn #E1\n", {"f": Signature(name="f", parameters=parameters)})
    with pytest.raises(ModelError):
        form({"type": "object", "properties": {"x": {"$ref": "#/x"}}, "x": {"pattern": CATASTROPHE}}).read(
            json.dumps({"x": LONG})
        )
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"$ref": "#/properties/x"}]},
        {"allOf": [{"$ref": "#"}, {"$ref": "#/properties/x"}]},
        {"not": {"$ref": "#/properties/x"}},
        {"if": {"$ref": "#/properties/x"}, "then": False},
    ],
    ids=["anyOf", "allOf", "not", "if"],
)
def test_a_schema_that_leads_back_to_itself_ends(schema: Any) -> None:
    with pytest.raises(ArgumentError):
        argument_check(stranger(taking(schema)))({"x": 1})
    with pytest.raises(ModelError):
        form(taking(schema)).read('{"x": 1}')
    check("#E1 = f(x=1)\nreturn #E1\n", {"f": Signature(name="f", parameters=taking(schema))})


def test_enormous_enumerations_cost_little() -> None:
    begin = time.process_time()
    signature = stranger(taking({"enum": [f"value number {i}" for i in range(100_000)]}))
    found = check('#E1 = f(x="value numbr 7")\nreturn #E1\n', {"f": signature}).diagnostics
    assert "RW201" in {one.code for one in found}
    assert all(len(one.message) < 500 and len(one.allowed) <= 20 for one in found)
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"version": 1, "tools": [{"name": "f", "name": "g"}]}', "twice"),
        ('[{"name": "f", "parameters": {"type": "object", "properties": {"x": {}, "x": {}}}}]', "twice"),
        ("[" * 100_000, "nested deeper"),
        ('[{"name": "f", "x": ' + "9" * 5_000 + "}]", "no JSON"),
    ],
    ids=["key", "parameter", "depth", "digits"],
)
def test_a_list_of_tools_that_nobody_can_mean_is_refused(text: str, told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        read_manifest(text)
