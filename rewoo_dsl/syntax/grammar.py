"""Loads the grammar's table: the shipped one, or a fresh one where `plan.lark` has changed since it was made."""

import hashlib
import json
import re
from functools import cache
from typing import Any

from .._resources import resource
from .engine import Engine


@cache
def engine() -> Engine:
    """The engine of `grammar/plan.lark`, made once a process."""
    return Engine(_table())


@cache
def pattern(*terminals: str) -> re.Pattern[str]:
    """A pattern that matches the first fitting of these terminals, each a group by its name."""
    patterns = engine().patterns
    return re.compile("|".join(f"(?P<{name}>{patterns[name]})" for name in terminals))


def _table() -> dict[str, Any]:
    grammar = resource("grammar", "plan.lark").read_bytes()
    shipped = resource("grammar", "plan.table.json")
    if shipped.is_file():
        table: dict[str, Any] = json.loads(shipped.read_bytes())
        if table["grammar"] == digest(grammar):
            return table
    from .table import build  # Lark is imported only here

    return build(grammar.decode())


def digest(grammar: bytes) -> str:
    """What a table is keyed by: the layout of tables and the grammar's text."""
    return hashlib.sha256(b"1\n" + grammar).hexdigest()
