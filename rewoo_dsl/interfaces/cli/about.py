"""What a journal keeps of the command line of a run: where plan and tools are, so that it can be gone on with."""

from copy import copy
from pathlib import Path
from typing import Any

from .arguments import Options
from .sources import Source

_FILES = ("docs", "root", "pin")
_WORDS = ("tools", "trust_hints", "private_hosts", "model", "base_url", "api")
_OF_THEIR_OWN = (None, False, "auto")
"""What these options are when nobody says anything."""


def about_of(options: Options, source: Source) -> dict[str, Any]:
    """The options that make up the tools, files by their whole path; no key and no secret is among them."""
    found: dict[str, Any] = {name: getattr(options, name) for name in (*_FILES, *_WORDS)}
    for name in _FILES:
        if found[name] is not None:
            found[name] = str(Path(found[name]).resolve())
    if options.tools is not None and Path(options.tools).exists():
        found["tools"] = str(Path(options.tools).resolve())
    if source.path is not None:
        found["plan"] = str(source.path.resolve())
    return {name: value for name, value in found.items() if value not in _OF_THEIR_OWN and value != []}


def with_about(options: Options, about: dict[str, Any] | None) -> Options:
    """The options of a command line, with those of the run where it says nothing of its tools."""
    wanted = copy(options)
    for name in (*_FILES, *_WORDS):
        said = getattr(options, name)
        if (said in _OF_THEIR_OWN or said == []) and about is not None and name in about:
            setattr(wanted, name, about[name])
    return wanted
