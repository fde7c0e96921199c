"""Real plans in every format give exactly their steps, edges and tools, and broken ones the code of their fault.

The plans are the corpus beside the checkout when it is there, else the sample in tests/data.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.checker.check import check
from rewoo_dsl.diag.diagnostic import Diagnostic
from rewoo_dsl.lowering.dialects import DIALECTS, Imported, read, recognise
from rewoo_dsl.tools.errors import ManifestError
from rewoo_dsl.tools.manifest import load_manifest

sys.path.insert(0, str(Path(__file__).parent))
from faults import DISAGREEMENTS, code_of, expected_codes, named_places, odd_codes, phrases

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "corpus"
CORPUS = ROOT.parent / "shared" / "corpus"
SOURCES = [pytest.param(SAMPLE, id="sample")]
SOURCES += [
    pytest.param(CORPUS, id="corpus", marks=pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside here"))
]
COUNTS = {
    "taskbench": lambda text: len(json.loads(text)["task_nodes"]),
    "nestful": lambda text: text.count('"label"'),
    "seal_tools": lambda text: text.count('"api"'),
    "hugginggpt": lambda text: text.count('"task"'),
    "worfbench": lambda text: len(re.findall(r"^\d+:", text, re.MULTILINE)),
    "llmcompiler": lambda text: len(re.findall(r"^\d+\. (?!join)", text, re.MULTILINE)),
    "rewoo": lambda text: len(re.findall(r"#E\d+ =", text)),
    "rewoo_gentopia": lambda text: len(re.findall(r"#E\d+:", text)),
    "rewoo_json": lambda text: text.count('"evidence"'),
}
"""How many steps a broken plan has, counted without reading it."""


def rows(folder: Path, dialect: str) -> list[dict[str, Any]]:
    path = folder / dialect / "plans.jsonl" if folder is CORPUS else folder / f"{dialect}.jsonl"
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in found:
        if "tools_ref" in row:
            row["tools"] = json.loads((folder / row["tools_ref"]).read_text(encoding="utf-8"))
    return found


def findings(found: Imported, row: dict[str, Any]) -> list[Diagnostic]:
    try:
        tools = None if row.get("tools") is None else load_manifest(row["tools"])
    except ManifestError:
        tools = None
    return found.located(check(found.plan, None if tools is None else found.signatures(tools)).diagnostics)


@pytest.mark.parametrize("folder", SOURCES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_sound_plans_give_exactly_their_steps_edges_and_tools(folder: Path, dialect: str) -> None:
    for row in rows(folder, dialect):
        if "expected" not in row or row["id"] in DISAGREEMENTS:
            continue
        found, expected = read(row["plan"], dialect), row["expected"]
        assert found.ok, (row["id"], found.diagnostics)
        assert len(found.steps) == len(found.plan.steps) == expected["steps"], row["id"]
        assert set(found.edges) == {tuple(edge) for edge in expected["edges"]}, row["id"]
        assert list(found.tools) == expected["tools"], row["id"]
        structure = [one for one in check(found.plan).diagnostics if one.is_error]
        assert not structure, (row["id"], structure)


@pytest.mark.parametrize("folder", SOURCES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_broken_plans_get_the_code_of_their_fault_where_it_is(folder: Path, dialect: str) -> None:
    for row in rows(folder, dialect):
        if "broken" not in row:
            continue
        found = read(row["plan"], dialect)
        errors = [one for one in findings(found, row) if one.is_error]
        assert {*expected_codes(row["id"], row["broken"])} <= {one.code for one in errors}, (row["id"], errors)
        assert all(one.span is not None for one in errors), row["id"]
        for phrase in phrases(row["broken"]):
            shown = [row["plan"][slice(*one.span)] for one in errors if one.code == code_of(phrase) and one.span]
            for name in named_places(phrase):
                assert any(name.strip() in text for text in shown), (row["id"], phrase, shown)


@pytest.mark.parametrize("folder", SOURCES)
@pytest.mark.parametrize("dialect", COUNTS)
def test_broken_plans_lose_no_step(folder: Path, dialect: str) -> None:
    for row in rows(folder, dialect):
        if "broken" in row and row["plan"].strip():
            assert len(read(row["plan"], dialect).steps) == COUNTS[dialect](row["plan"]), row["id"]


@pytest.mark.parametrize("folder", SOURCES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_plan_is_recognised(folder: Path, dialect: str) -> None:
    """But for those that have no mark of anything; the paper's form and the one-line form are one language."""
    for row in rows(folder, dialect):
        likely = recognise(row["plan"])[:1]
        if likely or "broken" not in row:
            assert likely == (dialect,) or {*likely, dialect} == {"rewoo", "rewoo_langgraph"}, row["id"]


@pytest.mark.parametrize("folder", SOURCES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_pointer_has_a_span_inside_the_text(folder: Path, dialect: str) -> None:
    for row in rows(folder, dialect):
        found = read(row["plan"], dialect)
        for index, step in enumerate(found.plan.steps):
            span = found.source_map.find(f"/steps/{index}/do/args/none")
            assert 0 <= span.start <= span.end <= len(row["plan"]), row["id"]
            own = found.names[step.name]
            if dialect in ("rewoo", "llmcompiler", "lumos", "visprog", "nestful", "taskbench", "rewoo_json"):
                assert own in row["plan"][slice(*span)], (row["id"], own)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside here")
def test_nestful_plans_at_odds_with_their_tools_are_found() -> None:
    """Every plan of the corpus's `lint` has an error of one of the kinds that it names."""
    linted = [row for row in rows(CORPUS, "nestful") if row.get("lint") and "expected" in row]
    assert len(linted) == 35
    for row in linted:
        codes = {one.code for one in findings(read(row["plan"], "nestful"), row) if one.is_error}
        assert codes & odd_codes(row), (row["id"], row["lint"], codes)


def test_every_disagreement_names_a_fault_that_the_corpus_names() -> None:
    if not CORPUS.is_dir():
        pytest.skip("no corpus beside here")
    broken = {row["id"]: row["broken"] for name in DIALECTS for row in rows(CORPUS, name) if "broken" in row}
    for one in DISAGREEMENTS.values():
        assert one["fault"] in phrases(broken[one["id"]])
        assert one["reason"]
