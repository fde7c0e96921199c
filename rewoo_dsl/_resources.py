"""Finds `grammar/` and `schemas/`, which live beside the package in a checkout and inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a packaged file, for example `resource("grammar", "plan.lark")`."""
    packaged = _PACKAGE / "_data"
    return (packaged if packaged.is_dir() else _PACKAGE.parent).joinpath(*parts)
