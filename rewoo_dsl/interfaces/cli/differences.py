"""What a command would change in a file, as a unified diff."""

import difflib

from .sources import Source


def difference(source: Source, text: str, became: str) -> str:
    """From the source to `text`; `became` says in a word what the new text is."""
    before, after = source.text.splitlines(), text.splitlines()
    lines = difflib.unified_diff(before, after, source.name, f"{source.name} ({became})", lineterm="")
    return "".join(f"{line}\n" for line in lines)
