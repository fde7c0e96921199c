"""What a command would change in a file, as a unified diff that `patch` applies to the byte."""

import difflib
from io import StringIO

from .sources import Source


def difference(source: Source, text: str, became: str) -> str:
    """From the source to `text`; `became` says in a word what the new text is."""
    lines = difflib.unified_diff(_lines(source.text), _lines(text), source.name, f"{source.name} ({became})")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with their ends. What Python also takes for an end, such as a form feed, is text to everybody else."""
    return StringIO(text, newline="\n").readlines()
