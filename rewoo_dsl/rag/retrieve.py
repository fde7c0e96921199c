"""`retrieve`: passages of a folder's documents, offered to plans as an ordinary tool."""

from pathlib import Path
from threading import Lock
from typing import Annotated

from pydantic import Field

from ..diag.errors import ToolError
from ..tools.tool import Tool, tool
from .documents import read_folder
from .index import Index, Passage

MAX_PASSAGES = 50


def retrieve_tool(folder: str | Path, *, index: str | Path | None = None) -> Tool:
    """`retrieve(query, k)` over the text and Markdown files below `folder`.

    The folder is read at the first call. `index` names a file that keeps the index for the next time; without it the
    index lives in memory as long as the tool. Raises `ToolError` when `folder` is none.
    """
    if not Path(folder).is_dir():
        raise ToolError(f"{folder} is no folder of documents", retryable=False)
    opened: list[Index] = []
    opening = Lock()

    def ready() -> Index:
        with opening:
            if not opened:
                fresh = Index(index)
                fresh.update(read_folder(folder).documents)
                opened.append(fresh)
            return opened[0]

    def retrieve(query: str, k: Annotated[int, Field(ge=1, le=MAX_PASSAGES)] = 5) -> list[Passage]:
        """Find the passages of the documents that fit a query best, best first.

        Args:
            query: the words to look for; a question will do.
            k: how many passages at most.
        """
        return ready().search(query, k)

    return tool(retrieve, effect="read")
