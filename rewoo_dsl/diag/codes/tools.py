"""RW7: tools. What is wrong with a list of tools given as data; no text of a plan shows these, so none has examples."""

from ..diagnostic import Severity
from ._code import Code, FoundBy

CODES: tuple[Code, ...] = (
    Code(
        "RW701",
        "unreadable-manifest",
        "the list of tools cannot be read",
        "The text is no JSON, is larger than 16 MiB or nested too deep, or it is none of the lists of tools that are "
        "known: a manifest (`rewoo tools --json` writes one), function tools as the OpenAI API takes them, tools of "
        "an MCP server, or a NESTFUL specification.",
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW702",
        "wrong-manifest-field",
        "a tool is described wrongly",
        "A field of a tool's description is missing, unknown, or of the wrong type. The place is given as a JSON "
        "pointer into the list; `schemas/tools.schema.json` describes the manifest.",
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW703",
        "unusable-tool-name",
        "no plan could call a tool of this name",
        "A plan calls tools by name: letters, digits and `_`, perhaps joined by dots, and neither a built-in nor a "
        "word of the language. Give the tool another name where it is registered.",
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW704",
        "duplicate-tool",
        "two tools have one name",
        "A plan could not tell them apart. `llm` and `LLM` are one name.",
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW705",
        "unusable-schema",
        "a JSON Schema of a tool cannot be used",
        "A tool's parameters are an object schema, its result any schema, of at most 64 levels and 10,000 nodes. A "
        "`$ref` leads to a place in the same schema and not back to itself.",
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW706",
        "remote-reference",
        "a JSON Schema refers to another document",
        "Nothing is ever fetched for a check, so what the `$ref` stands for is not known and everything fits it. Put "
        "the definition into the schema, under `$defs`.",
        severity=Severity.WARNING,
        found_by=FoundBy.TOOLS,
    ),
    Code(
        "RW707",
        "unknown-manifest-version",
        "the manifest is of a version that is not known here",
        "Manifests say their version; this one was written by a newer release, or by hand with a wrong number.",
        found_by=FoundBy.TOOLS,
    ),
)
