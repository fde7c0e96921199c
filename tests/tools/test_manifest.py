"""Tools as data: the manifest, the lists that others write, and what is said about broken ones."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.checker.check import check
from rewoo_dsl.diag.codes.tools import CODES
from rewoo_dsl.ir.signature import Effect, Signature
from rewoo_dsl.ir.types import from_schema, show
from rewoo_dsl.tools.builtin.calculator import calculator
from rewoo_dsl.tools.errors import ManifestError
from rewoo_dsl.tools.manifest import dump_manifest, load_manifest, manifest_schema, read_manifest
from rewoo_dsl.tools.registry import Registry

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def problems(data: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(ManifestError) as wrong:
        load_manifest(data) if not isinstance(data, str | bytes) else read_manifest(data)
    found = [(one.code, one.at) for one in wrong.value.diagnostics]
    assert {code for code, _ in found} <= {one.number for one in CODES}
    return found


def own(*tools: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "tools": list(tools)}


# --- the manifest ---


def test_a_registry_goes_through_a_manifest_unchanged():
    registry = Registry(calculator())

    @registry.tool(effect="write", idempotent=True, version="3")
    def send(to: list[str], body: str = "") -> dict[str, int]:
        """Send it."""
        return {}

    data = json.loads(json.dumps(registry.manifest()))
    jsonschema.validate(data, manifest_schema())
    assert load_manifest(data) == registry.signatures
    assert read_manifest(json.dumps(data).encode()) == registry.signatures


names = st.from_regex(r"t_[a-z0-9]{0,6}(\.[a-z]{1,5})?", fullmatch=True)
schemas = st.sampled_from(
    [
        {},
        {"type": "string"},
        {"type": "array", "items": {"$ref": "#/$defs/a"}, "$defs": {"a": {"type": ["integer", "null"]}}},
        {"$ref": "#/$defs/t", "$defs": {"t": {"properties": {"below": {"$ref": "#/$defs/t"}}}}},
    ]
)
signatures = st.builds(
    Signature,
    name=names,
    description=st.text(st.characters(exclude_categories=["Cs"])),
    parameters=st.dictionaries(names, st.sampled_from([{}, {"type": "string"}, True])).map(
        lambda p: {"type": "object", "properties": p, "required": sorted(p)[:1], "additionalProperties": False}
    ),
    returns=schemas,
    effect=st.sampled_from(Effect),
    idempotent=st.booleans(),
    result_is_declared=st.booleans(),
    calls_model=st.booleans(),
    version=st.text("0123456789.", min_size=1),
)


@given(st.lists(signatures, unique_by=lambda one: one.name, max_size=4))
@settings(max_examples=50, deadline=None)
def test_what_is_dumped_is_loaded_again(tools: list[Signature]):
    data = dump_manifest(tools)
    jsonschema.validate(data, manifest_schema())
    assert load_manifest(json.loads(json.dumps(data))) == {one.name: one for one in tools}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("{", [("RW701", "")]),
        (b"\xff\xfe", [("RW701", "")]),
        ("[" * 100_000, [("RW701", "")]),
        ("9" * 5_000, [("RW701", "")]),
        ('{"version": 1, "tools": [], "x": NaN}', [("RW701", "")]),
        ('"tools"', [("RW701", "")]),
        ({"version": 1}, [("RW701", "")]),
        ({"version": 2, "tools": []}, [("RW707", "/version")]),
        (own("search"), [("RW702", "/tools/0")]),
        (own({"description": "no name"}), [("RW702", "/tools/0/name")]),
        (own({"name": "a", "effect": "maybe"}), [("RW702", "/tools/0/effect")]),
        (own({"name": "a", "cost": 1}), [("RW702", "/tools/0/cost")]),
        (own({"name": "a b"}), [("RW703", "/tools/0/name")]),
        (own({"name": "len"}), [("RW703", "/tools/0/name")]),
        (own({"name": "a"}, {"name": "a", "version": "2"}), [("RW704", "/tools/1/name")]),
        (own({"name": "LLM"}, {"name": "llm", "version": "2"}), [("RW704", "/tools/1/name")]),
        (own({"name": "a", "parameters": {"type": "array"}}), [("RW705", "/tools/0/parameters/type")]),
        (
            own({"name": "a", "parameters": {"properties": {"x/y": {"type": "strin"}}}}),
            [("RW705", "/tools/0/parameters/properties/x~1y/type")],
        ),
        (own({"name": "a", "parameters": {"properties": {"x": 1}}}), [("RW705", "/tools/0/parameters/properties/x")]),
        (own({"name": "a", "parameters": {"properties": [1]}}), [("RW705", "/tools/0/parameters/properties")]),
        (own({"name": "a", "parameters": {"required": "x"}}), [("RW705", "/tools/0/parameters/required")]),
        (own({"name": "a", "returns": {"anyOf": {}}}), [("RW705", "/tools/0/returns/anyOf")]),
        (own({"name": "a", "returns": {"items": [{}]}}), [("RW705", "/tools/0/returns/items")]),
        (own({"name": "a", "returns": {"$ref": 3}}), [("RW705", "/tools/0/returns/$ref")]),
        (own({"name": "a", "returns": {"$ref": "#/$defs/no"}}), [("RW705", "/tools/0/returns/$ref")]),
        ([1], [("RW702", "/0")]),
        ([{"description": "?"}], [("RW702", "/0")]),
        ([{"type": "function", "function": {"name": ""}}], [("RW703", "/0/function/name")]),
        (
            {"tools": [{"name": "a", "inputSchema": {"type": "object", "properties": {"x": {"type": 1}}}}]},
            [("RW705", "/tools/0/inputSchema/properties/x/type")],
        ),
    ],
)
def test_every_fault_has_its_place(data: Any, expected: list[tuple[str, str]]):
    assert problems(data) == expected


def test_all_faults_are_reported_at_once():
    data = own({"name": "a b"}, {"name": "b", "returns": {"type": "x"}}, {"name": "c"}, {"name": "c", "version": "2"})
    assert problems(data) == [
        ("RW703", "/tools/0/name"),
        ("RW705", "/tools/1/returns/type"),
        ("RW704", "/tools/3/name"),
    ]


def test_the_same_tool_listed_twice_is_one_tool():
    assert list(load_manifest(own({"name": "a"}, {"name": "a"}))) == ["a"]


# --- hostile schemas ---


def chain(length: int) -> dict[str, Any]:
    return {
        "$ref": "#/$defs/0",
        "$defs": {str(i): {"$ref": f"#/$defs/{i + 1}"} for i in range(length)} | {str(length): {"type": "string"}},
    }


def doubling(levels: int) -> dict[str, Any]:
    twice = {
        str(i): {"type": "object", "properties": {"x": {"$ref": f"#/$defs/{i + 1}"}, "y": {"$ref": f"#/$defs/{i + 1}"}}}
        for i in range(levels)
    }
    return {"$ref": "#/$defs/0", "$defs": twice | {str(levels): {"type": "string"}}}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        chain(100),
        deep(65),
        {"anyOf": [{}] * 20_000},
    ],
    ids=["self", "loop", "long chain", "deep", "wide"],
)
def test_schemas_that_lead_nowhere_are_refused(schema: dict[str, Any]):
    assert {code for code, _ in problems(own({"name": "a", "returns": schema}))} == {"RW705"}


@pytest.mark.parametrize("schema", [chain(50), deep(60), doubling(60), {"$ref": "https://example.org/x.json"}])
def test_schemas_that_end_are_read(schema: dict[str, Any]):
    signature = load_manifest(own({"name": "a", "returns": schema}))["a"]
    from_schema(signature.returns)


KEYWORDS = [
    "tools", "version", "name", "function", "parameters", "arguments", "output_parameters", "type", "properties",
    "$ref", "$defs", "a", "items", "anyOf", "required", "enum", "allowed_values", "returns", "description",
]  # fmt: skip
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["#", "#/$defs/a", "object"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYWORDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(json_values)
@settings(max_examples=150, deadline=None)
def test_any_data_is_read_or_refused(data: Any):
    try:
        found = load_manifest(data)
    except ManifestError:
        return
    for one in found.values():
        from_schema(one.parameters)
        from_schema(one.returns)


# --- lists of others ---


def test_function_tools_of_the_openai_api():
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    chat = {"type": "function", "function": {"name": "weather", "description": "Now.", "parameters": schema}}
    flat = {"type": "function", "name": "weather", "description": "Now.", "parameters": schema, "strict": True}
    for listed in ([chat], [flat], {"tools": [chat]}):
        signature = load_manifest(listed)["weather"]
        assert (signature.description, signature.parameters) == ("Now.", schema)
        assert signature.effect is Effect.WRITE
        assert not signature.is_open
    bare = load_manifest([{"type": "function", "function": {"name": "now"}}])["now"]
    assert (bare.properties, bare.is_open) == ({}, False)


def test_tools_of_an_mcp_server():
    listed = {
        "name": "add",
        "inputSchema": {"type": "object", "properties": {"a": {"type": "number"}}},
        "outputSchema": {"type": "object", "properties": {"sum": {"type": "number"}}},
    }
    signature = load_manifest({"tools": [listed]})["add"]
    assert show(from_schema(signature.returns)) == "{sum?: float}"


def test_a_nestful_specification():
    listed = {
        "name": "Buses.Find",
        "description": "Find a bus.",
        "query_parameters": {
            "type": {"type": "String", "required": True, "allowed_values": ["day", "night"]},
            "seats": {"type": "Number", "required": False, "default_value": 1},
            "at": {"type": "Date (yyyy-mm-dd)"},
            "any": {"type": "Enum", "allowed_values": []},
            "stops": {
                "type": "list",
                "items": {"type": "object", "properties": {"id": {"type": "int", "required": True}}},
            },
        },
        "path_parameters": {"region": {"type": "str", "required": True}},
        "output_parameters": {"buses": {"type": "Array", "items": {"properties": {"id": {"type": "integer"}}}}},
    }
    signature = load_manifest([listed])["Buses.Find"]
    assert show(from_schema(signature.parameters)) == (
        '{region: str, type: "day" | "night", seats?: float, at?: str, any?: any, stops?: list[{id: int}]}'
    )
    assert signature.parameters["additionalProperties"] is False
    assert show(from_schema(signature.returns)) == "{buses: list[{id: int}]}"


def test_a_list_that_only_names_tools_takes_any_one_text():
    signature = load_manifest([{"name": "Wikipedia", "description": "Search."}])["Wikipedia"]
    assert signature.text_parameter == "input"
    assert signature.is_open


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ({"type": "web_search"}, ["web_search"]),
        ({"type": "code_interpreter", "container": {"type": "auto"}}, ["code_interpreter"]),
        ({"type": "web_search_20250305", "name": "web_search", "max_uses": 5}, ["web_search"]),
        ({"googleSearch": {}}, ["googleSearch"]),
        ({"google_search": {}, "url_context": {}}, ["google_search", "url_context"]),
        ({"googleSearch": {}, "functionDeclarations": [{"name": "f"}]}, ["googleSearch", "f"]),
        ({"function_declarations": [{"name": "f"}]}, ["f"]),
    ],
)
def test_tools_that_a_provider_runs_take_anything(entry: dict[str, Any], names: list[str]):
    found = load_manifest([entry])
    assert list(found) == names
    report = check(f"#E1 = {names[0]}(query=[7], k={{a: 1}})\n", found)
    assert report.ok, report.render()


@pytest.mark.parametrize("entry", [{"type": "function"}, {"type": "object", "properties": {}}, {"type": "custom"}, {}])
def test_what_only_lacks_its_name_is_no_tool_of_a_provider(entry: dict[str, Any]):
    with pytest.raises(ManifestError) as error:
        load_manifest([entry])
    assert [(one.code, one.message) for one in error.value.diagnostics] == [("RW702", "a tool needs a `name`")]


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the repository")
def test_the_lists_of_the_corpus_are_read():
    counts = {
        path.name: len(read_manifest(path.read_text()))
        for path in sorted((CORPUS / "nestful/native").glob("*-spec.json"))
    }
    assert counts == {
        "executable-spec.json": 39,
        "non-executable-glaive-spec.json": 64,
        "non-executable-sgd-spec.json": 30,
    }
    for dialect in ("openai_tool_calls", "python_calls", "rewoo", "rewoo_langgraph", "llmcompiler"):
        rows = [json.loads(line) for line in (CORPUS / dialect / "plans.jsonl").read_text().splitlines()]
        for row in rows:
            if "tools" in row:
                assert len(load_manifest(row["tools"])) == len(
                    {one.get("function", one)["name"] for one in row["tools"]}
                )
    for line in (CORPUS / "provider_tool_calls" / "plans.jsonl").read_text().splitlines():
        assert load_manifest(json.loads(line).get("tools", [])) is not None


def test_a_bare_list_may_say_what_only_we_say() -> None:
    tool = {"name": "search", "effect": "read", "cost": {"tokens": 100}, "returns": {"type": "string"}}
    signature = load_manifest([tool])["search"]
    assert signature == load_manifest({"version": 1, "tools": [tool]})["search"]
    assert (signature.effect, signature.may_retry) == (Effect.READ, True)
    with pytest.raises(ManifestError, match="RW702 at /0/effect"):
        load_manifest([{"name": "a", "effect": "maybe"}])
