"""OpenAPI documents read as signatures: without a network, whatever the document holds."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.ir.types import from_schema, show
from rewoo_dsl.tools.errors import ManifestError
from rewoo_dsl.tools.openapi import Described, read_openapi


def document(paths: dict[str, Any], schemas: dict[str, Any] | None = None, version: str = "3.1.0") -> dict[str, Any]:
    info = {"title": "t", "version": "1"}
    return {"openapi": version, "info": info, "paths": paths, "components": {"schemas": schemas or {}}}


def read(paths: dict[str, Any], schemas: dict[str, Any] | None = None, version: str = "3.1.0") -> Described:
    return read_openapi(json.dumps(document(paths, schemas, version)))


def answer(schema: Any, status: str = "200") -> dict[str, Any]:
    return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}


def body(schema: Any, media: str = "application/json", *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {media: {"schema": schema}}}


def refusal(text: str | bytes) -> str:
    with pytest.raises(ManifestError) as wrong:
        read_openapi(text)
    return str(wrong.value)


PETS = {
    "/pets/{petId}": {
        "parameters": [{"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "get": {
            "operationId": "get-pet",
            "summary": "One pet.",
            "parameters": [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
            "responses": answer({"$ref": "#/components/schemas/Pet"}),
        },
        "put": {"requestBody": body({"$ref": "#/components/schemas/Pet"}), "responses": {"204": {}}},
        "delete": {"responses": {"204": {}, "200": {"content": {"text/plain": {}}}}},
    },
    "/pets": {
        "get": {
            "operationId": "pets",
            "parameters": [
                {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                {"name": "session", "in": "cookie", "required": True, "schema": {"type": "string"}},
            ],
            "responses": answer({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}),
        },
        "post": {"operationId": "add", "requestBody": body({"$ref": "#/components/schemas/Pet"}), "responses": {}},
    },
}
PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "owner": {"$ref": "#/components/schemas/Owner"},
        "pin": {"type": "string", "writeOnly": True},
    },
}
OWNER = {"type": "object", "properties": {"pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}}
SHOP = {"Pet": PET, "Owner": OWNER}


def test_operations_are_tools() -> None:
    found = read(PETS, SHOP).signatures
    assert list(found) == ["get_pet", "put_pets_petId", "delete_pets_petId", "pets", "add"]
    assert found["get_pet"].description == "One pet."
    assert list(found["get_pet"].properties) == ["petId", "X-Trace"]
    assert found["get_pet"].required == ("petId",)
    assert not found["get_pet"].is_open


def test_the_method_says_what_a_call_does() -> None:
    found = read(PETS, SHOP).signatures
    told = {name: (str(one.effect), one.idempotent) for name, one in found.items()}
    assert told == {
        "get_pet": ("read", False),
        "put_pets_petId": ("write", True),
        "delete_pets_petId": ("write", True),
        "pets": ("read", False),
        "add": ("write", False),
    }


def test_fields_of_the_body_are_arguments_beside_the_others() -> None:
    found = read(PETS, SHOP).operations["put_pets_petId"]
    assert {name: place.where for name, place in found.places.items()} == {
        "petId": "path",
        "name": "field",
        "owner": "field",
        "pin": "field",
    }
    assert found.signature.required == ("petId", "name")


def test_what_only_the_server_sets_is_no_argument_and_what_only_it_is_told_is_no_result() -> None:
    found = read(PETS, SHOP).signatures
    assert "id" not in found["add"].properties
    assert set(found["get_pet"].returns["$defs"]["Pet"]["properties"]) == {"id", "name", "owner"}


def test_results_stand_alone_and_may_be_recursive() -> None:
    returns = read(PETS, SHOP).signatures["pets"].returns
    assert returns["items"] == {"$ref": "#/$defs/Pet"}
    assert set(returns["$defs"]) == {"Pet", "Owner"}
    report = rw.check("#E1 = pets()\n#E2 = len(#E1[0].owner.pets)\n#E3 = #E1[0].nam", read(PETS, SHOP).signatures)
    assert [one.code for one in report.diagnostics if one.is_error] == ["RW207"]


def test_several_answers_of_success_are_one_type() -> None:
    assert show(from_schema(read(PETS, SHOP).signatures["delete_pets_petId"].returns)) == "str?"


def test_a_body_whose_fields_cannot_be_told_apart_is_one_argument() -> None:
    one_of = {"oneOf": [{"type": "object"}, {"type": "string"}]}
    paths = {
        "/a": {"post": {"requestBody": body(one_of), "responses": {}}},
        "/b": {"post": {"requestBody": body({"type": "object", "additionalProperties": {"type": "string"}})}},
        "/c": {"post": {"requestBody": body({"type": "string"}, "text/plain", required=False)}},
        "/d": {"post": {"requestBody": body(PET, required=False)}},
    }
    found = read(paths, SHOP).signatures
    assert {name: (list(one.properties), one.required) for name, one in found.items()} == {
        "post_a": (["body"], ("body",)),
        "post_b": (["body"], ("body",)),
        "post_c": (["body"], ()),
        "post_d": (["body"], ()),
    }


def test_one_name_in_two_places_is_two_arguments() -> None:
    both = [{"name": "id", "in": place, "required": True, "schema": {"type": "string"}} for place in ("path", "query")]
    fields = {"type": "object", "properties": {"id": {"type": "integer"}}}
    found = read({"/a/{id}": {"post": {"parameters": both, "requestBody": body(fields)}}}).operations["post_a_id"]
    assert {name: (place.where, place.name) for name, place in found.places.items()} == {
        "id": ("path", "id"),
        "id_query": ("query", "id"),
        "id_field": ("field", "id"),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"allOf": [{}], "nullable": True}, {"anyOf": [{"allOf": [{}]}, {"type": "null"}]}),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 0}),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": False}, {"type": "number", "minimum": 0}),
        ({"type": "string", "pattern": "(a+)+$", "example": "aa"}, {"type": "string"}),
        ({"$ref": "https://example.org/evil.json"}, {}),
        ({"$ref": "file:///etc/passwd", "description": "x"}, {"description": "x"}),
    ],
)
def test_what_3_0_says_differently_is_said_in_json_schema(old: Any, new: Any) -> None:
    paths = {"/a": {"get": {"parameters": [{"name": "q", "in": "query", "schema": old}]}}}
    assert read(paths, version="3.0.3").signatures["get_a"].properties["q"] == new


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        ({"requestBody": {"content": {"multipart/form-data": {}}}}, "multipart/form-data"),
        ({"requestBody": {"$ref": "other.json#/body"}}, "nothing is fetched"),
        ({"requestBody": body({"$ref": "#/components/schemas/Loop"})}, "leads back to itself"),
        ({"requestBody": body({"$ref": "#/components/schemas/Nowhere"})}, "leads nowhere"),
        ({"parameters": [{"name": "x", "in": "body", "schema": {}}]}, "no place that is known"),
        ({"parameters": [{"name": "x", "in": "query", "style": "matrix", "schema": {}}]}, "style `matrix`"),
        ({"parameters": [{"name": "x", "in": "path", "schema": {}}]}, "do not agree"),
        ({"parameters": [{"name": "x", "in": "query", "schema": {"type": "file"}}]}, "no JSON type"),
        ({"parameters": ["x"]}, "no name"),
        ({"parameters": {}}, "no list"),
    ],
)
def test_an_operation_that_cannot_be_carried_over_is_left_out_by_name(operation: dict[str, Any], why: str) -> None:
    loop = {"Loop": {"$ref": "#/components/schemas/Loop"}}
    found = read({"/a": {"post": operation, "get": {}}}, loop)
    assert list(found.operations) == ["get_a"]
    assert why in found.left_out["POST /a"]


@pytest.mark.parametrize("path", ["/../admin", "/a/./b", "/a?x=1", "/a#b", "/a\\b", "/a\nHost: x"])
def test_a_path_that_leads_elsewhere_is_left_out(path: str) -> None:
    assert list(read({path: {"get": {}}}).left_out.values()) == ["its path leads elsewhere"]


def test_headers_of_the_client_are_no_arguments() -> None:
    names = ("Host", "authorization", "Content-Length", "Cookie", "X-Mine")
    parameters = [{"name": name, "in": "header", "schema": {}} for name in names]
    assert list(read({"/a": {"get": {"parameters": parameters}}}).signatures["get_a"].properties) == ["X-Mine"]


def test_words_of_a_stranger_are_cleaned() -> None:
    field = {"name": "q", "in": "query", "description": "a\u200bb" * 500, "schema": {}}
    paths = {"/a": {"get": {"operationId": "llm", "description": "x\x1b[2J" * 1000, "parameters": [field]}}}
    signature = read(paths).signatures["llm_"]
    assert len(signature.description) <= 1_000
    assert "\x1b" not in signature.description
    assert signature.properties["q"]["description"].startswith("abab")
    assert len(signature.properties["q"]["description"]) <= 300


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("openapi: 3.0.0\npaths: {}", "this is YAML; a document is read as JSON only"),
        (b"# ours\n\n---\n'openapi': 3.0.0\n", "this is YAML"),
        ("openapi", "no JSON"),
        ("#" * 100_000, "no JSON"),
        ("[]", "not list"),
        ("[" * 100_000, "nested deeper"),
        ('{"openapi": "3.1.0", "paths": ' + '{"a":' * 300 + "1" + "}" * 300 + "}", "nested deeper"),
        ('{"swagger": "2.0", "paths": {}}', "version is 2.0"),
        ('{"openapi": 3, "paths": {}}', "version is none"),
        ('{"openapi": "3.1.0", "paths": []}', "at /paths: `paths` is an object, not list"),
        ('{"openapi": "3.1.0", "paths": null}', "at /paths: `paths` is an object, not null"),
        (json.dumps(document({"/a": {"$ref": "http://169.254.169.254/"}})), "nothing is fetched"),
        (json.dumps(document({f"/{i}": {"get": {}} for i in range(2_001)})), "more than 2000 operations"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(text: str | bytes, told: str) -> None:
    assert told in refusal(text)


def test_a_document_that_grows_when_it_is_read_ends_in_time() -> None:
    """Each schema names the next one many times; each operation names them all."""
    schemas: dict[str, Any] = {
        f"S{i}": {
            "type": "object",
            "properties": {f"p{j}": {"$ref": f"#/components/schemas/S{i + 1}"} for j in range(9)},
        }
        for i in range(60)
    }
    schemas["S60"] = {"enum": list(range(7_000))}
    huge = {"name": "q", "in": "query", "schema": {"$ref": "#/components/schemas/S0"}}
    began = time.process_time()
    text = json.dumps(document({f"/{i}": {"get": {"parameters": [huge]}} for i in range(1_500)}, schemas))
    assert "nodes together" in refusal(text)
    assert time.process_time() - began < 20


words = [
    "get", "post", "parameters", "name", "in", "schema", "$ref", "type", "properties", "required", "content", "items",
    "requestBody", "responses", "200", "application/json", "anyOf", "nullable", "operationId", "/a",
]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "#", "#/paths", "object", "get", "3.1.0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(words), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["/a", "/b/{c}", "x-y"]), json_values, max_size=3), json_values)
def test_whatever_a_document_holds_is_read_or_refused(paths: dict[str, Any], more: Any) -> None:
    text = json.dumps({"openapi": "3.0.0", "paths": paths, "components": more})
    try:
        found = read_openapi(text)
    except ManifestError:
        return
    rw.check("#E1 = nothing()", found.signatures)
