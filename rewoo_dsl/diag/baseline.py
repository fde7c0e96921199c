"""What was found before: with a baseline, only findings that are not in it count.

A finding is known by its file, its code and its message, and not by its line, so that a plan may grow above it; each
is known as often as it was found. The form is public: `{"version": 1, "findings": [{file, code, message, count}]}`,
sorted, so that a change of it reads well.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from .._record import record
from .diagnostic import Diagnostic
from .pages import Page

VERSION = 1


@record
class Key:
    """What a finding is known by. `file` is relative to the baseline's folder, with forward slashes."""

    file: str
    code: str
    message: str


Name = Callable[[str], str]
"""From a file as it was given to its name in a baseline."""


def write_baseline(pages: Iterable[Page], name: Name) -> str:
    """The baseline that knows all these findings, as JSON text."""
    counts = Counter(_key(one, page, name) for page in pages for one in page.diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (item[0].file, item[0].code, item[0].message))
    rows = [{"file": key.file, "code": key.code, "message": key.message, "count": count} for key, count in ordered]
    return json.dumps({"version": VERSION, "findings": rows}, indent=2) + "\n"


def read_baseline(text: str) -> Counter[Key]:
    """How often each finding was found. Raises `ValueError` with a sentence for what is no baseline."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"this is no JSON: {error}") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise ValueError(f'a baseline is an object with "version": {VERSION} and a list of "findings"')
    known: Counter[Key] = Counter()
    for row in data["findings"]:
        known[_row(row)] += row["count"]
    return known


def _row(row: Any) -> Key:
    wanted = {"file": str, "code": str, "message": str, "count": int}
    if not isinstance(row, dict) or any(type(row.get(name)) is not kind for name, kind in wanted.items()):
        raise ValueError("each finding of a baseline has a file, a code, a message and a count")
    return Key(row["file"], row["code"], row["message"])


def new_findings(page: Page, known: Counter[Key], name: Name) -> tuple[Diagnostic, ...]:
    """The findings beyond those that are known. `known` is used up, so that several pages may share it."""
    new = []
    for one in page.diagnostics:
        key = _key(one, page, name)
        if known[key] > 0:
            known[key] -= 1
        else:
            new.append(one)
    return tuple(new)


def _key(one: Diagnostic, page: Page, name: Name) -> Key:
    return Key(name(one.file or page.file), one.code, one.message)
