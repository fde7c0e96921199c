"""A cassette calls tools once, answers for them ever after, and says what is different when a plan has changed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from rewoo_dsl.checker import check
from rewoo_dsl.interpreter import Limits, Result, run
from rewoo_dsl.testing import Cassette, CassetteError
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.testing.scripted_tools import ScriptedTools

TOOLS: dict[str, Any] = {
    "find": {
        "parameters": {"query": "string"},
        "script": [{"step": "E1", "attempt": 1, "raise": "down"}, {"step": "E3", "hang": True}, {"value": ["a", "b"]}],
    },
    "llm": {
        "parameters": {"prompt": "string"},
        "calls_model": True,
        "script": [{"usage": {"calls": 1, "input_tokens": 5, "cost": 0.5}, "value": "x"}],
    },
    "send": {"effect": "write", "parameters": {"to": "string"}, "script": [{"raise": "gone", "error": "connection"}]},
}
PLAN = """#E1 = find("port") retry 1
#E2: list[str] = find("all") after #E1
#E3 = find("slow") timeout 5s fallback "none"
#E4 = llm(prompt=#x) for #x in #E2 max 5
#E5 = send("ann")
"""


def _run(path: Path, plan: str = PLAN, mode: Any = "auto") -> tuple[Result, ScriptedTools]:
    tools = ScriptedTools(TOOLS)
    linked = check(plan, tools.signatures).require()
    with Cassette(path, mode=mode) as cassette:
        result = run_virtual(run(linked, cassette.tools(tools), seed=1, run_id="r", limits=Limits(backoff_seconds=0)))
    return result, tools


def test_the_first_use_records_and_the_next_ones_replay(tmp_path: Path) -> None:
    path = tmp_path / "cassettes" / "port.jsonl"
    first, tools = _run(path)
    assert len(tools.calls) == 7
    text = path.read_text("utf-8")
    for mode in ("auto", "replay"):
        again, tools = _run(path, mode=mode)
        assert tools.calls == []
        assert again.missing == first.missing == {"E5": "unknown_outcome"}
        assert (again.evidence, again.usage, again.status) == (first.evidence, first.usage, first.status)
    assert path.read_text("utf-8") == text
    _run(path, mode="record")
    assert path.read_text("utf-8") == text, "recording the same again changes nothing"


def test_the_file_can_be_read(tmp_path: Path) -> None:
    _run(tmp_path / "c.jsonl", '#E1 = find("port") retry 1\n')
    lines = (tmp_path / "c.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith('{"step":"E1","item":null,"branch":"do","attempt":1,"tool":"find","arguments":{"query":')
    assert '"reason":"tool_error","message":"RuntimeError: down"' in lines[1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('find("port")', 'find("sea")', "E1 calls find(query=sea); recorded was find(query=port)"),
        ('send("ann")', 'llm("ann")', "E5 calls llm(prompt=ann); recorded was send(to=ann)"),
        ("#E5 =", "#E6 =", "E6 calls send(to=ann), which was not recorded"),
        ("#E5 =", "#E6 =", "E5 no longer calls send(to=ann)"),
        ('#E5 = send("ann")\n', "", "E5 no longer calls send(to=ann)"),
        (" in #E2 max 5", ' in ["a"]', "E4[1] no longer calls llm(prompt=b)"),
    ],
)
def test_what_is_different_fails_the_test_and_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    _run(tmp_path / "c.jsonl")
    with pytest.raises(CassetteError) as caught:
        _run(tmp_path / "c.jsonl", PLAN.replace(old, new))
    assert any(problem == f"#{told}" for problem in caught.value.problems)
    assert isinstance(caught.value, AssertionError), "pytest tells it as a failure"


def test_a_difference_is_told_even_when_the_test_fails_for_it(tmp_path: Path) -> None:
    tools = ScriptedTools(TOOLS)
    _run(tmp_path / "c.jsonl", '#E2 = find("all")\n')
    linked = check('#E2 = find("other")\n', tools.signatures).require()
    with pytest.raises(CassetteError, match="recorded was find"), Cassette(tmp_path / "c.jsonl") as cassette:
        assert asyncio.run(run(linked, cassette.tools(tools)))["E2"].value == ["a", "b"]


def test_nothing_is_recorded_unasked(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="cannot be read"):
        _run(tmp_path / "none.jsonl", mode="replay")
    with pytest.raises(ValueError, match="mode is 'auto'"):
        _run(tmp_path / "none.jsonl", mode="often")


@pytest.mark.parametrize("text", ["no json", '{"type": "cancel_asked", "at": 0.0}\n' * 2])
def test_what_is_no_cassette_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.jsonl").write_text(text, "utf-8")
    with pytest.raises(CassetteError, match=r"it cannot be read|it is no cassette"):
        Cassette(tmp_path / "c.jsonl")
