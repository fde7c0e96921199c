import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import MANIFEST, Editor


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
    editor.codes(
        editor.open("first.rewoo", "#E1 = serach()\nreturn #E1\n"), "RW108"
    )  # the tools are known from here on
    yield editor
    assert editor.stop() == 0
