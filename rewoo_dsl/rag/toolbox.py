"""The tools that need no set-up, as one registry: what `rewoo run` offers to a plan that brings none."""

from pathlib import Path

from ..tools.builtin.calculator import calculator
from ..tools.builtin.files import file_tools
from ..tools.registry import Registry
from .retrieve import retrieve_tool


def standard_tools(*, docs: str | Path | None = None, root: str | Path | None = None) -> Registry:
    """`calculator`; with `docs`, `retrieve` over that folder; with `root`, `read_file` and `list_files` below it."""
    registry = Registry(calculator())
    if docs is not None:
        registry.add(retrieve_tool(docs))
    if root is not None:
        for one in file_tools(root):
            registry.add(one)
    return registry
