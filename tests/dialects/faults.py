"""What the corpus calls a fault <-> the code that we report for it. `disagreements.json` lists where we differ."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FAULTS: tuple[tuple[str, str], ...] = (
    (r"no step$", "RW028"),
    (r"not JSON, and no step in it", "RW081"),
    (r"not JSON: Extra data", "RW083"),
    (r"is defined twice", "RW104"),
    (r"refers to itself|is linked to itself", "RW102"),
    (r"which no step defines|which is not a node|refers to a node that does not exist", "RW101"),
    (r"which comes later", "RW103"),
    (r"no such tool", "RW108"),
    (r"the links form a cycle", "RW301"),
    (r"uses parentheses where the format wants square brackets", "RW084"),
    (r"the parenthesis is never closed", "RW083"),
    (r"there is no join\(\): the reply was cut short", "RW082"),
    (r"evidence lines and \d+ plan lines", "RW086"),
    (r"^node .* has no edge", "RW087"),
)
"""Phrase of the corpus, as a regular expression, and our code."""

DISAGREEMENTS: dict[str, dict[str, str]] = {
    one["id"]: one for one in json.loads((Path(__file__).parent / "disagreements.json").read_text(encoding="utf-8"))
}


def phrases(broken: str) -> list[str]:
    """The single faults that the corpus names for one plan."""
    return [part.strip() for part in broken.split(";")]


def code_of(phrase: str) -> str:
    """The code for one fault."""
    return next(code for pattern, code in FAULTS if re.search(pattern, phrase))


def expected_codes(row: str, broken: str) -> list[str]:
    """The codes that a broken plan must get: one a fault, but for those on which we disagree."""
    disagreed = DISAGREEMENTS.get(row, {}).get("fault")
    return [code_of(phrase) for phrase in phrases(broken) if phrase != disagreed]


def named_places(phrase: str) -> list[str]:
    """What of the text the finding must touch, as the phrase names it; empty where it names nothing."""
    for pattern in (r"no such tool (.+)$", r"a link names (.+), which", r"step (#E\d+) is", r"^(#E\d+) uses"):
        if found := re.search(pattern, phrase):
            return [found[1]]
    if found := re.search(r"^node ([\d, ]+) has no edge", phrase):
        return [f"{number.strip()}:" for number in found[1].split(",")]
    return []


_AT_ODDS = {"has no parameter": "RW109", "lacks its required": "RW110", "does not say it returns": "RW207"}


def odd_codes(row: Mapping[str, Any]) -> set[str]:
    """The codes of the disagreements with specifications of tools that the corpus's `lint` names for a plan."""
    return {code for phrase in row.get("lint", ()) for words, code in _AT_ODDS.items() if words in phrase}
