"""Which names a tool can have: those that a plan can write."""

import re

from ..ir.builtins import BUILTINS

MAX_LENGTH = 64
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_WORDS = {"true", "false", "null", "not", "and", "or", "in", "if", "else", "for", "True", "False", "None"}


def name_problem(name: str) -> str | None:
    """Why no plan could call a tool of this name, or None when one can: identifiers, perhaps joined by dots."""
    parts = name.split(".")
    if not all(_PART.fullmatch(part) for part in parts):
        return "a name is letters, digits and `_`, does not begin with a digit, and may be joined by dots"
    if max(map(len, parts)) > MAX_LENGTH:
        return f"a name has at most {MAX_LENGTH} characters"
    if not _WORDS.isdisjoint(parts):
        return "that is a word of the language"
    return "that is a built-in of the language" if name in BUILTINS else None
