"""Values as other formats write them, with their spans: what JSON and Python-like calls are both read into."""

from __future__ import annotations

from typing import TypeAlias

from ..._record import record
from ...diag.diagnostic import Span


@record
class Scalar:
    """A text, a number, true, false or null."""

    span: Span
    value: str | int | float | bool | None


@record
class Items:
    """A list or a tuple."""

    span: Span
    items: tuple[Node, ...]


@record
class Fields:
    """An object or a dict; `keys` says where each key is written."""

    span: Span
    fields: dict[str, Node]
    keys: dict[str, Span]

    def text(self, key: str) -> str | None:
        """The text of a field, or None when it has none."""
        found = self.fields.get(key)
        return found.value if isinstance(found, Scalar) and isinstance(found.value, str) else None


@record
class Bare:
    """Something without quotes that is no literal: a name, a reference, an expression, words."""

    span: Span
    text: str


Node: TypeAlias = Scalar | Items | Fields | Bare
