"""Findings as workflow commands of GitHub Actions, which shows each beside its line of the change under review."""

from collections.abc import Iterable

from .codes import slug
from .diagnostic import Severity
from .pages import Page, Placed, placed
from .snippet import printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(pages: Iterable[Page]) -> str:
    """One line a finding; an empty text when there are none."""
    return "".join(_one(one) + "\n" for one in placed(pages))


def _one(one: Placed) -> str:
    finding, region = one.finding, one.region
    said = {"file": one.file}
    if region is not None:
        said |= {"line": str(region.start.line), "col": str(region.start.column)}
        said |= {"endLine": str(region.end.line), "endColumn": str(region.end.column)}
    said["title"] = f"{finding.code} {slug(finding.code)}".rstrip()
    properties = ",".join(f"{name}={_property(value)}" for name, value in said.items())
    message = f"{finding.message}\n{finding.hint}" if finding.hint else finding.message
    return f"::{_COMMANDS[finding.severity]} {properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    """What would end the command, or begin another one, as the escapes that GitHub reads back."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
