import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor

MANIFEST = {
    "version": 1,
    "tools": [
        {
            "name": "search",
            "description": "Find pages. <b>Any</b> language.",
            "effect": "read",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "what to look for"},
                    "k": {"type": "integer", "default": 5},
                    "mode": {"enum": ["fast", "deep"]},
                },
                "required": ["query"],
            },
            "returns": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"title": {"type": "string"}, "odd key": {"type": "integer"}},
                    "required": ["title", "odd key"],
                },
            },
        },
        {
            "name": "mail",
            "description": "Send a mail.",
            "parameters": {
                "type": "object",
                "properties": {"to": {"type": "string"}, "body": {"type": "string"}},
                "required": ["to", "body"],
            },
            "returns": {"type": "object", "properties": {"sent": {"type": "boolean"}}, "required": ["sent"]},
        },
    ],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a manifest of tools."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "tools.json").write_text(json.dumps(MANIFEST))
    return folder


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    """One editor for all tests of a module, each with texts of its own; at last the server ends with nothing amiss."""
    editor = Editor(root, {"tools": "tools.json"})
    yield editor
    assert editor.stop() == 0
