"""A function's docstring as a tool's description: the prose, and what a Google-style `Args:` says of parameters."""

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Params|Returns|Return|Yields|Yield|Raises|Example|Examples|Note|Notes"
    r"|Attributes|Warning|Warnings|See Also|References|Todo):\s*$"
)
_PARAMETER = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Described:
    """The prose before the first section, and one text for each parameter that has one."""

    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_docstring(text: str | None) -> Described:
    """
    >>> read_docstring('''Look it up.
    ...
    ... Args:
    ...     query: what to look for,
    ...         in words
    ...     k (int): how many
    ... Returns: hits
    ... ''').parameters
    {'query': 'what to look for, in words', 'k': 'how many'}
    """
    if not text:
        return Described()
    prose: list[str] = []
    arguments: list[str] = []
    target: list[str] | None = prose
    for line in inspect.cleandoc(text).splitlines():
        heading = _SECTION.match(line) or re.match(r"(Returns|Yields|Raises):", line)
        if heading:
            target = arguments if heading[1] in ("Args", "Arguments", "Parameters", "Params") else None
        elif target is not None:
            target.append(line)
    return Described("\n".join(prose).strip(), _parameters(arguments))


def _parameters(lines: list[str]) -> dict[str, str]:
    """Entries begin at the indentation of the first line; whatever is deeper continues the entry above it."""
    found: dict[str, str] = {}
    margin: int | None = None
    name: str | None = None
    for line in lines:
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        margin = indent if margin is None else margin
        entry = _PARAMETER.match(line.strip()) if indent <= margin else None
        if entry:
            name = entry[1]
            found[name] = entry[2].strip()
        elif name is not None:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
