"""The formats for machines: SARIF, workflow commands and JUnit XML, over the catalogue's plans and over odd ones."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from xmlschema import XMLSchema10

from rewoo_dsl.checker import check
from rewoo_dsl.diag.codes import CODES, EXAMPLE_TOOLS
from rewoo_dsl.diag.diagnostic import Diagnostic, Edit, Fix, Related, Severity, Span
from rewoo_dsl.diag.github import render_github
from rewoo_dsl.diag.junit import render_junit
from rewoo_dsl.diag.pages import Page
from rewoo_dsl.diag.sarif import render_sarif
from rewoo_dsl.ir.signature import Signature

TOOLS = {one["name"]: Signature.model_validate(one) for one in EXAMPLE_TOOLS}
DATA = Path(__file__).parents[1] / "data"
SARIF = Draft202012Validator(json.loads((DATA / "sarif/sarif-2.1.0.json").read_text("utf-8")))
JUNIT = XMLSchema10(str(DATA / "junit/junit-10.xsd"))
URI_REFERENCE = re.compile(r"([a-z]+:)?([A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+")
PAGES = [
    Page(f"plans/{code.slug}.rewoo", check(code.wrong, TOOLS).diagnostics, code.wrong)
    for code in CODES.values()
    if code.wrong
]

ODD = '#E1 = f(a="é😀")\r\n:x,%::y'
ODD_TEXT = st.text(st.characters() | st.sampled_from("\r\n%:,<&]\"'\x00\x1b\ud800\ufffe"), max_size=12)


@st.composite
def odd_pages(draw: st.DrawFn) -> Page:
    def span() -> Span | None:
        start = draw(st.integers(0, len(ODD)))
        return draw(st.sampled_from([None, Span(start, draw(st.integers(start, len(ODD))))]))

    edits = tuple(Edit(span=Span(0, 1), text=draw(ODD_TEXT)) for _ in range(draw(st.integers(0, 2))))
    found = [
        Diagnostic(
            code=draw(st.sampled_from(["RW001", "RW302", "XX999"])),
            message=draw(ODD_TEXT),
            severity=draw(st.sampled_from(Severity)),
            at=draw(st.none() | st.just("/steps/0")),
            span=span(),
            hint=draw(st.none() | ODD_TEXT),
            related=(Related(message=draw(ODD_TEXT), span=span()),),
            fixes=(Fix(message=draw(ODD_TEXT), edits=edits),) * draw(st.integers(0, 2)),
            file=draw(st.none() | st.sampled_from(["lib/a.rewoo", "unknown.rewoo"])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    text = draw(st.sampled_from([ODD, None]))
    return Page(draw(ODD_TEXT.filter(bool)), tuple(found), text, {"lib/a.rewoo": ODD})


# --- SARIF ---------------------------------------------------------------------------------------------------------


def sarif(*pages: Page) -> Any:
    log = json.loads(render_sarif(pages, version="1.2.3"))
    SARIF.validate(log)
    run = log["runs"][0]
    for result in run["results"]:
        assert URI_REFERENCE.fullmatch(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    return run


def test_every_wrong_plan_of_the_catalogue_is_valid_sarif() -> None:
    run = sarif(*PAGES)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert len(run["results"]) == sum(len(page.diagnostics) for page in PAGES)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


def test_a_finding_keeps_its_place_its_related_places_and_its_fixes() -> None:
    text = '// é\n#E1 = serach(query="a")\n#E1 = search(query="b")\nreturn #E1\n'
    run = sarif(Page("my plans/a.rewoo", check(text, TOOLS).diagnostics, text))
    unknown, twice = run["results"]
    region = {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 13}
    file = {"uri": "my%20plans/a.rewoo"}
    assert unknown["locations"][0]["physicalLocation"] == {"artifactLocation": file, "region": region}
    assert unknown["fixes"][0]["artifactChanges"] == [
        {
            "artifactLocation": file,
            "replacements": [{"deletedRegion": region, "insertedContent": {"text": "search"}}],
        }
    ]
    assert twice["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_finding_in_data_says_where_in_the_data() -> None:
    found = check({"steps": [{"name": "E1", "do": {"kind": "ref", "name": "E7"}}]}).diagnostics
    result = sarif(Page("/plans/a.json", found))["results"][0]
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "/steps/0/do"}]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "file:///plans/a.json"}}


def test_a_finding_about_a_sub_plan_is_in_its_file() -> None:
    found = Diagnostic(code="RW101", message="so", span=Span(3, 4), file="lib.rewoo")
    result = sarif(Page("a.rewoo", (found,), "x", {"lib.rewoo": "a\nbcd"}))["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("lib.rewoo", 2)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("/my plans/ä.rewoo", "file:///my%20plans/%C3%A4.rewoo"),
        ("C:\\my plans\\a.rewoo", "file:///C:/my%20plans/a.rewoo"),
        ("../a:b#c?.rewoo", "../a%3Ab%23c%3F.rewoo"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_a_file_is_a_uri(file: str, uri: str) -> None:
    result = sarif(Page(file, (Diagnostic(code="RW101", message="so"),)))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_half_a_pair_does_not_make_readers_refuse_the_file() -> None:
    found = Diagnostic(code="RW101", message="a\ud800b😀")
    assert sarif(Page("a", (found,)))["results"][0]["message"]["text"] == "a\ufffdb😀"


def test_columns_count_code_points_and_lines_end_as_editors_say() -> None:
    text = '// 😀\r\n#E1 = search(query="😀😀", x=1)\r\nreturn #E1\r\n'
    region = sarif(Page("a", check(text, TOOLS).diagnostics, text))["results"][0]["locations"][0]["physicalLocation"]
    assert region["region"] == {"startLine": 2, "startColumn": 26, "endLine": 2, "endColumn": 27}


@given(odd_pages())
def test_odd_findings_are_valid_sarif(page: Page) -> None:
    sarif(page)


# --- GitHub --------------------------------------------------------------------------------------------------------


def test_a_finding_is_a_workflow_command() -> None:
    text = '#E1 = serach(query="a")\nreturn #E1\n'
    assert render_github([Page("a,b.rewoo", check(text, TOOLS).diagnostics, text)]) == (
        "::error file=a%2Cb.rewoo,line=1,col=7,endLine=1,endColumn=13,title=RW108 unknown-tool"
        "::there is no tool called `serach`%0Adid you mean `search`?\n"
    )


@given(odd_pages())
def test_no_finding_ends_its_line_or_begins_another_command(page: Page) -> None:
    lines = render_github([page]).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(page.diagnostics)
    for line in lines:
        command = re.fullmatch(r"::(?:error|warning|notice) ([^\r\n]*?)::(?P<said>[^\r\n]*)", line)
        assert command is not None
        assert all(re.fullmatch(r"\w+=[^:]*", one) for one in command[1].split(","))
        assert not re.search(r"%(?!25|0D|0A)", command["said"])


# --- JUnit ---------------------------------------------------------------------------------------------------------


def is_error(one: Diagnostic) -> bool:
    return one.is_error


def junit(*pages: Page, fails: Callable[[Diagnostic], bool] = is_error) -> Xml.Element:
    document = render_junit([(page, fails) for page in pages])
    JUNIT.validate(document)
    return Xml.fromstring(document)


def test_every_wrong_plan_of_the_catalogue_is_valid_junit() -> None:
    root = junit(*PAGES, Page("good.rewoo", ()))
    assert root.attrib["failures"] == str(sum(one.is_error for page in PAGES for one in page.diagnostics))


def test_findings_are_cases_and_files_are_suites() -> None:
    text = '#E1 = search(query="a")\n#E2 = serach(query="<b>")\nreturn 1\n'
    found = check(text, TOOLS).diagnostics
    root = junit(Page("a.rewoo", found, text), Page("b.rewoo", ()))
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "1")
    first, second = root
    assert [(case.attrib["name"], case[0].tag) for case in first] == [
        ("RW302 1:1", "system-out"),
        ("RW108 2:7", "failure"),
    ]
    failure = first.find("testcase/failure")
    assert failure is not None
    assert '#E2 = serach(query="<b>")' in (failure.text or "")
    assert [case.attrib["name"] for case in second] == ["no findings"]


@given(odd_pages(), st.booleans())
def test_odd_findings_are_valid_junit(page: Page, failing: bool) -> None:
    root = junit(page, fails=lambda _: failing)
    assert len(root.findall(".//testcase")) == max(len(page.diagnostics), 1)
    assert len(root.findall(".//failure")) == (len(page.diagnostics) if failing else 0)


@pytest.mark.parametrize("render", [render_sarif, render_github], ids=["sarif", "github"])
def test_the_same_findings_give_the_same_bytes(render: Any) -> None:
    assert render(PAGES) == render(PAGES)
