"""`--baseline`: the findings that are known, read from a file and written into it."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePath

from ...diag.baseline import Name, new_findings, read_baseline, write_baseline
from ...diag.diagnostic import Diagnostic
from ...diag.pages import Page
from .exits import WrongUse
from .sources import STDIN_NAME, read_source, write_atomically


def beyond_baseline(pages: Iterable[Page], file: str) -> list[tuple[Diagnostic, ...]]:
    """The findings of each page that the baseline does not know. Raises `WrongUse` for one that cannot be read."""
    try:
        known = read_baseline(read_source(file).text)
    except ValueError as error:
        raise WrongUse(f"{file}: {error}") from None
    name = _named(file)
    return [new_findings(page, known, name) for page in pages]


def keep_as_baseline(pages: Iterable[Page], file: str) -> None:
    """Write the baseline that knows all these findings."""
    write_atomically(Path(file), write_baseline(pages, _named(file)))


def _named(baseline: str) -> Name:
    """Files by their path from the baseline's folder, so that it holds wherever the project lies."""
    folder = Path(baseline).parent

    def name(file: str) -> str:
        return file if file == STDIN_NAME else PurePath(os.path.relpath(file, folder)).as_posix()

    return name
