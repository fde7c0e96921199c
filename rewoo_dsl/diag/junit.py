"""Findings as JUnit XML, which most build servers show as tests: a suite a file, a case a finding.

A finding that fails the check is a failure, any other one a case that passed and has something to say. A file without
findings is one case that passed. Nothing is written that the schema of Jenkins (xUnit plugin, `junit-10.xsd`) does not
know, so a place is in a case's name and text and not in attributes of our own.
"""

from collections.abc import Callable, Iterable
from xml.etree import ElementTree as Xml

from .diagnostic import Diagnostic
from .pages import Page, Placed, placed
from .snippet import printable
from .text import render_text


def render_junit(pages: Iterable[tuple[Page, Callable[[Diagnostic], bool]]]) -> str:
    """All pages as one document, each with what says which of its findings are failures."""
    root = Xml.Element("testsuites", name="rewoo check")
    for page, fails in pages:
        root.append(_suite(page, fails))
    suites = list(root)
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.attrib[name]) for suite in suites)))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(page: Page, fails: Callable[[Diagnostic], bool]) -> Xml.Element:
    failures = sum(map(fails, page.diagnostics))
    tests = max(len(page.diagnostics), 1)
    suite = Xml.Element("testsuite", name=_text(page.file), tests=str(tests), failures=str(failures), errors="0")
    if not page.diagnostics:
        Xml.SubElement(suite, "testcase", name="no findings", classname=_text(page.file))
    for one in placed([page]):
        _case(suite, one, page, failed=fails(one.finding))
    return suite


def _case(suite: Xml.Element, one: Placed, page: Page, *, failed: bool) -> None:
    finding, region = one.finding, one.region
    place = f" {region.start.line}:{region.start.column}" if region is not None else ""
    case = Xml.SubElement(suite, "testcase", name=f"{finding.code}{place}", classname=_text(one.file))
    said = _text(render_text([finding], page.text, file=page.file, sources=page.sources))
    if failed:
        Xml.SubElement(case, "failure", type=finding.code, message=_text(finding.message)).text = said
    else:
        Xml.SubElement(case, "system-out").text = said


def _text(text: str) -> str:
    """Text without what XML cannot hold."""
    return printable(text)
