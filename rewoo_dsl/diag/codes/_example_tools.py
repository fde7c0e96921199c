"""The tools that the wrong and right plans of the code catalogue call, as a manifest: signatures, no functions.

Plain data, because this room knows no signatures: each entry is the JSON form of an `ir.signature.Signature`.
"""

from typing import Any


def _parameters(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | {"required": list(required)} if required else schema


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_HIT = _object(title=_TEXT, url=_TEXT, text=_TEXT)

EXAMPLE_TOOLS: tuple[dict[str, Any], ...] = (
    {
        "name": "search",
        "description": "Pages of the web that fit a query.",
        "parameters": _parameters(("query",), query=_TEXT, k={"type": "integer", "default": 5}),
        "returns": {"type": "array", "items": _HIT},
        "effect": "read",
    },
    {
        "name": "llm",
        "description": "Asks a language model; the declared type of the step is the form of the answer.",
        "parameters": _parameters(("prompt",), prompt=_TEXT),
        "returns": _TEXT,
        "effect": "read",
        "result_is_declared": True,
        "calls_model": True,
    },
    {
        "name": "send_email",
        "description": "Sends one mail.",
        "parameters": _parameters(("to", "subject", "body"), to=_TEXTS, subject=_TEXT, body=_TEXT),
        "returns": _object(sent={"type": "integer"}),
        "effect": "write",
    },
    {
        "name": "save",
        "description": "Keeps a text under a key; saving the same again changes nothing.",
        "parameters": _parameters(("key", "text"), key=_TEXT, text=_TEXT),
        "returns": {"type": "null"},
        "effect": "write",
        "idempotent": True,
    },
    {
        "name": "weather",
        "description": "The weather of a city on a day, today when no day is given.",
        "parameters": _parameters(("city",), city=_TEXT, day={"anyOf": [_TEXT, {"type": "null"}], "default": None}),
        "returns": _object(temp={"type": "number"}, sky={"enum": ["sun", "rain"]}),
        "effect": "read",
    },
    {
        "name": "Wikipedia",
        "description": "The opening of the article that fits best.",
        "parameters": _parameters(("query",), query=_TEXT),
        "returns": _TEXT,
        "effect": "read",
    },
    {
        "name": "Location",
        "description": "The city where we are.",
        "parameters": _parameters(),
        "returns": _TEXT,
        "effect": "read",
    },
)
