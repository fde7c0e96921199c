"""Passages in SQLite FTS5, ranked by BM25: the only module that knows SQLite here.

In memory unless a file is given. In a file, documents are indexed again only when their text has changed. Whatever
the query holds is data: its words are quoted, so it can never be an expression of FTS5's own query language.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from ..diag.errors import ToolError
from .chunks import OVERLAP, SIZE, chunks
from .documents import Document

MAX_WORDS = 64
_MIN_PREFIX = 4
_WORD = re.compile(r"\w+")
_STOP_WORDS = {
    "a", "about", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is",
    "it", "its", "me", "my", "of", "on", "or", "our", "she", "should", "so", "that", "the", "their", "them",
    "there", "these", "they", "this", "to", "us", "was", "we", "were", "what", "when", "where", "which",
    "who", "whom", "why", "will", "with", "would", "you", "your",
}  # fmt: skip
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (source TEXT PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS places (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS places_by_source ON places (source);
CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document: `text` is the document's characters from `start` to `end`.

    `score` is BM25 turned round: the higher the better, comparable within one answer only.
    """

    source: str
    start: int
    end: int
    text: str
    score: float


class Index:
    """An index of passages. Safe to use from several threads. `close` it, or use it as a context manager."""

    def __init__(self, path: str | Path | None = None, *, size: int = SIZE, overlap: int = OVERLAP) -> None:
        self._size, self._overlap = size, overlap
        self._lock = Lock()
        try:
            self._db = sqlite3.connect(":memory:" if path is None else path, check_same_thread=False)
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise ToolError(f"the index {path or 'in memory'} cannot be used: {error}", retryable=False) from error

    def update(self, documents: Iterable[Document]) -> int:
        """Make the index hold exactly these documents; gives how many had to be indexed anew."""
        with self._lock, self._db:
            known = dict(self._db.execute("SELECT source, hash FROM documents"))
            changed = 0
            for one in documents:
                digest = self._digest(one.text)
                if known.pop(one.source, None) == digest:
                    continue
                self._forget(one.source)
                self._add(one, digest)
                changed += 1
            for source in known:
                self._forget(source)
        return changed

    def search(self, query: str, k: int = 5) -> list[Passage]:
        """The `k` passages that fit best, best first. Without a hit, words are taken for beginnings of words."""
        words = query_words(query)
        found = self._match(" OR ".join(f'"{word}"' for word in words), k)
        if not found:
            found = self._match(" OR ".join(f'"{word}"*' for word in words if len(word) >= _MIN_PREFIX), k)
        return found

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _match(self, expression: str, k: int) -> list[Passage]:
        if not expression:
            return []
        with self._lock:
            rows = self._db.execute(
                "SELECT source, start, end, text, -bm25(passages) FROM passages JOIN places ON id = passages.rowid "
                "WHERE passages MATCH ? ORDER BY bm25(passages), source, start LIMIT ?",
                (expression, k),
            ).fetchall()
        return [Passage(*row) for row in rows]

    def _add(self, document: Document, digest: str) -> None:
        self._db.execute("INSERT INTO documents VALUES (?, ?)", (document.source, digest))
        for start, end in chunks(document.text, size=self._size, overlap=self._overlap):
            place = self._db.execute(
                "INSERT INTO places (source, start, end) VALUES (?, ?, ?)", (document.source, start, end)
            )
            passage = (place.lastrowid, document.text[start:end])
            self._db.execute("INSERT INTO passages (rowid, text) VALUES (?, ?)", passage)

    def _forget(self, source: str) -> None:
        gone = "SELECT id FROM places WHERE source = ?"
        self._db.execute(f"DELETE FROM passages WHERE rowid IN ({gone})", (source,))
        self._db.execute("DELETE FROM places WHERE source = ?", (source,))
        self._db.execute("DELETE FROM documents WHERE source = ?", (source,))

    def _digest(self, text: str) -> str:
        return hashlib.sha256(f"{self._size} {self._overlap} {text}".encode()).hexdigest()


def query_words(query: str) -> list[str]:
    """The words of a query that say something, each once; all of them when none does."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    telling = [word for word in words if word not in _STOP_WORDS]
    return (telling or words)[:MAX_WORDS]
