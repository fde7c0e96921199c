"""The index: passages with their place, any text as a query, and documents that come, change and go."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.rag.documents import Document
from rewoo_dsl.rag.index import Index, query_words

FRUIT = Document("fruit.txt", "Apples are red.\n\nBananas are yellow and grow in bunches.\n\nCherries are running out.")
SKY = Document("sky.md", "The sky is blue.\n\nClouds are white.")


def indexed(*documents: Document, **options: int) -> Index:
    index = Index(size=options.get("size", 60), overlap=0)
    index.update(documents)
    return index


def test_the_best_passage_comes_first_with_its_place():
    with indexed(FRUIT, SKY) as index:
        first = index.search("What colour do bananas have?")[0]
    assert first.source == "fruit.txt"
    assert FRUIT.text[first.start : first.end] == first.text
    assert "Bananas" in first.text
    assert first.score > 0


def test_words_match_by_their_stem_and_otherwise_by_their_beginning():
    with indexed(FRUIT, SKY) as index:
        assert [one.source for one in index.search("cherry run")] == ["fruit.txt"]
        assert [one.source for one in index.search("Banan")] == ["fruit.txt"]
        assert index.search("zeppelin") == []


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others():
    assert query_words("What is the SKY, the sky?") == ["sky"]
    assert query_words("Who are you?") == ["who", "are", "you"]
    assert query_words("?!") == []
    assert len(query_words(" ".join(f"w{i}" for i in range(10_000)))) == 64


def test_k_is_a_ceiling():
    many = Document("many.txt", "\n\n".join(f"Passage number {i} about wheat fields in summer." for i in range(20)))
    with indexed(many) as index:
        found = index.search("wheat", 7)
        assert len(found) == 7
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert index.search("wheat", 7) == found


@given(st.text(max_size=60) | st.text("\"*^():-+{}[]\\'NEAR AND OR NOT sky\0", max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_query(query: str):
    with indexed(FRUIT, SKY) as index:
        for one in index.search(query):
            assert one.source in ("fruit.txt", "sky.md")


@given(st.lists(st.text("ab cd.\n", max_size=80), max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_passage_is_its_place_in_the_document(texts: list[str]):
    documents = {f"{i}.txt": text for i, text in enumerate(texts)}
    with indexed(*(Document(source, text) for source, text in documents.items()), size=20) as index:
        for one in index.search("a b c d ab cd", 100):
            assert documents[one.source][one.start : one.end] == one.text


def test_only_what_changed_is_indexed_again(tmp_path: Path):
    file = tmp_path / "index.db"
    with Index(file) as index:
        assert index.update([FRUIT, SKY]) == 2
    with Index(file) as index:
        assert index.update([FRUIT, SKY]) == 0
        assert index.update([Document("sky.md", "Now it is grey.")]) == 1
        assert [one.source for one in index.search("grey")] == ["sky.md"]
        assert index.search("blue") == []
        assert index.search("apples") == []
    with Index(file, size=100, overlap=10) as index:
        assert index.update([Document("sky.md", "Now it is grey.")]) == 1
        assert len(index.search("grey")) == 1


def test_a_file_that_is_no_index_is_refused(tmp_path: Path):
    file = tmp_path / "index.db"
    file.write_text("this is no database, however long it may be " * 100)
    with pytest.raises(ToolError, match="cannot be used"):
        Index(file)
    with pytest.raises(ToolError, match="cannot be used"):
        Index(tmp_path / "missing" / "index.db")


def test_an_index_serves_several_threads():
    barrier = threading.Barrier(8)
    with indexed(FRUIT, SKY) as index, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> str:
            barrier.wait(5)
            return index.search("clouds")[0].source

        assert set(pool.map(ask, range(8))) == {"sky.md"}
