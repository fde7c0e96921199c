"""The reference page of all codes, made from the catalogue: `docs/codes.md`, and what `rewoo explain --all` prints."""

from collections.abc import Iterator

from .codes import FAMILIES, Code
from .explain import capital

_HEAD = """\
# Codes

Everything that `rewoo check` and a run can report, by number. A number is never used again for something else.
`rewoo explain RW101` shows one of them in a terminal. `make docs` writes this page from the catalogue in
`rewoo_dsl/diag/codes/`, whose wrong and right plans are tests.
"""
_FENCE = "````"
"""One longer than any in a plan."""


def reference() -> str:
    """The page as Markdown: a table of all codes, then each with its explanation and its plans."""
    return "\n".join([_HEAD, *_table(), *(line for family in FAMILIES for line in _family(family))]).rstrip() + "\n"


def _table() -> Iterator[str]:
    yield from ("| code | name | severity | it is about |", "|---|---|---|---|")
    codes = sorted((code for family in FAMILIES.values() for code in family), key=lambda code: code.number)
    for code in codes:
        summary = code.summary.replace("|", "\\|")
        yield f"| [{code.number}](#{code.number.lower()}-{code.slug}) | {code.slug} | {code.severity} | {summary} |"
    yield ""


def _family(family: str) -> Iterator[str]:
    yield f"## {family.capitalize()}\n"
    for code in FAMILIES[family]:
        yield from _code(code)


def _code(code: Code) -> Iterator[str]:
    yield f"### {code.number} {code.slug}\n"
    yield f"*{code.severity}*: {capital(code.summary)}.\n"
    yield f"{code.explanation.strip()}\n"
    for title, plan in (("Wrong", code.wrong), ("Right", code.right)):
        if plan:
            yield f"{title}:\n\n{_FENCE}rewoo\n{plan.rstrip()}\n{_FENCE}\n"
