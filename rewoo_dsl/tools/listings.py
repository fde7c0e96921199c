"""Lists of tools as others write them, each tool turned into the fields of a `Signature`.

| from | how it is known | what it says |
|---|---|---|
| this project | an object with `version` and `tools`; a tool with a word that only we have | everything |
| OpenAI Chat Completions | `function` holds the tool | name, description, parameters |
| OpenAI Responses, Anthropic, MCP | an object schema beside the name | the same, MCP the result too |
| NESTFUL and its kin | parameters by name, each with its own `required` | parameters, fields of the result |
| Gemini, OpenAI namespaces | a list of tools inside an entry | the same as OpenAI |
| tools that a provider runs itself | no name, a `type` of its own, or Gemini's key for it | that there is one |
| Seal-Tools | `api_name`, the names of required parameters in a list | the same as NESTFUL, no result |
| TaskBench | an object with `nodes`, each with an `id` | the tool takes one text |
| ReWOO | a name and a description | the tool takes one text |

None of the others says what a call does to the world, so all of them write. Names that no plan text could write
are kept: a plan that was read from JSON may still call them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ir.signature import Signature
from ..ir.values import Value, kind

_Fields = dict[str, Value]

_NAME_KEYS = ("name", "api_name", "id")
_GROUP_KEYS = ("functionDeclarations", "function_declarations", "tools")
_HOST_KEYS = (
    "googleSearch", "googleSearchRetrieval", "googleMaps", "enterpriseWebSearch", "codeExecution", "urlContext",
    "fileSearch", "computerUse", "retrieval",
)  # fmt: skip
"""Tools that Gemini runs itself, in the spelling of its JSON; its Python client writes `google_search`."""

_OTHER_TYPES = ("function", "custom", "namespace")
"""Types of entries that are no tools of a provider: they need a name."""

_SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema")
_RESULT_KEYS = ("returns", "output_schema", "outputSchema")
_LOOSE_KEYS = ("path_parameters", "query_parameters", "parameters", "arguments")
_LOOSE_TYPES = {
    "string": "string", "str": "string", "text": "string", "date": "string", "integer": "integer", "int": "integer",
    "number": "number", "float": "number", "double": "number", "boolean": "boolean", "bool": "boolean",
    "array": "array", "list": "array", "object": "object", "dict": "object", "null": "null",
}  # fmt: skip
_OWN_KEYS = frozenset({"effect", "idempotent", "cost", "calls_model", "result_is_declared"})
"""Words that nobody else has for a tool: dropping them would be to lose, in silence, what the author said."""

_ONE_TEXT: _Fields = {"type": "object", "properties": {"input": {}}, "additionalProperties": True}


@dataclass(frozen=True, slots=True)
class Entry:
    """One tool of a list: the fields of its signature, and the pointers to where they were read.

    `problem` is set instead when the entry is nothing that could be a tool. `is_ours` marks a manifest's own.
    """

    at: str
    fields: _Fields = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    is_ours: bool = False

    def place_of(self, name: str) -> str:
        return self.places.get(name) or f"{self.at}/{name}"


def entries_of(data: Value) -> list[Entry] | None:
    """The tools of any list that is known, or None when it is none."""
    if isinstance(data, list):
        return list(_all_foreign(data, ""))
    if not isinstance(data, dict):
        return None
    if isinstance(nodes := data.get("nodes"), list):
        return list(_all_foreign(nodes, "/nodes"))
    if not isinstance(tools := data.get("tools"), list):
        return None
    if "version" not in data:
        return list(_all_foreign(tools, "/tools"))
    return [_own(one, f"/tools/{i}") for i, one in enumerate(tools)]


def _all_foreign(tools: list[Value], at: str) -> Iterator[Entry]:
    """The tools of a list, those of the groups in it too."""
    for i, one in enumerate(tools):
        hosts = list(_hosts(one, f"{at}/{i}"))
        yield from hosts
        group = _group(one)
        if group is None and not hosts:
            yield _foreign(one, f"{at}/{i}")
        elif group is not None:
            key, inner = group
            yield from (_foreign(tool, f"{at}/{i}/{key}/{j}") for j, tool in enumerate(inner))


def _group(one: Value) -> tuple[str, list[Value]] | None:
    for key in _GROUP_KEYS:
        if isinstance(one, dict) and isinstance(inner := one.get(key), list):
            return key, inner
    return None


def _hosts(one: Value, at: str) -> Iterator[Entry]:
    """The tools in an entry that the provider runs itself: `{"type": "web_search"}`, `{"googleSearch": {}}`.

    Nothing says what they take, so they take anything.
    """
    if not isinstance(one, dict) or any(key in one for key in _NAME_KEYS) or "function" in one:
        return
    kind_of = one.get("type")
    if isinstance(kind_of, str) and kind_of.lower() not in (*_LOOSE_TYPES, *_OTHER_TYPES):
        yield Entry(at, {"name": kind_of, "parameters": _ONE_TEXT}, {"name": f"{at}/type"})
    for key in one:
        if _camel(key) in _HOST_KEYS:
            yield Entry(at, {"name": key, "parameters": _ONE_TEXT}, {"name": f"{at}/{key}"})


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(map(str.capitalize, rest))


def _own(one: Value, at: str) -> Entry:
    if not isinstance(one, dict):
        return Entry(at, problem=f"a tool is an object, not {kind(one)}")
    return Entry(at, one, is_ours=True)


def _foreign(one: Value, at: str, *, is_function: bool = False) -> Entry:
    if not isinstance(one, dict):
        return Entry(at, problem=f"a tool is an object, not {kind(one)}")
    if one.keys() & _OWN_KEYS and one.keys() <= Signature.model_fields.keys():
        return _own(one, at)
    if isinstance(inner := one.get("function"), dict):
        return _foreign(inner, f"{at}/function", is_function=True)
    key = next((key for key in _NAME_KEYS if key in one), None)
    if key is None:
        return Entry(at, problem="a tool needs a `name`")
    fields: _Fields = {"name": one[key], "parameters": _ONE_TEXT}
    places = {"name": f"{at}/{key}"}
    if one.get("description") is not None:
        fields["description"] = one["description"]
    if is_function or one.get("type") == "function":
        fields["parameters"] = {"type": "object", "properties": {}, "additionalProperties": False}
    if (loose := _loose_parameters(one)) is not None:
        fields["parameters"] = loose
    if isinstance(outputs := one.get("output_parameters"), dict):
        fields["returns"] = _object(outputs, names=list(outputs), is_result=True)
    for name, keys in (("parameters", _SCHEMA_KEYS), ("returns", _RESULT_KEYS)):
        for key in keys:
            if _is_schema(schema := one.get(key)):
                fields[name], places[name] = schema, f"{at}/{key}"
    return Entry(at, fields, places)


def _is_schema(value: Value) -> bool:
    """An object schema, whatever is wrong inside it; not a table of parameters, one of them perhaps called `type`."""
    return isinstance(value, dict) and (value.get("type") == "object" or "$ref" in value or "anyOf" in value)


def _loose_parameters(one: _Fields) -> _Fields | None:
    """One schema of all tables of parameters; None when there is none."""
    tables = [table for key in _LOOSE_KEYS if isinstance(table := one.get(key), dict) and not _is_schema(table)]
    if not tables:
        return None
    if isinstance(tables[0].get("type"), str):  # a schema, but in Python's words: {"type": "dict", ...}
        return _schema(tables[0], is_result=False)
    merged = {name: spec for table in tables for name, spec in table.items()}
    listed = one.get("required")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else _required(merged)
    return _object(merged, names=names, is_result=False) | {"additionalProperties": False}


def _schema(spec: Value, *, is_result: bool) -> _Fields:
    if not isinstance(spec, dict):
        return {}
    schema: _Fields = {}
    words = str(spec.get("type", "")).lower().split()
    if words and words[0] in _LOOSE_TYPES:
        schema["type"] = _LOOSE_TYPES[words[0]]
    if isinstance(spec.get("description"), str):
        schema["description"] = spec["description"]
    if isinstance(properties := spec.get("properties"), dict):
        listed = spec.get("required")
        names = list(properties) if is_result else _required(properties)
        if isinstance(listed, list):
            names = [name for name in listed if isinstance(name, str)]
        schema |= _object(properties, names=names, is_result=is_result)
    if "items" in spec:
        schema["items"] = _schema(spec["items"], is_result=is_result)
    values = spec.get("enum") or spec.get("allowed_values")
    if isinstance(values, list) and values and not is_result:
        schema["enum"] = values
    for key in ("default", "default_value"):
        if key in spec:
            schema["default"] = spec[key]
    return schema


def _object(specs: _Fields, *, names: list[str], is_result: bool) -> _Fields:
    properties: _Fields = {name: _schema(spec, is_result=is_result) for name, spec in specs.items()}
    required: list[Value] = [*names]
    return {"type": "object", "properties": properties, "required": required}


def _required(specs: _Fields) -> list[str]:
    return [name for name, spec in specs.items() if isinstance(spec, dict) and spec.get("required") is True]
