"""`rewoo import` and `rewoo check --from`: plans in other formats, read, checked and written."""

import json
import os
from pathlib import Path

import pytest
from cli_process import Rewoo

from rewoo_dsl import check

NESTFUL = """\
[{"name": "search", "arguments": {"query": "port strike"}, "label": "var1"},
 {"name": "mail", "arguments": {"to": ["a@b.c"], "text": "$var1[0]$"}, "label": "var2"},
 {"name": "var_result", "arguments": {"sent": "$var2.sent$"}}]
"""
COMPILED = '1. search(query="a")\n2. math("twice $1")\n3. join()\n'
BROKEN = '1. search(query="a")\n2. math("twice $7")\n3. join()<END_OF_PLAN>\n'


def test_a_plan_of_another_format_becomes_one_of_ours(process: Rewoo, folder: Path) -> None:
    (folder / "plan.json").write_text(NESTFUL)
    ended = process("import", "plan.json")
    assert ended.code == 0
    assert "plan.json: nestful, 2 steps, no findings" in ended.err
    (folder / "plan.rewoo").write_text(ended.out)
    assert process("check", "plan.rewoo", "--tools", "my_tools:registry").code == 0


@pytest.mark.parametrize("to", ["nestful", "json", "mermaid", "rewoo_dsl"])
def test_it_is_written_in_the_format_that_was_asked_for(rewoo: Rewoo, folder: Path, to: str) -> None:
    (folder / "plan.json").write_text(NESTFUL)
    ended = rewoo("import", "--from", "nestful", "--to", to, "-o", "out.txt", "plan.json")
    assert (ended.code, ended.out) == (0, "")
    written = (folder / "out.txt").read_text()
    if to == "mermaid":
        assert written.startswith("flowchart TD")
    elif to == "nestful":
        assert json.loads(written) == json.loads(NESTFUL)
    else:
        report = check(json.loads(written) if to == "json" else written)
        assert report.plan is not None
        assert [step.name for step in report.plan.steps] == ["var1", "var2"]


def test_what_a_format_cannot_hold_is_said_where_it_stands(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.json").write_text(NESTFUL)
    ended = rewoo("import", "--to", "openai_tool_calls", "plan.json")
    assert (ended.code, ended.out) == (1, "")
    assert "RW088" in ended.err
    assert "plan.json:2:" in ended.err


def test_a_plan_with_errors_is_not_written(rewoo: Rewoo, folder: Path) -> None:
    ended = rewoo("import", "-", stdin=BROKEN)
    assert (ended.code, ended.out) == (1, "")
    assert "<stdin>:2:" in ended.err


def test_what_was_put_right_is_a_note_and_an_error_when_strict(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.txt").write_text(COMPILED)
    lenient = rewoo("import", "plan.txt")
    assert (lenient.code, lenient.out.count("\n")) == (0, 2)
    assert "note[RW098]" in lenient.err
    strict = rewoo("import", "--strict", "plan.txt")
    assert (strict.code, strict.out) == (1, "")
    assert "error[RW098]" in strict.err
    assert rewoo("import", "-q", "plan.txt").err == ""
    assert rewoo("check", "--from", "auto", "plan.txt").code == 0
    assert rewoo("check", "--from", "auto", "--strict", "plan.txt").code == 1


def test_tools_name_what_goes_by_its_place(rewoo: Rewoo) -> None:
    ended = rewoo("import", "-", "--tools", "my_tools:registry", stdin='1. search("a", 3)\n2. join()<END_OF_PLAN>')
    assert ended.out == '#E1 = search("a", k=3)\n'


def test_check_reads_another_format_and_shows_its_text(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.txt").write_text(BROKEN)
    ended = rewoo("check", "--from", "llmcompiler", "plan.txt")
    assert ended.code == 1
    assert "plan.txt:2:" in ended.out
    assert '2. math("twice $7")' in ended.out
    found = json.loads(rewoo("check", "--from", "auto", "--json", "plan.txt").out)["diagnostics"]
    assert [one["code"] for one in found] == ["RW101"]


def test_a_format_that_is_none_is_wrong_use_and_lists_them(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.txt").write_text(COMPILED)
    for words in (("check", "--from", "latin"), ("import", "--from", "latin"), ("import", "--to", "finqa")):
        ended = rewoo(*words, "plan.txt")
        assert (ended.code, ended.out) == (2, "")
        assert "there is no such format; there are" in ended.err
        assert "llmcompiler" in ended.err


def test_what_our_text_cannot_hold_is_said(rewoo: Rewoo) -> None:
    text = json.dumps([{"name": "f", "arguments": {"a": '"' * 15_000}, "label": "var1"}])
    ended = rewoo("import", "-", "--from", "nestful", stdin=text)
    assert (ended.code, ended.out) == (1, "")
    assert "in our text" in ended.err
    assert rewoo("import", "-", "--from", "nestful", "--to", "json", stdin=text).code == 0


def test_what_is_no_file_is_written_to_and_not_replaced(rewoo: Rewoo, folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    (folder / "plan.txt").write_text(COMPILED)
    ended = rewoo("import", "-o", "pipe", "plan.txt")
    written = os.read(reader, 1 << 16)
    os.close(reader)
    assert ended.code == 0
    assert pipe.is_fifo()
    assert written.startswith(b"#E1 = search(")
