"""Figures go into a document by script, between two comments that name them, never by hand."""

import os
import platform
import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .measure import Table

OTHERS = ("langgraph", "sf-hamilton", "dask", "lark", "pydantic")


def write(document: Path, section: str, tables: list[Table]) -> None:
    """Puts the tables where the document says `<!-- figures: SECTION -->`, up to `<!-- end of figures -->`."""
    shown = "\n\n".join([*map(str, tables), machine()])
    place = re.compile(rf"(<!-- figures: {section} -->\n).*?(<!-- end of figures -->)", re.DOTALL)
    text = document.read_text(encoding="utf-8")
    if not place.search(text):
        raise ValueError(f"{document.name} has no place for the figures of `{section}`")
    document.write_text(place.sub(lambda found: f"{found[1]}\n{shown}\n\n{found[2]}", text), encoding="utf-8")


def machine() -> str:
    """What the figures were taken on, and beside which versions."""
    versions = ", ".join(f"{name} {_version(name)}" for name in OTHERS)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    where = f"{platform.system()} on {_processor()}, {os.cpu_count()} cores"
    return f"*{date.today():%B %Y}, {python}, {where}; {versions}.*"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
