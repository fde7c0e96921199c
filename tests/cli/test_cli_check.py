"""`rewoo check`: what it finds, how it says it, and what it does with files that are none."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import COMMAND, Rewoo, environment

GOOD = 'Plan: look\n#E1 = search(query="a")\nreturn #E1\n'
BAD = 'Plan: look\n#E1 = search(query="a")\n#E2 = llm(prompt="About #E1", promt=#E9)\nreturn #E2\n'
WARNED = 'Plan: look\n#E1 = search(query="a")\n#E2 = search(query="b")\nreturn #E1\n'


def test_a_good_plan_says_nothing_on_standard_output(process: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(GOOD)
    ended = process("check", "plan.rewoo", "--tools", "my_tools:registry")
    assert (ended.code, ended.out) == (0, "")
    assert "plan.rewoo: no findings" in ended.err


def test_quiet_says_nothing_at_all(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(GOOD)
    ended = rewoo("check", "-q", "plan.rewoo")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_errors_are_shown_where_they_are(process: Rewoo, folder: Path, golden: Callable[[str, str], None]) -> None:
    (folder / "plan.rewoo").write_text(BAD)
    ended = process("check", "plan.rewoo", "--tools", "my_tools:registry")
    assert ended.code == 1
    golden("cli/check.txt", ended.out)


def test_all_files_are_checked_and_json_is_one_document(rewoo: Rewoo, folder: Path) -> None:
    (folder / "good.rewoo").write_text(GOOD)
    (folder / "bad.rewoo").write_text(BAD)
    ended = rewoo("check", "--json", "good.rewoo", "bad.rewoo", "--tools", "my_tools:registry")
    found = json.loads(ended.out)["diagnostics"]
    assert ended.code == 1
    assert {one["file"] for one in found} == {"bad.rewoo"}
    assert all(one["place"]["line"] == 3 for one in found)


def test_short_is_a_line_for_each_finding(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(BAD)
    ended = rewoo("check", "--format", "short", "plan.rewoo", "--tools", "my_tools:registry")
    assert all(line.startswith("#E2 line 3: RW") for line in ended.out.splitlines())
    assert ended.out


def test_a_warning_fails_only_when_strict(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(WARNED)
    assert rewoo("check", "plan.rewoo", "--tools", "my_tools:registry").code == 0
    strict = rewoo("check", "--strict", "plan.rewoo", "--tools", "my_tools:registry")
    assert strict.code == 1
    assert "warning[" in strict.out


def test_a_plan_from_standard_input(process: Rewoo) -> None:
    ended = process("check", "-", stdin="#E1 = (\n")
    assert ended.code == 1
    assert "<stdin>:1:" in ended.out


def test_a_plan_as_json(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.json").write_text(json.dumps({"steps": [{"name": "E1", "do": {"kind": "ref", "name": "E7"}}]}))
    ended = rewoo("check", "plan.json")
    assert ended.code == 1
    assert "#E7" in ended.out
    (folder / "twice.json").write_text('{"steps": [], "steps": []}')
    assert "the key `steps` twice" in rewoo("check", "twice.json").err
    (folder / "broken.json").write_text('{"steps": [\n  oh')
    ended = rewoo("check", "broken.json")
    assert ended.code == 2
    assert "broken.json:2:3: this is no JSON" in ended.err


def test_files_that_cannot_be_read_are_wrong_use(rewoo: Rewoo, folder: Path) -> None:
    (folder / "latin.rewoo").write_bytes('Plan: déjà vu\n#E1 = search(query="é")\n'.encode("latin-1"))
    (folder / "sub").mkdir()
    for name, said in [
        ("missing.rewoo", "missing.rewoo: no such file"),
        ("sub", "sub: is a folder"),
        ("latin.rewoo", "latin.rewoo:1:8: byte 0xE9 is not UTF-8"),
    ]:
        ended = rewoo("check", name)
        assert ended.code == 2
        assert said in ended.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(GOOD)
    (folder / "plan.rewoo").chmod(0)
    assert "may not be read" in rewoo("check", "plan.rewoo").err


def test_a_byte_order_mark_is_no_part_of_the_plan(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert rewoo("check", "plan.rewoo").code == 0


def test_hostile_bytes_give_findings(rewoo: Rewoo) -> None:
    ended = rewoo("check", "-", stdin=b"#E1 = \x00\x1b[31m" + b"(" * 1000 + "\u202e".encode())
    assert ended.code == 1
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_findings_about_a_sub_plan_name_its_file(rewoo: Rewoo, folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "part.rewoo").write_text("input x: str\n#E1 = #E9\nreturn #E1\n")
    (folder / "sub").mkdir()
    (folder / "plan.rewoo").write_text('use "lib/part.rewoo" as part\n#E1 = part(x="a")\nreturn #E1\n')
    ended = rewoo("check", "plan.rewoo")
    assert ended.code == 1
    assert "lib/part.rewoo:2:" in ended.out
    assert "#E1 = #E9" in ended.out


def test_a_sub_plan_outside_the_folder_is_not_read(rewoo: Rewoo, folder: Path) -> None:
    (folder / "secret.rewoo").write_text("return 1\n")
    (folder / "plans").mkdir()
    (folder / "plans" / "link.rewoo").symlink_to(folder / "secret.rewoo")
    (folder / "plans" / "plan.rewoo").write_text('use "link.rewoo" as part\n#E1 = part()\nreturn #E1\n')
    ended = rewoo("check", "plans/plan.rewoo")
    assert ended.code == 1
    assert "leads out of the plan's folder" in ended.out


def test_plans_of_models_read_no_files(rewoo: Rewoo, folder: Path) -> None:
    (folder / "part.rewoo").write_text("return 1\n")
    (folder / "plan.rewoo").write_text('use "part.rewoo" as part\n#E1 = part()\nreturn #E1\n')
    assert rewoo("check", "plan.rewoo").code == 0
    assert rewoo("check", "--from-model", "plan.rewoo").code == 1


# --- tools ---------------------------------------------------------------------------------------------------------


def test_tools_from_a_manifest(rewoo: Rewoo, folder: Path) -> None:
    (folder / "tools.json").write_text(rewoo("tools", "--tools", "my_tools:registry", "--json").out)
    (folder / "plan.rewoo").write_text(BAD)
    from_data = rewoo("check", "plan.rewoo", "--tools", "tools.json")
    from_code = rewoo("check", "plan.rewoo", "--tools", "my_tools:registry")
    assert (from_data.code, from_data.out) == (1, from_code.out)


def test_tools_that_cannot_be_loaded_say_why(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(GOOD)
    (folder / "sour.py").write_text("import json\n\njson.loads('{')\n")
    (folder / "odd.py").write_text("registry = 7\n")
    (folder / "wrong.json").write_text('{"version": 1, "tools": [{"name": "a b"}, {"nam": "x"}]}')
    for tools, said in [
        ("nowhere:registry", "No module named 'nowhere'"),
        ("my_tools:registri", "`my_tools` has no `registri`"),
        ("sour:registry", "sour.py:3: json.loads('{')"),
        ("odd:registry", "a Registry, a tool, a function or a list of these is wanted"),
        ("wrong.json", "RW703"),
        ("nothing.json", "nothing.json: no such file"),
    ]:
        ended = rewoo("check", "plan.rewoo", "--tools", tools)
        assert ended.code == 2, tools
        assert said in ended.err


# --- streams -------------------------------------------------------------------------------------------------------


def test_colour_is_for_terminals_and_for_who_asks(rewoo: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text(BAD)
    assert "\x1b[" not in rewoo("check", "plan.rewoo").out
    assert "\x1b[" in rewoo("check", "plan.rewoo", env={"FORCE_COLOR": "1"}).out
    assert "\x1b[" not in rewoo("check", "plan.rewoo", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_a_reader_that_has_seen_enough_is_no_error(folder: Path) -> None:
    (folder / "plan.rewoo").write_text("".join(f"#E{i} = #F{i} // {'so it is said ' * 6}\n" for i in range(600)))
    with subprocess.Popen(
        [*COMMAND, "check", "plan.rewoo"], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
    assert (process.returncode, said) == (141, "")


def test_output_that_cannot_show_a_character_shows_its_escape(process: Rewoo, folder: Path) -> None:
    (folder / "plan.rewoo").write_text('#E1 = search(query="語" + #E9)\n')
    ended = process("check", "plan.rewoo", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert ended.code == 1
    assert "\\u8a9e" in ended.out


def test_check_stays_light(folder: Path) -> None:
    """What other commands need is not even imported."""
    (folder / "plan.rewoo").write_text(GOOD)
    code = (
        "import sys; from rewoo_dsl.interfaces.cli import main; main(['check', '-q', 'plan.rewoo']);"
        "print(*sorted(m for m in sys.modules if '.' not in m or m.startswith('rewoo_dsl.')))"
    )
    done = subprocess.run(
        [COMMAND[0], "-c", code], cwd=folder, env=environment(), capture_output=True, check=True, text=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"asyncio", "networkx", "jsonschema", "openai", "rich", "sqlite3", "httpx"}
    assert not {
        name for name in loaded if name.split(".")[1:2] in (["interpreter"], ["agent"], ["llm"], ["rag"], ["tools"])
    }


def test_a_module_of_tools_that_ends_the_process_is_no_success(rewoo: Rewoo, folder: Path) -> None:
    (folder / "leaves.py").write_text("import sys\nsys.exit(0)\n")
    (folder / "plan.rewoo").write_text("return 1\n")
    ended = rewoo("check", "plan.rewoo", "--tools", "leaves:registry")
    assert ended.code == 2
    assert "importing `leaves` failed\n  leaves.py:2: sys.exit(0)\n  SystemExit: 0" in ended.err


def test_a_check_of_nothing_says_what_it_wants(rewoo: Rewoo) -> None:
    ended = rewoo("check")
    assert ended.code == 2
    assert "which plan?" in ended.err
