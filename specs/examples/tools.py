"""The tools of the example plans: small, real and offline, so that every plan here runs as it stands.

`sql` reads a real SQLite database, `read_file` and `retrieve` real files, `send_email` appends to an outbox file.
What would be a network service in earnest (news, the web, an encyclopedia, a shop) answers from JSON files in `data/`.
`registry` is what `--tools specs.examples.tools:registry` names; it holds the built-in tools as well.
"""

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from rewoo_dsl import Registry
from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.rag.toolbox import standard_tools

DATA = Path(__file__).parent / "data"
OUTBOX = Path(os.environ.get("REWOO_EXAMPLE_OUTBOX", Path(tempfile.gettempdir()) / "rewoo_outbox.jsonl"))

registry: Registry = standard_tools(docs=DATA, root=DATA)


class Article(TypedDict):
    title: str
    url: str
    date: str


class Rows(TypedDict):
    rows: list[dict[str, str | int | float | None]]


class Sent(TypedDict):
    sent: int


class Order(TypedDict):
    id: str
    item: str
    status: Literal["processing", "shipped", "delivered"]
    promised: str
    price: float


class Refund(TypedDict):
    order: str
    amount: float


def _load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _common_words(query: str, text: str) -> int:
    return len(set(query.lower().split()) & set(text.lower().split()))


@registry.tool(effect="read")
def news_search(query: str, k: int = 5) -> list[Article]:
    """Recent news articles that share words with the query, the best match first."""
    found = sorted(_load("news.json"), key=lambda a: -_common_words(query, a["title"]))
    return [Article(title=a["title"], url=a["url"], date=a["date"]) for a in found[:k]]


@registry.tool(effect="read")
async def web_search(query: str) -> list[Article]:
    """Pages on the web that share words with the query."""
    return [a for a in _load("news.json") if _common_words(query, a["title"])]


@registry.tool(effect="read")
def Wikipedia(query: str) -> str:  # noqa: N802  # the name that plans in the paper's form use
    """The first paragraph of an article, by title."""
    articles: dict[str, str] = _load("encyclopedia.json")
    for title, text in articles.items():
        if title.lower() in query.lower():
            return text
    raise ToolError(f"there is no article on {query!r}", retryable=False)


@registry.tool(effect="read")
def sql(db: Literal["erp"], query: str) -> Rows:
    """The rows of one SELECT over a database."""
    with closing(_erp()) as connection:
        connection.set_authorizer(_only_reading)
        try:
            found = connection.execute(query)
            names = [column[0] for column in found.description or ()]
            return Rows(rows=[dict(zip(names, row, strict=True)) for row in found.fetchmany(1000)])
        except sqlite3.Error as error:
            raise ToolError(f"SQLite says: {error}", retryable=False) from None


def _only_reading(action: int, *_: object) -> int:
    reading = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
    return sqlite3.SQLITE_OK if action in reading else sqlite3.SQLITE_DENY


def _erp() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE suppliers (name TEXT, country TEXT, port TEXT, owner_email TEXT, stock_days INT)")
    connection.executemany(
        "INSERT INTO suppliers VALUES (:name, :country, :port, :owner_email, :stock_days)", _load("suppliers.json")
    )
    return connection


@registry.tool(effect="write", idempotent=False)
def send_email(to: list[str], subject: str, body: str) -> Sent:
    """Send a mail. Here: append it to the outbox file."""
    with OUTBOX.open("a", encoding="utf-8") as outbox:
        outbox.write(json.dumps({"to": to, "subject": subject, "body": body}, ensure_ascii=False) + "\n")
    return Sent(sent=len(to))


@registry.tool(effect="read")
async def order_status(id: str) -> Order:  # noqa: A002  # what plans call it
    """An order of the shop."""
    found = next((o for o in _load("orders.json") if o["id"] == id), None)
    if found is None:
        raise ToolError(f"there is no order {id!r}", retryable=False)
    return Order(**found)


@registry.tool(effect="write", idempotent=True)
async def refund(order: str, amount: float, reason: str) -> Refund:
    """Pay money back; the same order is never paid back twice."""
    return Refund(order=order, amount=amount)
