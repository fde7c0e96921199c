"""Findings as SARIF 2.1.0 (OASIS), which code scanning services and editors read.

Every code that was found is a rule with its explanation; a finding keeps its related places, its hint and its fixes.
Columns count code points, and say so. A finding without a place in a text says where it is in the plan's data, as a
logical location.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from .codes import CODES, slug
from .diagnostic import Fix
from .pages import Page, Placed, Region, placed

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(pages: Iterable[Page], *, version: str | None = None) -> str:
    """One SARIF log with one run, as JSON text. `version` is that of the tool."""
    found = list(placed(pages))
    rules = sorted({one.finding.code for one in found})
    driver: dict[str, Any] = {"name": "rewoo", "rules": [_rule(code) for code in rules]}
    if version is not None:
        driver["version"] = version
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules) for one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(number: str) -> dict[str, Any]:
    code = CODES.get(number)
    if code is None:
        return {"id": number}
    return {
        "id": number,
        "name": code.slug,
        "shortDescription": _said(code.summary),
        "fullDescription": _said(code.explanation.strip()),
        "help": _said(_help(code.explanation.strip(), code.wrong, code.right)),
        "defaultConfiguration": {"level": code.severity.value},
    }


def _help(explanation: str, wrong: str, right: str) -> str:
    return f"{explanation}\n\nWrong:\n{wrong}\nRight:\n{right}" if wrong else explanation


def _result(one: Placed, rules: Sequence[str]) -> dict[str, Any]:
    finding = one.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rules.index(finding.code),
        "level": finding.severity.value,
        "message": _said(f"{finding.message} ({finding.hint})" if finding.hint else finding.message),
        "locations": [_location(one)],
        "partialFingerprints": {"rewoo/v1": _valid(f"{finding.code} {slug(finding.code)}: {finding.message}")},
    }
    related = [_related(one, number) for number in range(len(finding.related))]
    fixes = [_fix(one, fix) for fix in dict.fromkeys(finding.fixes) if one.lines is not None and fix.edits]
    return result | ({"relatedLocations": related} if related else {}) | ({"fixes": fixes} if fixes else {})


def _said(text: str) -> dict[str, str]:
    return {"text": _valid(text)}


def _valid(text: str) -> str:
    """Text with halves of UTF-16 pairs replaced: strict readers of JSON refuse a whole file for one of them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _location(one: Placed) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(one.file, one.region)}
    if one.finding.at is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": one.finding.at}]
    return location


def _related(one: Placed, number: int) -> dict[str, Any]:
    related = one.finding.related[number]
    location = {"id": number, "message": _said(related.message)}
    return location | {"physicalLocation": _physical(one.file, one.region_of(related.span))}


def _physical(file: str, region: Region | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    return place if region is None else place | {"region": _region(region)}


def _region(region: Region) -> dict[str, int]:
    return {
        "startLine": region.start.line,
        "startColumn": region.start.column,
        "endLine": region.end.line,
        "endColumn": region.end.column,
    }


def _uri(file: str) -> str:
    path = file.replace("\\", "/")
    if re.match(r"[A-Za-z]:/", path):
        return f"file:///{path[:2]}{quote(path[2:], errors='backslashreplace')}"
    quoted = quote(path, errors="backslashreplace")
    return f"file://{quoted}" if path.startswith("/") else quoted


def _fix(one: Placed, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(region), "insertedContent": _said(edit.text)}
        for edit in fix.edits
        if (region := one.region_of(edit.span)) is not None
    ]
    change = {"artifactLocation": {"uri": _uri(one.file)}, "replacements": replacements}
    return {"description": _said(fix.message), "artifactChanges": [change]}
