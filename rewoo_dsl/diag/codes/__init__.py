"""Every code we can report, declared once: `CODES` by number, in families.

RW0 syntax and structure, RW1 names, RW2 types, RW3 graph, RW4 information flow, RW5 budget, RW6 run, RW7 tools,
RW8 models. A number is never used again for something else. `EXAMPLE_TOOLS` is what the wrong and right plans of the
codes are checked against.
"""

from . import batch, budget, dialects, flow, graph, models, names, run, structure, syntax, tools, types
from ._code import Code, FoundBy
from ._example_tools import EXAMPLE_TOOLS

FAMILIES: dict[str, tuple[Code, ...]] = {
    "syntax": syntax.CODES,
    "structure": structure.CODES,
    "batch": batch.CODES,
    "dialects": dialects.CODES,
    "names": names.CODES,
    "types": types.CODES,
    "graph": graph.CODES,
    "flow": flow.CODES,
    "budget": budget.CODES,
    "run": run.CODES,
    "tools": tools.CODES,
    "models": models.CODES,
}
"""The declared codes by family module, in order of number."""

CODES: dict[str, Code] = {code.number: code for family in FAMILIES.values() for code in family}


def slug(number: str) -> str:
    """The short name of a code, or an empty text for one that is not declared."""
    code = CODES.get(number)
    return code.slug if code else ""


__all__ = ["CODES", "EXAMPLE_TOOLS", "FAMILIES", "Code", "FoundBy", "slug"]
