"""`retrieve` as plans call it, over folders made for the test and over a real speech."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.ir.types import from_schema, show
from rewoo_dsl.rag.documents import read_folder
from rewoo_dsl.rag.index import Index, query_words
from rewoo_dsl.rag.retrieve import retrieve_tool
from rewoo_dsl.rag.toolbox import standard_tools
from rewoo_dsl.tools.context import CallContext
from rewoo_dsl.tools.errors import ArgumentError

DATA = Path(__file__).parents[2] / "specs" / "examples" / "data"
SPEECH = "state_of_the_union.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    (docs / "sub").mkdir(parents=True)
    (docs / "one.txt").write_text("Whales are mammals.")
    (docs / "sub" / "two.MD").write_text("\ufeffSharks are fish.", encoding="utf-8")
    (docs / "three.pdf").write_bytes(b"%PDF")
    (docs / "four.txt").write_bytes(b"\xff\xfe")
    (docs / ".five.txt").write_text("hidden")
    (tmp_path / "out.txt").write_text("outside")
    (docs / "six.txt").symlink_to(tmp_path / "out.txt")
    (docs / "seven.txt").symlink_to(docs / "seven.txt")
    return docs


def ask(tool: Any, **arguments: Any) -> Any:
    return asyncio.run(tool.call(arguments, CallContext()))


def test_a_folder_gives_its_documents_and_says_what_it_skipped(folder: Path):
    found = read_folder(folder)
    assert [(one.source, one.text) for one in found.documents] == [
        ("one.txt", "Whales are mammals."),
        ("sub/two.MD", "Sharks are fish."),
    ]
    assert found.skipped == (
        "four.txt: no UTF-8 text (byte 0)",
        "seven.txt: cannot be read",
        "six.txt: leads out of the folder",
        "three.pdf: only .txt and .md are read",
    )


def test_retrieve_is_an_ordinary_tool_that_reads(folder: Path):
    tool = retrieve_tool(folder)
    assert (tool.name, tool.signature.effect, tool.signature.text_parameter) == ("retrieve", "read", "query")
    returns = "list[{source: str, start: int, end: int, text: str, score: float}]"
    assert show(from_schema(tool.signature.returns)) == returns
    (passage,) = ask(tool, query="Are sharks fish?")
    assert (passage["source"], passage["start"], passage["end"]) == ("sub/two.MD", 0, 16)


@pytest.mark.parametrize("k", [0, 51, "5", 2.5])
def test_k_has_its_bounds(folder: Path, k: Any):
    with pytest.raises(ArgumentError, match="`k`"):
        ask(retrieve_tool(folder), query="whales", k=k)


def test_an_index_can_be_kept_in_a_file(folder: Path, tmp_path: Path):
    kept = tmp_path / "kept.db"
    assert ask(retrieve_tool(folder, index=kept), query="whales")
    with Index(kept) as index:
        assert index.update(read_folder(folder).documents) == 0


def test_a_missing_folder_is_said_when_the_tool_is_made(tmp_path: Path):
    with pytest.raises(ToolError, match="is no folder of documents"):
        retrieve_tool(tmp_path / "missing")
    with pytest.raises(ToolError, match="is no folder of documents"):
        read_folder(tmp_path / "missing")


def test_the_standard_tools(folder: Path):
    assert list(standard_tools()) == ["calculator"]
    assert list(standard_tools(docs=folder, root=folder)) == ["calculator", "retrieve", "read_file", "list_files"]


def test_passages_of_the_speech_are_where_they_say():
    text = (DATA / SPEECH).read_text(encoding="utf-8")
    found = ask(retrieve_tool(DATA), query="How many jobs has the economy created?", k=8)
    speech = [one for one in found if one["source"] == SPEECH]
    assert speech
    assert all(text[one["start"] : one["end"]] == one["text"] for one in speech)
    assert any("12 million new jobs" in one["text"] for one in speech)


def test_most_questions_about_the_speech_find_the_words_of_their_answer():
    """The share was 94 % when size and overlap were chosen; this keeps it from falling unnoticed."""
    text = (DATA / SPEECH).read_text(encoding="utf-8").lower()
    with (DATA / "sotu_qa.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["question"].split(":", 1)[-1], row["answer"]) for row in csv.DictReader(file)]
    index = Index()
    index.update(one for one in read_folder(DATA).documents if one.source == SPEECH)
    asked = answered = 0
    for question, answer in rows:
        known = {word[:6] for word in query_words(question)}
        keys = {word[:6] for word in query_words(answer) if len(word) > 3} - known
        keys = {key for key in keys if key in text}
        if len(keys) < 2:
            continue
        passages = " ".join(one.text for one in index.search(question)).lower()
        asked += 1
        answered += sum(key in passages for key in keys) >= len(keys) / 2
    index.close()
    assert asked > 60
    assert answered / asked > 0.9
